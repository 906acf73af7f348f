"""Convolution and pooling, with the argument names of Keras 2 and the orders of Keras 1."""

from minikeras import ops
from minikeras.backend.recording import recorded
from minikeras.backend.shaping import format_of
from minikeras.ops.spatial import channels_first, channels_last, tuple_of
from minikeras.spellings.calls import accepting

__all__ = [
    "conv1d", "conv2d", "conv2d_transpose", "conv3d", "conv3d_transpose", "deconv2d", "deconv3d", "depthwise_conv2d",
    "local_conv1d", "local_conv2d", "pool2d", "pool3d", "separable_conv1d", "separable_conv2d",
]  # fmt: skip


def _padding(padding):
    if padding not in ("valid", "same", "causal"):
        raise ValueError(f"padding must be 'valid' or 'same', received {padding!r}.")
    return padding


@accepting
def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """The convolution of (samples, steps, channels) with a kernel (window, in, out); padding may be 'causal'."""
    return _convolved(ops.conv, x, kernel, strides, padding, data_format, dilation_rate)


@accepting
def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """The convolution of images with a kernel (rows, columns, in, out)."""
    return _convolved(ops.conv, x, kernel, strides, padding, data_format, dilation_rate)


@accepting
def conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
    """The convolution of volumes with a kernel (depth, rows, columns, in, out)."""
    return _convolved(ops.conv, x, kernel, strides, padding, data_format, dilation_rate)


@accepting
def depthwise_conv2d(
    x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """The convolution of each channel with its own kernels (rows, columns, channels, multiplier)."""
    return _convolved(ops.depthwise_conv, x, depthwise_kernel, strides, padding, data_format, dilation_rate)


@accepting
def separable_conv1d(
    x, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None, dilation_rate=1
):
    """A depthwise convolution of a sequence followed by one over its channels."""
    return ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides=strides, padding=_padding(padding),
        data_format=format_of(data_format), dilation_rate=dilation_rate,
    )  # fmt: skip


@accepting
def separable_conv2d(
    x,
    depthwise_kernel,
    pointwise_kernel,
    strides=(1, 1),
    padding="valid",
    data_format=None,
    dilation_rate=(1, 1),
):
    """A depthwise convolution of images followed by one over their channels."""
    return separable_conv1d(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def _convolved(function, x, kernel, strides, padding, data_format, dilation_rate):
    return function(
        x, kernel, strides=strides, padding=_padding(padding), data_format=format_of(data_format),
        dilation_rate=dilation_rate,
    )  # fmt: skip


@accepting
@recorded
def conv2d_transpose(
    x, kernel, output_shape, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """The transposed convolution of images with a kernel (rows, columns, out, in); output_shape has the batch axis."""
    return _transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate, 2)


@accepting
@recorded
def conv3d_transpose(x, kernel, output_shape, strides=(1, 1, 1), padding="valid", data_format=None):
    """The transposed convolution of volumes with a kernel (depth, rows, columns, out, in)."""
    return _transposed(x, kernel, output_shape, strides, padding, data_format, 1, 3)


deconv2d, deconv3d = conv2d_transpose, conv3d_transpose


def _transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate, rank):
    data_format = format_of(data_format)
    first = data_format == "channels_first"
    wanted = tuple(output_shape)[2:] if first else tuple(output_shape)[1:-1]
    strides, dilation = tuple_of(strides, rank, "strides"), tuple_of(dilation_rate, rank, "dilation_rate")
    sizes = x.shape[2:] if first else x.shape[1:-1]
    extra = []
    for size, k, s, d, target in zip(sizes, kernel.shape, strides, dilation, wanted, strict=False):
        window = (k - 1) * d + 1
        # The size that the plain transpose has; what is beyond it comes from output_padding.
        least = (size - 1) * s + window - (2 * (window // 2) if padding == "same" else 0)
        extra.append(None if target is None else int(target) - least)
    if None in extra:
        extra = None
    elif any(e < 0 for e in extra):
        raise ValueError(
            f"A transposed convolution of shape {tuple(x.shape)} with window {tuple(kernel.shape[:rank])}, strides {strides} "
            f"and padding {padding!r} cannot have the output shape {tuple(output_shape)}."
        )
    return ops.conv_transpose(
        x, kernel, strides=strides, padding=_padding(padding), output_padding=None if extra is None else tuple(extra),
        data_format=data_format, dilation_rate=dilation,
    )  # fmt: skip


@accepting
@recorded
def local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """A convolution of a sequence whose windows do not share weights: kernel (places, window · in, out)."""
    first = format_of(data_format) == "channels_first"
    x = channels_last(inputs) if first else inputs
    (size,), (stride,) = tuple_of(kernel_size, 1, "kernel_size"), tuple_of(strides, 1, "strides")
    places = (x.shape[1] - size) // stride + 1
    windows = [
        ops.reshape(x[:, i * stride : i * stride + size], (-1, size * x.shape[-1])) for i in range(places)
    ]
    y = ops.transpose(ops.matmul(ops.stack(windows), kernel), (1, 0, 2))
    return channels_first(y) if first else y


@accepting
@recorded
def local_conv2d(inputs, kernel, kernel_size, strides, output_shape, data_format=None):
    """A convolution of images whose windows do not share weights: kernel (places, rows · columns · in, out)."""
    first = format_of(data_format) == "channels_first"
    rows, columns = output_shape
    (height, width), (down, across) = tuple_of(kernel_size, 2, "kernel_size"), tuple_of(strides, 2, "strides")
    windows = []
    for i in range(rows):
        for j in range(columns):
            along = (slice(i * down, i * down + height), slice(j * across, j * across + width))
            window = inputs[(slice(None), slice(None), *along)] if first else inputs[(slice(None), *along)]
            windows.append(ops.reshape(window, (inputs.shape[0], -1)))
    y = ops.transpose(ops.matmul(ops.stack(windows), kernel), (1, 0, 2))
    y = ops.reshape(y, (inputs.shape[0], rows, columns, -1))
    return channels_first(y) if first else y


# Pooling


@accepting
def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The maxima ('max') or means ('avg') of windows over images."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


@accepting
def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The maxima ('max') or means ('avg') of windows over volumes."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode)


def _pooled(x, pool_size, strides, padding, data_format, pool_mode):
    if pool_mode not in ("max", "avg"):
        raise ValueError(f"pool_mode must be 'max' or 'avg', received {pool_mode!r}.")
    function = ops.max_pool if pool_mode == "max" else ops.average_pool
    return function(
        x, pool_size, strides=strides, padding=_padding(padding), data_format=format_of(data_format)
    )
