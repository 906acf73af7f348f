"""Names of older `keras.preprocessing`, loaded when they are first used, each with the warning that is due."""

import importlib

from minikeras.spellings import older
from minikeras.spellings.preprocessing import MODERN

__all__ = []


def attributes(module, files, namespace):
    """The `__getattr__` and `__dir__` of a module whose older names are those of the files given."""
    names = MODERN[module]

    def find(name):
        if name not in names:
            raise AttributeError(f"module 'minikeras.preprocessing.{module}' has no attribute {name!r}")
        homes = (importlib.import_module(f"minikeras.preprocessing.{file}") for file in files)
        value = next(getattr(home, name) for home in homes if name in vars(home))
        older(f"keras.preprocessing.{module}.{name}", names[name])
        namespace[name] = value
        return value

    def list_names():
        return sorted({*names, *namespace["__all__"]})

    return find, list_names
