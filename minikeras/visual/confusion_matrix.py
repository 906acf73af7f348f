"""Which classes a model takes for which."""

import numpy as np

from minikeras.visual.figures import GREY, name, new_figure

__all__ = ["plot_confusion_matrix"]

_NORMS = (None, "true", "pred", "all")
_MOST_WITH_NUMBERS = 25
_MOST_CLASSES = 5_000


def plot_confusion_matrix(y_true, y_pred, labels=None, normalize=None, title=None, threshold=0.5):
    """Draw how often each class was taken for each; returns the Figure.

    y_true: classes as whole numbers, (n,) or (n, 1), or one-hot rows. y_pred: the same, or what `predict` returned:
    probabilities of the classes, (n, classes), or of class 1, (n, 1), which `threshold` decides. labels: the classes'
    names. normalize: 'true' divides each row by its sum, so that the diagonal is the recall; 'pred' each column
    (precision); 'all' everything. Needs matplotlib (`pip install 'minikeras-nn[plots]'`), and no display.

    >>> figure = plot_confusion_matrix([0, 0, 1, 1], [[0.9], [0.6], [0.7], [0.8]], labels=["cat", "dog"])
    >>> figure.axes[0].get_title("left")
    'accuracy 50.0 % of 4'
    """
    if normalize not in _NORMS:
        raise ValueError(f"plot_confusion_matrix expected normalize among {_NORMS}, received {normalize!r}.")
    if labels is not None and (
        not hasattr(labels, "__len__") or np.ndim(labels) != (0 if isinstance(labels, str) else 1)
    ):
        raise TypeError(
            f"plot_confusion_matrix expected labels to be a list of the classes' names, received {labels!r:.60}."
        )
    if not isinstance(threshold, (int, float, np.number)):
        raise TypeError(
            f"plot_confusion_matrix expected threshold to be a number such as 0.5, received {threshold!r:.60}."
        )
    truth, guess = _classes(y_true, "y_true", threshold), _classes(y_pred, "y_pred", threshold)
    if len(truth) != len(guess) or not len(truth):
        raise ValueError(
            f"plot_confusion_matrix expected as many predictions as labels, received y_true for {len(truth)} samples "
            f"and y_pred for {len(guess)}."
        )
    counts = _counts(truth, guess, labels)
    shares = _shares(counts, normalize)
    size = len(counts)
    side = min(11.0, max(3.2, 0.62 * size + 1.6))
    figure = new_figure(side + 0.9, side, "plot_confusion_matrix")
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=max(float(shares.max()), 1e-12))
    names = [str(label) for label in labels] if labels is not None else [str(i) for i in range(size)]
    tilted = max(map(len, names)) > 4
    axes.set_xticks(range(size), names, rotation=40 if tilted else 0, ha="right" if tilted else "center")
    axes.set_yticks(range(size), names)
    axes.tick_params(colors=GREY, labelsize=8.5, length=0)
    axes.set_xlabel("predicted", fontsize=9, color=GREY)
    axes.set_ylabel("true", fontsize=9, color=GREY)
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5 if size <= 40 else 0.3)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if size <= _MOST_WITH_NUMBERS:
        _write_numbers(axes, counts, shares, normalize)
    name(axes, title or f"accuracy {100 * np.trace(counts) / counts.sum():.1f} % of {counts.sum():,}")
    bar = figure.colorbar(image, ax=axes, shrink=0.75, aspect=28, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=GREY, labelsize=8, length=0)
    return figure


def _classes(values, what, threshold):
    """Classes as whole numbers, (n,)."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(
            f"plot_confusion_matrix expected {what} as an array, received rows of different lengths."
        ) from None
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(
            f"plot_confusion_matrix expected {what} of finite numbers, received {np.count_nonzero(~np.isfinite(array))} that "
            "are NaN or infinite. Leave these samples out, or see TerminateOnNaN if a model predicts them."
        )
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1)
    if array.ndim not in (1, 2) or array.dtype.kind not in "biuf":
        raise ValueError(
            f"plot_confusion_matrix expected {what} as whole numbers (n,) or rows (n, classes), received shape "
            f"{array.shape} and dtype {array.dtype}. Turn names into numbers first; `labels` shows them."
        )
    array = array.reshape(-1)
    if array.dtype.kind == "f" and not np.array_equal(array, np.round(array)):
        if what == "y_true" or array.min() < 0 or array.max() > 1:
            raise ValueError(
                f"plot_confusion_matrix expected {what} as whole numbers{'' if what == 'y_true' else ' or probabilities'}, received "
                f"numbers from {array.min():.4g} to {array.max():.4g}. Turn {'them into classes first, for example with np.digitize' if what == 'y_true' else 'scores into probabilities first, for example with a sigmoid'}."
            )
        return (array > threshold).astype(np.int64)
    if (
        array.size and np.abs(array).max() > 2.0**53
    ):  # as numbers of classes they would not survive the conversion
        raise ValueError(
            f"plot_confusion_matrix expected {what} as numbers of classes, received {array[np.abs(array).argmax()]}."
        )
    return array.astype(np.int64)


def _counts(truth, guess, labels):
    least, most = int(min(truth.min(), guess.min())), int(max(truth.max(), guess.max()))
    size = most + 1
    if labels is not None:
        size = max(size, len(labels))
    if least < 0:
        raise ValueError(
            f"plot_confusion_matrix expected classes from 0 up, received the class {least}. Number the classes from 0: "
            "np.unique(labels, return_inverse=True)."
        )
    if labels is not None and size > len(labels):
        raise ValueError(
            f"plot_confusion_matrix expected classes from 0 to {len(labels) - 1}, "
            f"received classes from {least} to {most}. Pass one label for each class."
        )
    if size > _MOST_CLASSES:
        raise ValueError(
            f"plot_confusion_matrix expected at most {_MOST_CLASSES:,} classes, received the class {size - 1:,}. Number the "
            "classes from 0 (np.unique(labels, return_inverse=True)), or draw a part of them."
        )
    counts = np.zeros((size, size), np.int64)
    np.add.at(counts, (truth, guess), 1)
    return counts


def _shares(counts, normalize):
    if normalize is None:
        return counts
    sums = {"true": counts.sum(1, keepdims=True), "pred": counts.sum(0, keepdims=True), "all": counts.sum()}
    return counts / np.maximum(sums[normalize], 1)


def _write_numbers(axes, counts, shares, normalize):
    half, size = shares.max() / 2, len(counts)
    for row in range(size):
        for column in range(size):
            value = shares[row, column]
            text = f"{counts[row, column]:,}" if normalize is None else f"{100 * value:.0f} %"
            if counts[row, column] == 0:
                text = "·"
            axes.text(
                column, row, text, ha="center", va="center", fontsize=9 if size <= 12 else 7,
                color="white" if value > half else "#20262c" if counts[row, column] else "#aab3bc",
            )  # fmt: skip
