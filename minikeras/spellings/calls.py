"""Calls that name arguments as older versions did, rewritten before they are made."""

import functools
import inspect

from minikeras.spellings import older

# Arguments whose values are looked at although their names are today's.
_LOOKED_AT = frozenset({"epsilon", "reduction"})


def accepting(function, name=None):
    """The same function, which also takes the older spellings of its arguments.

    A call whose keywords are all known costs one comparison. name: what tables and warnings call it; a constructor
    goes by its class.

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
    known = frozenset(parameters(function)) - _LOOKED_AT
    title = name or function.__qualname__.rpartition("<locals>.")[2]

    @functools.wraps(function)
    def accepts_older(*args, **kwargs):
        if kwargs and not known.issuperset(kwargs):
            kwargs, _ = modern_arguments(title, parameters(function), kwargs)
        return function(*args, **kwargs)

    return accepts_older


def accepting_constructor(cls):
    """Let the constructor that a class of ours defines take the older spellings of its arguments."""
    function = cls.__dict__["__init__"]
    known = frozenset(parameters(function)) - _LOOKED_AT

    @functools.wraps(function)
    def __init__(self, *args, **kwargs):
        if kwargs and not known.issuperset(kwargs):
            owner = _public_class(type(self), cls)
            kwargs, later = modern_arguments(owner, accepted(owner), kwargs)
            function(self, *args, **kwargs)
            for act, value in later:
                act(self, value)
            return
        function(self, *args, **kwargs)

    cls.__init__ = __init__


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


def modern_arguments(owner, names, kwargs):
    """(keyword arguments as today, what is to be done after the call) for a function or class with such parameters."""
    from minikeras.spellings.translation import translate

    return translate(owner, names, kwargs)


def _public_class(cls, fallback):
    """The class of ours that a class is or derives from, whose name users know."""
    for one in cls.__mro__:
        if one.__module__.partition(".")[0] == "minikeras" and not one.__name__.startswith("_"):
            return one
    return fallback
