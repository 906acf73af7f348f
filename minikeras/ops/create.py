"""New tensors: filled, counted, converted."""

import numpy as np

from minikeras import config
from minikeras.autodiff import as_array, constant, convert_to_tensor, differentiable
from minikeras.autodiff.error_notes import ARGUMENT_ERRORS, note_call
from minikeras.autodiff.tensor import state
from minikeras.dtypes import result_type, standardize_dtype
from minikeras.ops import elementwise, shaping

__all__ = [
    "arange",
    "array",
    "convert_to_numpy",
    "convert_to_tensor",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "identity",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tri",
    "zeros",
    "zeros_like",
]


# Filled


def zeros(shape, dtype=None):
    """A tensor of zeros."""
    try:
        return constant(np.zeros(shape, standardize_dtype(dtype)))
    except ARGUMENT_ERRORS as error:
        note_call(error, zeros, (), {"shape": shape, "dtype": dtype})
        raise


def ones(shape, dtype=None):
    """A tensor of ones."""
    try:
        return constant(np.ones(shape, standardize_dtype(dtype)))
    except ARGUMENT_ERRORS as error:
        note_call(error, ones, (), {"shape": shape, "dtype": dtype})
        raise


def full(shape, fill_value, dtype=None):
    """A tensor of one value, or of values that are broadcast to the shape."""
    fill = elementwise.cast(fill_value, standardize_dtype(dtype))
    return shaping.broadcast_to(fill, (shape,) if isinstance(shape, int) else shape)


def empty(shape, dtype=None):
    """A tensor whose values are not specified (here zeros)."""
    return zeros(shape, dtype)


def eye(N, M=None, k=0, dtype=None):
    """Ones on the k-th diagonal, zeros elsewhere."""
    try:
        return constant(np.eye(N, M, k or 0, dtype=standardize_dtype(dtype)))
    except ARGUMENT_ERRORS as error:
        note_call(error, eye, (), {"N": N, "M": M, "k": k, "dtype": dtype})
        raise


def identity(n, dtype=None):
    """The n × n identity matrix."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):
    """Ones at and below the k-th diagonal, zeros above."""
    try:
        return constant(np.tri(N, M, k, dtype=standardize_dtype(dtype)))
    except ARGUMENT_ERRORS as error:
        note_call(error, tri, (), {"N": N, "M": M, "k": k, "dtype": dtype})
        raise


@differentiable
def zeros_like(x, /, dtype=None):
    """Zeros of the shape of x."""
    return np.zeros(x.shape, x.dtype if dtype is None else standardize_dtype(dtype)), None


@differentiable
def ones_like(x, /, dtype=None):
    """Ones of the shape of x."""
    return np.ones(x.shape, x.dtype if dtype is None else standardize_dtype(dtype)), None


@differentiable
def empty_like(x, /, dtype=None):
    """Values that are not specified (here zeros), in the shape of x."""
    return np.zeros(x.shape, x.dtype if dtype is None else standardize_dtype(dtype)), None


@differentiable
def full_like(x, fill_value, /, dtype=None):
    """One value (or values that are broadcast) in the shape of x."""
    fill = fill_value if hasattr(fill_value, "dtype") else np.asarray(fill_value)
    fill = fill.astype(x.dtype if dtype is None else standardize_dtype(dtype))
    return np.broadcast_to(fill, x.shape), (None, lambda dy: dy)


# Counted


def arange(start, stop=None, step=None, dtype=None):
    """The numbers from start (0 if only one bound is given) up to stop, by step."""
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    try:
        if dtype is None:
            bounds = [b if hasattr(b, "dtype") else as_array(b) for b in (start, stop, step)]
            dtype = result_type(*[b.dtype for b in bounds])
        numbers = [b.item() if hasattr(b, "item") else b for b in (start, stop, step)]
        return constant(np.arange(*numbers, dtype=standardize_dtype(dtype)))
    except ARGUMENT_ERRORS as error:
        note_call(error, arange, (), {"start": start, "stop": stop, "step": step, "dtype": dtype})
        raise


def _float_type(dtype, *bounds):
    if dtype is not None:
        return standardize_dtype(dtype)
    common = result_type(*[b.dtype if hasattr(b, "dtype") else as_array(b).dtype for b in bounds])
    return common if common.startswith("float") else config.floatx()


def _fractions(num, endpoint, ndim, axis):
    """From 0 to 1 (or one step below, without the endpoint), along `axis` of a result of ndim axes."""
    steps = num - 1 if endpoint else num
    return np.reshape(np.arange(num) / max(steps, 1), [-1 if a == axis % ndim else 1 for a in range(ndim)])


@differentiable
def _linspace(start, stop, /, num, endpoint, dtype, axis):
    start, stop = as_array(start), as_array(stop)
    y = np.linspace(start, stop, num, endpoint=endpoint, axis=axis).astype(dtype)
    t = _fractions(num, endpoint, y.ndim, axis).astype(dtype)
    return y, (lambda dy: (dy * (1 - t)).sum(axis), lambda dy: (dy * t).sum(axis))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` evenly spaced numbers from start to stop, along a new axis; with retstep also their distance."""
    name = _float_type(dtype, start, stop)
    values = _linspace(start, stop, num=num, endpoint=endpoint, dtype=name, axis=axis)
    if not retstep:
        return values
    steps = num - 1 if endpoint else num
    step = elementwise.subtract(stop, start) / float(steps) if steps > 0 else convert_to_tensor(np.nan, name)
    return values, elementwise.cast(step, name)


@differentiable
def _logspace(start, stop, /, num, endpoint, base, dtype, axis):
    start, stop = as_array(start), as_array(stop)
    y = np.logspace(start, stop, num, endpoint=endpoint, base=base, axis=axis).astype(dtype)
    t = _fractions(num, endpoint, y.ndim, axis).astype(dtype)
    slope = y * float(np.log(base))
    return y, (lambda dy: (dy * slope * (1 - t)).sum(axis), lambda dy: (dy * slope * t).sum(axis))


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`num` numbers from base to the power start to base to the power stop, evenly spaced on a logarithmic scale."""
    name = _float_type(dtype, start, stop)
    return _logspace(start, stop, num=num, endpoint=endpoint, base=base, dtype=name, axis=axis)


@differentiable
def _geomspace(start, stop, /, num, endpoint, dtype, axis):
    start, stop = as_array(start), as_array(stop)
    if state.probing:  # zeros, between which there is no such sequence
        start, stop = start + 1, stop + 1
    y = np.geomspace(start, stop, num, endpoint=endpoint, axis=axis).astype(dtype)
    t = _fractions(num, endpoint, y.ndim, axis).astype(dtype)
    return y, (lambda dy: (dy * y * (1 - t)).sum(axis) / start, lambda dy: (dy * y * t).sum(axis) / stop)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` numbers from start to stop, each a constant multiple of the one before."""
    return _geomspace(
        start, stop, num=num, endpoint=endpoint, dtype=_float_type(dtype, start, stop), axis=axis
    )


# Converted


def array(x, dtype=None):
    """x as a tensor, see `convert_to_tensor`."""
    return convert_to_tensor(x, dtype)


def convert_to_numpy(x):
    """x as a NumPy array of the caller's own."""
    return np.array(as_array(x))
