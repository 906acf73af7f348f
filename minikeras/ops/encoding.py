"""Integers as vectors of zeros and ones."""

import numpy as np

from minikeras import limits
from minikeras.autodiff import differentiable, operation
from minikeras.dtypes import standardize_dtype
from minikeras.ops import reduce

__all__ = ["multi_hot", "one_hot"]


@differentiable
def one_hot(x, /, num_classes, axis=-1, dtype=None, sparse=False):
    """A 1 at each index of x along a new axis of size num_classes, 0 elsewhere; an index outside gives zeros."""
    if sparse:
        raise ValueError("one_hot: sparse=True is not supported, results are dense. Leave out the argument.")
    limits.check_trial((*x.shape, num_classes))
    places = x.astype("int64")
    y = np.equal(places[..., None], np.arange(num_classes)).astype(standardize_dtype(dtype))
    return y if axis == -1 else np.moveaxis(y, -1, axis), None


@operation
def multi_hot(inputs, /, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """A 1 at each of the indices in a row of inputs, 0 elsewhere: rows of num_classes.

    num_tokens is an older name of num_classes.
    """
    num_classes = kwargs.pop("num_tokens", None) if num_classes is None else num_classes
    if kwargs:
        raise TypeError(f"multi_hot received unknown arguments {sorted(kwargs)}.")
    if num_classes is None:
        raise ValueError("multi_hot expected num_classes, the size of its rows; received None.")
    encoded = one_hot(inputs, num_classes, axis=axis, dtype=dtype, sparse=sparse)
    return reduce.max(encoded, axis=1 if inputs.ndim > 1 else 0)
