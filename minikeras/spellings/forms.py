"""Older names whose positional arguments were others, and names that are no more."""

import inspect

from minikeras.spellings import older
from minikeras.spellings.calls import accepted
from minikeras.spellings.rules import load, public
from minikeras.spellings.translation import translate


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
        make = row.make or _made
        if row.unless(args, kwargs):
            if not row.today:
                older(self._spelling, row.modern or public(row.address))
            return make(self._target, args, kwargs)
        given = self._by_name(args, kwargs)
        older(
            f"{self._spelling}({', '.join(row.positional[: len(args)])})", row.modern or public(row.address)
        )
        given, later = translate(self._target, accepted(self._target), given, warn=False)
        made = make(self._target, (), {**given, **kwargs})
        for act, value in later:
            act(made, value)
        return made

    def _by_name(self, args, kwargs):
        """The positional arguments under their older names."""
        names = self._row.positional
        if len(args) > len(names):
            raise TypeError(
                f"{self._spelling} takes at most {len(names)} positional arguments, received {len(args)}."
            )
        given = dict(zip(names, args, strict=False))
        twice = [name for name in given if name in kwargs]
        if twice:
            raise TypeError(f"{self._spelling} received {twice[0]!r} twice: by position and by name.")
        return given

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
