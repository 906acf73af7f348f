"""Nested lists, tuples and dictionaries: walking them in one fixed order.

>>> flatten({"b": 2, "a": (1, [3])})
[1, 3, 2]
>>> map_structure(lambda x: -x, [1, {"k": 2}])
[-1, {'k': -2}]
"""

import numpy as np

PLAIN = (str, bool, int, float, type(None))


def is_nested(structure):
    """Whether a value is a list, tuple or dictionary, rather than a leaf."""
    return isinstance(structure, (list, tuple, dict))


def flatten(structure):
    """The leaves of a structure, in order; a dictionary's by its sorted keys."""
    if isinstance(structure, dict):
        return [leaf for key in sorted_keys(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for item in structure for leaf in flatten(item)]
    return [structure]


def map_structure(function, structure, *others):
    """The same structure with `function` applied to its leaves (and to those of the others beside them)."""
    if isinstance(structure, dict):
        return {k: map_structure(function, v, *(o[k] for o in others)) for k, v in structure.items()}
    if isinstance(structure, (list, tuple)):
        items = [map_structure(function, *group) for group in zip(structure, *others, strict=True)]
        if hasattr(structure, "_fields"):
            return type(structure)(*items)
        return items if isinstance(structure, list) else tuple(items)
    return function(structure, *others)


def pack_like(structure, leaves):
    """`leaves`, a flat list, in the shape of `structure`; the inverse of `flatten`."""
    iterator = iter(leaves)

    def pack(part):
        if isinstance(part, dict):
            packed = {key: pack(part[key]) for key in sorted_keys(part)}
            return {key: packed[key] for key in part}
        if isinstance(part, (list, tuple)):
            items = [pack(item) for item in part]
            if hasattr(part, "_fields"):
                return type(part)(*items)
            return items if isinstance(part, list) else tuple(items)
        return next(iterator)

    return pack(structure)


def sorted_keys(dictionary):
    """A dictionary's keys in the order in which its leaves are walked."""
    try:
        return sorted(dictionary)
    except TypeError:
        return list(dictionary)


def is_plain(value):
    """Whether a value is plain data: numbers, texts, numeric arrays, and lists, tuples and dictionaries of them.

    >>> is_plain({"best": 0.5, "weights": [np.zeros(2)]}), is_plain(print)
    (True, False)
    """
    if type(value) in PLAIN:
        return True
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "biufc"
    if type(value) in (list, tuple):
        return all(is_plain(item) for item in value)
    return type(value) is dict and all(is_plain(k) and is_plain(v) for k, v in value.items())
