"""The kinds of rows in the tables: what became of an argument or a name."""

import importlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Values:
    """An argument that has another name, and whose values have others too: {older value: modern one}."""

    name: str
    values: dict


@dataclass(frozen=True)
class Gathered:
    """Several arguments that became one: `nb_row=3, nb_col=5` is `kernel_size=(3, 5)`."""

    name: str
    parts: tuple


@dataclass(frozen=True)
class Dropped:
    """An argument that means nothing any more.

    instead: what to write today. harmless: the values that can be left out; any, if not given.
    """

    instead: str
    harmless: tuple | None = None


@dataclass(frozen=True)
class Remade:
    """An argument that became something else: `change(value, arguments)` puts it in the keyword arguments.

    modern: what to write today.
    """

    modern: str
    change: object


@dataclass(frozen=True)
class Afterwards:
    """An argument that is done after the construction: `act(object, value)`."""

    modern: str
    act: object


@dataclass(frozen=True)
class Name:
    """A class or function that has another name: `address` is 'module:name', `modern` what to write (or the same)."""

    address: str
    modern: str | None = None


@dataclass(frozen=True)
class Form:
    """A class whose older name took other positional arguments.

    positional: their names, in order. unless: whether given arguments are those of today, so that nothing is renamed.
    """

    address: str
    positional: tuple
    unless: object
    modern: str | None = None
    make: object = None


@dataclass(frozen=True)
class Gone:
    """A class or function that is no more: using it (not importing it) is an error that says what there is instead."""

    instead: str


def load(address):
    """The object at an address such as 'minikeras.layers:Dense'; a module if there is no colon."""
    module, _, name = address.partition(":")
    found = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found


def public(address):
    """An address as users write it: 'minikeras.layers:Dense' as 'keras.layers.Dense'."""
    return address.replace(":", ".").replace("minikeras", "keras", 1)
