"""Older names whose positional arguments were others, and names that are no more."""

import inspect

from minikeras.spellings import older
from minikeras.spellings.rules import load, public


class OlderForm:
    """The older name of a class: it is called, derived from and compared with `isinstance` as that class is."""

    def __init__(self, spelling, row):
        self._spelling = spelling
        self._row = row

    @property
    def _target(self):
        return load(self._row.address)

    def __call__(self, *args, **kwargs):
        row = self._row
        older(self._spelling, row.modern or public(row.address))
        if not row.unless(args, kwargs):
            if len(args) > len(row.positional):
                raise TypeError(f"{self._spelling} takes at most {len(row.positional)} positional arguments.")
            given = dict(zip(row.positional, args, strict=False))
            twice = [name for name in given if name in kwargs]
            if twice:
                raise TypeError(f"{self._spelling} received {twice[0]!r} twice: by position and by name.")
            args, kwargs = (), {**given, **kwargs}
        return (row.make or _made)(self._target, args, kwargs)

    def __instancecheck__(self, instance):
        return isinstance(instance, self._target)

    def __subclasscheck__(self, cls):
        return issubclass(cls, self._target)

    def __mro_entries__(self, bases):
        return (self._target,)

    def __getattr__(self, name):
        if name.startswith("__") and name not in ("__name__", "__qualname__", "__doc__"):
            raise AttributeError(name)
        return getattr(self._target, name)

    @property
    def __signature__(self):
        return inspect.signature(self._target)

    def __repr__(self):
        return f"<an older name of {public(self._row.address)}>"


def _made(target, args, kwargs):
    return target(*args, **kwargs)


class OlderRemedy:
    """A name that is no more. It may be imported, as older scripts import more than they use; using it is an error."""

    def __init__(self, spelling, instead):
        self._error = f"{spelling} does not exist any more. {instead}"

    def __call__(self, *args, **kwargs):
        raise NotImplementedError(self._error)

    def __mro_entries__(self, bases):
        raise NotImplementedError(self._error)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotImplementedError(self._error)
