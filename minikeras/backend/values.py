"""Variables, constants and placeholders: making them, asking what they are, reading and writing their values."""

import numpy as np

from minikeras import config, initializers, ops
from minikeras.autodiff import SymbolicTensor, Tensor, Variable, as_array, convert_to_tensor
from minikeras.autodiff.differentiable import constant as constant_tensor
from minikeras.backend.functions import Function
from minikeras.backend.recording import Size, recorded, sizes_of, with_sizes_as_tensors
from minikeras.dtypes import standardize_dtype
from minikeras.layers.core import Input

__all__ = [
    "batch_get_value", "batch_set_value", "cast", "cast_to_floatx", "constant", "count_params", "dtype", "eval", "eye",
    "get_value", "get_variable_shape", "identity", "int_shape", "is_placeholder", "is_sparse", "is_tensor", "is_variable",
    "ndim", "ones", "ones_like", "ones_variable", "placeholder", "print_tensor", "random_normal_variable",
    "random_uniform_variable", "set_value", "shape", "to_dense", "variable", "zeros", "zeros_like", "zeros_variable",
]  # fmt: skip

# Making them


def variable(value, dtype=None, name=None, constraint=None):
    """A variable with this initial value, in the default float type unless `dtype` says another.

    >>> variable([1.0, 2.0]).shape
    (2,)
    """
    if hasattr(value, "tocoo"):
        value = value.toarray()
    made = Variable(as_array(value, standardize_dtype(dtype)), name=name)
    made.constraint = constraint
    return made


def constant(value, dtype=None, shape=None, name=None):
    """A tensor of this value, repeated to `shape` if one is given."""
    array = as_array(value, standardize_dtype(dtype))
    if shape is not None:
        shape = sizes_of(shape)
        size = int(np.prod(shape))
        # As TensorFlow fills up: what is missing repeats the last element.
        flat = array.reshape(-1)
        if flat.size > size:
            raise ValueError(f"K.constant: {flat.size} elements do not fit into shape {shape}.")
        array = np.concatenate([flat, np.full(size - flat.size, flat[-1])]).astype(array.dtype).reshape(shape)
    return constant_tensor(np.array(array))


def placeholder(shape=None, ndim=None, dtype=None, sparse=False, name=None, ragged=False):
    """A symbolic tensor of this shape, or with `ndim` axes of unknown sizes: an input of `function`.

    >>> placeholder(ndim=2).shape
    (None, None)
    """
    if shape is None:
        if ndim is None:
            raise ValueError(
                "K.placeholder expected shape=, such as (None, 4), or ndim=, the number of axes."
            )
        shape = (None,) * ndim
    return Input(batch_shape=tuple(shape), dtype=dtype, name=name, sparse=sparse, ragged=ragged)


def zeros(shape, dtype=None, name=None):
    """A variable of zeros."""
    return Variable(np.zeros(sizes_of(shape), standardize_dtype(dtype)), name=name)


def ones(shape, dtype=None, name=None):
    """A variable of ones."""
    return Variable(np.ones(sizes_of(shape), standardize_dtype(dtype)), name=name)


zeros_variable, ones_variable = zeros, ones


def eye(size, dtype=None, name=None):
    """A variable with the identity matrix; size: the number of rows, or (rows, columns)."""
    rows, columns = size if isinstance(size, (tuple, list)) else (size, size)
    return Variable(np.eye(rows, columns, dtype=standardize_dtype(dtype)), name=name)


def zeros_like(x, dtype=None, name=None):
    """Zeros of the shape of x."""
    return ops.zeros_like(x, dtype=dtype)


def ones_like(x, dtype=None, name=None):
    """Ones of the shape of x."""
    return ops.ones_like(x, dtype=dtype)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """A variable of numbers drawn evenly from [low, high)."""
    drawn = initializers.RandomUniform(low, high, seed=seed)
    return Variable(drawn(sizes_of(shape), dtype=standardize_dtype(dtype)), name=name)


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """A variable of numbers drawn from a normal distribution; scale is its standard deviation."""
    drawn = initializers.RandomNormal(mean, scale, seed=seed)
    return Variable(drawn(sizes_of(shape), dtype=standardize_dtype(dtype)), name=name)


