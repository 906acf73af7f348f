"""Trigonometric and hyperbolic functions and their inverses; angles are in radians."""

import numpy as np

from minikeras.autodiff import differentiable
from minikeras.ops.floating import floating

__all__ = [
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cos",
    "cosh",
    "sin",
    "sinc",
    "sinh",
    "tan",
    "tanh",
]


@differentiable
def sin(x, /):
    """The sine of x, in radians."""
    x = floating(x)
    return np.sin(x), (lambda dy: dy * np.cos(x),)


@differentiable
def cos(x, /):
    """The cosine of x, in radians."""
    x = floating(x)
    return np.cos(x), (lambda dy: -dy * np.sin(x),)


@differentiable
def tan(x, /):
    """The tangent of x, in radians."""
    y = np.tan(floating(x))
    return y, (lambda dy: dy * (1 + y * y),)


@differentiable
def arcsin(x, /):
    """The angle in radians whose sine is x."""
    x = floating(x)
    return np.arcsin(x), (lambda dy: dy / np.sqrt(1 - x * x),)


@differentiable
def arccos(x, /):
    """The angle in radians whose cosine is x."""
    x = floating(x)
    return np.arccos(x), (lambda dy: -dy / np.sqrt(1 - x * x),)


@differentiable
def arctan(x, /):
    """The angle in radians whose tangent is x."""
    x = floating(x)
    return np.arctan(x), (lambda dy: dy / (1 + x * x),)


@differentiable(promote=True)
def arctan2(x1, x2, /):
    """The angle in radians of the point (x2, x1)."""
    x1, x2 = floating(x1), floating(x2)
    return np.arctan2(x1, x2), (
        lambda dy: dy * x2 / (x1 * x1 + x2 * x2),
        lambda dy: -dy * x1 / (x1 * x1 + x2 * x2),
    )


@differentiable
def sinh(x, /):
    """The hyperbolic sine of x."""
    x = floating(x)
    return np.sinh(x), (lambda dy: dy * np.cosh(x),)


@differentiable
def cosh(x, /):
    """The hyperbolic cosine of x."""
    x = floating(x)
    return np.cosh(x), (lambda dy: dy * np.sinh(x),)


@differentiable
def tanh(x, /):
    """The hyperbolic tangent of x."""
    y = np.tanh(floating(x))
    return y, (lambda dy: dy * (1 - y * y),)


@differentiable
def arcsinh(x, /):
    """The inverse of the hyperbolic sine."""
    x = floating(x)
    return np.arcsinh(x), (lambda dy: dy / np.sqrt(x * x + 1),)


@differentiable
def arccosh(x, /):
    """The inverse of the hyperbolic cosine."""
    x = floating(x)
    return np.arccosh(x), (lambda dy: dy / np.sqrt(x * x - 1),)


@differentiable
def arctanh(x, /):
    """The inverse of the hyperbolic tangent."""
    x = floating(x)
    return np.arctanh(x), (lambda dy: dy / (1 - x * x),)


@differentiable
def sinc(x, /):
    """sin(πx) / (πx), and 1 at 0."""
    x = floating(x)
    zero = np.equal(x, 0)
    safe = np.where(zero, np.ones_like(x), x)
    y = np.where(zero, np.ones_like(x), np.sin(safe * float(np.pi)) / (safe * float(np.pi)))

    def gradient(dy):
        slope = (np.cos(safe * float(np.pi)) - y) / safe
        # Near 0 the difference cancels; the series takes over where it is the more exact.
        near = np.less(np.absolute(x), 1e-4 if x.dtype.itemsize == 8 else 1e-2)
        return dy * np.where(near, x * float(-np.pi * np.pi / 3), slope)

    return y, (gradient,)
