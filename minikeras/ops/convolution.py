"""Convolution and its transpose in one, two and three dimensions."""

import numpy as np

from minikeras import config, kernels, limits
from minikeras.autodiff import differentiable, operation
from minikeras.ops import elementwise, shaping
from minikeras.ops.floating import floating_tensor
from minikeras.ops.spatial import channels_first, channels_last, margins, spatial_rank, tuple_of

__all__ = ["conv", "conv_transpose", "depthwise_conv", "separable_conv"]


@differentiable
def convolve(x, kernel, bias, /, strides, padding, dilation, groups, activation=None):
    """activation(x ⋆ kernel + bias), channels last; strides, padding (pairs) and dilation one for each spatial axis."""
    if limits.reading:
        padded = [s + a + b for s, (a, b) in zip(x.shape[1:-1], padding, strict=True)]
        limits.check_trial((x.shape[0], *padded, x.shape[-1]))
        limits.check_trial((x.shape[0], *padded, kernel.shape[-1]))
        limits.check_steps(x.shape[0], *padded, kernel.size)
    y = kernels.conv(x, kernel, bias, strides, padding, dilation, groups, activation)

    def gradient(dy, into):
        return kernels.conv_gradient(dy, x, kernel, y, strides, padding, dilation, groups, activation, into)

    return y, gradient


@operation
def conv(inputs, kernel, /, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of (batch, *spatial, channels) inputs with a (*window, channels / groups, filters) kernel.

    padding: 'valid' (none), 'same' (the output has ceil(size / stride) places) or 'causal' (all of it before).
    """
    return convolution(inputs, kernel, None, strides, padding, data_format, dilation_rate)


def convolution(inputs, kernel, bias, strides, padding, data_format, dilation_rate, activation=None):
    """`conv` with a bias and a fused activation, in either data format."""
    rank = spatial_rank(inputs, "conv")
    strides = tuple_of(strides, rank, "strides")
    dilation = tuple_of(dilation_rate, rank, "dilation_rate")
    first = config.standardize_data_format(data_format) == "channels_first"
    inputs, kernel = _one_dtype(inputs, kernel)
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
    y = convolve(
        inputs,
        kernel,
        bias,
        strides=strides,
        padding=pairs,
        dilation=dilation,
        groups=groups,
        activation=activation,
    )
    return channels_first(y) if first else y


def _one_dtype(inputs, kernel):
    """Inputs and kernel in their common float dtype."""
    inputs, kernel = floating_tensor(inputs), floating_tensor(kernel)
    if inputs.dtype != kernel.dtype:
        common = np.result_type(inputs.dtype, kernel.dtype)
        inputs, kernel = elementwise.cast(inputs, common), elementwise.cast(kernel, common)
    return inputs, kernel


@operation
def depthwise_conv(inputs, kernel, /, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution of each channel by itself, with a (*window, channels, multiplier) kernel."""
    *window, channels, multiplier = kernel.shape
    _check_channels("depthwise_conv", inputs, channels, data_format)
    kernel = shaping.reshape(kernel, (*window, 1, channels * multiplier))
    return convolution(inputs, kernel, None, strides, padding, data_format, dilation_rate)


@operation
def separable_conv(
    inputs,
    depthwise_kernel,
    pointwise_kernel,
    /,
    strides=1,
    padding="valid",
    data_format=None,
    dilation_rate=1,
):
    """A depthwise convolution, then one of window 1 that mixes the channels (Chollet 2017)."""
    y = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return convolution(y, pointwise_kernel, None, 1, "valid", data_format, 1)


def _check_channels(name, inputs, channels, data_format):
    axis = 1 if config.standardize_data_format(data_format) == "channels_first" else -1
    if inputs.shape[axis] != channels:
        raise ValueError(
            f"{name}: the kernel is for {channels} channels, the inputs have {inputs.shape[axis]}."
        )


# The transpose


@differentiable
def convolve_transpose(x, kernel, /, output_shape, strides, padding, dilation):
    """What the gradient of a convolution does to its output: x (batch, *spatial, in), kernel (*window, out, in)."""
    if limits.reading:
        limits.check_trial(output_shape)
        limits.check_steps(*x.shape[:-1], kernel.size)
    y = kernels.conv_input_gradient(x, kernel, output_shape, strides, padding, dilation, 1)

    def gradient(dy, into):
        dx = dkernel = None
        if into[0] is not None:
            dx = kernels.conv(dy, kernel, None, strides, padding, dilation, 1)
        if into[1] is not None:
            wanted = (None, into[1], None)
            dkernel = kernels.conv_gradient(x, dy, kernel, None, strides, padding, dilation, 1, None, wanted)[
                1
            ]
        return dx, dkernel

    return y, gradient


def crops(window, strides, padding, output_padding, dilation):
    """(before, after) for each spatial axis: how much of the full transposed convolution is cut off.

    Negative where zeros are added. The output has, for 'valid', (size - 1) · stride + max(window, stride) places, for
    'same' size · stride; with output_padding (size - 1) · stride + window (for 'same' window % 2) + output_padding.
    """
    if padding not in ("valid", "same"):
        raise ValueError(f"conv_transpose expected padding 'valid' or 'same', received {padding!r}.")
    extra = output_padding if isinstance(output_padding, (tuple, list)) else (output_padding,) * len(window)
    pairs = []
    for k, s, o, d in zip(window, strides, extra, dilation, strict=True):
        k = (k - 1) * d + 1
        if padding == "valid":
            before, after = k - 1, k - 1 + (max(k, s) - k if o is None else o)
        else:
            total = s + k - 2 if o is None else k + k % 2 - 2 + o
            before = min(total - total // 2, k - 1)
            after = total - before
        pairs.append((k - 1 - before, k - 1 - after))
    return tuple(pairs)


@operation
def conv_transpose(
    inputs,
    kernel,
    /,
    strides=1,
    padding="valid",
    output_padding=None,
    data_format=None,
    dilation_rate=1,
):
    """The transpose of a convolution, which enlarges: inputs (batch, *spatial, in), kernel (*window, out, in)."""
    rank = spatial_rank(inputs, "conv_transpose")
    strides = tuple_of(strides, rank, "strides")
    dilation = tuple_of(dilation_rate, rank, "dilation_rate")
    _check_channels("conv_transpose", inputs, kernel.shape[-1], data_format)
    first = config.standardize_data_format(data_format) == "channels_first"
    inputs, kernel = _one_dtype(inputs, kernel)
    if first:
        inputs = channels_last(inputs)
    window = tuple(kernel.shape[:rank])
    cut = crops(window, strides, padding, output_padding, dilation)
    pairs = tuple([(max(a, 0), max(b, 0)) for a, b in cut])
    sizes = [
        (size - 1) * s + (k - 1) * d + 1 - a - b
        for size, s, k, d, (a, b) in zip(inputs.shape[1:-1], strides, window, dilation, pairs, strict=True)
    ]
    shape = (inputs.shape[0], *sizes, kernel.shape[-2])
    y = convolve_transpose(
        inputs, kernel, output_shape=shape, strides=strides, padding=pairs, dilation=dilation
    )
    if min(min(pair) for pair in cut) < 0:
        y = shaping.pad(y, [(0, 0), *[(max(-a, 0), max(-b, 0)) for a, b in cut], (0, 0)])
    return channels_first(y) if first else y
