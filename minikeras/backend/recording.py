"""Functions of values that graphs record as one call, and sizes of symbolic tensors that are known only later."""

import functools
import operator

import numpy as np

from minikeras.autodiff import SymbolicTensor, constant, is_symbolic
from minikeras.autodiff.symbolic import symbolic_call
from minikeras.nest import flatten, map_structure

__all__ = []


def recorded(body):
    """A function that, called on symbolic tensors (or their unknown sizes), is recorded whole; its shape is tried.

    The body sees values only, so it may read shapes and decide by Python's own `if`.
    """

    @functools.wraps(body)
    def function(*args, **kwargs):
        sizes = [leaf for leaf in flatten([list(args), kwargs]) if isinstance(leaf, Size)]
        if sizes:
            return _later(function, args, kwargs, sizes)
        if is_symbolic(args) or is_symbolic(kwargs):
            return symbolic_call(function, args, kwargs)
        return body(*args, **kwargs)

    return function


class Size:
    """A size of a symbolic tensor that is not known yet, or what was computed from such sizes; integers to whom it may concern.

    >>> import minikeras as keras
    >>> batch = Size.of(keras.Input((4,)), 0)
    >>> batch * 2 + 1
    Size(of input_layer..., axis 0 and more)
    """

    __hash__ = object.__hash__

    def __init__(self, tensors, compute, text):
        self.tensors = tensors
        self.compute = compute
        self.text = text

    @classmethod
    def of(cls, tensor, axis):
        """The size of a symbolic tensor along an axis: an integer where it is known."""
        size = tensor.shape[axis]
        if size is not None:
            return size
        return cls([tensor], lambda values: values[0].shape[axis], f"of {tensor.name}, axis {axis}")

    def _with(self, function, other, reverse=False):
        tensors = [*self.tensors, *(other.tensors if isinstance(other, Size) else [])]
        count = len(self.tensors)

        def compute(values):
            mine = self.compute(values[:count])
            theirs = other.compute(values[count:]) if isinstance(other, Size) else int(other)
            return function(theirs, mine) if reverse else function(mine, theirs)

        return Size(tensors, compute, self.text.removesuffix(" and more") + " and more")

    def __add__(self, other):
        return self._with(operator.add, other)

    def __sub__(self, other):
        return self._with(operator.sub, other)

    def __mul__(self, other):
        return self._with(operator.mul, other)

    def __floordiv__(self, other):
        return self._with(operator.floordiv, other)

    def __mod__(self, other):
        return self._with(operator.mod, other)

    def __radd__(self, other):
        return self._with(operator.add, other, reverse=True)

    def __rsub__(self, other):
        return self._with(operator.sub, other, reverse=True)

    def __rmul__(self, other):
        return self._with(operator.mul, other, reverse=True)

    def __rfloordiv__(self, other):
        return self._with(operator.floordiv, other, reverse=True)

    def __index__(self):
        raise TypeError(
            f"{self!r} is not known before the model has data. Use it in functions of minikeras.backend, or compute "
            "inside a layer's call, where shapes are known."
        )

    def __repr__(self):
        return f"Size({self.text})"


def _later(function, args, kwargs, sizes):
    """The call of a function that has unknown sizes among its arguments, made once their tensors have values."""
    counts = [len(size.tensors) for size in sizes]
    starts = [sum(counts[:i]) for i in range(len(sizes))]
    tensors = [tensor for size in sizes for tensor in size.tensors]
    others = [leaf for leaf in flatten([list(args), kwargs]) if isinstance(leaf, SymbolicTensor)]

    def with_sizes(*values):
        known = {
            id(size): size.compute(values[start : start + count])
            for size, start, count in zip(sizes, starts, counts, strict=True)
        }
        known.update((id(t), v) for t, v in zip(others, values[len(tensors) :], strict=True))

        def fill(leaf):
            return known.get(id(leaf), leaf) if isinstance(leaf, (Size, SymbolicTensor)) else leaf

        return function(*map_structure(fill, list(args)), **map_structure(fill, kwargs))

    with_sizes.__name__ = function.__name__
    return symbolic_call(with_sizes, (*tensors, *others), {})


def sizes_of(shape):
    """A shape given as a tensor, a number or a list of numbers and sizes, as a tuple of integers and Sizes."""
    if hasattr(shape, "tolist") and not isinstance(shape, SymbolicTensor):
        shape = shape.tolist()
    if isinstance(shape, (Size, int)) or not isinstance(shape, (list, tuple)):
        shape = (shape,)
    return tuple([s if isinstance(s, Size) or s is None else int(s) for s in shape])


def with_sizes_as_tensors(x):
    """x, a size that is not known yet, or a shape that has one, as a symbolic tensor of integers."""
    if isinstance(x, Size) or (isinstance(x, (list, tuple)) and any(isinstance(s, Size) for s in x)):
        return _integers(x)
    return x


@recorded
def _integers(sizes):
    return constant(np.array(sizes, "int32"))
