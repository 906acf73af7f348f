"""Max and average pooling (channels last, one to three spatial axes) and their gradients.

A window is a product of intervals, so both pools work one axis at a time, the last spatial axis first: a window
of 3 x 3 costs 3 + 3 array operations instead of 9. In that order, and taking a later element only when it is
strictly greater, the first maximum in reading order wins ties.
"""

import numpy as np

from .arrays import padded, unpadded, widened


def max_pool(x, size, strides, padding):
    """The largest element of every window of x (n, *spatial, c): (y, winners).

    Padding never wins; NaN propagates. `winners` is opaque: what `max_pool_gradient` needs.

    >>> y, winners = max_pool(np.array([[[1.0], [3.0], [2.0], [2.0]]]), (2,), (2,), ((0, 0),))
    >>> y.ravel(), max_pool_gradient(y, winners, (1, 4, 1), (2,), (2,), ((0, 0),)).ravel()
    (array([3., 2.]), array([0., 3., 2., 0.]))
    """
    y = padded(x, padding, -np.inf)
    winners = []
    for axis in range(x.ndim - 2, 0, -1):
        y, winner = _max_along(y, axis, size[axis - 1], strides[axis - 1])
        winners.append(winner)
    return (y.copy() if y is x else y), tuple(winners)


def max_pool_gradient(dy, winners, x_shape, size, strides, padding):
    """The gradient of `max_pool`: every dy goes to the element that won its window."""
    dx = dy
    for axis in range(1, len(x_shape) - 1):
        winner = winners[len(x_shape) - 2 - axis]
        length = x_shape[axis] + sum(padding[axis - 1])
        dx = _max_gradient_along(dx, winner, axis, length, size[axis - 1], strides[axis - 1])
    dx = np.ascontiguousarray(unpadded(dx, padding))
    return dx.copy() if dx is dy else dx


def average_pool(x, size, strides, padding):
    """The mean of the real (unpadded) elements of every window of x (n, *spatial, c).

    >>> average_pool(np.array([[[1.0], [3.0], [5.0]]]), (2,), (2,), ((0, 1),)).ravel()
    array([2., 5.])
    """
    if x.dtype == np.float16:
        return widened(average_pool, x, size, strides, padding)
    y = padded(x, padding)
    for axis in range(x.ndim - 2, 0, -1):
        y = _sum_along(y, axis, size[axis - 1], strides[axis - 1])
    return y * _share(x.shape, size, strides, padding, x.dtype)


def average_pool_gradient(dy, x_shape, size, strides, padding):
    """The gradient of `average_pool`: every dy in equal shares to the real elements of its window."""
    if dy.dtype == np.float16:
        return widened(average_pool_gradient, dy, x_shape, size, strides, padding)
    dx = dy * _share(x_shape, size, strides, padding, dy.dtype)
    for axis in range(1, len(x_shape) - 1):
        length = x_shape[axis] + sum(padding[axis - 1])
        dx = _sum_gradient_along(dx, axis, length, size[axis - 1], strides[axis - 1])
    return np.ascontiguousarray(unpadded(dx, padding))


def _reads(x_length, axis, size, stride):
    """For each position in the window: the slice of the input that every window reads there."""
    outputs = (x_length - size) // stride + 1
    before = (slice(None),) * axis
    return [(*before, slice(start, start + (outputs - 1) * stride + 1, stride)) for start in range(size)]


def _max_along(x, axis, size, stride):
    if size == 1 and stride == 1:
        return x, None
    reads = _reads(x.shape[axis], axis, size, stride)
    if size == 2:  # a winner of 0 or 1 is a truth value already
        first, second = x[reads[0]], x[reads[1]]
        return np.maximum(first, second), second > first
    y = x[reads[0]].copy()
    winner = np.zeros(y.shape, np.uint8 if size <= 256 else np.intp)
    for index in range(1, size):
        candidate = x[reads[index]]
        winner[candidate > y] = index
        np.maximum(y, candidate, out=y)
    return y, winner


def _max_gradient_along(dy, winner, axis, length, size, stride):
    if winner is None:
        return dy
    reads = _reads(length, axis, size, stride)
    shape = (*dy.shape[:axis], length, *dy.shape[axis + 1 :])
    if size == stride == 2 and length == 2 * dy.shape[axis]:
        dx = np.empty(shape, dy.dtype)
        np.multiply(dy, winner, out=dx[reads[1]])
        np.multiply(dy, ~winner, out=dx[reads[0]])
        return dx
    dx = np.zeros(shape, dy.dtype)
    for index, read in enumerate(reads):
        dx[read] += dy * (winner == index)
    return dx


def _sum_along(x, axis, size, stride):
    if size == 1 and stride == 1:
        return x
    first, *others = _reads(x.shape[axis], axis, size, stride)
    y = x[first].copy()
    for read in others:
        y += x[read]
    return y


def _sum_gradient_along(dy, axis, length, size, stride):
    if size == 1 and stride == 1:
        return dy
    dx = np.zeros((*dy.shape[:axis], length, *dy.shape[axis + 1 :]), dy.dtype)
    for read in _reads(length, axis, size, stride):
        dx[read] += dy
    return dx


def _share(x_shape, size, strides, padding, dtype):
    """One over the number of real elements in every window, shaped to multiply (n, *outputs, c)."""
    share = np.ones(1, dtype)
    for length, window, stride, (low, high) in zip(x_shape[1:-1], size, strides, padding, strict=True):
        starts = np.arange(0, length + low + high - window + 1, stride)
        counts = np.minimum(starts + window, low + length) - np.maximum(starts, low)
        share = share[..., None] / np.maximum(counts, 1).astype(dtype)
    return share.reshape(*share.shape[1:], 1)
