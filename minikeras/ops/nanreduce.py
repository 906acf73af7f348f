"""Reductions that leave NaN out."""

import numpy as np

from minikeras.autodiff import differentiable, operation
from minikeras.ops import elementwise, reduce
from minikeras.ops.floating import floating_tensor

__all__ = ["nanargmax", "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar"]


def _valid(x):
    return elementwise.logical_not(elementwise.isnan(x))


@operation
def nansum(x, /, axis=None, keepdims=False):
    """The sum along `axis`, NaN counted as 0."""
    return reduce.sum(elementwise.where(elementwise.isnan(x), 0, x), axis=axis, keepdims=keepdims)


@operation
def nanprod(x, /, axis=None, keepdims=False):
    """The product along `axis`, NaN counted as 1."""
    return reduce.prod(elementwise.where(elementwise.isnan(x), 1, x), axis=axis, keepdims=keepdims)


@operation
def nanmean(x, /, axis=None, keepdims=False):
    """The mean along `axis` of what is not NaN; NaN where nothing is left."""
    x = floating_tensor(x)
    count = elementwise.cast(reduce.sum(_valid(x), axis=axis, keepdims=keepdims), x.dtype)
    with np.errstate(invalid="ignore"):
        return nansum(x, axis=axis, keepdims=keepdims) / count


@operation
def nanvar(x, /, axis=None, keepdims=False):
    """The (biased) variance along `axis` of what is not NaN; NaN where nothing is left."""
    x = floating_tensor(x)
    valid = _valid(x)
    centered = elementwise.where(valid, x - nanmean(x, axis=axis, keepdims=True), 0)
    count = elementwise.cast(reduce.sum(valid, axis=axis, keepdims=keepdims), x.dtype)
    with np.errstate(invalid="ignore"):
        return reduce.sum(elementwise.square(centered), axis=axis, keepdims=keepdims) / count


@operation
def nanstd(x, /, axis=None, keepdims=False):
    """The (biased) standard deviation along `axis` of what is not NaN; NaN where nothing is left."""
    return elementwise.sqrt(nanvar(x, axis=axis, keepdims=keepdims))


@operation
def nanmax(x, /, axis=None, keepdims=False):
    """The largest value along `axis` that is not NaN; NaN where nothing is left."""
    return _nan_extreme(reduce.max, -np.inf, x, axis, keepdims)


@operation
def nanmin(x, /, axis=None, keepdims=False):
    """The smallest value along `axis` that is not NaN; NaN where nothing is left."""
    return _nan_extreme(reduce.min, np.inf, x, axis, keepdims)


def _nan_extreme(function, least, x, axis, keepdims):
    if x.dtype.kind != "f":
        return function(x, axis=axis, keepdims=keepdims)
    nan = elementwise.isnan(x)
    found = function(elementwise.where(nan, least, x), axis=axis, keepdims=keepdims)
    return elementwise.where(reduce.all(nan, axis=axis, keepdims=keepdims), np.nan, found)


@differentiable
def nanargmax(x, /, axis=None, keepdims=False):
    """The index of the first largest value along `axis` that is not NaN; -1 where nothing is left."""
    return _nan_place(np.argmax, -np.inf, x, axis, keepdims), None


@differentiable
def nanargmin(x, /, axis=None, keepdims=False):
    """The index of the first smallest value along `axis` that is not NaN; -1 where nothing is left."""
    return _nan_place(np.argmin, np.inf, x, axis, keepdims), None


def _nan_place(function, least, x, axis, keepdims):
    nan = np.isnan(x)
    place = function(np.where(nan, least, x), axis=axis, keepdims=keepdims)
    return np.where(np.all(nan, axis=axis, keepdims=keepdims), -1, place).astype("int32")


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
for _name in __all__:
    globals()[_name].axiswise = True
