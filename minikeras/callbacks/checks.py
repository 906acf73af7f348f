"""What callbacks ask of their arguments: who, expected, received, what to do."""

import os

import numpy as np


def number(who, name, value, least=None, whole=False, optional=False):
    """The value, if it is a number (from `least` up; a whole one; or None, where that is allowed); else an error."""
    if value is None and optional:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    kinds = (int, np.integer) if whole else (int, float, np.number)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, kinds):
        raise TypeError(
            f"{who} expected {name} to be {_wanted(least, whole, optional)}, received {value!r:.60} of type "
            f"{type(value).__name__}."
        )
    if least is not None and not value >= least:
        raise ValueError(
            f"{who} expected {name} to be {_wanted(least, whole, optional)}, received {value!r}."
        )
    return value


def _wanted(least, whole, optional):
    text = "a whole number" if whole else "a number"
    text += "" if least is None else f" from {least:g} up"
    return text + (" or None" if optional else "")


def text(who, name, value, example):
    """The value, if it is a text; else an error."""
    if not isinstance(value, str):
        raise TypeError(
            f"{who} expected {name} to be a text such as {example!r}, received {value!r:.60} of type {type(value).__name__}."
        )
    return value


def path(who, name, value):
    """A path as a text."""
    try:
        return os.fsdecode(value)
    except TypeError:
        raise TypeError(
            f"{who} expected {name} to be a path (a text or a pathlib.Path), received {value!r:.60} of type "
            f"{type(value).__name__}."
        ) from None
