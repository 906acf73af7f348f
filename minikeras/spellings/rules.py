"""The kinds of rows in the tables: what became of an argument or a name."""

import importlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Values:
    """An argument that has another name, and whose values have others too: {older value: modern one}."""

    name: str
    values: dict


@dataclass(frozen=True)
class Checked:
    """An argument of today's name that took more kinds of values: those that `when(value)` finds become `change(value)`.

    modern: what to write.
    """

    when: object
    change: object
    modern: str


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
class Positions:
    """Positional arguments in another order: after the first `kept` ones come those of these names.

    when: whether the arguments given are in the older order.
    """

    spelling: str
    modern: str
    kept: int
    names: tuple
    when: object


@dataclass(frozen=True)
class Name:
    """A class or function that has another name: `address` is 'module:name', `modern` what to write (or the same).

    warns: whether it warns itself when it is used, so that finding it does not.
    """

    address: str
    modern: str | None = None
    warns: bool = False


@dataclass(frozen=True)
class Form:
    """A class whose older name took other positional arguments.

    positional: their names, in order. unless: whether given arguments are those of today, so that nothing is renamed.
    modern: what to write. make: makes the object of (class, args, kwargs). today: Keras has the name still, as a second
    one, so that a call in today's form is no older spelling.
    """

    address: str
    positional: tuple
    unless: object
    modern: str | None = None
    make: object = None
    today: bool = False


@dataclass(frozen=True)
class Method:
    """A method that is other calls today: `function(object, ...)` makes them."""

    modern: str
    function: object


@dataclass(frozen=True)
class Value:
    """An attribute that is read, and perhaps set, elsewhere today: `read(object)`, `write(object, value)`."""

    modern: str
    read: object
    write: object = None


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
