"""Shapes as TensorFlow has them: a tuple that also answers to TensorFlow's names."""

import numpy as np

from minikeras.compat.tensorflow.dtype import as_dtype, float32


class TensorShape(tuple):
    """The sizes of the axes, None where unknown; `TensorShape(None)` does not even know how many there are.

    >>> shape = TensorShape([None, 3])
    >>> print(shape, shape.as_list(), shape.rank, shape == (None, 3))
    (None, 3) [None, 3] 2 True
    """

    __slots__ = ()
    known = True

    def __new__(cls, dims=()):
        if dims is None:
            return super().__new__(UnknownShape)
        if isinstance(dims, TensorShape):
            return dims
        if isinstance(dims, (int, np.integer)):
            dims = (dims,)
        return super().__new__(
            cls, [None if d is None or (not isinstance(d, Dimension) and d < 0) else _size(d) for d in dims]
        )

    @property
    def rank(self):
        """The number of axes."""
        return len(self)

    @property
    def ndims(self):
        """The number of axes."""
        return len(self)

    @property
    def dims(self):
        """The sizes as objects with a `value`, as TensorFlow 1 had them."""
        return [Dimension(d) for d in self]

    def as_list(self):
        """The sizes as a list."""
        return list(self)

    def num_elements(self):
        """The number of elements, None if a size is unknown."""
        return None if None in self else int(np.prod(self, dtype=np.int64))

    def is_fully_defined(self):
        """Whether every size is known."""
        return None not in self

    def assert_is_fully_defined(self):
        """Raise unless every size is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined: its None sizes are unknown.")

    def is_compatible_with(self, other):
        """Whether a tensor could have both shapes."""
        other = TensorShape(other)
        if not (self.known and other.known):
            return True
        return len(self) == len(other) and all(
            a is None or b is None or a == b for a, b in zip(self, other, strict=True)
        )

    def assert_is_compatible_with(self, other):
        """Raise unless a tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible.")

    def assert_has_rank(self, rank):
        """Raise unless there are so many axes."""
        if self.rank != rank:
            raise ValueError(f"Shape {self} must have rank {rank}.")

    def with_rank(self, rank):
        """The shape itself, which must have so many axes."""
        self.assert_has_rank(rank)
        return self

    def merge_with(self, other):
        """The shape with what the other knows of the sizes."""
        self.assert_is_compatible_with(other)
        other = TensorShape(other)
        if not self.known:
            return other
        return TensorShape([b if a is None else a for a, b in zip(self, other, strict=True)])

    def concatenate(self, other):
        """The shape with the other's axes behind its own."""
        return TensorShape((*self, *TensorShape(other)))

    def __getitem__(self, index):
        found = tuple.__getitem__(self, index)
        return TensorShape(found) if isinstance(index, slice) else found

    def __add__(self, other):
        return TensorShape((*self, *other))

    def __radd__(self, other):
        return TensorShape((*other, *self))

    def __eq__(self, other):
        return tuple(self) == (tuple(other) if isinstance(other, (list, tuple)) else other)

    def __ne__(self, other):
        return not self == other

    __hash__ = tuple.__hash__

    def __str__(self):
        return tuple.__repr__(self)

    def __format__(self, spec):
        return format(str(self), spec)

    def __repr__(self):
        return f"TensorShape({list(self)})"

    def __reduce__(self):
        return TensorShape, (list(self),)


class UnknownShape(TensorShape):
    """A shape of which nothing is known."""

    __slots__ = ()
    known = False
    rank = ndims = dims = None

    def as_list(self):
        """There are no sizes to list."""
        raise ValueError("as_list() is not defined on an unknown TensorShape.")

    def num_elements(self):
        """Unknown."""
        return None

    def is_fully_defined(self):
        """It is not."""
        return False

    def __eq__(self, other):
        return other is None or isinstance(other, UnknownShape)

    __hash__ = tuple.__hash__

    def __str__(self):
        return "<unknown>"

    def __repr__(self):
        return "TensorShape(None)"

    def __reduce__(self):
        return TensorShape, (None,)


class Dimension:
    """One size of a shape, as TensorFlow 1 had it: `.value` is an integer or None."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value.value if isinstance(value, Dimension) else value

    def __int__(self):
        return int(self.value)

    def __index__(self):
        return int(self.value)

    def __eq__(self, other):
        return self.value == (other.value if isinstance(other, Dimension) else other)

    def __hash__(self):
        return hash(self.value)

    def __repr__(self):
        return f"Dimension({self.value})"

    def __str__(self):
        return "?" if self.value is None else str(self.value)


def _size(value):
    if isinstance(value, Dimension):
        return value.value
    return value.__index__()


class TensorSpec:
    """What a tensor looks like: shape and dtype."""

    def __init__(self, shape, dtype=float32, name=None):
        self.shape = TensorShape(shape)
        self.dtype = as_dtype(dtype)
        self.name = name

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The spec of a tensor."""
        return cls(tuple(tensor.shape), tensor.dtype, name)

    def is_compatible_with(self, other):
        """Whether a tensor, or every tensor of a spec, fits this one."""
        return self.dtype == as_dtype(other.dtype) and self.shape.is_compatible_with(tuple(other.shape))

    def __eq__(self, other):
        return isinstance(other, TensorSpec) and (self.shape, self.dtype) == (other.shape, other.dtype)

    def __hash__(self):
        return hash((self.shape, self.dtype))

    def __repr__(self):
        return f"{type(self).__name__}(shape={self.shape}, dtype={self.dtype!r}, name={self.name!r})"