def identity(x, name=None):
    """x as another tensor of the same value."""
    return ops.copy(x)


# What they are


def shape(x):
    """The shape of x: an integer tensor for values; for symbolic tensors a tuple, its unknown sizes computed later."""
    if isinstance(x, SymbolicTensor):
        return tuple([Size.of(x, axis) for axis in range(len(x.shape))])
    return constant_tensor(np.array(np.shape(as_array(x)), "int32"))


def int_shape(x):
    """The shape of x as a tuple of integers, None where unknown; None for what has no shape."""
    known = getattr(x, "shape", None)
    if known is None:
        return np.shape(x) if isinstance(x, (list, tuple, int, float)) else None
    return tuple(known)


get_variable_shape = int_shape


def ndim(x):
    """The number of axes of x."""
    return len(int_shape(x))


def dtype(x):
    """The name of the dtype of x."""
    return standardize_dtype(x.dtype if hasattr(x, "dtype") else as_array(x).dtype)


def count_params(x):
    """How many elements a tensor or variable has."""
    return int(np.prod(int_shape(x)))


def is_placeholder(x):
    """Whether x is a symbolic tensor that comes from nothing: an input."""
    return isinstance(x, SymbolicTensor) and (x.call is None or not x.call.inputs)


def is_variable(x):
    """Whether x is a variable."""
    return isinstance(x, Variable)


def is_tensor(x):
    """Whether x is a tensor, a variable or a symbolic tensor."""
    return isinstance(x, (Tensor, SymbolicTensor))


def is_sparse(tensor):
    """Whether a tensor stores only what is not zero: none does here."""
    return hasattr(tensor, "tocoo")


def to_dense(tensor):
    """A tensor that stores all of its elements: the tensor itself, or what a SciPy matrix holds."""
    return convert_to_tensor(tensor.toarray()) if hasattr(tensor, "tocoo") else tensor


# Their values


def cast(x, dtype):
    """x in another dtype."""
    return ops.cast(with_sizes_as_tensors(x), dtype)


def cast_to_floatx(x):
    """An array, or a tensor, in the default float type.

    >>> cast_to_floatx(np.array([1, 2])).dtype
    dtype('float32')
    """
    if isinstance(x, (Tensor, SymbolicTensor)):
        return ops.cast(x, config.floatx())
    return np.asarray(x, config.floatx())


def eval(x):
    """The value of x as a NumPy array or number; of symbolic tensors only what needs no input has one."""
    if isinstance(x, SymbolicTensor):
        return Function([], [x])([])[0]
    return np.array(as_array(x))[()]


def get_value(x):
    """The value of a variable or tensor as a NumPy array; a scalar's as a NumPy number."""
    return eval(x) if isinstance(x, (Tensor, SymbolicTensor)) else x


def batch_get_value(tensors):
    """The values of a list of variables, NumPy arrays."""
    return [get_value(x) for x in tensors]


def set_value(x, value):
    """Set a variable (or another object's `assign`) to an array of its shape."""
    if not hasattr(x, "assign"):
        raise TypeError(
            f"K.set_value expected a variable, received {type(x).__name__} ({x!r:.60}). Set the attribute itself instead."
        )
    array = np.asarray(as_array(value))
    x.assign(array.reshape(x.shape) if array.size == x.size else array)


def batch_set_value(tuples):
    """Set variables to values, given as pairs (variable, value)."""
    for x, value in tuples:
        set_value(x, value)


@recorded
def print_tensor(x, message="", summarize=3):
    """Print x whenever it has a value, and return it."""
    with np.printoptions(threshold=max(int(summarize), 1) * 2, edgeitems=max(int(summarize), 1)):
        print(f"{message}{as_array(x)}")
    return x
