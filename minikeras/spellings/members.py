"""Unknown attributes of objects: older names of methods and values."""

import functools

from minikeras.spellings import older
from minikeras.spellings.attributes import ATTRIBUTES, DEFINED
from minikeras.spellings.rules import Method


def attribute(thing, name):
    """What an attribute that an object does not have means, with a warning; else an AttributeError."""
    row = _row(type(thing), name)
    if row is None:
        raise AttributeError(
            f"{type(thing).__name__!r} object has no attribute {name!r}", name=name, obj=thing
        )
    spelling = f"{type(thing).__name__}.{name}"
    if isinstance(row, str):
        if not hasattr(type(thing), row) and row not in vars(thing):
            raise AttributeError(
                f"{type(thing).__name__!r} object has no attribute {name!r}", name=name, obj=thing
            )
        older(spelling, f"{type(thing).__name__}.{row}")
        return getattr(thing, row)
    if isinstance(row, Method):
        return functools.partial(_called, spelling, row, thing)
    older(spelling, row.modern)
    return row.read(thing)


def _called(spelling, row, thing, *args, **kwargs):
    older(f"{spelling}(...)", row.modern)
    return row.function(thing, *args, **kwargs)


@functools.cache
def _row(cls, name):
    """The row for an attribute's older name, or None."""
    for one in cls.__mro__:
        row = ATTRIBUTES.get(one.__name__, {}).get(name)
        if row is not None:
            return row
    return None


def read(thing, name):
    """The value of an attribute that has another name today."""
    row = _row(type(thing), name)
    older(f"{type(thing).__name__}.{name}", row.modern)
    return row.read(thing)


def write(thing, name, value):
    """Set a value that has another name today."""
    row = _row(type(thing), name)
    if row.write is None:
        vars(thing)[name] = value  # the user's own
        return
    row.write(thing, value)
    older(f"{type(thing).__name__}.{name} = ...", f"{row.modern} = ...")


def rename_methods(cls):
    """Let methods that a user's class defines under older names be called: they get today's names, too."""
    for base in cls.__mro__[1:]:
        for name, modern in DEFINED.get(base.__name__, {}).items():
            if name in vars(cls) and modern not in vars(cls):
                setattr(cls, modern, vars(cls)[name])
                older(f"{base.__name__}.{name}", f"{base.__name__}.{modern}")
