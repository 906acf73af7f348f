"""Choosing between values, element by element."""

import numpy as np

from minikeras import config
from minikeras.autodiff import as_array, differentiable, operation
from minikeras.dtypes import result_type

__all__ = ["clip", "heaviside", "nan_to_num", "select", "stop_gradient", "where"]


def where(condition, x1=None, x2=None):
    """x1 where the condition holds, x2 elsewhere; with the condition alone, the indices where it holds.

    The indices are a tensor of shape (axes, count).
    """
    if x1 is None and x2 is None:
        return _where_indices(condition)
    if x1 is None or x2 is None:
        raise ValueError("where expected both x1 and x2, or neither; received only one of them. Pass both.")
    return _where(condition, x1, x2)


@differentiable
def _where_indices(condition, /):
    return np.stack(np.nonzero(np.atleast_1d(condition))).astype("int32"), None


@differentiable
def _where(condition, x1, x2, /):
    if not hasattr(condition, "dtype"):
        condition = np.asarray(condition)
    if condition.dtype.kind != "b":
        condition = condition.astype("bool")
    kind1, kind2 = getattr(x1, "dtype", None), getattr(x2, "dtype", None)
    if kind1 != kind2 or kind1 is None:
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
        result = _where(condition, choice, result)
    return result


_INTEGERS = (int, np.integer)
_NUMBERS = (int, float, np.integer, np.floating)


def clip(x, x_min, x_max):
    """x, kept between x_min and x_max; the gradient passes where x lies within, the bounds included.

    The bounds may be numbers, which take no gradient, or tensors, which receive that of the elements they replace.
    """
    if isinstance(x_min, _NUMBERS) and isinstance(x_max, _NUMBERS):
        return _clip(x, x_min, x_max)
    return _clip_between(x, x_min, x_max)


@differentiable
def _clip(x, /, x_min, x_max):
    if x.dtype.kind == "b":
        x = x.astype("int32")
    elif x.dtype.kind in "iu" and not (isinstance(x_min, _INTEGERS) and isinstance(x_max, _INTEGERS)):
        x = x.astype(config.floatx())
    else:
        x_min, x_max = x.dtype.type(x_min), x.dtype.type(x_max)
    inside = np.logical_and(np.greater_equal(x, x_min), np.less_equal(x, x_max))
    return np.minimum(np.maximum(x, x_min), x_max), (lambda dy: dy * inside.astype(dy.dtype),)


@differentiable
def _clip_between(x, x_min, x_max, /):
    if not hasattr(x, "dtype"):
        x = as_array(x)
    x_min, x_max = _like(x_min, x.dtype), _like(x_max, x.dtype)
    below, above = np.less(x, x_min), np.greater(x, x_max)
    crossed = np.greater(x_min, x_max)
    inside = np.logical_not(np.logical_or(np.logical_or(below, above), crossed))
    high = np.logical_or(above, crossed)
    low = np.logical_and(below, np.logical_not(high))
    return np.minimum(np.maximum(x, x_min), x_max), (
        lambda dy: dy * inside.astype(dy.dtype),
        lambda dy: dy * low.astype(dy.dtype),
        lambda dy: dy * high.astype(dy.dtype),
    )


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
def _stop(x, /):
    return x, None


def stop_gradient(variable):
    """The same values, through which no gradient flows."""
    return _stop(variable)
