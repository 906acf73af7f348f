"""New tensors: filled, counted, converted."""

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.dtypes import standardize_dtype


def zeros(shape, dtype=None):
    """A tensor of zeros."""
    return Tensor(np.zeros(shape, standardize_dtype(dtype)))


def ones(shape, dtype=None):
    """A tensor of ones."""
    return Tensor(np.ones(shape, standardize_dtype(dtype)))


def full(shape, fill_value, dtype=None):
    """A tensor of one value."""
    return Tensor(np.full(shape, as_array(fill_value), standardize_dtype(dtype)))


def empty(shape, dtype=None):
    """A tensor whose values are not specified (here zeros)."""
    return zeros(shape, dtype)


def eye(N, M=None, k=0, dtype=None):
    """Ones on the k-th diagonal, zeros elsewhere."""
    return Tensor(np.eye(N, M, k, dtype=standardize_dtype(dtype)))


def identity(n, dtype=None):
    """The n × n identity matrix."""
    return eye(n, dtype=dtype)


def arange(start, stop=None, step=None, dtype=None):
    """The numbers from start (0 if only one bound is given) up to stop, by step."""
    bounds = [as_array(b).item() for b in (start, stop, step) if b is not None]
    if dtype is None:
        dtype = config.floatx() if any(isinstance(b, float) for b in bounds) else "int32"
    if stop is None:
        return Tensor(np.arange(0, bounds[0], 1 if step is None else step, dtype=standardize_dtype(dtype)))
    return Tensor(np.arange(*bounds, dtype=standardize_dtype(dtype)))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` evenly spaced numbers from start to stop."""
    start, stop = as_array(start), as_array(stop)
    values, step = np.linspace(start, stop, num, endpoint=endpoint, retstep=True, axis=axis)
    values = Tensor(values.astype(standardize_dtype(dtype)))
    return (values, Tensor(np.asarray(step, values.dtype))) if retstep else values


def convert_to_numpy(x):
    """x as a NumPy array."""
    return np.array(as_array(x))
