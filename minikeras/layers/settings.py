"""Arguments that layers over sequences, images and volumes share, checked: windows, margins, their defaults."""

import inspect
import types

import numpy as np

from minikeras.layers.spec import who


def with_defaults(constructor, **defaults):
    """The same constructor with other defaults: one signature serves one, two and three spatial axes.

    >>> def stride_of(self, strides=1):
    ...     return strides
    >>> with_defaults(stride_of, strides=(1, 1))(None)
    (1, 1)
    """
    constructor = inspect.unwrap(constructor)
    parameters = inspect.signature(constructor).parameters.values()
    values = [
        defaults.get(p.name, p.default) for p in parameters if p.name in defaults or p.default is not p.empty
    ]
    copy = types.FunctionType(
        constructor.__code__,
        constructor.__globals__,
        constructor.__name__,
        tuple(values),
        constructor.__closure__,
    )
    copy.__qualname__ = constructor.__qualname__
    copy.__doc__ = constructor.__doc__
    return copy


def one_of(value, allowed, name, layer):
    """A setting that is one of a few words, in lower case."""
    word = value.lower() if isinstance(value, str) else value
    if word not in allowed:
        raise ValueError(
            f"{who(layer)}: {name} must be one of {', '.join(map(repr, allowed))}, received {value!r}."
        )
    return word


def share(value, name, layer):
    """A rate between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0 <= value <= 1:
        raise ValueError(f"{who(layer)}: {name} must be a number between 0 and 1, received {value!r}.")
    return value


def number(value, name, layer, low=None):
    """A number, not NaN, and not below `low` if that is given."""
    fits = isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and value == value
    if not fits or (low is not None and value < low):
        least = "" if low is None else f" of at least {low}"
        raise ValueError(f"{who(layer)}: {name} must be a number{least}, received {value!r}.")
    return value


def axis_of(value, layer):
    """An axis: an integer, negative ones counted from the last."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{who(layer)}: axis must be an integer, received {value!r}.")
    return value


def whole(value, name, layer, low=1, optional=False):
    """An integer, of at least `low` if that is given; None only where it is optional."""
    if value is None and optional:
        return value
    fits = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not fits or (low is not None and value < low):
        words = ("" if low is None else f" of at least {low}") + (", or None" if optional else "")
        raise ValueError(f"{who(layer)}: {name} must be an integer{words}, received {value!r}.")
    return value


def edges(value, rank, name, layer):
    """What is added or cut at both ends of each spatial axis: a number, one for each axis, or (before, after) pairs."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,) * rank
    pairs = tuple([tuple(v) if isinstance(v, (tuple, list)) else (v, v) for v in values])
    counts = [count for pair in pairs for count in pair]
    if (
        len(pairs) != rank
        or any(len(pair) != 2 for pair in pairs)
        or any(isinstance(c, bool) or not isinstance(c, (int, np.integer)) or c < 0 for c in counts)
    ):
        forms = f"an integer, {rank} integers or {rank} pairs (before, after)"
        raise ValueError(f"{who(layer)}: {name} must be {forms}, none negative, received {value!r}.")
    return tuple([(int(before), int(after)) for before, after in pairs])
