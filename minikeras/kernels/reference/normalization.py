"""Batch and layer normalization and their gradients.

Both centre and scale x over a set of n elements that share a mean and a variance (batch: all but the last axis;
layer: the last axis), with xhat = (x - mean) inverse, inverse = 1 / sqrt(variance + epsilon), y = gamma xhat + beta:

    dx = inverse (dxhat - mean(dxhat) - xhat mean(dxhat xhat)),  dxhat = gamma dy

(Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, section 3; Ba et al. 2016, https://arxiv.org/abs/1607.06450.)
"""

import numpy as np

from .arrays import column_sums, delivered, widened, widened_gradient


def batch_norm(x, gamma, beta, epsilon):
    """Normalize x (..., c) over all axes but the last: (y, mean, variance, inverse), the last three (c,).

    The variance is the biased one; gamma and beta (c,) may be None.
    """
    if x.dtype == np.float16:
        return widened(batch_norm, x, gamma, beta, epsilon)
    rows = x.reshape(-1, x.shape[-1])
    mean = column_sums(rows) / len(rows)
    y = rows - mean
    variance = column_sums(y * y) / len(rows)
    inverse = 1 / np.sqrt(variance + epsilon)
    y *= inverse if gamma is None else inverse * gamma
    if beta is not None:
        y += beta
    return y.reshape(x.shape), mean, variance, inverse


def batch_norm_gradient(dy, x, gamma, mean, inverse, into):
    """The gradients (dx, dgamma, dbeta) of `batch_norm`, through the statistics."""
    if x.dtype == np.float16:
        return widened_gradient(batch_norm_gradient, dy, x, gamma, mean, inverse, into)
    dx, dgamma, dbeta = into
    rows, dy = x.reshape(-1, x.shape[-1]), dy.reshape(-1, x.shape[-1])
    normal = rows - mean
    normal *= inverse
    sum_dy = column_sums(dy)
    sum_dy_normal = column_sums(dy * normal)
    if dx is not None:
        scale = inverse if gamma is None else inverse * gamma
        normal *= sum_dy_normal / len(rows)
        np.subtract(dy, normal, out=normal)
        normal -= sum_dy / len(rows)
        normal *= scale
        dx = delivered(normal.reshape(x.shape), dx)
    return (
        dx,
        None if dgamma is None else delivered(sum_dy_normal, dgamma),
        None if dbeta is None else delivered(sum_dy, dbeta),
    )


def batch_norm_inference(x, gamma, beta, mean, variance, epsilon):
    """Normalize x (..., c) with given statistics (c,): gamma (x - mean) / sqrt(variance + epsilon) + beta.

    >>> batch_norm_inference(np.array([[5.0]]), None, None, np.array([1.0]), np.array([4.0]), 0.0)
    array([[2.]])
    """
    if x.dtype == np.float16:
        return widened(batch_norm_inference, x, gamma, beta, mean, variance, epsilon)
    inverse = 1 / np.sqrt(variance + epsilon)
    y = x - mean
    y *= inverse if gamma is None else inverse * gamma
    if beta is not None:
        y += beta
    return y


def layer_norm(x, gamma, beta, epsilon):
    """Normalize every row of x (..., c): (y, mean, inverse), the last two (..., 1); gamma and beta may be None.

    >>> layer_norm(np.array([[1.0, 3.0]]), None, None, 0.0)[0]
    array([[-1.,  1.]])
    """
    if x.dtype == np.float16:
        return widened(layer_norm, x, gamma, beta, epsilon)
    mean = np.add.reduce(x, -1, keepdims=True) / x.dtype.type(x.shape[-1])
    y = x - mean
    variance = np.add.reduce(y * y, -1, keepdims=True) / x.dtype.type(x.shape[-1])
    inverse = 1 / np.sqrt(variance + epsilon)
    y *= inverse
    if gamma is not None:
        y *= gamma
    if beta is not None:
        y += beta
    return y, mean, inverse


def layer_norm_gradient(dy, x, gamma, mean, inverse, into):
    """The gradients (dx, dgamma, dbeta) of `layer_norm`, through the statistics."""
    if x.dtype == np.float16:
        return widened_gradient(layer_norm_gradient, dy, x, gamma, mean, inverse, into)
    dx, dgamma, dbeta = into
    width = x.shape[-1]
    normal = x - mean
    normal *= inverse
    if dgamma is not None:
        dgamma = delivered(column_sums((dy * normal).reshape(-1, width)), dgamma)
    if dbeta is not None:
        dbeta = delivered(column_sums(dy.reshape(-1, width)), dbeta)
    if dx is not None:
        dnormal = dy if gamma is None else dy * gamma
        along = np.add.reduce(dnormal * normal, -1, keepdims=True) / x.dtype.type(width)
        centre = np.add.reduce(dnormal, -1, keepdims=True) / x.dtype.type(width)
        normal *= along
        np.subtract(dnormal, normal, out=normal)
        normal -= centre
        normal *= inverse
        dx = delivered(normal, dx)
    return dx, dgamma, dbeta
