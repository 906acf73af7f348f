"""Older spellings of Keras: what earlier versions called things, as data, and the one warning each of them gets.

The tables say which older name, argument, value or module means which modern one; nothing else in minikeras does:

- `modules.py`: modules that moved, `keras.layers.core`;
- `names.py`: classes and functions that have other names, `layers.CuDNNLSTM`, and their older positional arguments;
- `arguments.py`: arguments of classes and functions that have other names, `Dense(output_dim=...)`;
- `attributes.py`: methods and attributes that have other names, `model.fit_generator`, `optimizer.lr`;
- `logs.py`: names of metrics in logs and histories, `acc`.

Whoever meets an unknown name asks here before it refuses it. A call that is valid today keeps today's meaning.
"""

import functools
import importlib
import os
import sys
import warnings

from minikeras.spellings.modules import MODULES as MODULES

# What was translated in this process, in order: (older spelling, modern spelling) and how often.
translated: dict[tuple[str, str], int] = {}
# Whether each use warns, too; a program that tells `translated` at its end sets this to False.
warns = True

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_IMPORTERS = ("<frozen importlib", "<frozen runpy")


def older(spelling, modern, stacklevel=None):
    """Warn that `spelling` is an older one for `modern`, and remember that it was translated.

    The warning points at the first caller outside minikeras; or `stacklevel` counts as in `warnings.warn`, seen from
    the caller of this function: 2 is the caller's caller.

    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     older("SGD(lr=...)", "SGD(learning_rate=...)")
    >>> print(caught[0].message)
    SGD(lr=...) is an older spelling: write SGD(learning_rate=...).
    """
    key = (spelling, modern)
    translated[key] = translated.get(key, 0) + 1
    if not warns:
        return
    level = users_level() if stacklevel is None else stacklevel + 1
    warnings.warn(f"{spelling} is an older spelling: write {modern}.", DeprecationWarning, stacklevel=level)


def users_level():
    """The stacklevel, seen from `older`, of the first frame outside minikeras and the machinery of imports."""
    level, frame = 1, sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith((_HOME, *_IMPORTERS)):
        # Frames of importlib do not count for `warnings`.
        level += not frame.f_code.co_filename.startswith(_IMPORTERS)
        frame = frame.f_back
    return level


def find_name(package, name, known=()):
    """What an unknown attribute of a package or module means, such as 'CuDNNLSTM' in 'minikeras.layers'.

    known: the names that there are, for the AttributeError about one that no version had.

    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     find_name("minikeras.layers", "CuDNNLSTM").__name__
    'LSTM'
    """
    if name.startswith("__") or _is_file(package, name):
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    from minikeras.spellings.lookup import look_up

    return look_up(package, name, known)


def star_names(package):
    """The older names that `from package import *` gives: those that warn when they are used, not when they are found."""
    from minikeras.spellings.lookup import late_names

    return late_names(package)


def _is_file(package, name):
    """Whether a name is that of a module in a package of ours that is only about to be imported."""
    path = os.path.join(os.path.dirname(_HOME[:-1]), *package.split("."), name)
    return os.path.exists(f"{path}.py") or os.path.isdir(path)


def find_attribute(thing, name):
    """What an attribute that an object lacks means, such as `fit_generator` of a model; else an AttributeError."""
    cls = type(thing)
    if name.startswith("__"):
        raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}", name=name, obj=thing)
    if hasattr(cls, name):
        return object.__getattribute__(thing, name)  # a property that failed says why
    from minikeras.spellings.members import attribute

    return attribute(thing, name)


def rename_methods(cls):
    """Let methods that a user's class defines under older names be called by today's."""
    from minikeras.spellings import members

    members.rename_methods(cls)


def fallback(package):
    """The `__getattr__` of a module that asks here about names it does not have."""
    return functools.partial(find_name, package)


def moved(path):
    """The `__getattr__` of a module that had more names when `keras.<path>` was public, such as 'layers.core'."""

    def find(name):
        if name.startswith("__"):
            raise AttributeError(f"module 'minikeras.{path}' has no attribute {name!r}")
        package = importlib.import_module(MODULES[path])
        value = getattr(package, name)
        older(f"keras.{path}.{name}", f"{package.__name__.replace('minikeras', 'keras', 1)}.{name}")
        return value

    return find
