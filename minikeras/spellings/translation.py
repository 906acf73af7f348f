"""Older arguments put in the words of today, row by row of the tables."""

import functools

from minikeras.spellings import older
from minikeras.spellings.arguments import EVERYWHERE, OF, POSITIONS, VALUES
from minikeras.spellings.rules import Call, Values

# Classes whose names users do not write: `Model(inputs, outputs)` makes a Functional.
_TITLES = {"Functional": "Model"}


def translate(owner, names, kwargs, warn=True):
    """(modern keyword arguments, actions after the call) for a class, or the function of that name.

    names: the parameters that it has today. warn: whether each older one gets its warning.
    """
    rules = _rules(owner, tuple(names))
    if rules.keys().isdisjoint(kwargs):
        return kwargs, ()
    title = owner if isinstance(owner, str) else _TITLES.get(owner.__name__, owner.__name__)
    call = Call(title, dict(kwargs), [], older if warn else _say_nothing)
    for name in kwargs:
        if name in rules and name in call.arguments:
            rules[name].apply(name, call)
    return call.arguments, call.later


def reorder(title, args, kwargs):
    """(positional arguments, keyword arguments) as today, if the positional ones are in an older order."""
    row = POSITIONS.get(title)
    if row is None or not row.when(args):
        return args, kwargs
    given = dict(zip(row.names, args[row.kept :], strict=False))
    twice = [name for name in given if name in kwargs]
    if twice or len(args) - row.kept > len(row.names):
        raise TypeError(
            f"{title} received {twice[0]!r} twice." if twice else f"{title} received too many arguments."
        )
    older(row.spelling, row.modern)
    return args[: row.kept], {**given, **kwargs}


@functools.cache
def _rules(owner, names):
    """{older name: its row} for a class or function: the rows of its own, then those that hold everywhere."""
    rules = {}
    titles = [owner] if isinstance(owner, str) else [cls.__name__ for cls in owner.__mro__]
    for title in reversed(titles):
        rules.update({name: _row(row) for name, row in OF.get(title, {}).items() if name not in names})
    for name, rows in EVERYWHERE.items():
        for row in map(_row, rows if isinstance(rows, tuple) else (rows,)):
            if name not in names and row.name in names:
                rules.setdefault(name, row)
    for title in titles:
        rules.update({name: row for name, row in VALUES.get(title, {}).items() if name in names})
    return rules


def _row(row):
    """A row that is a text is the modern name."""
    return Values(row, {}) if isinstance(row, str) else row


def _say_nothing(spelling, modern):
    """In the place of `older`, where one warning has said it all."""
