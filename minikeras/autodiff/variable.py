"""The variable: a tensor whose value changes, and where that value is kept."""

import itertools

import numpy as np

from minikeras import limits, registry
from minikeras.autodiff.differentiable import as_array, differentiable
from minikeras.autodiff.tensor import Tensor, state
from minikeras.dtypes import standardize_dtype

_numbers = itertools.count()


class Variable(Tensor):
    """A named value that training changes in place.

    initializer: an array or number, or a function `initializer(shape, dtype=dtype)`, or the name of one.
    shape: needed with a function. trainable: whether gradient tapes follow it by themselves.

    >>> v = Variable([1.0, 2.0], name="v")
    >>> v.assign_add([0.5, 0.5])
    <Variable v shape=(2,), dtype=float32, value=[1.5 2.5]>
    """

    __slots__ = (
        "_name", "_path", "_trainable", "aggregation", "arena", "autocast", "constraint", "overwrite_with_gradient",
        "regularizer", "synchronization",
    )  # fmt: skip

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        autocast=True,
        aggregation="none",
        synchronization="auto",
        name=None,
    ):
        super().__init__(_initial_value(initializer, shape, dtype, name))
        if limits.reading and limits.deferring() and shape is not None and _is_function(initializer):
            limits.defer(self, _fill(initializer))
        self._name = name or ("variable" if (n := next(_numbers)) == 0 else f"variable_{n}")
        self._path = self._name
        self.autocast = autocast
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.regularizer = None
        self.constraint = None
        self.overwrite_with_gradient = False
        self.arena = None
        self.trainable = trainable

    @property
    def trainable(self):
        """Whether gradient tapes follow this variable by themselves and optimizers may change it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        self.tracked = -1 if value else 0

    @property
    def name(self):
        """The variable's own name, such as 'kernel'."""
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def path(self):
        """The name with those of the layers it belongs to: 'dense/kernel'."""
        return self._path

    @path.setter
    def path(self, value):
        self._path = value

    @property
    def value(self):
        """The current value as a tensor that later assignments do not change; gradients flow through it."""
        return _read(self)

    def read_value(self):
        """The same as `value`."""
        return _read(self)

    def assign(self, value):
        """Replace the value; it must have the variable's shape."""
        array = as_array(value)
        if array.shape != self.array.shape:
            raise ValueError(
                f"Variable '{self.path}' has shape {self.array.shape} and cannot take a value of shape {array.shape}. "
                "Pass a value of the same shape."
            )
        if not state.probing:
            self.array[...] = array
            if limits.reading:
                limits.received(self)
        return self

    def assign_add(self, value):
        """Add to the value in place."""
        if not state.probing:
            if limits.reading:
                limits.settle(self)
            self.array[...] += as_array(value).astype(self.array.dtype, copy=False)
        return self

    def assign_sub(self, value):
        """Subtract from the value in place."""
        if not state.probing:
            if limits.reading:
                limits.settle(self)
            self.array[...] -= as_array(value).astype(self.array.dtype, copy=False)
        return self

    def __repr__(self):
        return f"<Variable {self.path} shape={self.shape}, dtype={self.dtype}, value={self.array}>"

    def __deepcopy__(self, memo):
        copy = Variable(self.array.copy(), trainable=self.trainable, name=self.name)
        copy.path = self.path
        copy.regularizer, copy.constraint = self.regularizer, self.constraint
        memo[id(self)] = copy
        return copy

    def __reduce__(self):
        return (_restore, (self.array, self.trainable, self.name, self.path))


@differentiable
def _read(x, /):
    return np.array(x), (lambda dy: dy,)


def _restore(array, trainable, name, path):
    variable = Variable(array, trainable=trainable, name=name)
    variable.path = path
    return variable


def _is_function(initializer):
    return isinstance(initializer, str) or (callable(initializer) and not isinstance(initializer, Tensor))


def _fill(initializer):
    """What gives a variable the first values of an initializer that were left out when it was made."""

    def fill(variable):
        variable.array[...] = _initial_value(initializer, variable.shape, variable.dtype, variable.name)

    return fill


def _initial_value(initializer, shape, dtype, name):
    if isinstance(initializer, str):
        cls = registry.find_class(
            "".join(part.capitalize() for part in initializer.split("_")), "initializer"
        )
        if cls is None:
            raise ValueError(
                f"Unknown initializer {initializer!r}. Pass an object of minikeras.initializers."
            )
        initializer = cls()
    if callable(initializer) and not isinstance(initializer, Tensor):
        if shape is None:
            raise ValueError(
                "Variable: an initializer function needs shape=, the shape of the value to create; received None."
            )
        dtype = np.dtype(standardize_dtype(dtype))
        if limits.reading:
            limits.charge(shape, dtype.itemsize, name)
            if limits.deferring():
                return np.zeros(shape, dtype)
        initializer = initializer(tuple(shape), dtype=dtype.name)
        if isinstance(initializer, Tensor):
            initializer = initializer.array
    array = np.array(as_array(initializer, dtype), order="C")
    if shape is not None and array.shape != tuple(shape):
        raise ValueError(
            f"Variable: the initial value has shape {array.shape}, expected shape={tuple(shape)}."
        )
    return array
