"""Convolution (cross-correlation, channels last, one to three spatial axes) and its gradients.

Every window of the padded input becomes one row of a matrix, so that a convolution is one matrix product:

    y = patches(x) w        dw = patches(x)^T dz        dx = the same kind of product over windows of dz

Depthwise convolution multiplies too little per window for that; there every tap of the kernel is one
multiply-add over whole arrays. `windows`, not copies, describe the patches; the copy is made once, in the
order in which runs of memory are longest.
"""

from itertools import product

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .activation import activate, activation_gradient
from .arrays import column_sums, delivered, destination, padded, unpadded, widened, widened_gradient

_LONG_RUN = 16  # elements; shorter runs of a window are copied tap by tap instead


def conv(x, w, b, strides, padding, dilation, groups, activation=None):
    """Correlate x (n, *spatial, c) with w (*kernel, c / groups, f): (n, *outputs, f).

    padding is ((low, high), ...); outputs = (spatial + low + high - dilation (kernel - 1) - 1) // stride + 1.

    >>> x = np.arange(4.0).reshape(1, 4, 1)
    >>> conv(x, np.ones((2, 1, 1)), None, (1,), ((0, 0),), (1,), 1).ravel()
    array([1., 3., 5.])
    """
    if x.dtype == np.float16:
        return widened(conv, x, w, b, strides, padding, dilation, groups, activation)
    x = padded(x, padding)
    kernel, filters = w.shape[:-2], w.shape[-1]
    outputs = _outputs(x, kernel, strides, dilation)
    if groups == 1:
        y = patches(x, kernel, outputs, strides, dilation) @ w.reshape(-1, filters)
        y = y.reshape(len(x), *outputs, filters)
    elif groups == x.shape[-1]:
        y = _depthwise(x, w, outputs, strides, dilation)
    else:
        unpadded_edges = ((0, 0),) * len(kernel)
        parts = [
            conv(part, w[..., chosen], None, strides, unpadded_edges, dilation, 1)
            for part, chosen in _by_group(x, filters, groups)
        ]
        y = np.concatenate(parts, axis=-1)
    if b is not None:
        np.add(y, b, out=y)
    return activate(y, activation)


def conv_gradient(dy, x, w, y, strides, padding, dilation, groups, activation, into):
    """The gradients (dx, dw, db) of `conv`; y is the output, read only for the activation."""
    if x.dtype == np.float16:
        return widened_gradient(
            conv_gradient, dy, x, w, y, strides, padding, dilation, groups, activation, into
        )
    dx, dw, db = into
    dz = activation_gradient(dy, y, activation)
    if dx is not None:
        dx = delivered(conv_input_gradient(dz, w, x.shape, strides, padding, dilation, groups), dx)
    if dw is not None:
        dw = destination(dw, w.shape, x.dtype)
        _kernel_gradient(dz, padded(x, padding), dw, strides, dilation, groups)
    if db is not None:
        db = column_sums(dz.reshape(-1, dz.shape[-1]), None if db is True else db)
    return dx, dw, db


def conv_input_gradient(dy, w, x_shape, strides, padding, dilation, groups):
    """The gradient of `conv` for its input of shape x_shape: also the transposed convolution of dy."""
    if dy.dtype == np.float16:
        return widened(conv_input_gradient, dy, w, x_shape, strides, padding, dilation, groups)
    channels = x_shape[-1]
    if groups == 1 and channels >= dy.shape[-1] and all(stride == 1 for stride in strides):
        return _correlate_back(dy, w, padding, dilation)
    extended = [length + low + high for length, (low, high) in zip(x_shape[1:-1], padding, strict=True)]
    dx = np.zeros((len(dy), *extended, channels), dy.dtype)
    if groups == 1 or groups == channels:
        _scatter_taps(dy, w, dx, strides, dilation, groups)
    else:
        for part, chosen in _by_group(dx, w.shape[-1], groups):
            _scatter_taps(dy[..., chosen], w[..., chosen], part, strides, dilation, 1)
    return np.ascontiguousarray(unpadded(dx, padding))


