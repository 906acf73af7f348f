"""Exponentials and logarithms."""

import numpy as np

from minikeras.autodiff import differentiable
from minikeras.ops.floating import floating

__all__ = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2"]

_LOG_2, _LOG_10 = float(np.log(2.0)), float(np.log(10.0))


@differentiable
def exp(x, /):
    """e to the power x."""
    y = np.exp(floating(x))
    return y, (lambda dy: dy * y,)


@differentiable
def exp2(x, /):
    """2 to the power x."""
    y = np.exp2(floating(x))
    return y, (lambda dy: dy * y * _LOG_2,)


@differentiable
def expm1(x, /):
    """e to the power x, minus 1, exact near 0."""
    x = floating(x)
    return np.expm1(x), (lambda dy: dy * np.exp(x),)


@differentiable
def log(x, /):
    """The natural logarithm of x."""
    x = floating(x)
    return np.log(x), (lambda dy: dy / x,)


@differentiable
def log2(x, /):
    """The logarithm of x to the base 2."""
    x = floating(x)
    return np.log2(x), (lambda dy: dy / (x * _LOG_2),)


@differentiable
def log10(x, /):
    """The logarithm of x to the base 10."""
    x = floating(x)
    return np.log10(x), (lambda dy: dy / (x * _LOG_10),)


@differentiable
def log1p(x, /):
    """The natural logarithm of 1 + x, exact near 0."""
    x = floating(x)
    return np.log1p(x), (lambda dy: dy / (1 + x),)


@differentiable(promote=True)
def logaddexp(x1, x2, /):
    """log(exp(x1) + exp(x2)), without overflow; of two equal infinities each takes half the gradient."""
    x1, x2 = floating(x1), floating(x2)
    return np.logaddexp(x1, x2), (lambda dy: dy * _share(x1, x2), lambda dy: dy * _share(x2, x1))


def _share(x1, x2):
    """exp(x1) / (exp(x1) + exp(x2)), by the tanh of half the difference, which cannot overflow."""
    difference = np.where(np.equal(x1, x2), np.zeros_like(x1 + x2), x1 - x2)
    return 0.5 * np.tanh(0.5 * difference) + 0.5


@differentiable(promote=True)
def logaddexp2(x1, x2, /):
    """log2(2^x1 + 2^x2), without overflow."""
    x1, x2 = floating(x1), floating(x2)
    return np.logaddexp2(x1, x2), (
        lambda dy: dy * _share(x1 * _LOG_2, x2 * _LOG_2),
        lambda dy: dy * _share(x2 * _LOG_2, x1 * _LOG_2),
    )
