"""Resizing: each output pixel is a weighted sum of input pixels, rows and columns apart."""

import numpy as np

from minikeras import limits
from minikeras.autodiff import convert_to_tensor, operation
from minikeras.ops import elementwise, products, reduce, shaping
from minikeras.ops.floating import floating_tensor
from minikeras.ops.image.layout import batched
from minikeras.ops.indexing import take

__all__ = ["resize", "scale_and_translate"]


# Interpolation kernels as functions of the distance


def _triangle(x):
    return elementwise.maximum(1.0 - x, 0.0)


def _cubic(x):
    """Keys 1981, "Cubic convolution interpolation", with a = -1/2."""
    near = ((x * 1.5 - 2.5) * x) * x + 1.0
    far = ((x * -0.5 + 2.5) * x - 4.0) * x + 2.0
    return elementwise.where(x >= 2.0, 0.0, elementwise.where(x >= 1.0, far, near))


def _lanczos(radius):
    def kernel(x):
        return elementwise.where(x > radius, 0.0, elementwise.sinc(x) * elementwise.sinc(x / radius))

    return kernel


_KERNELS = {
    "linear": _triangle,
    "bilinear": _triangle,
    "trilinear": _triangle,
    "cubic": _cubic,
    "bicubic": _cubic,
    "tricubic": _cubic,
    "lanczos3": _lanczos(3.0),
    "lanczos5": _lanczos(5.0),
}


# Arrays that are in memory at once while weights are computed.
_STEPS = 3


def _weights(size, count, scale, translation, kernel, antialias):
    """The matrix (count, size) of what each of `size` places gives to each of `count` places."""
    limits.check_trial((count, size, _STEPS))
    inverse = 1.0 / scale
    places = (np.arange(count) + 0.5).astype(scale.dtype) * inverse - translation * inverse - 0.5
    distance = elementwise.absolute(places[:, None] - np.arange(size).astype(scale.dtype))
    if antialias:
        distance = distance / elementwise.maximum(inverse, 1.0)
    weights = kernel(distance)
    total = reduce.sum(weights, axis=-1, keepdims=True)
    some = elementwise.absolute(total) > 1000.0 * float(np.finfo(np.float32).eps)
    weights = elementwise.where(some, weights / elementwise.where(some, total, 1.0), 0.0)
    inside = elementwise.logical_and(places >= -0.5, places <= size - 0.5)
    return elementwise.where(inside[:, None], weights, 0.0)


def _along(x, axis, weights):
    """x with the places of an axis replaced by weighted sums of them."""
    moved = shaping.moveaxis(x, axis, -1)
    weights = elementwise.cast(weights, x.dtype)
    return shaping.moveaxis(products.matmul(moved, shaping.transpose(weights)), -1, axis)


@operation
def scale_and_translate(images, /, output_shape, scale, translation, spatial_dims, method, antialias=True):
    """Images of another size, scaled and shifted along the axes spatial_dims, zeros beyond them.

    scale and translation: one number for each of these axes. method: 'linear', 'cubic', 'lanczos3' or 'lanczos5' (also
    with bi- and tri-). antialias: the kernel widens with the reduction. Integer images are rounded.
    """
    if method not in _KERNELS:
        raise ValueError(
            f"scale_and_translate expected method to be one of {sorted(_KERNELS)}, received {method!r}."
        )
    scale, translation = floating_tensor(scale), floating_tensor(translation)
    x = floating_tensor(images)
    for i, axis in enumerate(spatial_dims):
        axis %= x.ndim
        size, count = x.shape[axis], output_shape[axis]
        x = _along(x, axis, _weights(size, count, scale[i], translation[i], _KERNELS[method], antialias))
    return _like(x, images, clip=True)


def _like(x, images, clip):
    """A result in the dtype of the images, rounded if that is one of integers."""
    if x.dtype == images.dtype:
        return x
    if images.dtype.kind == "f":
        return elementwise.cast(x, images.dtype)
    x = elementwise.round(x)
    if clip:
        x = elementwise.clip(
            x, elementwise.cast(reduce.min(images), x.dtype), elementwise.cast(reduce.max(images), x.dtype)
        )
    return elementwise.saturate_cast(x, images.dtype)


@operation
def resize(
    images,
    /,
    size,
    interpolation="bilinear",
    antialias=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    fill_mode="constant",
    fill_value=0.0,
    data_format=None,
):
    """Images of another size (height, width), the corners of the outermost pixels kept.

    interpolation: 'nearest', 'bilinear', 'bicubic' (Keys's kernel with a = -1/2), 'lanczos3' or 'lanczos5'. antialias:
    the kernel widens with the reduction. crop_to_aspect_ratio cuts, pad_to_aspect_ratio fills (with fill_value) before,
    so that nothing is distorted. Integer images are rounded.
    """
    if interpolation != "nearest" and interpolation not in ("bilinear", "bicubic", "lanczos3", "lanczos5"):
        raise ValueError(
            "resize expected interpolation 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5', received "
            f"{interpolation!r}."
        )
    if fill_mode != "constant":
        raise ValueError(f"resize expected fill_mode='constant', the only one, received {fill_mode!r}.")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("resize takes one of crop_to_aspect_ratio and pad_to_aspect_ratio, received both.")
    if len(size) != 2:
        raise ValueError(f"resize expected size to be a pair (height, width), received {size!r}.")
    size = tuple(int(s) for s in size)
    x, back = batched(images, data_format, "resize")
    limits.check_trial((len(x), *size, x.shape[-1]))
    if crop_to_aspect_ratio:
        x = _cropped(x, size)
    elif pad_to_aspect_ratio:
        x = _padded(x, size, fill_value)
    if interpolation == "nearest":
        for axis, count in ((1, size[0]), (2, size[1])):
            places = (np.arange(count) + 0.5) * (x.shape[axis] / count)
            x = take(x, np.minimum(places.astype("int64"), x.shape[axis] - 1), axis=axis)
        return back(x)
    # Integers as float64, so that what lies half-way between two is rounded as it should be.
    wide = {"float16": "float32", "float32": "float32"}.get(x.dtype.name, "float64")
    y = elementwise.cast(x, wide)
    for axis, count in ((1, size[0]), (2, size[1])):
        scale = convert_to_tensor(np.asarray(count / x.shape[axis]))
        shift = convert_to_tensor(np.asarray(0.0))
        y = _along(y, axis, _weights(x.shape[axis], count, scale, shift, _KERNELS[interpolation], antialias))
    return back(_like(y, images, clip=False))


def _aspect(x, size):
    """The height and width that x should have so that its sides stand to each other as those of `size`."""
    height, width = x.shape[1:3]
    return int(float(width * size[0]) / size[1]), int(float(height * size[1]) / size[0])


def _cropped(x, size):
    height, width = x.shape[1:3]
    wanted = _aspect(x, size)
    rows, columns = max(min(height, wanted[0]), 1), max(min(width, wanted[1]), 1)
    top, left = int((height - rows) / 2), int((width - columns) / 2)
    return x[:, top : top + rows, left : left + columns]


def _padded(x, size, fill_value):
    height, width = x.shape[1:3]
    wanted = _aspect(x, size)
    rows, columns = int((max(height, wanted[0]) - height) / 2), int((max(width, wanted[1]) - width) / 2)
    return shaping.pad(x, [(0, 0), (rows, rows), (columns, columns), (0, 0)], constant_values=fill_value)