def patches(x, kernel, outputs, strides, dilation):
    """Every window of x as a row: a matrix (n * outputs, kernel * c), stored in whichever order copies faster."""
    n, channels = len(x), x.shape[-1]
    rows, columns = n * int(np.prod(outputs)), int(np.prod(kernel)) * channels
    if columns == channels and all(stride == 1 for stride in strides):
        return x.reshape(rows, channels)
    axes = len(kernel)
    steps = x.strides[1:-1]
    windows = as_strided(
        x,
        (n, *outputs, *kernel, channels),
        (
            x.strides[0],
            *(step * stride for step, stride in zip(steps, strides, strict=True)),
            *(step * gap for step, gap in zip(steps, dilation, strict=True)),
            x.strides[-1],
        ),
        writeable=False,
    )
    if kernel[-1] * channels >= _LONG_RUN:
        return windows.reshape(rows, columns)
    taps_first = (*range(axes + 1, 2 * axes + 2), *range(axes + 1))
    return windows.transpose(taps_first).reshape(columns, rows).T


def _outputs(x, kernel, strides, dilation):
    lengths = zip(x.shape[1:-1], kernel, strides, dilation, strict=True)
    return tuple((length - gap * (size - 1) - 1) // stride + 1 for length, size, stride, gap in lengths)


def _taps(kernel, outputs, strides, dilation):
    """For each tap of the kernel: its index, and where in the padded input it reads."""
    for tap in product(*map(range, kernel)):
        starts = [index * gap for index, gap in zip(tap, dilation, strict=True)]
        reads = zip(starts, outputs, strides, strict=True)
        yield (
            tap,
            (
                slice(None),
                *(slice(start, start + (count - 1) * stride + 1, stride) for start, count, stride in reads),
            ),
        )


def _by_group(x, filters, groups):
    """For each group: its channels of x, and the slice of its filters."""
    channels, filters = x.shape[-1] // groups, filters // groups
    for group in range(groups):
        yield (
            x[..., group * channels : (group + 1) * channels],
            slice(group * filters, (group + 1) * filters),
        )


def _depthwise(x, w, outputs, strides, dilation):
    channels = x.shape[-1]
    kernel, multiplier = w.shape[:-2], w.shape[-1] // channels
    y = np.zeros((len(x), *outputs, channels, multiplier), np.result_type(x, w))
    w = w.reshape(*kernel, channels, multiplier)
    for tap, reads in _taps(kernel, outputs, strides, dilation):
        y += x[reads][..., None] * w[tap]
    return y.reshape(len(x), *outputs, channels * multiplier)


def _kernel_gradient(dz, x, dw, strides, dilation, groups):
    kernel, outputs, filters = dw.shape[:-2], dz.shape[1:-1], dw.shape[-1]
    if groups == 1:
        rows = patches(x, kernel, outputs, strides, dilation)
        product_ = np.matmul(rows.T, dz.reshape(-1, filters))
        dw[...] = product_.reshape(dw.shape)
    elif groups == x.shape[-1]:
        split = dz.reshape(*dz.shape[:-1], groups, -1)
        for tap, reads in _taps(kernel, outputs, strides, dilation):
            dw[tap][0] = column_sums((x[reads][..., None] * split).reshape(-1, filters))
    else:
        for part, chosen in _by_group(x, filters, groups):
            _kernel_gradient(dz[..., chosen], part, dw[..., chosen], strides, dilation, 1)


def _correlate_back(dy, w, padding, dilation):
    """At stride 1 the input gradient is a correlation of dy with the kernel mirrored in space."""
    kernel = w.shape[:-2]
    reach = [gap * (size - 1) for size, gap in zip(kernel, dilation, strict=True)]
    edges = tuple((far - low, far - high) for far, (low, high) in zip(reach, padding, strict=True))
    mirrored = w[(slice(None, None, -1),) * len(kernel)].swapaxes(-1, -2)
    ones = (1,) * len(kernel)
    return conv(dy, mirrored, None, ones, edges, dilation, 1)


def _scatter_taps(dy, w, dx, strides, dilation, groups):
    kernel, outputs = w.shape[:-2], dy.shape[1:-1]
    if groups == 1:
        channels, filters = w.shape[-2:]
        shares = np.matmul(dy.reshape(-1, filters), w.reshape(-1, channels, filters).swapaxes(1, 2))
        shares = shares.reshape(*kernel, *dy.shape[:-1], channels)
        for tap, reads in _taps(kernel, outputs, strides, dilation):
            dx[reads] += shares[tap]
        return
    split = dy.reshape(*dy.shape[:-1], groups, -1)
    w = w.reshape(*kernel, groups, -1)
    for tap, reads in _taps(kernel, outputs, strides, dilation):
        dx[reads] += np.add.reduce(split * w[tap], -1)
