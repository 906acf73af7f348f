"""Calls that name arguments as older versions did, rewritten before they are made."""

import functools
import importlib
import inspect
import sys
import types

import numpy as np

from minikeras.spellings import older

# Arguments whose names are today's, and which of their values are not: the table VALUES has what they mean.
_OLDER_VALUES = {
    "class_weight": lambda value: value is not None and not isinstance(value, dict),
    "distribution": lambda value: value == "normal",
    "epsilon": lambda value: value is None,
    "output_mode": lambda value: value in ("binary", "tf-idf"),
    "reduction": lambda value: value == "auto",
    "steps": lambda value: isinstance(value, float),
    "steps_per_epoch": lambda value: isinstance(value, float),
    "validation_steps": lambda value: isinstance(value, float),
}
_NUMBERS = frozenset({np.bool_, *(np.dtype(code).type for code in "bBhHiIlLqQefd")})
_LOOKED_INTO = _NUMBERS | {tuple, list}


def accepting(function, looked_at=None):
    """The same function, which also takes the older spellings of its arguments; a decorator.

    A call whose keywords are all known costs one comparison. Before the decoration comes what tables and warnings call
    the function, if that is not its own name: `@accepting("Model.fit")`. looked_at: with more positional arguments than
    these, their older order is looked for, too.

    >>> import warnings
    >>> @accepting
    ... def train(epochs=1):
    ...     return epochs
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     train(nb_epoch=3)
    3
    >>> print(caught[0].message)
    train(nb_epoch=...) is an older spelling: write train(epochs=...).
    """
    if isinstance(function, str):
        return functools.partial(_accepting, function, looked_at)
    return _accepting(function.__name__, looked_at, function)


def _accepting(title, looked_at, function):
    names = parameters(function)
    known = frozenset(names) - _OLDER_VALUES.keys()
    most = len(names) if looked_at is None else looked_at

    @functools.wraps(function)
    def accepts_older(*args, **kwargs):
        if len(args) > most:
            args, kwargs = _translation().reorder(title, args, kwargs)
        if kwargs and not known.issuperset(kwargs) and _has_older(kwargs, names):
            kwargs, _ = _translation().translate(title, names, kwargs)
        return function(*args, **kwargs)

    return accepts_older


def accepting_constructor(cls):
    """Let the constructor that a class of ours defines take older spellings, and numbers of NumPy for Python's."""
    function = cls.__dict__["__init__"]
    names = frozenset(accepted(cls))
    known = names - _OLDER_VALUES.keys()

    @functools.wraps(function)
    def constructor(self, *args, **kwargs):
        if not (
            _LOOKED_INTO.isdisjoint(map(type, args)) and _LOOKED_INTO.isdisjoint(map(type, kwargs.values()))
        ):
            args = tuple([_plain(value) for value in args])
            kwargs = {name: _plain(value) for name, value in kwargs.items()}
        later = ()
        if kwargs and not known.issuperset(kwargs) and _has_older(kwargs, names):
            outermost, public = _ours(type(self))
            if outermost is cls:  # what a constructor of ours hands on to its base is in the words of today
                kwargs, later = _translation().translate(public, accepted(public), kwargs)
        try:
            function(self, *args, **kwargs)
        except TypeError as error:
            start, found, rest = str(error).partition(".__init__() ")
            if not found or start != function.__qualname__.partition(".")[0]:
                raise
            raise TypeError(_call_error(_ours(type(self))[1].__name__, rest)) from None
        for act, value in later:
            act(self, value)

    cls.__init__ = constructor


def _call_error(name, complaint):
    """Python's complaint about the arguments of a call, under the name that users know, and what to write."""
    if not complaint.startswith("missing"):
        return f"{name}() {complaint}"
    lacking = complaint.partition(": ")[2].replace(", and ", ", ").replace(" and ", ", ").split(", ")
    written = ", ".join(f"{one.strip(chr(39))}=..." for one in lacking)
    return f"{name}() is {complaint}. Write {name}({written})."


def _has_older(kwargs, names):
    """Whether an argument is not among the names, or has one of its older values."""
    return any(
        name not in names or (name in _OLDER_VALUES and _OLDER_VALUES[name](value))
        for name, value in kwargs.items()
    )


def _plain(value):
    """A number of NumPy as one of Python, also within a tuple or list."""
    kind = type(value)
    if kind in _NUMBERS:
        return value.item()
    if kind in (tuple, list) and not _LOOKED_INTO.isdisjoint(map(type, value)):
        return kind([_plain(item) for item in value])
    return value


def parameters(function):
    """The names of a function's parameters, without *args and **kwargs."""
    code = inspect.unwrap(function).__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def takes_any(function):
    """Whether a function has **kwargs."""
    return bool(inspect.unwrap(function).__code__.co_flags & inspect.CO_VARKEYWORDS)


@functools.cache
def accepted(cls):
    """The arguments that a class's constructor takes, those it hands on to its base's included."""
    names = {}
    for one in cls.__mro__:
        constructor = one.__dict__.get("__init__")
        if inspect.isfunction(constructor):
            names.update(dict.fromkeys(parameters(constructor)[1:]))
            if not takes_any(constructor):
                break
    return tuple(names)


@functools.cache
def _translation():
    """The tables and what reads them: loaded when the first unknown argument comes."""
    return importlib.import_module("minikeras.spellings.translation")


@functools.cache
def _ours(cls):
    """The class of ours whose constructor is the first of ours to be called, and the one whose name users know."""
    ours = [one for one in cls.__mro__ if one.__module__.partition(".")[0] == "minikeras"]
    first = next(one for one in ours if "__init__" in one.__dict__)
    return first, next((one for one in ours if not one.__name__.startswith("_")), first)


def with_dtype(initializer):
    """An initializer of the user's as a function of shape and dtype; older ones were functions of the shape alone."""
    if "dtype" in parameters(initializer) or takes_any(initializer):
        return initializer
    older("an initializer f(shape)", "f(shape, dtype=None)")
    named = {"name": None} if "name" in parameters(initializer) else {}

    @functools.wraps(initializer)
    def initialize(shape, dtype=None):
        return initializer(shape, **named)

    del initialize.__wrapped__  # it takes a dtype, too
    return initialize


class OlderValue:
    """A value that is set under an older name, on a class of ours: `lr` of optimizers."""

    def __set_name__(self, cls, name):
        self.name = name

    def __get__(self, thing, cls=None):
        if thing is None:
            return self
        if self.name in vars(thing):
            return vars(thing)[self.name]
        from minikeras.spellings import members

        return members.read(thing, self.name)

    def __set__(self, thing, value):
        from minikeras.spellings import members

        try:
            members.write(thing, self.name, value)
        except AttributeError:
            vars(thing)[self.name] = value  # a class of the user's own, before its base's constructor has run


class CalledModule(types.ModuleType):
    """A module that is called as the class of its name: `optimizers.rmsprop(lr=0.001)`."""

    def __call__(self, *args, **kwargs):
        package, _, name = self.__name__.rpartition(".")
        cls = next(
            value for key, value in vars(self).items() if key.lower() == name and isinstance(value, type)
        )
        home = package.replace("minikeras", "keras", 1)
        older(f"{home}.{name}(...)", f"{home}.{cls.__name__}(...)")
        return cls(*args, **kwargs)


def call_module_of(cls):
    """Let the module of a class of ours be called as the class, if it has the class's name."""
    if cls.__module__ == f"minikeras.{cls.family}s.{cls.__name__.lower()}":
        sys.modules[cls.__module__].__class__ = CalledModule
