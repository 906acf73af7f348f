"""The softmax and its logarithm."""

import math

import numpy as np

from minikeras import kernels
from minikeras.autodiff import differentiable, operation
from minikeras.ops import elementwise, reduce, shaping
from minikeras.ops.axes import axes_of
from minikeras.ops.floating import floating

__all__ = ["log_softmax", "softmax"]


def _softmax_composed(x):
    e = elementwise.exp(
        elementwise.subtract(x, elementwise.stop_gradient(reduce.max(x, axis=-1, keepdims=True)))
    )
    return elementwise.divide(e, reduce.sum(e, axis=-1, keepdims=True))


@differentiable(composed=_softmax_composed)
def _softmax(x, /):
    y = kernels.softmax(floating(x))
    return y, lambda dy, into: (kernels.softmax_gradient(dy, y),)


@differentiable(composed=lambda x: elementwise.subtract(x, reduce.logsumexp(x, axis=-1, keepdims=True)))
def _log_softmax(x, /):
    y = kernels.log_softmax(floating(x))
    return y, lambda dy, into: (kernels.log_softmax_gradient(dy, y),)


@operation
def softmax(x, /, axis=-1):
    """eˣ / Σ eˣ along `axis` (an integer, a tuple, or None for all axes together)."""
    return _along(_softmax, x, axis)


@operation
def log_softmax(x, /, axis=-1):
    """log(softmax(x)) along `axis`, exact where the softmax is tiny."""
    return _along(_log_softmax, x, axis)


def _along(function, x, axis):
    """Apply a function of the last axis along another, or along several taken as one."""
    if axis == -1:
        return function(x)
    axes = axes_of(axis, x.ndim)
    if axes == (x.ndim - 1,):
        return function(x)
    order = (*[a for a in range(x.ndim) if a not in axes], *axes)
    moved = shaping.transpose(x, order)
    kept = moved.shape[: x.ndim - len(axes)]
    joined = shaping.reshape(moved, (*kept, math.prod(moved.shape[len(kept) :])))
    return shaping.transpose(shaping.reshape(function(joined), moved.shape), np.argsort(order).tolist())


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
for _function in (softmax, log_softmax):
    _function.axiswise = True
