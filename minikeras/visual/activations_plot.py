"""What the layers of a model make of a sample, as pictures."""

import contextlib

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.nest import flatten, map_structure
from minikeras.training.conversion import as_rows, is_array
from minikeras.visual.figures import (
    BLUE,
    GREY,
    as_picture,
    name,
    new_figure,
    show_image,
    show_matrix,
    tidy,
    whole_number,
)
from minikeras.visual.mosaic import mosaic

__all__ = ["plot_activations"]

_COLUMNS = 16


def plot_activations(model, x, layers=None, sample=0, max_channels=32, title=None):
    """Draw the outputs of a model's layers for one sample; returns the Figure.

    Outputs (height, width, channels) become a tile for each channel, outputs (steps, features) one picture with the steps
    from left to right, outputs (features,) bars.

    x: a batch as `predict` takes it. layers: names of the layers to draw; all by default. sample: which sample of the
    batch. max_channels: how many channels are drawn at most. Needs matplotlib (`pip install 'minikeras-nn[plots]'`), and
    no display.

    >>> import minikeras as keras
    >>> layers = [keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3, name="a"), keras.layers.Flatten(name="b")]
    >>> model = keras.Sequential(layers)
    >>> [axes.get_title("left") for axes in plot_activations(model, np.ones((1, 6, 6, 1))).axes]
    ['input (6, 6, 1)', 'a (Conv2D) (4, 4, 2)', 'b (Flatten) (32,)']
    """
    if not hasattr(model, "_flatten_layers"):
        raise TypeError(
            f"plot_activations expected a model, received {model!r:.60} of type {type(model).__name__}. Pass plot_activations(model, x)."
        )
    if isinstance(sample, bool) or not isinstance(sample, (int, np.integer)):
        raise TypeError(
            f"plot_activations expected sample to be the number of a sample, received {sample!r:.60}."
        )
    whole_number("plot_activations", "max_channels", max_channels)
    layers = [layers] if isinstance(layers, str) else layers
    if layers is not None and not isinstance(layers, (list, tuple)):
        raise TypeError(
            f"plot_activations expected layers to be a list of layers' names, received {layers!r:.60}."
        )
    parts = _inputs(x, sample)
    rows = [("input", part[0]) for part in flatten(parts)] if layers is None else []
    rows += [(label, array[0]) for label, array in _outputs(model, parts, layers)]
    rows = [(label, array) for label, array in rows if array.size and array.dtype.kind in "biuf"]
    heights = [_inches(array, max_channels) for _, array in rows]
    figure = new_figure(10.0, sum(heights) + (0.4 if title else 0.0), "plot_activations")
    grid = figure.add_gridspec(len(rows), 1, height_ratios=heights)
    for row, (label, array) in enumerate(rows):
        axes = figure.add_subplot(grid[row, 0])
        _draw(axes, array, max_channels)
        few = array.ndim >= 3 and array.shape[-1] > max_channels
        name(axes, f"{label} {array.shape}{f', the first {max_channels} channels' if few else ''}", size=9)
    if title:
        figure.suptitle(title, fontsize=12, x=0.01, ha="left", color="#20262c")
    return figure


def _inputs(x, sample):
    """The sample as a batch of one."""

    def one(part):
        array = as_rows(part, "x")
        if not -len(array) <= sample < len(array):
            raise ValueError(
                f"plot_activations expected a batch with sample {sample}, received shape {array.shape}. "
                "Pass x[None] for a single sample."
            )
        at = sample % len(array)
        return array[at : at + 1]

    if isinstance(x, (list, tuple)) and not all(is_array(part) for part in x):
        return one(x)
    return one(x) if is_array(x) else map_structure(one, x)


def _outputs(model, x, names):
    """[(name, array of a batch of one)] of the layers' outputs, in the order of the calls."""
    found = []
    with contextlib.ExitStack() as undo:
        known = [layer for layer in model._flatten_layers() if layer is not model]
        missing = sorted({*(names or ())} - {layer.name for layer in known})
        if missing:
            raise ValueError(
                f"plot_activations expected names of layers among {[layer.name for layer in known]}, received {missing}."
            )
        for layer in known:
            if (names is None or layer.name in names) and not hasattr(layer, "layers"):
                _watch(layer, found, undo)
        model(x, training=False)
    return found


def _watch(layer, found, undo):
    call = layer.call

    def watched(*args, **kwargs):
        outputs = call(*args, **kwargs)
        found.extend(
            (f"{layer.name} ({type(layer).__name__})", one.numpy())
            for one in flatten(outputs)
            if isinstance(one, Tensor) and one.array.ndim
        )
        return outputs

    own = vars(layer).get("call")
    object.__setattr__(layer, "call", watched)
    if own is None:
        undo.callback(object.__delattr__, layer, "call")
    else:
        undo.callback(object.__setattr__, layer, "call", own)


def _channels(array, most):
    """(channels, height, width) of an output with two spatial axes or more."""
    array = array.reshape(array.shape[0], -1, array.shape[-1]) if array.ndim > 3 else array
    return np.moveaxis(array[..., :most], -1, 0)


def _inches(array, most):
    if array.ndim >= 3:
        if array.shape[-1] in (1, 3):
            return 2.4
        count, height, width = _channels(array, most).shape
        columns = min(count, _COLUMNS)
        return min(
            5.0, 0.5 + max(0.9, 9.4 / columns * -(-count // columns) * height / width if columns > 4 else 1.9)
        )
    return 1.9 if array.ndim == 2 else 1.5


def _draw(axes, array, most):
    if array.ndim >= 3:
        colors = array.shape[-1] == 3 and array.ndim == 3
        whole = as_picture(array.astype("float64")) if colors else mosaic(_channels(array, most), _COLUMNS)
        show_image(axes, whole, colors="viridis" if array.shape[-1] > 1 else "gray")
        axes.set_anchor("W")
    elif array.ndim == 2:
        show_matrix(axes, array.T)
        axes.set_xlabel("step", fontsize=8, color=GREY)
        axes.set_ylabel("feature", fontsize=8, color=GREY)
    else:
        values = array.reshape(-1)
        tidy(axes)
        axes.bar(range(len(values)), values, color=BLUE, width=0.85 if len(values) < 80 else 1.0)
        if len(values) <= 20:
            axes.set_xticks(range(len(values)))
        axes.set_xlim(-0.6, max(len(values), 1) - 0.4)
