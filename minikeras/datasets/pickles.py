"""Reading the pickles that IMDB, Reuters and CIFAR are published as, without running what is in them.

A pickle is a program that may call any function it names. These data sets need three names (`numpy.ndarray`,
`numpy.dtype` and NumPy's `_reconstruct`), and even those do not get NumPy's own: each stands for a small
record that keeps what it is given, from which a checked array is made afterwards. Every other name is
refused. What a hostile pickle can still do is ask for much memory, so files are held against their published
checksums before they are read.
"""

import math
import pickle
import re

import numpy as np


class _Array:
    """What a pickled array says of itself."""

    __slots__ = ("state",)

    def __init__(self, *arguments):
        # Python makes an empty array first and fills it in __setstate__, so what it asks for here does not
        # matter.
        self.state = None

    def __setstate__(self, state):
        self.state = state

    def value(self):
        """The array of numbers, or the list of what a one-dimensional array of objects holds."""
        _, shape, dtype, fortran_order, content = self.state
        if not all(type(length) is int and length >= 0 for length in shape):
            raise ValueError(f"an array has the shape {shape!r}")
        size = math.prod(shape)
        dtype = dtype.value()
        if dtype.kind == "O":
            if type(content) is not list or len(content) != size or len(shape) != 1:
                raise ValueError("an array of objects has another shape than its content")
            return content
        if type(content) is not bytes or len(content) != size * dtype.itemsize:
            raise ValueError("an array has another shape than its content")
        return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran_order else "C")


class _Dtype:
    """What a pickled dtype says of itself."""

    __slots__ = ("code", "order")

    def __init__(self, code, *options):
        self.code, self.order = code, "|"

    def __setstate__(self, state):
        self.order = state[1]

    def value(self):
        code, order = (part.decode() if isinstance(part, bytes) else part for part in (self.code, self.order))
        if code in ("O", "O8", "O4"):
            return np.dtype(object)
        if re.fullmatch(r"b1|[iu][1248]|f[248]", code) is None or order not in ("<", ">", "|", "="):
            raise ValueError(f"an array has the dtype {order!r} {code!r}")
        return np.dtype(order + code)


_RECORDS = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) not in _RECORDS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no data set needs")
        return _RECORDS[module, name]


def read_pickle(file, who):
    """The pickled array, or the dictionary with arrays among its values, in an open binary file.

    Arrays of objects come as lists, strings of Python 2 as bytes. Raises ValueError, naming `who`, for a
    pickle that asks for anything else and for a damaged one.
    """
    try:
        content = _Reader(file, encoding="bytes").load()
        if isinstance(content, dict):
            return {key: _value(value) for key, value in content.items()}
        if not isinstance(content, _Array):
            raise ValueError(f"it holds a {type(content).__name__}")
        return content.value()
    # A damaged pickle raises nearly anything, from KeyError to MemoryError: all of it means the same here.
    except Exception as error:
        raise ValueError(f"{who} is not a pickle of plain arrays: {error}. Nothing in it was run.") from error


def read_sequences(file, who):
    """The pickled array of objects in an open binary file, as a list of lists of Python integers.

    Raises ValueError, naming `who`, for anything else.
    """
    sequences = read_pickle(file, who)
    if not isinstance(sequences, list):
        raise ValueError(f"{who} holds no array of objects.")
    sequences = [_plain_list(sequence) for sequence in sequences]
    for row, sequence in enumerate(sequences):
        if type(sequence) is not list or not set(map(type, sequence)) <= {int}:
            raise ValueError(f"{who} holds something else than a list of integers at row {row}.")
    return sequences


def _value(item):
    return item.value() if isinstance(item, _Array) else item


def _plain_list(item):
    value = _value(item)
    return value.tolist() if isinstance(value, np.ndarray) else value
