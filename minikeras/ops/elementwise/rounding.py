"""Rounding; its derivative is 0."""

import numpy as np

from minikeras.autodiff import differentiable
from minikeras.ops.floating import floating

__all__ = ["ceil", "floor", "round", "trunc"]


@differentiable
def floor(x, /):
    """The largest integer not above x, as a float."""
    return np.floor(floating(x)), (lambda dy: dy * 0,)


@differentiable
def ceil(x, /):
    """The smallest integer not below x, as a float."""
    return np.ceil(floating(x)), (lambda dy: dy * 0,)


@differentiable
def trunc(x, /):
    """x without its fraction, in the dtype of x."""
    return x if x.dtype.kind == "b" else np.trunc(x), (lambda dy: dy * 0,)


@differentiable
def round(x, /, decimals=0):
    """x rounded to `decimals` places, halves to even."""
    return np.round(x, decimals), (lambda dy: dy * 0,)
