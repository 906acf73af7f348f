"""The dense product y = activation(x w + b) and its gradients.

With the gradient dz before the activation:

    dx = dz w^T        dw = x^T dz        db = sum of dz over the rows
"""

import numpy as np

from .activation import activate, activation_gradient
from .arrays import column_sums, destination, widened, widened_gradient


def dense(x, w, b=None, activation=None):
    """Multiply x (..., k) by w (k, n), add b (n,) and apply the activation: (..., n).

    >>> dense(np.array([[1.0, 2.0]]), np.array([[1.0], [-1.0]]), np.array([0.5]), "relu")
    array([[0.]])
    """
    if x.dtype == np.float16:
        return widened(dense, x, w, b, activation)
    if x.ndim != 2:
        y = dense(x.reshape(-1, x.shape[-1]), w, b, activation)
        return y.reshape(*x.shape[:-1], w.shape[1])
    y = np.matmul(x, w)
    if b is not None:
        np.add(y, b, out=y)
    return activate(y, activation)


def dense_gradient(dy, x, w, y, activation, into):
    """The gradients (dx, dw, db) of `dense`; y is the output, read only for the activation."""
    if x.dtype == np.float16:
        return widened_gradient(dense_gradient, dy, x, w, y, activation, into)
    dx, dw, db = into
    dz = activation_gradient(dy, y, activation)
    shape = x.shape
    if x.ndim != 2:
        x = x.reshape(-1, shape[-1])
        dz = dz.reshape(-1, dz.shape[-1])
    if dx is not None:
        dx = destination(dx, shape, x.dtype)
        np.matmul(dz, w.T, out=dx if dx.ndim == 2 else dx.reshape(x.shape))
    if dw is not None:
        dw = np.matmul(x.T, dz, out=None if dw is True else dw)
    if db is not None:
        db = column_sums(dz, None if db is True else db)
    return dx, dw, db
