"""`import minikeras.layers.convolutional`: modules that moved, imported by their older paths."""

from importlib.machinery import ModuleSpec

from minikeras.spellings.modules import MODULES


def find_spec(name):
    """How to import a module of minikeras that has no file, if it is an older path; else None."""
    path = name.removeprefix("minikeras.")
    return ModuleSpec(name, OlderLoader(), is_package=True) if path in MODULES else None


class OlderLoader:
    """Makes the module at an older path."""

    def create_module(self, spec):
        """A module that answers with the names of the one that it became."""
        # Python asks about every name that it does not find, such as kernels that were not built: the tables can wait.
        from minikeras.spellings.lookup import OlderModule, find_module

        path = spec.name.removeprefix("minikeras.")
        find_module(path)
        return OlderModule(path, spec.name)

    def exec_module(self, module):
        """There is nothing to run."""
