"""Names and classes: who is called what.

A class registers by being defined: deriving from a family's base (`Layer`, `Optimizer`, `Loss`, ...) is enough.
Built-in classes are known by their bare name. A user's classes live beside them, never in their place: a user's
`Attention` can neither be mistaken for the built-in one when a file is read, nor hide it. Defining a user's class
again (re-running a notebook cell) replaces the older definition.
"""

import contextlib
import contextvars
import functools
import inspect
import re

_built_in: dict = {}
_custom: dict = {}
_functions: dict = {}
_packages: dict = {}
_sources: list = []
_scope: contextvars.ContextVar = contextvars.ContextVar("custom_objects", default=None)


@functools.lru_cache(4096)
def snake_case(name):
    """`CamelCase` as `camel_case`, the way Keras names layers and losses.

    >>> snake_case("MaxPooling2D"), snake_case("LSTM"), snake_case("L1L2")
    ('max_pooling2d', 'lstm', 'l1l2')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def register_class(cls):
    """Enter a class under its name and family; names that begin with an underscore stay private."""
    name = cls.__name__
    if name.startswith("_"):
        return
    if not is_built_in(cls):
        _custom[(cls.family, name)] = cls
        return
    known = _built_in.get((cls.family, name))
    if known is not None and known.__module__ != cls.__module__:
        raise ValueError(
            f"{name} is already the name of {known.__module__}.{name}; built-in names are unique."
        )
    _built_in[(cls.family, name)] = cls


def register_function(function, name=None, family=None):
    """Give a built-in function a name under which configurations may mention it; returns the function."""
    _functions[(family, name or function.__name__)] = function
    return function


def is_built_in(thing):
    """Whether a class or function belongs to minikeras itself."""
    return (getattr(thing, "__module__", None) or "").partition(".")[0] == "minikeras"


def add_source(family, names):
    """Say where a family's classes and functions are defined: `names.load(name)` and `names.load_all()` register them."""
    _sources.append((family, names))
    return names


def load_all(family=None):
    """Load all built-in classes and functions of a family (or of all that were imported)."""
    for kind, source in list(_sources):
        if family is None or kind == family:
            source.load_all()


def names(family):
    """The names that a family's files export, and those of its classes in use so far, in order; nothing is loaded."""
    exported = [name for kind, source in _sources if kind == family for name in source.homes]
    return list(dict.fromkeys([*exported, *(name for kind, name in _built_in if kind == family)]))


def classes(family=None, loaded=False):
    """All built-in classes of a family (or of all), as (name, class) pairs; `loaded`: only those in use so far."""
    if not loaded:
        load_all(family)
    return [(name, cls) for (kind, name), cls in _built_in.items() if family is None or kind == family]


def functions(family, loaded=False):
    """All named built-in functions of a family, as a dictionary; `loaded`: only those in use so far."""
    if not loaded:
        load_all(family)
    return {name: function for (kind, name), function in _functions.items() if kind == family}


def _load(name, family):
    """Load the file that defines a built-in class or function, where one does."""
    for kind, source in list(_sources):
        if family is None or kind == family:
            source.load(name)


def find_class(name, family=None, custom_objects=None):
    """The class of that name: the caller's, a custom scope's, a user's registered one, or a built-in; else None."""
    for table in (custom_objects or {}, _scope_objects()):
        if name in table:
            return table[name]
    if name in _packages:
        return _packages[name]
    bare = name.rpartition(">")[2]
    if ">" not in name and (family, bare) not in _built_in:
        _load(bare, family)
    for table in (_custom,) if ">" in name else (_built_in, _custom):
        if family is not None:
            if (family, bare) in table:
                return table[(family, bare)]
        else:
            found = [cls for (_, n), cls in table.items() if n == bare]
            if found:
                return found[0]
    return None


def find_function(name, family=None, custom_objects=None):
    """The function of that name, found as `find_class` finds classes; else None."""
    for table in (custom_objects or {}, _scope_objects(), _packages):
        if name in table:
            return table[name]
    if (family, name) not in _functions:
        _load(name, family)
    return _functions.get((family, name)) or (None if family else _any_function(name))


def registered_name(thing):
    """The name a class or function of the user's was registered under, or its bare name."""
    for name, known in _packages.items():
        if known is thing:
            return name
    return thing.__name__


def suggest(name, known):
    """The end of an error about an unknown name: what it may have meant, or what there is.

    >>> suggest("adm", ["adam", "sgd"])
    "Did you mean 'adam'?"
    """
    import difflib  # slow to import, and only wanted by errors

    known = sorted({str(k) for k in known})
    lower = {k.lower(): k for k in known}
    close = difflib.get_close_matches(str(name).lower(), lower, n=1, cutoff=0.6)
    return f"Did you mean {lower[close[0]]!r}?" if close else f"Known: {', '.join(known)}."


def register_keras_serializable(package="Custom", name=None):
    """Decorator: register a user's class or function under 'package>name', so that files may mention it.

    >>> @register_keras_serializable("My")
    ... def double(x):
    ...     return 2 * x
    >>> get_registered_name(double)
    'My>double'
    """

    def decorate(thing):
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(
                f"Cannot register class {thing.__name__!r}: it has no get_config() method. "
                "Add one that returns the constructor's arguments."
            )
        full_name = f"{package}>{name or thing.__name__}"
        _packages[full_name] = thing
        return thing

    return decorate


def get_registered_name(obj):
    """The name that `register_keras_serializable` gave, or the bare name."""
    return registered_name(obj)


def get_registered_object(name, custom_objects=None, module_objects=None):
    """The class or function registered under `name`, or None."""
    for table in (_scope_objects(), _packages, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


@contextlib.contextmanager
def custom_object_scope(custom_objects):
    """Within the block, configurations may mention the given {name: class or function}."""
    token = _scope.set({**_scope_objects(), **custom_objects})
    try:
        yield
    finally:
        _scope.reset(token)


def _scope_objects():
    """What the custom object scopes around this code hold."""
    return _scope.get() or {}


def get_custom_objects():
    """The dictionary of the user's registered names; changing it registers."""
    return _packages


def _any_function(name):
    return next((function for (_, n), function in _functions.items() if n == name), None)


_counts: dict[str, int] = {}


def unique_name(prefix):
    """`prefix`, or `prefix_1`, `prefix_2`, ... when it was given before."""
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"


def forget_names():
    """Start the numbering of automatic names again."""
    _counts.clear()
