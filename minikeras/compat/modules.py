"""The import finder: while it is installed, minikeras answers `import tensorflow` and `import keras`.

A foreign name stands for the very module of minikeras, not for a copy: `keras.layers` is `minikeras.layers`, and
`isinstance` holds whichever way a class was imported. Nothing is loaded before it is asked for.
"""

import importlib
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import minikeras
from minikeras.compat import older_numpy
from minikeras.compat.addresses import (
    ABSENT,
    FACADE,
    INSTEAD,
    LAST,
    PRIVATE,
    PUBLIC_BELOW,
    ROOTS,
    SAME,
    TENSORFLOW,
)
from minikeras.spellings import older
from minikeras.spellings.modules import MODULES

# The version of Keras whose names minikeras has; what scripts that ask for `keras.__version__` want to know.
KERAS_VERSION = "3.15.1"
_UNSET = object()


def canonical(name):
    """A module's name with all other ways to write it undone.

    >>> canonical("tensorflow.compat.v2.keras.layers"), canonical("tensorflow.python.keras.layers")
    ('keras.layers', 'keras.layers')
    """
    table = SAME | PRIVATE
    while name not in TENSORFLOW and (prefix := _longest(name, table)) is not None:
        name = table[prefix] + name[len(prefix) :]
    return name


def public(name):
    """The public way to write a module's name: without a path that was private, and without an older one.

    >>> public("tensorflow.python.keras.layers.core"), public("keras.layers")
    ('tensorflow.keras.layers', 'keras.layers')
    """
    while (prefix := _longest(name, PRIVATE)) is not None:
        name = PRIVATE[prefix] + name[len(prefix) :]
    path = canonical(name)
    if path in TENSORFLOW:
        return INSTEAD.get(TENSORFLOW[path], TENSORFLOW[path])
    older_path = _longest(path.removeprefix("keras."), MODULES) if path.startswith("keras.") else None
    if older_path is None:
        return name
    root = name.removesuffix(path.removeprefix("keras")) if name != path else "keras"
    return MODULES[older_path].replace("minikeras", root, 1)


def resolve(name):
    """The address that stands for a foreign module: a module of minikeras, or a place in the façade.

    '' is a package of which only what lies below it exists. A ModuleNotFoundError says what there is instead.
    """
    path = canonical(name)
    absent = _longest(path, ABSENT)
    if absent is not None and not _is_above(path, TENSORFLOW):
        raise _missing(name, f"Instead: {ABSENT[absent]}.")
    if path == "keras":
        return "minikeras"
    if path.startswith("keras."):
        return _resolve_keras(name, path.removeprefix("keras."))
    return _resolve_tensorflow(name, path)


def _resolve_keras(name, path):
    package, _, last = path.rpartition(".")
    if path in MODULES:
        return MODULES[path]
    if (not package or package in PUBLIC_BELOW) and _exists(f"minikeras.{path}"):
        return f"minikeras.{path}"
    if package:
        # A file inside a package, such as keras.src.layers.rnn.lstm: the package has its class.
        above = _resolve_keras(name, package)
        if _longest(name, PRIVATE) or _longest(path, ("engine",)) or _names(above, last):
            return above
    raise _missing(name, _nearest(path, [*MODULES, *_keras_modules()], "keras."))


def _resolve_tensorflow(name, path):
    if path in TENSORFLOW:
        address = TENSORFLOW[path]
        return address if address.startswith("minikeras.") else _resolve_tensorflow(address, address)
    address = path.replace("tensorflow", FACADE, 1)
    if "._" not in path and (address in sys.modules or _exists(address) or _facade_module(path) is not None):
        return address
    if _is_above(path, (*TENSORFLOW, *SAME, *PRIVATE)):
        return ""
    facade = importlib.import_module(FACADE)
    below = {f"tensorflow.{n}" for n in dir(facade) if isinstance(getattr(facade, n, None), ModuleType)}
    raise _missing(name, _nearest(path, [*TENSORFLOW, *below]))


def _facade_module(path):
    """What the façade has at that path, if it is a module."""
    found = importlib.import_module(FACADE)
    for part in path.split(".")[1:]:
        found = getattr(found, part, None)
    return found if isinstance(found, ModuleType) else None


class Finder:
    """Answers the foreign names; first in `sys.meta_path`, so that installed packages of those names are hidden."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in ROOTS and root not in ABSENT:
            return None
        try:
            address = resolve(name)
        except ModuleNotFoundError:
            if _asked_by_import():
                raise
            return None  # importlib.util.find_spec asks whether it is there
        return ModuleSpec(name, Alias(address), origin=address or None, is_package=True)


class Explainer:
    """Says why `from keras.layers import Name` found nothing; last in `sys.meta_path`, after all who could know it."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in LAST:
            return ModuleSpec(name, Alias(LAST[name]), origin=LAST[name], is_package=True)
        package, _, missing = name.rpartition(".")
        module = sys.modules.get(package)
        if package.partition(".")[0] != "minikeras" or module is None or not _asked_by_import():
            return None
        foreign = _foreign(package)
        if f"{foreign}.{missing}" in ABSENT:
            raise _missing(f"{foreign}.{missing}", f"Instead: {ABSENT[f'{foreign}.{missing}']}.")
        try:
            getattr(module, missing)
        except AttributeError as error:
            text = str(error)
        else:
            return None
        if "has no attribute" in text and "Did you mean" not in text:
            text = (
                f"{foreign} has no {missing!r}. {_nearest(missing, getattr(module, '__all__', dir(module)))}"
            )
        raise ImportError(text.rstrip())


