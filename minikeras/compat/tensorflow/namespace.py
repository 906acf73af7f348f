"""The modules of TensorFlow as data says they are: `tf.nn`, `tf.math`, `tf.compat.v1` and the rest.

Each is a module object whose names are addresses; a name is loaded when it is first used. What does not exist is
refused by name, with the nearest thing that does.
"""

import difflib
import importlib
import sys
import types

HOME = "minikeras.compat.tensorflow"


class Namespace(types.ModuleType):
    """A module of the façade: `path` is what TensorFlow calls it, after 'tensorflow' ('' for the top level)."""

    def __init__(self, path, spaces, addresses, refused=(), fallbacks=(), told=None):
        super().__init__(
            f"{HOME}.{path}" if path else HOME, f"TensorFlow's {public(path)}, as minikeras has it."
        )
        self.__path__ = []  # modules below it may be imported
        self._path, self._addresses, self._refused = path, addresses, dict(refused)
        self._spaces, self._fallbacks, self._told = spaces, fallbacks, told

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if self._told is not None:
            self._told(name)
        value = self._find(name)
        self.__dict__[name] = value
        return value

    def _find(self, name):
        address = self._addresses.get(name)
        if address is not None:
            return load(address)
        remedy = self._refused.get(name)
        for other in self._fallbacks:
            other = load(other) if isinstance(other, str) else other
            if isinstance(other, Namespace):
                remedy = remedy or other._refused.get(name)
                if isinstance(other.__dict__.get(name), types.ModuleType):
                    return other.__dict__[name]
                if name in other._addresses:
                    return load(other._addresses[name])
            elif hasattr(other, name):
                return getattr(other, name)
        where = public(self._path)
        if remedy:
            text = f"{where}.{name} does not exist in minikeras. {remedy}"
        else:
            text = f"module {where!r} has no attribute {name!r} in minikeras. {self._nearest(name)}".rstrip()
        raise AttributeError(text, name=name, obj=None)  # without the object Python adds no guess of its own

    def _nearest(self, name):
        """Where else that name is, or the name most like it."""
        others = [public(path) for path, space in self._spaces.items() if name in space._addresses]
        if others:
            return f"There is {min(others, key=len)}.{name}."
        close = difflib.get_close_matches(name, dir(self), n=1, cutoff=0.7)
        return f"Did you mean {close[0]!r}?" if close else ""

    def __dir__(self):
        found = {n for n in self.__dict__ if not n.startswith("_")} | set(self._addresses)
        for other in self._fallbacks:
            found.update(dir(load(other) if isinstance(other, str) else other))
        return sorted(found)


def public(path):
    """What TensorFlow calls a module."""
    return f"tensorflow.{path}" if path else "tensorflow"


def load(address):
    """The value at 'module:name', or the module; '.' begins one of the façade's own."""
    module, _, name = address.partition(":")
    found = importlib.import_module(HOME + module if module.startswith(".") else module)
    return getattr(found, name) if name and name != "." else found


def addresses_of(table):
    """{name: address} from {module: 'name name=its name there ...'}."""
    found = {}
    for module, names in table.items():
        for entry in names.split():
            name, _, there = entry.partition("=")
            found[name] = f"{module.strip()}:{there or name}"
    return found


def build(modern, former, top, told):
    """All namespaces by path, importable by their names, from the tables of TensorFlow 2 and 1.

    top: the façade's own module, whose namespace is returned as ''. told: called with each name of the top level that
    is used for the first time.
    """
    addresses = {path: addresses_of(table) for path, table in modern.items()}
    for path, table in former.NAMES.items():
        own = addresses.setdefault(path, {})
        for name, address in addresses_of(table).items():
            own.setdefault(name, address)
    spaces = {}
    for path in sorted(addresses, key=lambda p: (p.startswith("compat.v1"), p.count("."), p)):
        fallbacks = list(former.FALLBACKS.get(path, ()))
        if path == "compat.v1":
            fallbacks.append(spaces[""])
        elif path.startswith("compat.v1."):
            same = path.removeprefix("compat.v1.")
            fallbacks.append(spaces.get(same) or f".{same}")
        refused = former.REFUSED.get(path, {})
        spaces[path] = Namespace(
            path, spaces, addresses[path], refused, fallbacks, told if not path else None
        )
    for path, space in spaces.items():
        if path:
            above, _, name = path.rpartition(".")
            spaces[above].__dict__[name] = space
            sys.modules[space.__name__] = space
    spaces["compat"].__dict__["v2"] = top
    return spaces
