"""Older arguments put in the words of today, row by row of the tables."""

import functools

from minikeras.spellings import older
from minikeras.spellings.arguments import EVERYWHERE, VALUES, OF
from minikeras.spellings.rules import Afterwards, Dropped, Gathered, Remade, Values


def translate(owner, names, kwargs):
    """(modern keyword arguments, actions after the call) for a class, or the function of that name.

    names: the parameters that it has today.
    """
    rules = _rules(owner, tuple(names))
    if rules.keys().isdisjoint(kwargs):
        return kwargs, ()
    title = owner if isinstance(owner, str) else owner.__name__
    result, later = dict(kwargs), []
    for name in kwargs:
        if name in rules and name in result:
            _apply(rules[name], name, title, result, later)
    return result, later


@functools.lru_cache(maxsize=None)
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


def _apply(rule, name, title, arguments, later):
    """Take one older argument out and put what it means in."""
    if isinstance(rule, Gathered):
        parts = [part for part in rule.parts if part in arguments]
        value = tuple([arguments.pop(part) for part in parts])
        spelling = f"{title}({', '.join(f'{part}=...' for part in parts)})"
        if len(parts) < len(rule.parts):
            missing = ", ".join(part for part in rule.parts if part not in parts)
            raise TypeError(f"{spelling} lacks {missing}. Write {title}({rule.name}=...).")
        _put(rule.name, value, spelling, title, arguments)
        return
    value = arguments.pop(name)
    spelling = f"{title}({name}=...)"
    if isinstance(rule, str):
        _put(rule, value, spelling, title, arguments)
    elif isinstance(rule, Values):
        known = isinstance(value, (str, int, type(None))) and value in rule.values
        modern = rule.values[value] if known else value
        if name == rule.name:
            arguments[name] = modern
            if known:
                older(f"{title}({name}={value!r})", f"{title}({name}={modern!r})")
        elif known:
            _put(rule.name, modern, f"{title}({name}={value!r})", title, arguments, repr(modern))
        else:
            _put(rule.name, value, spelling, title, arguments)
    elif isinstance(rule, Dropped):
        if rule.harmless is not None and not _among(value, rule.harmless):
            raise ValueError(f"{title}({name}={value!r}) does not exist any more: {rule.instead}.")
        if name in arguments or not _among(value, _SILENT):
            older(spelling, rule.instead)
    elif isinstance(rule, Remade):
        before = dict(arguments)
        rule.change(value, arguments)
        if arguments != before or value:
            older(spelling, rule.modern)
    elif isinstance(rule, Afterwards):
        later.append((rule.act, value))
        older(spelling, rule.modern)


_SILENT: tuple = ()


def _put(name, value, spelling, title, arguments, shown="..."):
    if name in arguments:
        raise TypeError(f"{title} received {name!r} twice: as {spelling} and as {title}({name}=...).")
    arguments[name] = value
    older(spelling, f"{title}({name}={shown})")


def _among(value, values):
    return any(value is one or (type(value) is type(one) and value == one) for one in values)
