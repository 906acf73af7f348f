"""What a traced model computes with: values with one array for each trial, and numbers that differ between trials.

A model is tried on inputs of several sizes. A size that comes out different each time depends on an unknown axis of the
inputs; a value that does not depend on the inputs at all is known, and becomes a constant of the exported graph.
"""

import numpy as np


class Varying:
    """A number that follows from the unknown sizes of the inputs: what it was in each trial."""

    __slots__ = ("values",)

    def __init__(self, values):
        self.values = tuple(values)

    def __eq__(self, other):
        return isinstance(other, Varying) and other.values == self.values

    def __hash__(self):
        return hash(self.values)

    def __repr__(self):
        return f"Varying{self.values}"


def merged(numbers):
    """One number for what it was in each trial: itself where it was always the same."""
    first = numbers[0]
    return first if all(n == first for n in numbers) else Varying(numbers)


def varies(sizes):
    """Whether any of these numbers depends on the inputs' sizes."""
    return any(isinstance(s, Varying) for s in sizes)


class Value:
    """An array that is computed in a model, as it was in each trial.

    known: whether it is the same whatever the inputs hold (its shape may follow theirs). hint: the variable it was made
    from, after which it is called. call: the call that computes it. name: its name in the exported graph.
    """

    __slots__ = (
        "_constant",
        "_shape",
        "arrays",
        "beside",
        "call",
        "foreign",
        "hint",
        "known",
        "name",
        "weak",
    )

    def __init__(self, arrays, known, hint=None):
        self.arrays = tuple(arrays)
        self.known = known
        self.hint = hint
        self.foreign = False  # made with an array that no operation made
        self.beside = None  # if that array has the size of the batch: the layers that used it first
        self.call = None
        self.name = None
        self._shape = None
        self._constant = None

    @property
    def shape(self):
        """The sizes of the axes, Varying where they follow the inputs'."""
        if self._shape is None:
            self._shape = tuple(
                [merged(sizes) for sizes in zip(*(a.shape for a in self.arrays), strict=True)]
            )
        return self._shape

    @property
    def ndim(self):
        """The number of axes."""
        return self.arrays[0].ndim

    @property
    def dtype(self):
        """The NumPy dtype."""
        return self.arrays[0].dtype

    @property
    def constant(self):
        """The array of a known value that is the same in all trials, else None."""
        if self._constant is None:
            first = self.arrays[0]
            same = self.known and all(a is first or _same(first, a) for a in self.arrays[1:])
            self._constant = (first if same else None,)
        return self._constant[0]

    def map(self, function):
        """The known value made by a function of the array."""
        if self.constant is not None:
            arrays = [function(self.arrays[0])] * len(self.arrays)
        else:
            arrays = [function(a) for a in self.arrays]
        return self.like(arrays)

    def like(self, arrays):
        """What is made from this value alone."""
        value = Value(arrays, self.known, self.hint)
        value.foreign, value.beside = self.foreign, self.beside
        return value

    def as_dtype(self, dtype):
        """This known value in another dtype."""
        return self if self.dtype == dtype else self.map(lambda a: a.astype(dtype))

    def is_all(self, number):
        """Whether every element is known to be this number."""
        return self.known and all(bool((a == number).all()) for a in self.arrays)


def _same(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
