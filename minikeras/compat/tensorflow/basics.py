"""Tensors from values: constants, conversions, what a tensor is and how large."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor, Variable
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.autodiff.tensor import Operand
from minikeras.compat.tensorflow.dtype import as_dtype, numpy_dtype, of_array
from minikeras.compat.tensorflow.graph import is_deferred, liftable


def as_tensor(value, dtype=None):
    """A tensor from anything that TensorFlow makes one of; tensors stay what they are unless the dtype differs.

    Python floats become float32 and integers int32, NumPy arrays keep their dtype, and strings become bytes.
    """
    wanted = numpy_dtype(dtype)
    if isinstance(value, Operand):
        if wanted is None or value.dtype == wanted or isinstance(value, SymbolicTensor):
            return value if wanted is None or value.dtype == wanted else ops.cast(value, wanted.name)
        return ops.cast(value, wanted.name)
    if isinstance(value, (list, tuple)):
        if _holds_tensors(value):
            value = [as_tensor(v, dtype) for v in value]
            if any(isinstance(v, Tensor) and v.array.dtype.kind == "O" for v in value):
                return Tensor(np.stack([v.array for v in value]))
            return ops.stack(value)
        value = list(value)
    if value is None:
        raise ValueError(
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor."
        )
    return Tensor(_array(value, wanted))


def _holds_tensors(nest):
    return any(_holds_tensors(v) if isinstance(v, (list, tuple)) else isinstance(v, Operand) for v in nest)


def _array(value, wanted):
    typed = isinstance(value, (np.ndarray, np.generic))
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            "Can't convert non-rectangular Python sequence to Tensor. Pad the rows to one length first "
            "(tf.keras.utils.pad_sequences)."
        ) from None
    if array.dtype.kind in "US" or (array.dtype.kind == "O" and _all_texts(array)):
        return texts(array)
    if array.dtype.kind == "O":
        if wanted is not None and wanted.kind != "O":
            return array.astype(wanted)
        if hasattr(value, "to_numpy"):
            return np.asarray(value, "float32")
        raise ValueError(
            f"Failed to convert a NumPy array to a Tensor (Unsupported object type {type(array.flat[0]).__name__})."
        )
    if wanted is not None:
        if array.dtype.kind == "f" and wanted.kind in "iu" and not typed:
            raise TypeError(f"Cannot convert {value} to EagerTensor of dtype {as_dtype(wanted).name}")
        return array.astype(wanted, copy=False)
    if typed or hasattr(value, "dtype"):
        return array
    if array.dtype.kind == "f":
        return array.astype(np.float32)
    if array.dtype == np.int64 and (array.size == 0 or (array.max() < 2**31 and array.min() >= -(2**31))):
        return array.astype(np.int32 if array.size else np.float32)
    return array


def _all_texts(array):
    return array.size > 0 and all(isinstance(v, (str, bytes)) for v in array.flat)


def texts(array):
    """An array of strings as the bytes objects that a string tensor holds."""
    made = np.empty(np.shape(array), object)
    flat = made.reshape(-1)
    for i, text in enumerate(np.asarray(array, object).reshape(-1).tolist()):
        flat[i] = text.encode("utf-8") if isinstance(text, str) else bytes(text)
    return made


@liftable
def constant(value, dtype=None, shape=None, name="Const", verify_shape=False):
    """A tensor of a value; `shape` fills with a single number or arranges the numbers."""
    tensor = as_tensor(value, dtype)
    if isinstance(tensor, Tensor) and type(tensor) is not Tensor:
        tensor = tensor.read_value()
    if shape is None:
        return tensor
    shape = static_shape(shape)
    array = tensor.array
    if array.size == 1:
        return Tensor(np.full(shape, array.reshape(()), array.dtype))
    if array.size != int(np.prod(shape)):
        raise TypeError(
            f"Eager execution of tf.constant with unsupported shape. Tensor {array} has {array.size} elements, but got "
            f"`shape` {shape}."
        )
    return Tensor(array.reshape(shape))


@liftable
def convert_to_tensor(value, dtype=None, dtype_hint=None, name=None, preferred_dtype=None):
    """A tensor of a value; tensors are returned as they are."""
    if dtype is not None and isinstance(value, Tensor) and value.dtype != numpy_dtype(dtype):
        raise ValueError(
            f"Tensor conversion requested dtype {as_dtype(dtype).name} for Tensor with dtype "
            f"{of_array(value.array.dtype).name}: {value!r}. Use tf.cast."
        )
    tensor = as_tensor(value, dtype)
    return tensor.read_value() if isinstance(tensor, Variable) else tensor


def static_shape(shape):
    """A shape of integers from a list, a tensor, or a list of tensors."""
    if isinstance(shape, Tensor):
        shape = shape.array
    if isinstance(shape, (int, np.integer)):
        return (int(shape),)
    if np.ndim(shape) == 0 and not isinstance(shape, (list, tuple)):
        return (int(shape),)
    return tuple([int(s) for s in shape])


@liftable
def cast(x, dtype, name=None):
    """x in another dtype."""
    dtype = as_dtype(dtype)
    x = as_tensor(x)
    if x.dtype == dtype.dtype:
        return x.read_value() if isinstance(x, Variable) else x
    if dtype.name == "string" or (isinstance(x, Tensor) and x.array.dtype.kind == "O"):
        raise ValueError(
            "Cast between strings and numbers is not supported. Use tf.strings.to_number or tf.strings.as_string."
        )
    if dtype.is_complex:
        return Tensor(x.array.astype(dtype.dtype))
    return ops.cast(x, dtype.name)


@liftable
def saturate_cast(value, dtype, name=None):
    """value in another dtype, clipped to what that can hold."""
    return ops.saturate_cast(as_tensor(value), as_dtype(dtype).name)


@liftable
def bitcast(input, type, name=None):
    """The same bytes as another dtype."""
    return Tensor(as_tensor(input).array.view(numpy_dtype(type)))


@liftable
def complex_(real, imag, name=None):
    """Complex numbers from their two parts."""
    real, imag = as_tensor(real).array, as_tensor(imag).array
    return Tensor(np.asarray(real + 1j * imag, np.complex64 if real.dtype.itemsize <= 4 else np.complex128))


@liftable
def identity(input, name=None):
    """The same value, as a tensor of its own."""
    tensor = as_tensor(input)
    return (
        tensor.read_value()
        if isinstance(tensor, Variable)
        else ops.copy(tensor)
        if tensor.dtype.kind != "O"
        else tensor
    )


@liftable
def stop_gradient(input, name=None):
    """The same value, through which no gradient flows."""
    return ops.stop_gradient(as_tensor(input))


@liftable
def shape(input, out_type="int32", name=None):
    """The sizes of the axes as a tensor."""
    tensor = as_tensor(input)
    if isinstance(tensor, SymbolicTensor):
        return ops.shape(tensor)
    return Tensor(np.array(tensor.array.shape, numpy_dtype(out_type)))


@liftable
def size(input, out_type="int32", name=None):
    """The number of elements as a tensor."""
    return Tensor(np.asarray(as_tensor(input).array.size, numpy_dtype(out_type)))


@liftable
def rank(input, name=None):
    """The number of axes as a tensor."""
    return Tensor(np.asarray(len(as_tensor(input).shape), np.int32))


def is_tensor(x):
    """Whether x is a tensor or variable."""
    return isinstance(x, Operand)


def get_static_value(tensor, partial=False):
    """The value as an array; None of what has no value yet."""
    if is_deferred(tensor) or isinstance(tensor, SymbolicTensor):
        return None
    return np.array(as_tensor(tensor).array)


def ensure_shape(x, shape, name=None):
    """x, which must fit the shape."""
    x = as_tensor(x)
    x.get_shape().assert_is_compatible_with(shape)
    return x
