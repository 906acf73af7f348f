"""Rows of an array in a given order, in the dtype a model wants: how a batch leaves a data set."""


def gather(x, indices, dtype, out=None):
    """x[indices] converted to dtype, written to `out` (same shape and dtype) when given.

    >>> import numpy as np
    >>> gather(np.array([[1], [2]], np.uint8), np.array([1, 0]), np.float32)
    array([[2.],
           [1.]], dtype=float32)
    """
    if out is None:
        return x.take(indices, axis=0).astype(dtype, copy=False)
    if x.dtype == out.dtype:
        return x.take(indices, axis=0, out=out)
    out[...] = x.take(indices, axis=0)
    return out
