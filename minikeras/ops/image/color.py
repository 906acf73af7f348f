"""Colours: red, green and blue; grey; hue, saturation and value."""

import numpy as np

from minikeras.autodiff import operation
from minikeras.ops import elementwise, joining
from minikeras.ops.image.layout import channel_axis, check

__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]


def _planes(images, data_format, name):
    check(images, name)
    axis = channel_axis(data_format)
    if images.dtype.kind != "f":
        raise ValueError(
            f"{name} expected images of a float dtype, received {images.dtype}. Cast and rescale them."
        )
    if images.shape[axis] != 3:
        raise ValueError(f"{name} expected 3 channels on axis {axis}, received shape {images.shape}.")
    return joining.unstack(images, axis=axis), axis


@operation
def rgb_to_grayscale(images, /, data_format=None):
    """Grey images of one channel: 0.2989 r + 0.587 g + 0.114 b (ITU-R 601). Images of one channel stay as they are."""
    check(images, "rgb_to_grayscale")
    axis = channel_axis(data_format)
    if images.shape[axis] == 1:
        return images
    if images.shape[axis] != 3:
        raise ValueError(
            f"rgb_to_grayscale expected 3 channels (or 1) on axis {axis}, received {images.shape}."
        )
    r, g, b = joining.unstack(images, axis=axis)
    grey = elementwise.cast(r * 0.2989 + g * 0.587 + b * 0.114, images.dtype)
    return joining.stack([grey], axis=axis)


@operation
def rgb_to_hsv(images, /, data_format=None):
    """Hue, saturation and value, each from 0 to 1, of red, green and blue from 0 to 1 (Smith 1978)."""
    (r, g, b), axis = _planes(images, data_format, "rgb_to_hsv")
    tiny = float(np.finfo(images.dtype).eps)
    r, g, b = (elementwise.where(elementwise.absolute(p) < tiny, 0.0, p) for p in (r, g, b))
    value = elementwise.maximum(elementwise.maximum(r, g), b)
    span = value - elementwise.minimum(elementwise.minimum(r, g), b)
    some = span > 0
    saturation = elementwise.where(value > 0, span / elementwise.where(value > 0, value, 1.0), 0.0)
    unit = 1.0 / (elementwise.where(some, span, 1.0) * 6.0)
    hue = elementwise.where(value == g, unit * (b - r) + 2.0 / 6.0, unit * (r - g) + 4.0 / 6.0)
    hue = elementwise.where(value == r, unit * (g - b), hue)
    turn = elementwise.cast(hue < 0.0, hue.dtype)
    return joining.stack([elementwise.where(some, hue, 0.0) + turn, saturation, value], axis=axis)


@operation
def hsv_to_rgb(images, /, data_format=None):
    """Red, green and blue of hue, saturation and value, all from 0 to 1: the inverse of `rgb_to_hsv`."""
    (hue, saturation, value), axis = _planes(images, data_format, "hsv_to_rgb")
    sextant = elementwise.mod(hue, 1.0) * 6.0
    shares = (
        elementwise.absolute(sextant - 3.0) - 1.0,
        2.0 - elementwise.absolute(sextant - 2.0),
        2.0 - elementwise.absolute(sextant - 4.0),
    )
    planes = [value * (1.0 - saturation + saturation * elementwise.clip(s, 0.0, 1.0)) for s in shares]
    return joining.stack(planes, axis=axis)
