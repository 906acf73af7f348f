"""Shapes: rearranging, repeating, padding and resizing."""

import math

from minikeras import config, ops
from minikeras.autodiff import SymbolicTensor, convert_to_tensor
from minikeras.autodiff.tensor import Tensor
from minikeras.backend.recording import recorded, sizes_of
from minikeras.ops import slice as _slice_of
from minikeras.spellings.calls import accepting

__all__ = [
    "arange", "asymmetric_spatial_2d_padding", "batch_flatten", "concatenate", "expand_dims", "flatten", "one_hot",
    "permute_dimensions", "repeat", "repeat_elements", "reshape", "resize_images", "resize_volumes", "reverse", "slice",
    "spatial_2d_padding", "spatial_3d_padding", "squeeze", "stack", "temporal_padding", "tile",
]  # fmt: skip


def concatenate(tensors, axis=-1):
    """Tensors one after the other along an axis, the last by default."""
    return ops.concatenate(tensors, axis=axis)


def stack(x, axis=0):
    """Tensors of one shape along a new axis."""
    return ops.stack(x, axis=axis)


def reshape(x, shape):
    """The same elements in another shape; one size may be -1."""
    if isinstance(shape, SymbolicTensor):
        raise TypeError(
            "K.reshape expected the shape as numbers or K.shape(x)[i], received a symbolic tensor."
        )
    return _reshape(x, shape if isinstance(shape, Tensor) else sizes_of(shape))


def _reshape(x, shape):
    known = isinstance(shape, tuple) and all(isinstance(s, int) or s is None for s in shape)
    if known:
        return ops.reshape(x, shape)
    return _reshape_later(x, shape)


@recorded
def _reshape_later(x, shape):
    return ops.reshape(x, sizes_of(shape))


def permute_dimensions(x, pattern):
    """The axes in another order."""
    return ops.transpose(x, axes=tuple(pattern))


def expand_dims(x, axis=-1):
    """A new axis of size 1."""
    return ops.expand_dims(x, axis)


def squeeze(x, axis):
    """Without an axis of size 1."""
    return ops.squeeze(x, axis=axis)


def flatten(x):
    """All elements in one axis."""
    return ops.reshape(x, (-1,))


def batch_flatten(x):
    """Each sample's elements in one axis.

    >>> import numpy as np
    >>> batch_flatten(np.ones((2, 3, 4))).shape
    (2, 12)
    """
    x = x if isinstance(x, SymbolicTensor) else convert_to_tensor(x)
    if None not in x.shape[1:]:
        return ops.reshape(x, (-1, math.prod(x.shape[1:])))
    return _batch_flatten(x)


@recorded
def _batch_flatten(x):
    return ops.reshape(x, (x.shape[0], -1))


def reverse(x, axes):
    """The elements in reverse order along axes."""
    return ops.flip(x, axis=axes if isinstance(axes, int) else tuple(axes))


@recorded
def slice(x, start, size):
    """The part of x that begins at `start` and has the sizes `size`; -1 is all that is left."""
    x = convert_to_tensor(x)
    start, size = sizes_of(start), sizes_of(size)
    return _slice_of(
        x, start, [s if s != -1 else n - b for s, n, b in zip(size, x.shape, start, strict=True)]
    )


def arange(start, stop=None, step=1, dtype="int32"):
    """start, start + step, ... up to stop, not included; 0 to start without a stop."""
    return ops.arange(start, stop, step, dtype=dtype)


def one_hot(indices, num_classes):
    """A 1 at each index along a new last axis, 0 elsewhere."""
    return ops.one_hot(indices, num_classes)


# Repeating


def repeat(x, n):
    """(samples, features) as (samples, n, features)."""
    if len(x.shape) != 2:
        raise ValueError(f"K.repeat expected (samples, features), received shape {tuple(x.shape)}.")
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def repeat_elements(x, rep, axis):
    """Each element repeated along an axis, as NumPy's `repeat`."""
    return ops.repeat(x, rep, axis=axis)


def tile(x, n):
    """x side by side with itself, n times along each axis."""
    return _tile(x, [n] if isinstance(n, int) else n)


@recorded
def _tile(x, n):
    repeats = sizes_of(n)
    rank = len(convert_to_tensor(x).shape)
    if len(repeats) < rank:  # fewer than there are axes: they count from the last, as NumPy's do
        repeats = (1,) * (rank - len(repeats)) + repeats
    return ops.tile(x, repeats)


# Margins


def _padded(x, pairs, rank, data_format, name):
    pairs = [tuple(pair) for pair in pairs]
    if len(pairs) != rank or any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{name} expected a pair (before, after) for each of {rank} axes, received {pairs}.")
    first = config.standardize_data_format(data_format) == "channels_first"
    return ops.pad(x, ((0, 0), (0, 0), *pairs) if first else ((0, 0), *pairs, (0, 0)))


def temporal_padding(x, padding=(1, 1)):
    """Zeros before and after the steps of (samples, steps, features)."""
    padding = (padding, padding) if isinstance(padding, int) else padding
    return _padded(x, [padding], 1, "channels_last", "K.temporal_padding")


@accepting
def spatial_2d_padding(x, padding=((1, 1), (1, 1)), data_format=None):
    """Zeros around images: ((top, bottom), (left, right)), or (rows, columns) for both sides alike."""
    padding = [(p, p) if isinstance(p, int) else p for p in padding]
    return _padded(x, padding, 2, format_of(data_format), "K.spatial_2d_padding")


@accepting
def asymmetric_spatial_2d_padding(x, top_pad=1, bottom_pad=1, left_pad=1, right_pad=1, data_format=None):
    """Zeros around images, each side with its own number."""
    return spatial_2d_padding(x, ((top_pad, bottom_pad), (left_pad, right_pad)), data_format)


@accepting
def spatial_3d_padding(x, padding=((1, 1), (1, 1), (1, 1)), data_format=None):
    """Zeros around volumes: (before, after) for each of three axes."""
    padding = [(p, p) if isinstance(p, int) else p for p in padding]
    return _padded(x, padding, 3, format_of(data_format), "K.spatial_3d_padding")


def format_of(data_format):
    """A data format by its name of today: 'th' and 'tf' were the first ones."""
    return {"th": "channels_first", "tf": "channels_last", "default": None}.get(data_format, data_format)


# Sizes

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


@accepting
@recorded
def resize_images(x, height_factor, width_factor, data_format=None, interpolation="nearest"):
    """Images enlarged by whole factors."""
    data_format = config.standardize_data_format(format_of(data_format))
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(
            f"K.resize_images expected interpolation 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5', received "
            f"{interpolation!r}."
        )
    rows = 2 if data_format == "channels_first" else 1
    if interpolation == "nearest":
        return ops.repeat(ops.repeat(x, height_factor, axis=rows), width_factor, axis=rows + 1)
    size = (x.shape[rows] * height_factor, x.shape[rows + 1] * width_factor)
    return ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


@accepting
def resize_volumes(x, depth_factor, height_factor, width_factor, data_format=None):
    """Volumes enlarged by whole factors, elements repeated."""
    first = config.standardize_data_format(format_of(data_format)) == "channels_first"
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), 2 if first else 1):
        x = ops.repeat(x, factor, axis=axis)
    return x
