"""Older arguments put in the words of today, row by row of the tables."""

import functools

from minikeras.spellings import older
from minikeras.spellings.arguments import EVERYWHERE, OF, POSITIONS, VALUES
from minikeras.spellings.rules import Afterwards, Checked, Dropped, Gathered, Remade, Values

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
    result, later = dict(kwargs), []
    for name in kwargs:
        if name in rules and name in result:
            _apply(rules[name], name, title, result, later, older if warn else _say_nothing)
    return result, later


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
        rules.update({name: row for name, row in OF.get(title, {}).items() if name not in names})
    for name, rows in EVERYWHERE.items():
        for row in rows if isinstance(rows, tuple) else (rows,):
            modern = row if isinstance(row, str) else row.name
            if name not in names and modern in names:
                rules.setdefault(name, row)
    for title in titles:
        rules.update({name: row for name, row in VALUES.get(title, {}).items() if name in names})
    return rules


def _apply(rule, name, title, arguments, later, older):
    """Take one older argument out and put what it means in."""
    if isinstance(rule, Gathered):
        parts = [part for part in rule.parts if part in arguments]
        value = tuple([arguments.pop(part) for part in parts])
        spelling = f"{title}({', '.join(f'{part}=...' for part in parts)})"
        if len(parts) < len(rule.parts):
            missing = ", ".join(part for part in rule.parts if part not in parts)
            raise TypeError(f"{spelling} lacks {missing}. Write {title}({rule.name}=...).")
        _put(rule.name, value, spelling, title, arguments, older)
        return
    value = arguments.pop(name)
    spelling = f"{title}({name}=...)"
    if isinstance(rule, str):
        _put(rule, value, spelling, title, arguments, older)
    elif isinstance(rule, Values):
        known = isinstance(value, (str, int, type(None))) and value in rule.values
        modern = rule.values[value] if known else value
        if name == rule.name:
            arguments[name] = modern
            if known:
                older(f"{title}({name}={value!r})", f"{title}({name}={modern!r})")
        elif known:
            _put(rule.name, modern, f"{title}({name}={value!r})", title, arguments, older, repr(modern))
        else:
            _put(rule.name, value, spelling, title, arguments, older)
    elif isinstance(rule, Checked):
        arguments[name] = rule.change(value) if rule.when(value) else value
        if rule.when(value):
            older(f"{title}({name}={_brief(value)})", rule.modern)
    elif isinstance(rule, Dropped):
        if rule.harmless is not None and not _among(value, rule.harmless):
            raise ValueError(f"{title}({name}={value!r}) does not exist any more: {rule.instead}.")
        older(spelling, rule.instead)
    elif isinstance(rule, Remade):
        rule.change(value, arguments)
        older(spelling, rule.modern)
    elif isinstance(rule, Afterwards):
        later.append((rule.act, value))
        older(spelling, rule.modern)


def _put(name, value, spelling, title, arguments, older, shown="..."):
    if name in arguments:
        raise TypeError(f"{title} received {name!r} twice: as {spelling} and as {title}({name}=...).")
    arguments[name] = value
    older(spelling, f"{title}({name}={shown})")


def _brief(value):
    """A value in a message: a number or text itself, else its kind."""
    return repr(value) if isinstance(value, (str, int, float)) else f"<{type(value).__name__}>"


def _say_nothing(spelling, modern):
    """In the place of `older`, where one warning has said it all."""


def _among(value, values):
    return any(value is one or (type(value) is type(one) and value == one) for one in values)
