"""Objects as plain data and back: the dictionaries that Keras writes into `config.json`.

Reading never imports a module or evaluates code: a class is found in the registry or among the caller's
`custom_objects`, by its name alone; the `module` entry of a configuration only tells families apart.
"""

import contextlib
import contextvars
import importlib
import inspect

import numpy as np

from minikeras import limits, registry, spellings
from minikeras.registry import find_class, find_function, is_built_in, suggest
from minikeras.spellings.calls import accepting_constructor

_PLAIN = (str, bool, int, float, type(None))
# Keras's public modules, and the family whose classes each holds.
FAMILIES = {
    "keras.layers": "layer",
    "keras.models": "layer",
    "keras.losses": "loss",
    "keras.metrics": "metric",
    "keras.optimizers": "optimizer",
    "keras.optimizers.schedules": "schedule",
    "keras.initializers": "initializer",
    "keras.regularizers": "regularizer",
    "keras.constraints": "constraint",
    "keras.activations": "activation",
}


# The package whose import registers every class there is: a configuration may name one that nobody has used yet.
_EVERYTHING = "minikeras.models"
_MOST_NAMES_LISTED = 30
# While a model is written: layers seen, by id; while one is read: layers made, by the number they share.
_shared = contextvars.ContextVar("shared objects", default=None)


class UnknownObjectError(ValueError):
    """A configuration names a class or function that is neither registered nor among the custom objects."""


class Registered:
    """Base of everything that has a name and a configuration.

    A family's root passes `family="layer"` when it is defined and says in `module` where Keras keeps the family;
    every class derived from it is registered under that family. `get_config` reads the constructor's signature: each
    parameter is expected as an attribute of the same name.
    """

    module: str | None = None
    family: str | None = None

    def __init_subclass__(cls, family=None, **kwargs):
        super().__init_subclass__(**kwargs)
        if family is not None:
            cls.family = family
        if not is_built_in(cls):
            spellings.rename_methods(cls)
        elif "__init__" in cls.__dict__:
            accepting_constructor(cls)
        registry.register_class(cls)

    def __getattr__(self, name):
        return spellings.find_attribute(self, name)

    def get_config(self):
        """The constructor's arguments as plain data, from which `from_config` makes an equal object."""
        return {name: serialize(getattr(self, name)) for name in constructor_parameters(type(self))}

    @classmethod
    def from_config(cls, config):
        """An object made from what `get_config` returned."""
        return cls(**config)

    def __repr__(self):
        arguments = []
        for name, parameter in constructor_parameters(type(self)).items():
            value = getattr(self, name, parameter.default)
            if value is not parameter.default and not _equal(value, parameter.default):
                arguments.append(f"{name}={getattr(value, '__name__', value)!r}")
        return f"{type(self).__name__}({', '.join(arguments)})"


def _equal(value, other):
    try:
        return bool(value == other)
    except ValueError:  # an array has no one answer
        return False


def constructor_parameters(cls):
    """The named parameters of a class's constructor, in order, without self, *args and **kwargs."""
    cached = cls.__dict__.get("_constructor_parameters")
    if cached is None:
        signature = inspect.signature(cls.__init__)
        skipped = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        cached = {n: p for n, p in list(signature.parameters.items())[1:] if p.kind not in skipped}
        cls._constructor_parameters = cached
    return cached


def serialize(obj):
    """`obj` as data that JSON can hold, in Keras 3's format."""
    if isinstance(obj, _PLAIN):
        return obj
    if isinstance(obj, Registered):
        return _serialize_object(obj)
    if isinstance(obj, dict):
        return {str(key): serialize(value) for key, value in obj.items()}
    if isinstance(obj, tuple):
        return [serialize(value) for value in obj]
    if isinstance(obj, list):
        return [serialize(value) for value in obj]
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if isinstance(obj, np.dtype):
        return obj.name
    if callable(obj) and hasattr(obj, "__name__"):
        return _serialize_function(obj)
    if hasattr(obj, "get_config"):
        return _serialize_object(obj)
    if hasattr(obj, "__array__"):
        return serialize(np.asarray(obj))
    raise TypeError(
        f"Cannot turn {obj!r} (a {type(obj).__name__}) into a configuration. "
        "Give its class get_config() and from_config(), or leave it out of get_config()."
    )


def deserialize(config, custom_objects=None, family=None):
    """The object that a configuration describes; lists and dictionaries are walked, plain values returned."""
    if isinstance(config, _PLAIN):
        return config
    if isinstance(config, (list, tuple)):
        return [deserialize(value, custom_objects, family) for value in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: deserialize(value, custom_objects) for key, value in config.items()}
    return _deserialize_object(config, custom_objects, family)


