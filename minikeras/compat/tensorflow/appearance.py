"""How tensors look and answer while the façade is in use: as those of TensorFlow.

minikeras has one class of tensor. Importing the façade gives it TensorFlow's way of printing, shapes and dtypes with
TensorFlow's methods, and TensorFlow's arithmetic where that differs; `put_off` gives it its own back.
"""

import numpy as np

from minikeras import ops
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.autodiff.tensor import Operand, Tensor, state
from minikeras.autodiff.variable import Variable
from minikeras.compat.tensorflow import dtype as dtypes
from minikeras.compat.tensorflow.errors import InvalidArgumentError
from minikeras.compat.tensorflow.shapes import TensorShape


def text_of(array, as_repr=False):
    """An array as TensorFlow shows it inside of a tensor."""
    if array.ndim == 0:
        return repr(array.item()) if as_repr or array.dtype.kind in "OSU" else str(array)
    return repr(array) if as_repr else str(array)


def as_str(self):
    """tf.Tensor([1. 2.], shape=(2,), dtype=float32)"""
    text = text_of(self.array)
    return (
        f"tf.Tensor({_below(text)}, shape={self.array.shape}, dtype={dtypes.of_array(self.array.dtype).name})"
    )


def as_repr(self):
    """<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>"""
    text = text_of(self.array, as_repr=True)
    name = dtypes.of_array(self.array.dtype).name
    return f"<tf.Tensor: shape={self.array.shape}, dtype={name}, numpy={_below(text)}>"


def _below(text):
    return "\n" + text if "\n" in text else text


def as_format(self, spec):
    """The value alone."""
    array = self._looked_at()
    value = array.item() if array.ndim == 0 else array
    return format(value, spec)


def numpy(self):
    """The value as a NumPy array or, without axes, as a NumPy scalar."""
    array = self._looked_at()
    return np.array(array) if array.ndim else array[()]


class Reference:
    """A tensor or variable as the key of a dictionary."""

    def __init__(self, value):
        self._value = value

    def deref(self):
        """The tensor or variable."""
        return self._value

    def __eq__(self, other):
        return isinstance(other, Reference) and self._value is other._value

    def __hash__(self):
        return id(self._value)

    def __repr__(self):
        return f"<Reference wrapping {self._value!r}>"


def _evaluated(self, feed_dict=None, session=None):
    """The value as a NumPy array."""
    return numpy(self)


def _set_shape(self, shape):
    """Check the shape: a tensor with a value knows it all."""
    TensorShape(self.shape).assert_is_compatible_with(shape)


def _no_name(self):
    raise AttributeError(
        "Tensor.name is undefined when eager execution is enabled: a tensor with a value has no name."
    )


# Arithmetic


def _operand(tensor, other):
    """The other side of an operator: arrays of a wider dtype of the same kind take the tensor's, as in TensorFlow."""
    if isinstance(other, (np.ndarray, np.generic)):
        dtype = tensor.dtype
        if other.dtype != dtype and (
            other.dtype.kind == dtype.kind or (other.dtype.kind in "iu" and dtype.kind in "fc")
        ):
            return other.astype(dtype)
    elif isinstance(other, (list, tuple)):
        kinds = np.asarray(other).dtype.kind if not ops_holds(other) else ""
        if kinds and (kinds == tensor.dtype.kind or (kinds == "i" and tensor.dtype.kind == "f")):
            return np.asarray(other, tensor.dtype)
    return other


def ops_holds(nest):
    """Whether there is a tensor in a nest of lists."""
    return any(
        ops_holds(item) if isinstance(item, (list, tuple)) else isinstance(item, Operand) for item in nest
    )


def _binary(plain):
    def operator(self, other):
        kind = type(other)
        if other is None:
            return NotImplemented
        if kind is not float and kind is not int and kind is not Tensor:
            other = _operand(self, other)
        try:
            with np.errstate(all="ignore"):  # infinities and NaN are values here, as in TensorFlow
                return plain(self, other)
        except ValueError as error:
            raise InvalidArgumentError(str(error)) from None

    return operator


def _quotient(plain):
    plain = _binary(plain)

    def operator(self, other):
        kind = self.dtype.kind
        if kind in "iu" and _is_integer(other):
            return plain(ops.cast(self, "float64"), ops.cast(other, "float64"))
        return plain(self, other)

    return operator


def _is_integer(value):
    return type(value) is int or (hasattr(value, "dtype") and value.dtype.kind in "iu")


def _is_text(value):
    return isinstance(value, Tensor) and value.array.dtype.kind == "O"


