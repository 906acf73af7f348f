"""Packages that load a file when one of its names is first used: an import costs what a script uses.

A family's file lists in `__all__` what it exports. That list is read from the text of the file, so that nothing runs
before it is needed, and there is no second list to keep.
"""

import importlib
import os
import re
import types

from minikeras import spellings

_LIST = "\n__all__ = ["
_NAME = re.compile(r'"(\w+)"')


class Names:
    """The names that the files of a package export, each file loaded when one of its names is asked for.

    package: its dotted name; as `minikeras.ops.nn`, a module that gathers names from the files beside it.
    files: the files it gathers from, as dotted names below `folder`; without, all that lie there.
    without: files left out. also: {name: the file that exports it}, single names from further files.
    """

    def __init__(self, package, path, files=None, without=(), also=()):
        self.package = package
        self.folder, file = os.path.split(path)
        self.parent = package if file == "__init__.py" else package.rpartition(".")[0]
        self.files = files
        self.without = {*without, "__init__"}
        self.also = dict(also)
        self._homes = None
        self._complete = False

    @property
    def homes(self):
        """{name: the module that exports it}, loaded or not."""
        if self._homes is None:
            files = self.files or sorted(
                {f[:-3] for f in os.listdir(self.folder) if f.endswith(".py")} - self.without
            )
            homes = {name: file for file in files for name in self._exports(file)} | self.also
            self._homes = {
                name: file if file.startswith("minikeras.") else f"{self.parent}.{file}"
                for name, file in homes.items()
            }
        return self._homes

    def _exports(self, file):
        with open(os.path.join(self.folder, *file.split(".")) + ".py", encoding="utf-8") as text:
            exported = f"\n{text.read()}".partition(_LIST)[2].partition("]")[0]
        return _NAME.findall(exported)

    def is_file(self, name):
        """Whether the package has a file or folder of that name, which may be imported as a module."""
        path = os.path.join(self.folder, name)
        files = (f"{path}.py", os.path.join(path, "__init__.py"))
        return self.parent == self.package and any(map(os.path.isfile, files))

    def load(self, name):
        """The object of that name, its file loaded; None if no file exports it."""
        home = self.homes.get(name)
        return None if home is None else getattr(importlib.import_module(home), name)

    def load_all(self):
        """Load every file, so that all its classes are registered."""
        if not self._complete:
            for home in dict.fromkeys(self.homes.values()):
                importlib.import_module(home)
            self._complete = True


def attributes(names, namespace):
    """The `__getattr__` and `__dir__` of a package whose names are `names`; what is found is kept in `namespace`."""

    def find(name):
        if name == "__all__":
            return sorted(
                {
                    *names.homes,
                    *spellings.star_names(names.package),
                    *(n for n, v in namespace.items() if n[0] != "_" and not isinstance(v, types.ModuleType)),
                }
            )
        if name.startswith("__"):
            raise AttributeError(f"module {names.package!r} has no attribute {name!r}")
        value = names.load(name)
        if value is None and names.is_file(name):
            return importlib.import_module(f"{names.package}.{name}")
        if value is None:
            return spellings.find_name(names.package, name, names.homes)
        namespace[name] = value
        return value

    def list_names():
        return sorted({*names.homes, *namespace})

    return find, list_names
