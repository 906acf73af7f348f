"""Convolution and pooling in one, two and three dimensions."""

import numpy as np

from minikeras import config, kernels
from minikeras.autodiff import differentiable
from minikeras.ops import shape


def tuple_of(value, rank, name):
    """A setting that is one positive integer or one for each spatial axis, as a tuple."""
    values = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value,) * rank
    if len(values) != rank or any(not isinstance(v, (int, np.integer)) or v < 1 for v in values):
        raise ValueError(
            f"{name} must be a positive integer or a tuple of {rank} positive integers, received {value!r}."
        )
    return tuple(int(v) for v in values)


def margins(padding, sizes, window, strides, dilation):
    """(before, after) for each spatial axis: none for 'valid'; for 'same' as little as keeps ceil(size / stride)."""
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding == "same":
        pairs = []
        for size, k, s, d in zip(sizes, window, strides, dilation, strict=True):
            total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            pairs.append((total // 2, total - total // 2))
        return tuple(pairs)
    if padding == "causal":
        return tuple(((k - 1) * d, 0) for k, d in zip(window, dilation, strict=True))
    raise ValueError(f"padding must be 'valid', 'same' or 'causal', received {padding!r}.")


@differentiable
def convolve(x, kernel, bias, /, strides, padding, dilation, groups, activation=None):
    """activation(x ⋆ kernel + bias), channels last; strides, padding (pairs) and dilation one for each spatial axis."""
    y = kernels.conv(x, kernel, bias, strides, padding, dilation, groups, activation)

    def gradient(dy, into):
        return kernels.conv_gradient(dy, x, kernel, y, strides, padding, dilation, groups, activation, into)

    return y, gradient


def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of (batch, *spatial, channels) inputs with a (*window, channels / groups, filters) kernel."""
    return convolution(inputs, kernel, None, strides, padding, data_format, dilation_rate)


def convolution(inputs, kernel, bias, strides, padding, data_format, dilation_rate, activation=None):
    """`conv` with a bias and a fused activation, in either data format."""
    rank = len(shape.shape(inputs)) - 2
    strides = tuple_of(strides, rank, "strides")
    dilation = tuple_of(dilation_rate, rank, "dilation_rate")
    first = config.standardize_data_format(data_format) == "channels_first"
    if first:
        inputs = channels_last(inputs)
    window = tuple(kernel.shape[:rank])
    sizes = inputs.shape
    if sizes[-1] % kernel.shape[-2]:
        raise ValueError(
            f"conv: inputs have {sizes[-1]} channels, which the kernel's {kernel.shape[-2]} input channels do not divide."
        )
    pairs = margins(padding, sizes[1:-1], window, strides, dilation)
    groups = sizes[-1] // kernel.shape[-2]
    y = convolve(inputs, kernel, bias, strides=strides, padding=pairs, dilation=dilation, groups=groups, activation=activation)
    return channels_first(y) if first else y


def channels_last(x):
    """(batch, channels, *spatial) as (batch, *spatial, channels)."""
    return shape.transpose(x, (0, *range(2, len(x.shape)), 1))


def channels_first(x):
    """(batch, *spatial, channels) as (batch, channels, *spatial)."""
    rank = len(x.shape)
    return shape.transpose(x, (0, rank - 1, *range(1, rank - 1)))


@differentiable
def _max_pool(x, /, size, strides, padding):
    y, winners = kernels.max_pool(x, size, strides, padding)
    return y, (lambda dy: kernels.max_pool_gradient(dy, winners, x.shape, size, strides, padding),)


@differentiable
def _average_pool(x, /, size, strides, padding):
    y = kernels.average_pool(x, size, strides, padding)
    return y, (lambda dy: kernels.average_pool_gradient(dy, x.shape, size, strides, padding),)


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The largest value in each window of (batch, *spatial, channels) inputs."""
    return _pool(_max_pool, inputs, pool_size, strides, padding, data_format)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each window, over the elements that lie inside the input."""
    return _pool(_average_pool, inputs, pool_size, strides, padding, data_format)


def _pool(function, inputs, pool_size, strides, padding, data_format):
    rank = len(shape.shape(inputs)) - 2
    size = tuple_of(pool_size, rank, "pool_size")
    strides = size if strides is None else tuple_of(strides, rank, "strides")
    first = config.standardize_data_format(data_format) == "channels_first"
    if first:
        inputs = channels_last(inputs)
    pairs = margins(padding, inputs.shape[1:-1], size, strides, (1,) * rank)
    y = function(inputs, size=size, strides=strides, padding=pairs)
    return channels_first(y) if first else y
