"""`tf.nn`: convolutions and pooling, with TensorFlow's strides, paddings and layouts."""

import numpy as np

from minikeras import ops
from minikeras.compat.tensorflow.basics import as_tensor, static_shape
from minikeras.compat.tensorflow.graph import liftable


def _settings(value, rank, data_format, name):
    """One number for each spatial axis, from a number, one for each spatial axis, or one for each axis at all."""
    if value is None:
        return (1,) * rank
    sizes = static_shape(value)
    if len(sizes) == 1:
        return sizes * rank
    if len(sizes) == rank + 2:
        inner = sizes[2:] if _first(data_format) else sizes[1:-1]
        if sizes[0] != 1 or (sizes[1] if _first(data_format) else sizes[-1]) != 1:
            raise ValueError(f"{name} must be 1 for the batch and the channels, received {list(sizes)}.")
        return inner
    if len(sizes) != rank:
        raise ValueError(f"{name} expected 1, {rank} or {rank + 2} numbers, received {list(sizes)}.")
    return sizes


def _first(data_format):
    return data_format is not None and data_format.startswith("NC")


def _layout(data_format):
    return "channels_first" if _first(data_format) else "channels_last"


def _padded(x, padding, fill=0):
    """The input with explicit margins, and the padding that remains to be done."""
    if isinstance(padding, str):
        return x, padding.lower()
    pairs = [tuple(int(n) for n in pair) for pair in padding]
    return ops.pad(x, pairs, constant_values=fill), "valid"


def _convolution(x, filters, strides, padding, data_format, dilations, rank):
    x, filters = as_tensor(x), as_tensor(filters)
    x, padding = _padded(x, padding)
    return ops.conv(
        x, filters, _settings(strides, rank, data_format, "strides"), padding, _layout(data_format),
        _settings(dilations, rank, data_format, "dilations"),
    )  # fmt: skip


@liftable
def conv2d(
    input, filters=None, strides=1, padding="VALID", data_format="NHWC", dilations=None, name=None, filter=None,
    use_cudnn_on_gpu=True,
):  # fmt: skip
    """Images (batch, height, width, channels) with filters (height, width, in, out)."""
    return _convolution(
        input, filters if filters is not None else filter, strides, padding, data_format, dilations, 2
    )


@liftable
def conv1d(
    input=None, filters=None, stride=1, padding="VALID", data_format="NWC", dilations=None, name=None, value=None
):  # fmt: skip
    """Sequences (batch, time, channels) with filters (time, in, out)."""
    return _convolution(
        input if input is not None else value, filters, stride, padding, data_format, dilations, 1
    )


@liftable
def conv3d(input, filters, strides=1, padding="VALID", data_format="NDHWC", dilations=None, name=None):
    """Volumes with filters (depth, height, width, in, out)."""
    return _convolution(input, filters, strides, padding, data_format, dilations, 3)


@liftable
def convolution(input, filters, strides=None, padding="VALID", data_format=None, dilations=None, name=None):
    """A convolution of as many axes as the input has between batch and channels."""
    rank = len(as_tensor(input).shape) - 2
    return _convolution(input, filters, strides, padding, data_format, dilations, rank)


@liftable
def depthwise_conv2d(
    input, filter, strides=1, padding="VALID", data_format="NHWC", dilations=None, name=None, rate=None
):  # fmt: skip
    """Each channel with its own filters (height, width, in, multiplier)."""
    x, padding = _padded(as_tensor(input), padding)
    dilations = dilations if dilations is not None else rate
    return ops.depthwise_conv(
        x, as_tensor(filter), _settings(strides, 2, data_format, "strides"), padding, _layout(data_format),
        _settings(dilations, 2, data_format, "dilations"),
    )  # fmt: skip


@liftable
def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides=1, padding="VALID", data_format="NHWC", dilations=None, name=None
):  # fmt: skip
    """A depthwise convolution, then one of window 1 that mixes the channels."""
    y = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return _convolution(y, pointwise_filter, 1, "VALID", data_format, None, 2)


@liftable
def atrous_conv2d(value, filters, rate, padding, name=None):
    """A dilated convolution."""
    return _convolution(value, filters, 1, padding, "NHWC", rate, 2)


