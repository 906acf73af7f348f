"""Choosing between values, element by element."""

import numpy as np

from minikeras import config
from minikeras.autodiff import as_array, differentiable, operation
from minikeras.dtypes import result_type

__all__ = ["clip", "heaviside", "nan_to_num", "select", "stop_gradient", "where"]


@differentiable
def where(condition, x1=None, x2=None, /):
    """x1 where the condition holds, x2 elsewhere; with the condition alone, the indices where it holds.

    The indices are a tensor of shape (axes, count).
    """
    if not hasattr(condition, "dtype"):
        condition = np.asarray(condition)
    if x1 is None and x2 is None:
        return np.stack(np.nonzero(condition)).astype("int32"), None
    if x1 is None or x2 is None:
        raise ValueError("where expected both x1 and x2, or neither; received only one of them. Pass both.")
    if condition.dtype.kind != "b":
        condition = condition.astype("bool")
    dtype = getattr(x1, "dtype", None)
    if dtype is None or dtype != getattr(x2, "dtype", None):
        x1, x2 = _one_dtype(x1, x2)
    return np.where(condition, x1, x2), (
        None,
        lambda dy: np.where(condition, dy, np.zeros_like(dy)),
        lambda dy: np.where(condition, np.zeros_like(dy), dy),
    )


def _one_dtype(x1, x2):
    """Two values of different dtypes in their common one; Python numbers follow the other's dtype."""
    if not hasattr(x1, "dtype") and not hasattr(x2, "dtype"):
        x1, x2 = as_array(x1), as_array(x2)
    elif not hasattr(x1, "dtype"):
        x1 = _like(x1, x2.dtype)
    elif not hasattr(x2, "dtype"):
        x2 = _like(x2, x1.dtype)
    common = result_type(x1.dtype, x2.dtype)
    return x1.astype(common), x2.astype(common)


def _like(number, dtype):
    if hasattr(number, "dtype"):
        return number.astype(dtype)
    if isinstance(number, float) and dtype.kind not in "fc":
        return np.asarray(number, config.floatx())
    if isinstance(number, int) and not isinstance(number, bool) and dtype.kind == "b":
        return np.asarray(number, "int32")
    return np.asarray(number, dtype)


@operation
def select(condlist, choicelist, default=0):
    """For each element the choice that belongs to the first condition that holds, or the default."""
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"select expected as many choices as conditions and at least one, received {len(condlist)} conditions "
            f"and {len(choicelist)} choices."
        )
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = where(condition, choice, result)
    return result


@differentiable
def clip(x, x_min, x_max, /):
    """x, kept between x_min and x_max; the gradient passes where x lies within, the bounds included.

    Bounds that are tensors receive the gradient of the elements they replace.
    """
    if not hasattr(x, "dtype"):
        x = as_array(x)
    if x.dtype.kind != "f":
        x = x.astype(result_type("int32" if x.dtype.kind == "b" else x.dtype, _kind(x_min), _kind(x_max)))
    if hasattr(x_min, "dtype") or hasattr(x_max, "dtype"):
        x_min, x_max = _like(x_min, x.dtype), _like(x_max, x.dtype)
    return np.minimum(np.maximum(x, x_min), x_max), (
        lambda dy: dy * np.logical_and(np.greater_equal(x, x_min), np.less_equal(x, x_max)).astype(dy.dtype),
        lambda dy: dy * np.logical_and(np.less(x, x_min), np.less_equal(x_min, x_max)).astype(dy.dtype),
        lambda dy: dy * np.logical_or(np.greater(x, x_max), np.greater(x_min, x_max)).astype(dy.dtype),
    )


def _kind(bound):
    """The dtype that a bound of integers asks for."""
    if hasattr(bound, "dtype"):
        return bound.dtype
    return config.floatx() if isinstance(bound, float) else "bool"


@differentiable
def nan_to_num(x, /, nan=0.0, posinf=None, neginf=None):
    """x with NaN replaced by `nan` and infinities by `posinf` and `neginf` (by the largest floats by default)."""
    if x.dtype.kind not in "fc":
        return x, (lambda dy: dy,)
    largest = np.finfo(x.dtype)
    finite = np.isfinite(x)
    infinite = np.where(
        np.greater(x, 0), largest.max if posinf is None else posinf, largest.min if neginf is None else neginf
    )
    y = np.where(finite, x, np.where(np.isnan(x), nan, infinite).astype(x.dtype))
    return y, (lambda dy: dy * finite.astype(dy.dtype),)


@differentiable(promote=True)
def heaviside(x1, x2, /):
    """0 where x1 is negative, x2 where it is 0, 1 where it is positive."""
    if x1.dtype.kind != "f":
        x1, x2 = x1.astype(config.floatx()), x2.astype(config.floatx())
    zero = np.equal(x1, 0)
    y = np.where(zero, x2, np.greater(x1, 0).astype(x1.dtype))
    y = np.where(np.isnan(x1), x1, y)
    return y, (lambda dy: dy * 0, lambda dy: dy * zero.astype(dy.dtype))


@differentiable
def stop_gradient(variable, /):
    """The same values, through which no gradient flows."""
    return variable, None