@contextlib.contextmanager
def sharing_objects():
    """Within the block, a layer that occurs twice is written, and read, as one: Keras's `shared_object_id`."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def _serialize_object(obj):
    result = _serialize_once(obj)
    seen = _shared.get()
    if seen is not None and getattr(obj, "family", None) == "layer":
        number, first, _ = seen.setdefault(id(obj), (len(seen) + 1, result, obj))
        if first is not result:
            first["shared_object_id"] = result["shared_object_id"] = number
    return result


def _serialize_once(obj):
    cls = type(obj)
    built_in = is_built_in(cls)
    if not hasattr(obj, "get_config"):
        raise TypeError(f"Cannot serialize {obj!r}: its class has no get_config().")
    result = {
        "module": cls.module if built_in else cls.__module__,
        "class_name": cls.__name__,
        "config": obj.get_config(),
        "registered_name": None if built_in else registry.registered_name(cls),
    }
    build_config = (
        obj.get_build_config() if getattr(obj, "built", False) and hasattr(obj, "get_build_config") else None
    )
    if build_config:
        result["build_config"] = serialize(build_config)
    compile_config = obj.get_compile_config() if getattr(obj, "compiled", False) else None
    if compile_config:
        result["compile_config"] = compile_config
    return result


def _serialize_function(function):
    if function.__name__ == "<lambda>":
        raise ValueError(
            "A lambda cannot be stored in a configuration. Define a named function and decorate it with "
            "@minikeras.utils.register_keras_serializable()."
        )
    if is_built_in(function):
        return function.__name__
    return {
        "module": "builtins",
        "class_name": "function",
        "config": function.__name__,
        "registered_name": registry.registered_name(function),
    }


def _deserialize_object(config, custom_objects, family):
    name, inner = config["class_name"], config["config"]
    if not isinstance(name, str):
        raise ValueError(f"class_name must be a string, received {type(name).__name__}.")
    if name == "function":
        return _find(find_function, config.get("registered_name") or inner, inner, None, custom_objects)
    if name in ("__numpy__", "__tensor__"):
        return _array(inner["value"], str(inner["dtype"]))
    if name == "__tuple__":
        return tuple(deserialize(value, custom_objects) for value in inner)
    made = _shared.get()
    number = config.get("shared_object_id")
    if made and isinstance(number, int) and number in made:
        return made[number]
    module = config.get("module")
    family = FAMILIES.get(module, family) if isinstance(module, str) else family
    cls = _find(find_class, config.get("registered_name") or name, name, family, custom_objects)
    if not isinstance(cls, type):
        return cls
    if cls.family == "layer":
        limits.count_call()
    with registry.custom_object_scope(custom_objects or {}):
        obj = cls.from_config(inner if isinstance(inner, dict) else {})
        build_config = config.get("build_config")
        if build_config and hasattr(obj, "build_from_config") and not obj.built:
            obj.build_from_config(build_config)
        if config.get("compile_config") and hasattr(obj, "compile_from_config"):
            obj.compile_from_config(config["compile_config"])
    if made is not None and isinstance(number, int) and cls.family == "layer":
        made[number] = obj
    return obj


def _array(value, dtype):
    """An array of numbers; texts could be made to take any amount of memory."""
    if np.dtype(dtype).kind not in "biufc":
        raise ValueError(f"A configuration holds an array of dtype {dtype!r}; arrays hold numbers.")
    return np.array(value, dtype=dtype)


def _find(find, full_name, bare_name, family, custom_objects):
    if not isinstance(bare_name, str) or not isinstance(full_name, str):
        raise ValueError(f"A configuration names a class by a string, received {bare_name!r}.")
    for complete in (False, True):
        if complete:
            importlib.import_module(_EVERYTHING)
        for name in (full_name, bare_name):
            found = find(name, family, custom_objects)
            if found is None and family is not None:
                found = find(name, None, custom_objects)
            if found is not None:
                return found
    known = {name for name, _ in registry.classes(family)}
    hint = suggest(bare_name, known)
    hint = f"{hint} " if hint.startswith("Did") or len(known) <= _MOST_NAMES_LISTED else ""
    raise UnknownObjectError(
        f"Unknown {family or 'object'} {bare_name!r}. {hint}If it is your own, pass "
        f"custom_objects={{{bare_name!r}: ...}} or decorate it with @register_keras_serializable()."
    )


def deserialize_keras_object(config, custom_objects=None, safe_mode=True):
    """The object of a configuration; code in one is never run, whatever safe_mode says.

    >>> import minikeras as keras
    >>> deserialize_keras_object(keras.utils.serialize_keras_object(keras.layers.Dense(3))).units
    3
    """
    return deserialize(config, custom_objects)