class Alias:
    """The loader that puts a module of minikeras in the place of a foreign one."""

    def __init__(self, address):
        self.address = address

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        _installation.note(name)
        older_numpy.lend()
        if not self.address:
            module.__getattr__ = _refuser(name)
            return
        modern = INSTEAD[LAST["six"]] if name in LAST else public(name)
        if modern != name:
            older(name, modern)
        answer = _load(self.address)
        if not hasattr(answer, "__path__"):
            answer.__path__ = []  # so that what is asked for below it comes here, and is answered or refused by name
        sys.modules[name] = answer


def _load(address):
    if not address.startswith(FACADE):
        return importlib.import_module(address)
    found = _facade_module("tensorflow" + address.removeprefix(FACADE))
    return importlib.import_module(address) if found is None else found


class Installation:
    """What `install` returns: ends with its `with` block, or with `uninstall`."""

    def __init__(self):
        self._hidden = {}
        self._aliases = {}
        self._version = _UNSET

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        uninstall()

    def start(self):
        """Answer foreign names from now on; modules of those names that are loaded already are put aside."""
        self._version = minikeras.__version__
        minikeras.__version__ = KERAS_VERSION
        for name in [n for n in sys.modules if n.partition(".")[0] in (*ROOTS, *ABSENT)]:
            self._hidden[name] = sys.modules.pop(name)
        sys.meta_path.insert(0, Finder)
        sys.meta_path.append(Explainer)

    def note(self, name):
        """Remember what a package has under the name that importing is about to give to a module inside it."""
        package, _, child = name.rpartition(".")
        parent = sys.modules.get(package)
        self._aliases[name] = (parent, child, vars(parent).get(child, _UNSET) if parent is not None else None)

    def stop(self):
        """Undo everything."""
        sys.meta_path.remove(Finder)
        sys.meta_path.remove(Explainer)
        for name, (parent, child, before) in reversed(self._aliases.items()):
            sys.modules.pop(name, None)
            if parent is None:
                continue
            if before is not _UNSET:
                setattr(parent, child, before)
            elif vars(parent).get(child) is not sys.modules.get(f"{parent.__name__}.{child}"):
                vars(parent).pop(child, None)
        sys.modules.update(self._hidden)
        older_numpy.take_back()
        minikeras.__version__ = self._version
        self.__init__()


_installation = Installation()


def install():
    """Answer `import tensorflow`, `import keras` and what is below them with minikeras, until `uninstall()`.

    Used as `with install():` for the block alone. While it lasts, `keras.__version__` is the version of Keras whose
    names these are, and packages of those names that are installed are hidden.

    >>> with install():
    ...     import keras
    ...     from tensorflow.keras.layers import Dense
    ...     print(keras.layers.Dense is Dense)
    True
    """
    if Finder not in sys.meta_path:
        _installation.start()
    return _installation


def uninstall():
    """Leave `import tensorflow` and `import keras` to whoever is installed; does nothing when nothing is."""
    if Finder in sys.meta_path:
        _installation.stop()


def _asked_by_import():
    """Whether an import asks, which needs a reason, and not somebody who wants to know what there is."""
    frame = sys._getframe(2)
    while frame.f_code.co_name in ("_find_spec", "_find_spec_legacy", "find_spec") and frame.f_back:
        if frame.f_code.co_name == "find_spec" and frame.f_globals.get("__name__") == "importlib.util":
            return False
        frame = frame.f_back
    return frame.f_code.co_name.startswith("_find_and_load")


def _longest(name, prefixes):
    """The longest of the dotted prefixes that a name begins with, or None."""
    while name not in prefixes:
        name = name.rpartition(".")[0]
        if not name:
            return None
    return name


def _is_above(path, known):
    """Whether a module of the table lies below a path."""
    return path in known or any(name.startswith(f"{path}.") for name in known)


def _exists(address):
    """Whether minikeras has a module at that address, without loading it (its package is loaded)."""
    if address in sys.modules:
        return True
    package, _, _ = address.rpartition(".")
    if not package or not _exists(package):
        return False
    path = getattr(importlib.import_module(package), "__path__", None)
    return path is not None and PathFinder.find_spec(address, path) is not None


def _names(address, last):
    """Whether a module's name is that of something public in the package above it: `lstm` is LSTM's."""
    plain = last.replace("_", "").lower()
    module = importlib.import_module(address)
    return any(n.lower() == plain for n in dir(module) if not n.startswith("_"))


def _keras_modules():
    return [n for n in dir(minikeras) if n.islower() and _exists(f"minikeras.{n}")]


def _foreign(package):
    """What a script calls a package of minikeras."""
    if package.startswith(FACADE):
        return package.replace(FACADE, "tensorflow", 1)
    return package.replace("minikeras", "keras", 1)


def _nearest(name, known, prefix=""):
    from difflib import get_close_matches

    known = [k for k in known if not k.startswith("_")]
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {prefix + close[0]!r}?" if close else ""


def _missing(name, remedy):
    error = ModuleNotFoundError(f"No module named {name!r}: minikeras does not have it. {remedy}".rstrip())
    if "." not in name:
        # Below a package the attribute stays empty: `from package import name` drops an error that carries the name,
        # and its text with it.
        error.name = name
    return error


def _refuser(name):
    def refuse(attribute):
        raise AttributeError(
            f"module {name!r} has no attribute {attribute!r}: minikeras has only some modules below it."
        )

    return refuse
