"""The tensor: an array, whether it is being recorded, and the mask that travels with it."""

import threading
from typing import Any

import numpy as np


class State(threading.local):
    """What a thread is doing: which tapes record, and whether shapes are only being probed."""

    def __init__(self):
        self.tapes = ()
        self.recording = 0  # the union of the recording tapes' bits
        self.higher = False  # gradients are being taken of gradients
        self.probing = False
        self.recorder = (
            None  # a list that notes every application of a differentiable function (training.replay)
        )
        self.reader = None  # is told of each tensor whose value Python looks at (export)


state = State()


class Functions(dict):
    """Every differentiable function under its name: what NumPy's own turn into when applied to tensors.

    One that is not in use yet is asked of the `sources` (see `minikeras.lazy`).
    """

    sources: Any = ()

    def __missing__(self, name):
        function = self.get(name)
        if function is None:
            raise KeyError(name)
        return function

    def get(self, name, default=None):
        """The function of that name, its file loaded."""
        for source in () if name in self else self.sources:
            source.load(name)
        return super().get(name, default)

    def names(self):
        """All names, those in use first; those of files not loaded yet may be of plain functions too."""
        return [*self, *(name for source in self.sources for name in source.homes)]


FUNCTIONS = Functions()


class Operand:
    """Base of everything that `+`, `@` and `[...]` work on: the operators call `FUNCTIONS` by name.

    `minikeras.ops` attaches the operators (see `differentiable(operator=...)`).
    """

    __slots__ = ()

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def T(self):
        """The axes in reverse order."""
        return FUNCTIONS["transpose"](self)

    def reshape(self, *newshape):
        """The same elements in another shape; one size may be -1."""
        if len(newshape) == 1 and isinstance(newshape[0], (tuple, list)):
            newshape = tuple(newshape[0])
        return FUNCTIONS["reshape"](self, newshape)

    def astype(self, dtype):
        """The same elements in another dtype."""
        return FUNCTIONS["cast"](self, dtype)


class Tensor(Operand):
    """A value of a computation: read-only by custom, made by `minikeras.ops` and by layers.

    >>> import minikeras as keras
    >>> keras.ops.convert_to_tensor([[1.0, 2.0]]) * 3
    Tensor([[3. 6.]], shape=(1, 2), dtype=float32)
    """

    __slots__ = ("__weakref__", "array", "mask", "tracked")

    label = "Tensor"

    def __init__(self, array, tracked=0):
        self.array = array
        self.tracked = tracked  # bits of the tapes that follow this value
        self.mask = None  # the Keras mask that belongs to this value, or None

    @property
    def shape(self):
        """The sizes of the axes, a tuple."""
        return self.array.shape

    @property
    def dtype(self):
        """The NumPy dtype; compares equal to its name."""
        return self.array.dtype

    @property
    def size(self):
        """The number of elements."""
        return self.array.size

    @property
    def _keras_mask(self):
        return self.mask

    def numpy(self):
        """The value as a NumPy array of the caller's own."""
        return np.array(self._looked_at())

    def item(self):
        """The one element as a Python number."""
        return self._looked_at().item()

    def tolist(self):
        """The value as nested Python lists."""
        return self._looked_at().tolist()

    def __array__(self, dtype=None, copy=None):
        array = self._looked_at()
        array = array if dtype is None else array.astype(dtype, copy=False)
        return array.copy() if copy else array

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        function = FUNCTIONS.get(ufunc_name(ufunc))
        if method == "__call__" and function is not None and not kwargs:
            return function(*inputs)
        _refuse_higher(ufunc.__name__)
        return getattr(ufunc, method)(*(_plain(i) for i in inputs), **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if not state.higher:
            return function(*_plain(list(args)), **_plain(kwargs))
        known = FUNCTIONS.get(function.__name__)
        if known is None:
            _refuse_higher(function.__name__)
        return known(*args, **kwargs)

    def __len__(self):
        if not self.array.ndim:
            raise TypeError("len() of a scalar tensor: it has no axes.")
        return len(self.array)

    def __iter__(self):
        if not self.array.ndim:
            raise TypeError("A scalar tensor cannot be iterated over: it has no axes.")
        return (self[i] for i in range(len(self.array)))

    def __bool__(self):
        return bool(self._looked_at())

    def __float__(self):
        return float(self._looked_at().item())

    def __int__(self):
        return int(self._looked_at().item())

    def __index__(self):
        return self._looked_at().__index__()

    def _looked_at(self):
        """The array, for Python's own use: from here on the computation cannot be followed."""
        if state.reader is not None:
            state.reader(self)
        return self.array

    def __format__(self, spec):
        return format(self.array.item() if self.array.ndim == 0 and spec else str(self), spec)

    def __repr__(self):
        return f"{self.label}({self.array}, shape={self.shape}, dtype={self.dtype})"

    def __hash__(self):
        return id(self)

    def __copy__(self):
        return self.__deepcopy__({})

    def __deepcopy__(self, memo):
        return Tensor(self.array.copy())

    def __reduce__(self):
        return (Tensor, (self.array,))


_UFUNC_NAMES = {"true_divide": "divide", "conjugate": "conj", "remainder": "mod", "fabs": "absolute"}


def ufunc_name(ufunc):
    """The name under which `FUNCTIONS` knows a universal function of NumPy's."""
    return _UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__)


def _plain(value):
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(v) for v in value) if not hasattr(value, "_fields") else value
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _refuse_higher(name):
    if state.higher:
        raise TypeError(
            f"A gradient of a gradient reached NumPy's {name}, which has no differentiable form here. "
            "Higher derivatives exist for the elementwise, shape, reduction and matmul families."
        )
