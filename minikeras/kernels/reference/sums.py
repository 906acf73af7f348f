"""Sums of a whole array and what follows from them: the mean of losses, penalties on weights, hits of a classifier."""

import numpy as np


def mean(x):
    """The mean of all elements, an array without axes.

    >>> mean(np.array([1.0, 2.0, 6.0]))
    array(3.)
    """
    return np.asarray(np.add.reduce(x, axis=None) * x.dtype.type(1.0 / max(x.size, 1)))


def mean_gradient(dy, x):
    """The gradient with respect to x: dy divided among its elements."""
    return np.full(x.shape, dy * (1.0 / max(x.size, 1)), x.dtype)


def penalty(x, l1, l2):
    """l1 Σ|x| + l2 Σx², an array without axes.

    >>> penalty(np.array([1.0, -2.0]), 1.0, 0.5)
    array(5.5)
    """
    kind = x.dtype.type
    value = kind(0)
    if l1:
        value = value + kind(l1) * np.add.reduce(np.absolute(x), axis=None)
    if l2:
        value = value + kind(l2) * np.add.reduce(np.square(x), axis=None)
    return np.asarray(value, x.dtype)


def penalty_gradient(dy, x, l1, l2, into=True):
    """The gradient with respect to x, written to `into` when that is an array: (2 l2 x + l1 sign(x)) dy."""
    kind = x.dtype.type
    dx = np.multiply(x, kind(2 * l2) * dy, out=None if into is True else into)
    if l1:
        dx += np.sign(x) * (kind(l1) * dy)
    return dx


def hits(labels, y):
    """In how many rows of y (..., classes) the largest value stands at the integer label (...).

    >>> hits(np.array([1, 0]), np.array([[0.2, 0.8], [0.4, 0.6]]))
    1
    """
    return int(np.count_nonzero(np.equal(labels, y.argmax(-1))))
