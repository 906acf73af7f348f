"""The weights of a layer or a model as pictures."""

import math

import numpy as np

from minikeras.visual.figures import (
    BLUE,
    GREY,
    as_picture,
    largest,
    name,
    new_figure,
    show_image,
    show_matrix,
    tidy,
    whole_number,
)
from minikeras.visual.mosaic import mosaic, with_white_gaps

__all__ = ["plot_weights"]

_COLUMNS = 16


def plot_weights(layer_or_model, max_filters=32, image_shape=None, title=None):
    """Draw weights, each beside the histogram of its values; returns the Figure.

    Blue is negative, white zero, red positive. Kernels of convolutions become a tile for each filter (with three input
    channels in colours, else a row of tiles for each of the first input channels), other matrices one picture with a
    column for each unit. Of a layer all weights are drawn, of a model those with two axes or more.

    max_filters: how many filters, or units as images, are drawn at most. image_shape: (height, width) or (height, width, 3)
    of the images that the first Dense layer sees flattened: its units are then drawn as such images. Needs matplotlib
    (`pip install 'minikeras-nn[plots]'`), and no display.

    >>> import minikeras as keras
    >>> from minikeras.layers import Conv2D, Dense, Flatten
    >>> model = keras.Sequential([keras.Input((8, 8, 1)), Conv2D(4, 3, name="a"), Flatten(), Dense(2, name="b")])
    >>> [axes.get_title("left") for axes in plot_weights(model).axes][::2]
    ['a kernel (3, 3, 1, 4)', 'b kernel (144, 2)']
    """
    weights = _weights_of(layer_or_model)
    whole_number("plot_weights", "max_filters", max_filters)
    image_shape = _checked_shape(image_shape, weights)
    pictures = [_picture_of(array, max_filters, image_shape) for _, array in weights]
    heights = [picture.inches for picture in pictures]
    figure = new_figure(10.0, sum(heights) + (0.4 if title else 0.0), "plot_weights")
    grid = figure.add_gridspec(len(weights), 2, width_ratios=[3.2, 1.0], height_ratios=heights)
    for row, ((label, array), picture) in enumerate(zip(weights, pictures, strict=True)):
        axes = figure.add_subplot(grid[row, 0])
        picture.draw(axes)
        shown = f", {picture.shown}" if picture.shown else ""
        name(axes, f"{label} {array.shape}{shown}", size=9)
        _draw_histogram(figure.add_subplot(grid[row, 1]), array)
    if title:
        figure.suptitle(title, fontsize=12, x=0.01, ha="left", color="#20262c")
    return figure


def _weights_of(thing):
    """[(name, array)] of what is drawn."""
    if not hasattr(thing, "weights"):
        raise TypeError(
            f"plot_weights expected a layer or a model, received {thing!r:.60} of type {type(thing).__name__}."
        )
    if hasattr(thing, "layers"):
        owners = [layer for layer in thing._flatten_layers() if layer is not thing]
        found = [(f"{owner.name} {v.name}", v.numpy()) for owner in owners for v in owner._own_variables()]
        found = [(label, array) for label, array in found if array.ndim >= 2]
    else:
        found = [(f"{thing.name} {v.name}", v.numpy()) for v in thing.weights]
    found = [(label, array) for label, array in found if array.dtype.kind == "f" and array.size]
    if not found:
        raise ValueError(
            f"plot_weights expected weights to draw, but {type(thing).__name__} '{thing.name}' has none"
            f"{'' if thing.built else ' yet: it is not built. Call it on data first'}."
        )
    return found


def _checked_shape(shape, weights):
    if shape is None:
        return None
    right = isinstance(shape, (list, tuple)) and len(shape) in (2, 3)
    if not right or not all(isinstance(size, (int, np.integer)) and size > 0 for size in shape):
        raise ValueError(
            "plot_weights expected image_shape to be (height, width) or (height, width, 3), received "
            f"{shape!r:.60}."
        )
    inputs = [array.shape[0] for _, array in weights if array.ndim == 2]
    if math.prod(shape) not in inputs:
        raise ValueError(
            f"plot_weights: no matrix here has the {math.prod(shape)} inputs of images of image_shape={tuple(shape)}; the "
            f"matrices have {inputs}."
        )
    return tuple(shape)


class _Picture:
    """How one array of weights is drawn: its height in inches, and what of it is shown."""

    def __init__(self, draw, inches, shown=""):
        self.draw, self.inches, self.shown = draw, inches, shown


def _picture_of(array, most, image_shape):
    if array.ndim >= 3:
        return _tiles(*_as_filters(array), most)
    if array.ndim == 2 and image_shape is not None and array.shape[0] == math.prod(image_shape):
        images = array.reshape(*image_shape, array.shape[1])
        images = images[:, :, None] if images.ndim == 3 else images
        return _tiles(images, "unit", most)
    if array.ndim == 2:
        return _Picture(lambda axes: _draw_matrix(axes, array), 2.3)
    return _Picture(lambda axes: _draw_bars(axes, array.reshape(-1)), 1.6)


def _as_filters(array):
    """(height, width, input channels, filters) of a kernel of any convolution, and what its last axis is called."""
    if array.ndim == 3:
        return array[:, :, None], "filter"
    if array.ndim > 4:
        array = array.reshape(*array.shape[:2], -1, array.shape[-1])
    return array, "filter"


def _tiles(kernel, kind, most):
    channels, filters = kernel.shape[2:]
    drawn = min(filters, most)
    kernel = kernel[..., :drawn]
    shown = f"the first {drawn} of {filters} {kind}s" if drawn < filters else ""
    if channels == 3:
        tiles = np.stack([as_picture(kernel[..., i]) for i in range(drawn)])
        whole, limit = with_white_gaps(mosaic(tiles, _COLUMNS)), None
    else:
        rows = min(channels, 4 if drawn <= _COLUMNS else 1)
        if rows < channels:
            shown += f"{', ' if shown else ''}{rows} of {channels} input channels"
        tiles = np.concatenate([np.moveaxis(kernel[:, :, c], -1, 0) for c in range(rows)])
        whole, limit = mosaic(tiles, min(drawn, _COLUMNS)), largest(kernel)
    inches = 7.0 * whole.shape[0] / whole.shape[1]
    return _Picture(lambda axes: show_image(axes, whole, limit), min(5.0, max(1.5, inches + 0.5)), shown)


def _draw_matrix(axes, array):
    show_matrix(axes, array, largest(array))
    axes.set_xlabel("unit", fontsize=8, color=GREY)
    axes.set_ylabel("input", fontsize=8, color=GREY)


def _draw_bars(axes, values):
    tidy(axes)
    axes.bar(range(len(values)), values, color=BLUE, width=0.85 if len(values) < 80 else 1.0)
    axes.axhline(0.0, color=GREY, linewidth=0.8)


def _draw_histogram(axes, array):
    values = array[np.isfinite(array)]
    axes.hist(values, bins=min(60, max(8, int(math.sqrt(values.size)))), color=BLUE, alpha=0.85)
    wrong = array.size - values.size
    spread = f"mean {values.mean():.2g}, deviation {values.std():.2g}" if values.size else ""
    tidy(axes)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    name(axes, f"{spread}, {wrong:,} not finite" if wrong else spread, size=8)
