"""Comparison and logic: booleans, through which no gradient flows."""

import numpy as np

from minikeras.autodiff import differentiable
from minikeras.dtypes import result_type

__all__ = [
    "allclose",
    "equal",
    "greater",
    "greater_equal",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
    "signbit",
]


@differentiable(operator="eq", promote=True)
def equal(x1, x2, /):
    """Whether x1 = x2, element by element."""
    return np.equal(x1, x2), None


@differentiable(operator="ne", promote=True)
def not_equal(x1, x2, /):
    """Whether x1 ≠ x2, element by element."""
    return np.not_equal(x1, x2), None


@differentiable(operator="gt", promote=True)
def greater(x1, x2, /):
    """Whether x1 > x2, element by element."""
    return np.greater(x1, x2), None


@differentiable(operator="ge", promote=True)
def greater_equal(x1, x2, /):
    """Whether x1 ≥ x2, element by element."""
    return np.greater_equal(x1, x2), None


@differentiable(operator="lt", promote=True)
def less(x1, x2, /):
    """Whether x1 < x2, element by element."""
    return np.less(x1, x2), None


@differentiable(operator="le", promote=True)
def less_equal(x1, x2, /):
    """Whether x1 ≤ x2, element by element."""
    return np.less_equal(x1, x2), None


@differentiable
def isclose(x1, x2, /, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| ≤ atol + rtol · |x2|; integers must be equal."""
    x1, x2 = np.asarray(x1), np.asarray(x2)
    if x1.dtype.kind in "fc" or x2.dtype.kind in "fc":
        return np.isclose(x1, x2, rtol=rtol, atol=atol, equal_nan=equal_nan), None
    return np.equal(x1, x2), None


@differentiable
def allclose(x1, x2, /, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all elements are close, see `isclose`."""
    x1, x2 = np.asarray(x1), np.asarray(x2)
    if x1.dtype.kind in "fc" or x2.dtype.kind in "fc":
        return np.asarray(np.allclose(x1, x2, rtol=rtol, atol=atol, equal_nan=equal_nan)), None
    return np.asarray(np.equal(x1, x2).all()), None


@differentiable
def isin(x1, x2, /, assume_unique=False, invert=False):
    """Whether each element of x1 is one of the elements of x2 (with invert: is none of them)."""
    x1, x2 = np.asarray(x1), np.asarray(x2)
    common = result_type(x1.dtype, x2.dtype)
    return np.isin(x1.astype(common), x2.astype(common), assume_unique=assume_unique, invert=invert), None


# Logic


@differentiable
def logical_and(x1, x2, /):
    """Whether both hold."""
    return np.logical_and(x1, x2), None


@differentiable
def logical_or(x1, x2, /):
    """Whether at least one holds."""
    return np.logical_or(x1, x2), None


@differentiable
def logical_xor(x1, x2, /):
    """Whether exactly one holds."""
    return np.logical_xor(x1, x2), None


@differentiable
def logical_not(x, /):
    """Whether x does not hold."""
    return np.logical_not(x), None


# Kinds of numbers


@differentiable
def isnan(x, /):
    """Whether x is not a number."""
    return np.isnan(x), None


@differentiable
def isinf(x, /):
    """Whether x is infinite."""
    return np.isinf(x), None


@differentiable
def isposinf(x, /):
    """Whether x is +∞."""
    return np.isposinf(x), None


@differentiable
def isneginf(x, /):
    """Whether x is -∞."""
    return np.isneginf(x), None


@differentiable
def isfinite(x, /):
    """Whether x is neither infinite nor NaN."""
    return np.isfinite(x), None


@differentiable
def isreal(x, /):
    """Whether x has no imaginary part."""
    return np.isreal(x), None


@differentiable
def signbit(x, /):
    """Whether x has its sign bit set, -0.0 included."""
    return np.signbit(x) if x.dtype.kind == "f" else np.less(x, 0), None
