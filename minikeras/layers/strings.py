"""Strings as layers take them: arrays of NumPy, or tensors of objects, beside the tensors of numbers."""

import numpy as np

from minikeras.autodiff import as_array
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.autodiff.tensor import Tensor
from minikeras.layers.layer import Layer


def as_strings(value, encoding="utf-8"):
    """A string, nested lists or an array of them, bytes decoded, as an array of str; None for what holds no strings.

    >>> as_strings([b"one", b"two"]).tolist()
    ['one', 'two']
    """
    if isinstance(value, Tensor) and value.array.dtype.kind == "O":
        value = value.array
    if isinstance(value, (Tensor, SymbolicTensor)) or value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind == "O":
        flat = array.ravel().tolist()
        if not flat or not all(isinstance(v, (str, bytes)) for v in flat):
            return None
        array = np.array([v.decode(encoding) if isinstance(v, bytes) else v for v in flat]).reshape(
            array.shape
        )
    if array.dtype.kind == "S":
        array = np.char.decode(array, encoding)
    return array if array.dtype.kind == "U" else None


class StringLayer(Layer):
    """The base of layers whose inputs may be strings."""

    encoding = "utf-8"

    def _as_input(self, value):
        strings = as_strings(value, self.encoding)
        if strings is not None:
            return strings
        if isinstance(value, (bool, int, float)):
            return Tensor(as_array(value))
        return super()._as_input(value)