def _of_texts(plain, function):
    """An operator that also takes string tensors."""

    def operator(self, other):
        if other is None:
            return plain(self, other) if function is None else function is np.not_equal
        if _is_text(self):
            theirs = (
                other.array
                if isinstance(other, Tensor)
                else np.vectorize(_encoded, otypes="O")(np.asarray(other))
            )
            return Tensor(np.asarray(function(self.array, theirs)))
        return plain(self, other)

    return operator


def _encoded(text):
    return text.encode() if isinstance(text, str) else bytes(text)


def _getitem(plain):
    """Indexing that also takes string tensors."""

    def getitem(self, index):
        if not _is_text(self):
            return plain(self, index)
        found = self.array[tuple(_place(i) for i in index) if isinstance(index, tuple) else _place(index)]
        if not isinstance(found, np.ndarray):
            one = np.empty((), object)
            one[()] = found
            found = one
        return Tensor(found)

    return getitem


def _place(index):
    return index.array if isinstance(index, Tensor) else index


def _ufunc(plain):
    """`array + tensor` is a tensor, `np.exp(tensor)` an array, as in TensorFlow."""

    def apply(self, ufunc, method, *inputs, **kwargs):
        if state.higher:
            return plain(self, ufunc, method, *inputs, **kwargs)
        if len(inputs) == 2 and isinstance(inputs[0], (np.ndarray, np.generic)) and not kwargs:
            return plain(self, ufunc, method, _operand(self, inputs[0]), inputs[1])
        return getattr(ufunc, method)(*[i.array if isinstance(i, Tensor) else i for i in inputs], **kwargs)

    return apply


_SIZES = vars(SymbolicTensor)["shape"]  # the slot
_ARITHMETIC = ("add", "sub", "mul", "floordiv", "mod", "pow", "matmul")


def _clothes():
    """(class, name, member) for everything that the façade changes."""
    shape = property(lambda self: TensorShape(self.array.shape), doc="The sizes of the axes, a TensorShape.")
    dtype = property(lambda self: dtypes.of_array(self.array.dtype), doc="The DType.")
    members = [
        (Tensor, "shape", shape),
        (Tensor, "dtype", dtype),
        (Tensor, "__repr__", as_repr),
        (Tensor, "__str__", as_str),
        (Tensor, "__format__", as_format),
        (Tensor, "numpy", numpy),
        (Tensor, "eval", _evaluated),
        (Tensor, "ref", lambda self: Reference(self)),
        (Tensor, "experimental_ref", lambda self: Reference(self)),
        (Tensor, "set_shape", _set_shape),
        (Tensor, "device", "/job:localhost/replica:0/task:0/device:CPU:0"),
        (Tensor, "name", property(_no_name)),
        (Tensor, "cpu", lambda self: self),
        (Tensor, "gpu", lambda self, gpu_index=0: self),
        (Tensor, "__array_ufunc__", _ufunc(Tensor.__array_ufunc__)),
        (Operand, "get_shape", lambda self: TensorShape(self.shape)),
        (Operand, "__eq__", _of_texts(Operand.__eq__, np.equal)),
        (Operand, "__ne__", _of_texts(Operand.__ne__, np.not_equal)),
        (Operand, "__hash__", Operand.__hash__),
        (Operand, "__getitem__", _getitem(Operand.__getitem__)),
        # The variables of layers are Keras's: they look as they always do.
        (Variable, "numpy", Tensor.numpy),
        (Variable, "dtype", property(lambda self: self.array.dtype, doc="The NumPy dtype.")),
        (Variable, "__str__", Variable.__repr__),
        (Variable, "__format__", Tensor.__format__),
        (SymbolicTensor, "shape", property(lambda self: TensorShape(_SIZES.__get__(self)), _SIZES.__set__)),
        (SymbolicTensor, "set_shape", lambda self, shape: None),
    ]
    for name in _ARITHMETIC:
        members.append((Operand, f"__{name}__", _binary(getattr(Operand, f"__{name}__"))))
        members.append((Operand, f"__r{name}__", _binary(getattr(Operand, f"__r{name}__"))))
    divide, divided = Operand.__truediv__, Operand.__rtruediv__
    return [
        *members,
        (Operand, "__truediv__", _quotient(divide)),
        (Operand, "__rtruediv__", _quotient(divided)),
    ]


_plain: list = []  # what was there before, while the façade is in use


def put_on():
    """Make tensors look as TensorFlow's."""
    if _plain:
        return
    for cls, name, member in _clothes():
        _plain.append((cls, name, vars(cls).get(name)))
        setattr(cls, name, member)


def put_off():
    """Make tensors look as minikeras's own again."""
    while _plain:
        cls, name, member = _plain.pop()
        if member is None:
            delattr(cls, name)
        else:
            setattr(cls, name, member)


def is_on():
    """Whether tensors look as TensorFlow's now."""
    return bool(_plain)