def _transposed(x, filters, output_shape, strides, padding, data_format, rank):
    x, filters = as_tensor(x), as_tensor(filters)
    steps = _settings(strides, rank, data_format, "strides")
    wanted = static_shape(output_shape)
    inner = wanted[2:] if _first(data_format) else wanted[1:-1]
    sizes = x.shape[2:] if _first(data_format) else x.shape[1:-1]
    window = filters.shape[:rank]
    padding = padding.lower()
    # How much longer the output is than the shortest that the convolution maps to this input.
    extra = [
        o - ((n - 1) * s + (k if padding == "valid" else k % 2))
        for o, n, s, k in zip(inner, sizes, steps, window, strict=True)
    ]
    if padding == "same":
        return _same_transposed(x, filters, inner, steps, data_format, rank)
    return ops.conv_transpose(x, filters, steps, padding, tuple(extra), _layout(data_format))


def _same_transposed(x, filters, inner, steps, data_format, rank):
    """With 'same' padding the output is cut, in the middle, out of the full one."""
    full = ops.conv_transpose(x, filters, steps, "valid", (0,) * rank, _layout(data_format))
    start = 2 if _first(data_format) else 1
    index = [slice(None)] * (rank + 2)
    margins = [(0, 0)] * (rank + 2)
    for axis, (size, s, k) in enumerate(zip(inner, steps, filters.shape, strict=False)):
        inputs = -(-size // s)
        before = max((inputs - 1) * s + k - size, 0) // 2
        index[start + axis] = slice(before, before + size)
        margins[start + axis] = (0, max(before + size - full.shape[start + axis], 0))
    if any(after for _, after in margins):
        full = ops.pad(full, margins)
    return full[tuple(index)]


@liftable
def conv2d_transpose(
    input=None, filters=None, output_shape=None, strides=1, padding="SAME", data_format="NHWC", dilations=None,
    name=None, value=None, filter=None,
):  # fmt: skip
    """What the gradient of conv2d does: filters (height, width, out, in), and the shape of the output."""
    x = input if input is not None else value
    kernel = filters if filters is not None else filter
    return _transposed(x, kernel, output_shape, strides, padding, data_format, 2)


@liftable
def conv1d_transpose(
    input, filters, output_shape, strides, padding="SAME", data_format="NWC", dilations=None, name=None
):
    """What the gradient of conv1d does."""
    return _transposed(input, filters, output_shape, strides, padding, data_format, 1)


# Pooling


def _pooled(function, x, ksize, strides, padding, data_format, rank, fill=0):
    x, padding = _padded(as_tensor(x), padding, fill)
    return function(
        x, _settings(ksize, rank, data_format, "ksize"), _settings(strides, rank, data_format, "strides"), padding,
        _layout(data_format),
    )  # fmt: skip


@liftable
def max_pool2d(
    input=None, ksize=None, strides=None, padding="VALID", data_format="NHWC", name=None, value=None
):
    """The largest of each window."""
    x = input if input is not None else value
    return _pooled(ops.max_pool, x, ksize, strides, padding, data_format, 2, -np.inf)


max_pool = max_pool2d


@liftable
def avg_pool2d(
    input=None, ksize=None, strides=None, padding="VALID", data_format="NHWC", name=None, value=None
):
    """The mean of each window."""
    x = input if input is not None else value
    return _pooled(ops.average_pool, x, ksize, strides, padding, data_format, 2)


avg_pool = avg_pool2d


@liftable
def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The largest of each window."""
    return _pooled(ops.max_pool, input, ksize, strides, padding, data_format, 1, -np.inf)


@liftable
def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The mean of each window."""
    return _pooled(ops.average_pool, input, ksize, strides, padding, data_format, 1)


@liftable
def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The largest of each window."""
    return _pooled(ops.max_pool, input, ksize, strides, padding, data_format, 3, -np.inf)


@liftable
def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of each window."""
    return _pooled(ops.average_pool, input, ksize, strides, padding, data_format, 3)


@liftable
def pool(
    input,
    window_shape,
    pooling_type,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,
):
    """Pooling of type 'MAX' or 'AVG'."""
    rank = len(as_tensor(input).shape) - 2
    function = {"MAX": ops.max_pool, "AVG": ops.average_pool}[pooling_type.upper()]
    return _pooled(function, input, window_shape, strides, padding, data_format, rank)
