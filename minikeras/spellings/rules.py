"""The kinds of rows in the tables: what became of an argument or a name.

Those of arguments have `apply(name, call)`: it takes the older argument `name` out of a Call and puts in what it means.
"""

import importlib
from dataclasses import dataclass


@dataclass
class Call:
    """A call that is put in the words of today.

    title: what errors and warnings call the function. arguments: the keyword arguments. later: what is done after the
    call, pairs (function, value) for `function(result, value)`. tell: is told (older spelling, modern one).
    """

    title: str
    arguments: dict
    later: list
    tell: object

    def written(self, arguments):
        """The call as one writes it, with these arguments."""
        return f"{self.title}({arguments})"

    def put(self, name, value, spelling, shown="..."):
        """Give an argument the value that came under an older spelling."""
        modern = self.written(f"{name}={shown}")
        if name in self.arguments:
            raise TypeError(
                f"{self.title} received {name!r} twice: as {spelling} and as {self.written(f'{name}=...')}."
            )
        self.arguments[name] = value
        self.tell(spelling, modern)


@dataclass(frozen=True)
class Values:
    """An argument that has another name, and whose values have others too: {older value: modern one}."""

    name: str
    values: dict

    def apply(self, name, call):
        value = call.arguments.pop(name)
        if not (isinstance(value, (str, int, type(None))) and value in self.values):
            if name == self.name:
                call.arguments[name] = value
            else:
                call.put(self.name, value, call.written(f"{name}=..."))
            return
        modern = self.values[value]
        call.put(self.name, modern, call.written(f"{name}={value!r}"), repr(modern))


@dataclass(frozen=True)
class Checked:
    """An argument of today's name that took more kinds of values: those that `when(value)` finds become `change(value)`.

    modern: what to write.
    """

    when: object
    change: object
    modern: str

    def apply(self, name, call):
        value = call.arguments[name]
        if self.when(value):
            call.arguments[name] = self.change(value)
            call.tell(call.written(f"{name}={_brief(value)}"), self.modern)


def _brief(value):
    """A value in a message: a number or text itself, else its kind."""
    return repr(value) if isinstance(value, (str, int, float)) else f"<{type(value).__name__}>"


@dataclass(frozen=True)
class Gathered:
    """Several arguments that became one: `nb_row=3, nb_col=5` is `kernel_size=(3, 5)`."""

    name: str
    parts: tuple

    def apply(self, name, call):
        parts = [part for part in self.parts if part in call.arguments]
        value = tuple([call.arguments.pop(part) for part in parts])
        spelling = call.written(", ".join(f"{part}=..." for part in parts))
        if len(parts) < len(self.parts):
            missing = ", ".join(part for part in self.parts if part not in parts)
            raise TypeError(f"{spelling} lacks {missing}. Write {call.written(f'{self.name}=...')}.")
        call.put(self.name, value, spelling)


@dataclass(frozen=True)
class Dropped:
    """An argument that means nothing any more.

    instead: what to write today. harmless: the values that can be left out; any, if not given.
    """

    instead: str
    harmless: tuple | None = None

    def apply(self, name, call):
        value = call.arguments.pop(name)
        if self.harmless is not None and not _among(value, self.harmless):
            raise ValueError(f"{call.written(f'{name}={value!r}')} does not exist any more: {self.instead}.")
        call.tell(call.written(f"{name}=..."), self.instead)


def _among(value, values):
    return any(value is one or (type(value) is type(one) and value == one) for one in values)


@dataclass(frozen=True)
class Remade:
    """An argument that became something else: `change(value, arguments)` puts it in the keyword arguments.

    modern: what to write today.
    """

    modern: str
    change: object

    def apply(self, name, call):
        self.change(call.arguments.pop(name), call.arguments)
        call.tell(call.written(f"{name}=..."), self.modern)


@dataclass(frozen=True)
class Afterwards:
    """An argument that is done after the construction: `act(object, value)`."""

    modern: str
    act: object

    def apply(self, name, call):
        call.later.append((self.act, call.arguments.pop(name)))
        call.tell(call.written(f"{name}=..."), self.modern)


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
