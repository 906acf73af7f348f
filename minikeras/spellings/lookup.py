"""Unknown names of packages, and modules that moved."""

import difflib
import functools
import importlib
import sys
import types

from minikeras.spellings import MODULES, older
from minikeras.spellings.forms import OlderForm, OlderRemedy
from minikeras.spellings.names import NAMES
from minikeras.spellings.rules import Form, Gone, load, public


def look_up(package, name, known=()):
    """What `package.name` means, with a warning if it is an older spelling; else an AttributeError."""
    home = _path(package)
    path = f"{home}.{name}" if home else name
    row = NAMES.get(home, {}).get(name)
    if isinstance(row, Form):
        return _form(path, row)
    if isinstance(row, Gone):
        return OlderRemedy(f"keras.{path}", row.instead)
    if row is not None:
        found = load(row.address)
        if not row.warns and not _is_rehearsal():
            older(f"keras.{path}", row.modern or public(row.address))
        return found
    if path in MODULES:
        return find_module(path)
    raise AttributeError(
        f"module {package!r} has no attribute {name!r}.{_hint(package, name, known)}",
        name=name,
        obj=sys.modules.get(package),
    )


def late_names(package):
    """The names of a package that are found without a warning."""
    return [name for name, row in NAMES.get(_path(package), {}).items() if isinstance(row, (Form, Gone))]


def find_module(path):
    """The module at an older path such as 'layers.core', with a warning."""
    found = module(path)
    if not _is_rehearsal():
        older(f"keras.{path}", public(MODULES[path]))
    return found


@functools.cache
def module(path):
    """The module at an older path, without one: it answers with the names of the module that it became."""
    return OlderModule(path)


class OlderModule(types.ModuleType):
    """A module that moved: its names are those of the modern one, or modules below the older path.

    >>> OlderModule("layers.core").Dense.__name__
    'Dense'
    """

    def __init__(self, path, name=None):
        super().__init__(name or f"keras.{path}", f"An older address of {public(MODULES[path])}.")
        self.__path__ = []
        self._older_path = path

    def __getattr__(self, name):
        path = f"{self._older_path}.{name}"
        if path in MODULES:
            return module(path)
        return getattr(importlib.import_module(MODULES[self._older_path]), name)

    def __dir__(self):
        return dir(importlib.import_module(MODULES[self._older_path]))


@functools.cache
def _form(path, row):
    return OlderForm(f"keras.{path}", row)


def _path(package):
    """'layers' for 'minikeras.layers', '' for 'minikeras'."""
    first, _, rest = package.partition(".")
    return rest if first == "minikeras" else package


def _is_rehearsal():
    """Whether `from package import name` only asks whether there is such a name, before it asks for it."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("minikeras"):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name == "_handle_fromlist"


def _hint(package, name, known):
    """The end of the error: names that look like the unknown one."""
    names = {str(n) for n in (known or dir(sys.modules.get(package)))} | set(NAMES.get(_path(package), ()))
    close = difflib.get_close_matches(
        name, sorted(n for n in names if not n.startswith("_")), n=3, cutoff=0.6
    )
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
