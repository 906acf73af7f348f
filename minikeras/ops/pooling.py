"""Pooling in one, two and three dimensions: windows reduced to their maximum or mean."""

import numpy as np

from minikeras import config, kernels, limits
from minikeras.autodiff import differentiable, operation
from minikeras.ops import products, reduce, shaping
from minikeras.ops.floating import floating_tensor
from minikeras.ops.indexing import take
from minikeras.ops.spatial import channels_first, channels_last, margins, spatial_rank, tuple_of

__all__ = ["adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool"]


# A comparison takes longer than a product.
_STEPS = 8


@differentiable
def max_windows(x, /, size, strides, padding):
    """The maximum of each window, channels last; size, strides and padding (pairs) one for each spatial axis."""
    y, winners = kernels.max_pool(x, size, strides, padding)
    return y, (lambda dy: kernels.max_pool_gradient(dy, winners, x.shape, size, strides, padding),)


@differentiable
def average_windows(x, /, size, strides, padding):
    """The mean of each window over its elements inside the input, channels last."""
    y = kernels.average_pool(x, size, strides, padding)
    return y, (lambda dy: kernels.average_pool_gradient(dy, x.shape, size, strides, padding),)


@operation
def max_pool(inputs, /, pool_size, strides=None, padding="valid", data_format=None):
    """The largest value in each window of (batch, *spatial, channels) inputs; of equal ones the first gets the gradient.

    strides: the distance of windows, their size by default. padding: 'valid' (none) or 'same' (never chosen).
    """
    return _pool(max_windows, inputs, pool_size, strides, padding, data_format, "max_pool")


@operation
def average_pool(inputs, /, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each window of (batch, *spatial, channels) inputs, over the elements that lie inside the input."""
    return _pool(
        average_windows, floating_tensor(inputs), pool_size, strides, padding, data_format, "average_pool"
    )


def _pool(function, inputs, pool_size, strides, padding, data_format, name):
    rank = spatial_rank(inputs, name)
    size = tuple_of(pool_size, rank, "pool_size")
    strides = size if strides is None else tuple_of(strides, rank, "strides")
    first = config.standardize_data_format(data_format) == "channels_first"
    if first:
        inputs = channels_last(inputs)
    pairs = margins(padding, inputs.shape[1:-1], size, strides, (1,) * rank)
    if limits.reading:
        padded = [s + a + b for s, (a, b) in zip(inputs.shape[1:-1], pairs, strict=True)]
        limits.check_trial((inputs.shape[0], *padded, inputs.shape[-1]))
        windows = [max(p - k, 0) // s + 1 for p, k, s in zip(padded, size, strides, strict=True)]
        limits.check_steps(inputs.shape[0], inputs.shape[-1], *windows, *size, _STEPS)
    y = function(inputs, size=size, strides=strides, padding=pairs)
    return channels_first(y) if first else y


# To a given size


def _bounds(size, count):
    """Where `count` windows that together cover an axis begin and end; they may overlap by one element."""
    places = np.arange(count)
    return places * size // count, -(-(places + 1) * size // count)


@operation
def adaptive_average_pool(inputs, /, output_size, data_format=None):
    """The means of as many windows along each spatial axis as output_size says, nearly equal in size."""

    def along(x, axis, count):
        starts, stops = _bounds(x.shape[axis], count)
        places = np.arange(x.shape[axis])
        inside = (places >= starts[:, None]) & (places < stops[:, None])
        weights = (inside / inside.sum(-1, keepdims=True)).astype(x.dtype)
        return shaping.moveaxis(products.matmul(weights, shaping.moveaxis(x, axis, -2)), -2, axis)

    return _adaptive(along, floating_tensor(inputs), output_size, data_format, "adaptive_average_pool")


@operation
def adaptive_max_pool(inputs, /, output_size, data_format=None):
    """The maxima of as many windows along each spatial axis as output_size says, nearly equal in size."""

    def along(x, axis, count):
        starts, stops = _bounds(x.shape[axis], count)
        # Windows shorter than the longest one read their last element again.
        places = np.minimum(starts[:, None] + np.arange((stops - starts).max()), stops[:, None] - 1)
        return reduce.max(take(x, places, axis=axis), axis=axis + 1)

    return _adaptive(along, inputs, output_size, data_format, "adaptive_max_pool")


def _adaptive(along, inputs, output_size, data_format, name):
    rank = spatial_rank(inputs, name)
    counts = tuple_of(output_size, rank, "output_size")
    first = config.standardize_data_format(data_format) == "channels_first"
    x = channels_last(inputs) if first else inputs
    limits.check_trial(
        (x.shape[0], *(max(pair) for pair in zip(x.shape[1:-1], counts, strict=True)), x.shape[-1])
    )
    for axis, count in enumerate(counts, start=1):
        x = along(x, axis, count)
    return channels_first(x) if first else x
