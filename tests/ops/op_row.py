"""A row of the tables: one call of a function of `ops`, and what is to be checked of it."""

import zlib

import numpy as np


class Row:
    """One call: the function's name and its arguments, arrays in float64 (or of integers, or booleans).

    expected:  a function of the same arguments on NumPy arrays, whose result is right.
    gradient:  a word that says why, where there is none; a list of positions where only those arguments have one; or
               Using(...), a function of the same arguments in which the call is wrapped up so that nothing in it is
               free (the signs of vectors) or infinite, and whose gradient is checked.
    second:    whether the gradient of the gradient is checked.
    symbolic:  False where the result's shape depends on values.
    step:      of the central differences, a power of two where the function rounds.
    keras:     False where the recorded results of Keras are not to be compared; `why` says why.
    """

    def __init__(self, name, *args, expected=None, gradient=True, second=None, symbolic=True, keras=True, why="",
                 tolerance=1e-6, step=1e-6, **kwargs):  # fmt: skip
        self.name = name
        self.args = args
        self.kwargs = kwargs
        self.expected = expected
        self.gradient = gradient
        self.second = second
        self.symbolic = symbolic
        self.keras = keras
        self.why = why
        self.tolerance = tolerance
        self.step = step
        if gradient is False:
            raise ValueError(f"The row of {name} says in a word why it has no gradient.")

    def function(self, ops):
        """The function in a module of functions such as `minikeras.ops`."""
        for part in self.name.split("."):
            ops = getattr(ops, part)
        return ops


class Using:
    """An argument that is a function written with the functions of `ops`: Using(lambda ops: ...)."""

    def __init__(self, build):
        self.build = build


def mapped(function, value):
    """A nest of arguments with a function applied to its arrays."""
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(function, v) for v in value)
    if isinstance(value, dict):
        return {k: mapped(function, v) for k, v in value.items()}
    return function(value) if isinstance(value, np.ndarray) else value


def prepared(row, ops, function):
    """The arguments of a row with a function applied to their arrays and `Using` functions built."""

    def build(value):
        if isinstance(value, Using):
            return value.build(ops)
        return [build(v) for v in value] if isinstance(value, list) else value

    args = [build(mapped(function, a)) for a in row.args]
    return args, {k: build(mapped(function, v)) for k, v in row.kwargs.items()}


def single(array):
    """An array as models hold it: float32, int32."""
    kinds = {"f": "float32", "i": "int32", "c": "complex64"}
    return array.astype(kinds[array.dtype.kind]) if array.dtype.kind in kinds else array


def identified(rows):
    """{identifier: row}: the function's name and, where it has several rows, a number."""
    found = {}
    for row in rows:
        number = sum(1 for other in found.values() if other.name == row.name)
        found[row.name if number == 0 else f"{row.name}-{number}"] = row
    return found


def generators(seed):
    """(numbers, whole): functions that make a table's random arrays. A new row at the end changes no other row."""
    random = np.random.default_rng(seed)

    def numbers(*shape, low=-2.0, high=2.0):
        """Numbers, none near another or near a multiple of a half."""
        count = int(np.prod(shape, dtype=int))
        values = np.linspace(low, high, count + 2)[1:-1] + (high - low) / (count + 1) * 0.137
        values = np.where(np.abs(values * 2 - np.round(values * 2)) < 0.02, values + 0.013, values)
        return random.permutation(values).reshape(shape)

    def whole(*shape, low=0, high=5):
        """Integers."""
        return random.integers(low, high, shape)

    return numbers, whole


def checksum(row):
    """A number that changes with the arrays among a row's arguments."""
    arrays = []
    for value in (*row.args, *row.kwargs.values()):
        mapped(arrays.append, value)
    return zlib.crc32(b"".join(np.ascontiguousarray(single(a)).tobytes() for a in arrays))
