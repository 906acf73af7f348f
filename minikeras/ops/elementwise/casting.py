"""Dtypes of tensors: changing them, asking for them."""

import numpy as np

from minikeras.autodiff import as_array, differentiable
from minikeras.dtypes import standardize_dtype

__all__ = ["cast", "copy", "dtype", "saturate_cast", "view"]


@differentiable
def cast(x, /, dtype):
    """x in another dtype; a gradient flows back from floats only."""
    y = x.astype(dtype if type(dtype) is np.dtype else standardize_dtype(dtype))
    return y, (lambda dy: dy.astype(x.dtype),) if y.dtype.kind in "fc" else None


@differentiable
def saturate_cast(x, /, dtype):
    """x in another dtype, what that cannot hold brought to its nearest bound."""
    name = standardize_dtype(dtype)
    if name == "bool":
        return x.astype("bool"), None
    if np.dtype(name).kind == "f":
        low, high = float(np.finfo(name).min), float(np.finfo(name).max)
        wide = x.astype("float64")
        inside = np.logical_and(wide >= low, wide <= high)
        return np.clip(wide, low, high).astype(name), (
            lambda dy: dy.astype(x.dtype) * inside.astype(x.dtype),
        )
    low, high = np.iinfo(name).min, np.iinfo(name).max
    if x.dtype.kind == "f":
        # As float64, which holds both ends of every range: the first number beyond is a power of two.
        wide = x.astype("float64")
        below, above = wide < float(low), wide >= float(high + 1)
    else:
        below, above = x < low, x > high
    y = np.where(np.logical_or(np.logical_or(below, above), np.isnan(x)), np.zeros((), x.dtype), x).astype(
        name
    )
    return np.where(below, np.asarray(low, name), np.where(above, np.asarray(high, name), y)), None


@differentiable
def copy(x, /):
    """The same values in memory of their own."""
    return np.copy(x), (lambda dy: dy,)


@differentiable
def view(x, /, dtype=None):
    """The bytes of x read as another dtype (the default float if none is given), without conversion."""
    return np.array(x, order="C").view(standardize_dtype(dtype)), None


def dtype(x):
    """The name of the dtype of x."""
    return np.dtype(x.dtype).name if hasattr(x, "dtype") else as_array(x).dtype.name
