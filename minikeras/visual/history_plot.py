"""The course of a training: one pair of axes for each metric."""

import math

import numpy as np

from minikeras.visual.figures import BLUE, GREEN, GREY, ORANGE, new_figure, tidy

__all__ = ["plot_history"]

_RATES = ("learning_rate", "lr")


def plot_history(history, metrics=None, title=None):
    """Draw the metrics of a training, each with its validation twin, and the learning rate; returns the Figure.

    history: what `fit` returned, or a dictionary {name: [value of each epoch]}. metrics: the names to draw (without
    `val_`), in this order; all by default. title: above everything. `figure.savefig('history.png')` writes a file.
    Needs matplotlib (`pip install 'minikeras-nn[plots]'`), and no display.

    >>> figure = plot_history({"loss": [0.9, 0.5, 0.4], "val_loss": [0.8, 0.6, 0.7], "learning_rate": [0.1, 0.1, 0.05]})
    >>> [axes.get_title("left") for axes in figure.axes]
    ['loss', 'learning_rate']
    """
    metrics = [metrics] if isinstance(metrics, str) else metrics
    values, epochs = _values_of(history, metrics if isinstance(metrics, (list, tuple)) else ())
    names = _chosen(values, metrics)
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure = new_figure(4.2 * columns, 2.9 * rows + (0.35 if title else 0.0), "plot_history")
    for i, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, i + 1)
        _draw(axes, name, values, epochs)
    if title:
        figure.suptitle(title, fontsize=12, x=0.01, ha="left", color="#20262c")
    return figure


def _values_of(history, wanted):
    """({name: array}, numbers of the epochs counted from 1); metrics without numbers are left out, unless wanted."""
    found = getattr(history, "history", history)
    if not isinstance(found, dict):
        raise TypeError(
            f"plot_history expected what fit returned, or a dictionary of lists, received {type(history).__name__}."
        )
    values, others = {}, {}
    for name, column in found.items():
        array = _numbers(column)
        if array is None:
            others[str(name)] = column
        elif len(array):
            values[str(name)] = array
    refused = next((n for n in others if not values or n in wanted), None)
    if refused is not None:
        raise TypeError(
            f"plot_history expected history[{refused!r}] to be a list with a number for each epoch, received "
            f"{others[refused]!r:.60}. Draw others, for example metrics=['loss'], or pass one of its numbers as a list."
        )
    if not values:
        raise ValueError("plot_history expected at least one epoch of numbers, received an empty history.")
    length = max(len(v) for v in values.values())
    epochs = [e + 1 for e in getattr(history, "epoch", [])]
    return values, np.asarray(epochs if len(epochs) == length else range(1, length + 1))


def _numbers(column):
    """The numbers of a metric, (epochs,), NaN where one is missing (None); None if it has not one for each epoch."""
    if isinstance(column, (str, bytes)) or not hasattr(column, "__len__"):
        return None
    try:
        array = np.asarray([np.nan if one is None else one for one in column] or [0.0])[: len(column)]
    except (ValueError, TypeError):  # lists of different lengths, a 0-d array
        return None
    return array if array.ndim == 1 and array.dtype.kind in "biuf" else None


def _chosen(values, metrics):
    present = [n for n in values if not (n.startswith("val_") and n[4:] in values)]
    if metrics is None:
        rates = [n for n in present if n in _RATES]
        return [n for n in present if n not in rates] + rates
    if not isinstance(metrics, (list, tuple)):
        raise TypeError(
            f"plot_history expected metrics to be a list of names among {present}, received {metrics!r:.60}."
        )
    missing = [n for n in metrics if n not in values]
    if missing or not len(metrics):
        raise ValueError(
            f"plot_history expected metrics among {present}, received {list(metrics)}. Choose from what the history holds."
        )
    return list(metrics)


def _draw(axes, name, values, epochs):
    twin = values.get(f"val_{name}")
    is_rate = name in _RATES
    pairs = [("training", values[name], GREEN if is_rate else BLUE)]
    if twin is not None:
        pairs.append(("validation", twin, ORANGE))
    for label, numbers, color in pairs:
        # A metric that is not known in every epoch (validation_freq) belongs to the last of them.
        where = epochs[-1] - np.arange(len(numbers))[::-1] if len(numbers) < len(epochs) else epochs
        text = f"{label}  {numbers[-1]:.4g}" if twin is not None else f"{numbers[-1]:.4g}"
        axes.plot(
            where, numbers, color=color, linewidth=1.8, label=text, drawstyle="steps-post" if is_rate else None,
            marker="o" if len(numbers) < 16 else None, markersize=3.5,
        )  # fmt: skip
    tidy(axes, name, "epoch")
    everything = np.concatenate([numbers for _, numbers, _ in pairs])
    everything = everything[np.isfinite(everything)]
    if everything.size and everything.min() > 0 and everything.max() > 50 * everything.min():
        axes.set_yscale("log")
    axes.xaxis.set_major_locator(_whole_numbers(len(epochs)))
    if len(epochs) == 1:
        axes.set_xlim(epochs[0] - 0.5, epochs[0] + 0.5)
    axes.legend(fontsize=8, frameon=False, labelcolor=GREY, handlelength=1.4)


def _whole_numbers(count):
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=min(8, max(1, math.ceil(count))), integer=True, min_n_ticks=1)
