"""Nests of lists, tuples and dictionaries, under the names of `keras.tree`.

>>> flatten({"b": 2, "a": (1, [3])})
[1, 3, 2]
>>> flatten_with_path({"b": 2, "a": [1]})
[(('a', 0), 1), (('b',), 2)]
"""

from minikeras import nest
from minikeras.nest import flatten, is_nested

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


class MAP_TO_NONE:  # noqa: N801 -- Keras's name
    """What the function of `traverse` returns to put None in a place; None itself leaves the place to be walked."""


def traverse(func, structure, top_down=True):
    """The structure with its parts, the whole first, replaced by what `func` returns for them where that is not None.

    top_down: whether a part is asked before the parts it holds; what replaces it is not walked.

    >>> traverse(lambda part: tuple(part) if isinstance(part, list) else None, [1, [2]], top_down=False)
    (1, (2,))
    """
    if top_down:
        found = func(structure)
        if found is not None:
            return None if found is MAP_TO_NONE else found
    if isinstance(structure, dict):
        walked = {key: traverse(func, structure[key], top_down) for key in structure}
    elif isinstance(structure, (list, tuple)):
        items = [traverse(func, item, top_down) for item in structure]
        walked = type(structure)(*items) if hasattr(structure, "_fields") else type(structure)(items)
    else:
        walked = structure
    if top_down:
        return walked
    found = func(walked)
    if found is None:
        return walked
    return None if found is MAP_TO_NONE else found


def flatten_with_path(structure):
    """The leaves in order, each with its path: the keys and positions that lead to it."""
    if isinstance(structure, dict):
        parts = [(key, structure[key]) for key in nest.sorted_keys(structure)]
    elif isinstance(structure, (list, tuple)):
        parts = list(enumerate(structure))
    else:
        return [((), structure)]
    return [((key, *path), leaf) for key, part in parts for path, leaf in flatten_with_path(part)]


def map_structure(func, *structures, none_is_leaf=True):
    """The same structure with `func` applied to the leaves that stand in one place of all structures.

    none_is_leaf: whether `func` is applied to None too; otherwise None stays. Structures that differ are a ValueError.
    """
    if not structures:
        raise ValueError(
            "map_structure expected at least one structure, received none. Pass it after the function."
        )
    for other in structures[1:]:
        assert_same_structure(structures[0], other)

    def applied(*leaves):
        return None if not none_is_leaf and all(leaf is None for leaf in leaves) else func(*leaves)

    return nest.map_structure(applied, *structures)


def map_structure_up_to(shallow_structure, func, *structures):
    """`func` applied to the parts of the structures that stand where the shallow one has its leaves.

    >>> map_structure_up_to(["x", "y"], len, [[1, 2], [3]])
    [2, 1]
    """
    if not structures:
        raise ValueError("map_structure_up_to expected at least one structure, received none. Pass it last.")
    return nest.map_structure(lambda _, *parts: func(*parts), shallow_structure, *structures)


def assert_same_structure(a, b, check_types=None):
    """Raise a ValueError unless both structures hold leaves in the same places; check_types is ignored, as in Keras."""
    _compare(a, b, "")


def assert_same_paths(a, b):
    """Raise a ValueError unless the leaves have the same paths in both, whatever kind of sequence holds them."""
    mine, theirs = ([path for path, _ in flatten_with_path(structure)] for structure in (a, b))
    if mine != theirs:
        raise ValueError(f"The structures hold leaves in different places: {mine} and {theirs}.")


def pack_sequence_as(structure, flat_sequence):
    """A flat sequence in the shape of a structure: the inverse of `flatten`."""
    leaves, wanted = list(flat_sequence), len(flatten(structure))
    if len(leaves) != wanted:
        raise ValueError(
            f"pack_sequence_as expected {wanted} leaves, as the structure has, received {len(leaves)}."
        )
    return nest.pack_like(structure, leaves)


def lists_to_tuples(structure):
    """The structure with its lists as tuples."""
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def map_shape_structure(func, structure):
    """The structure with `func` applied to its shapes: the lists and tuples of sizes (None for unknown)."""
    return traverse(lambda part: func(part) if _is_shape(part) else None, structure)


def _is_shape(part):
    return isinstance(part, (list, tuple)) and all(size is None or isinstance(size, int) for size in part)


def _compare(a, b, place):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            _compare(a[key], b[key], f"{place}[{key!r}]")
        return
    sequences = isinstance(a, (list, tuple)) and type(a) is type(b) and len(a) == len(b)
    for position, (mine, theirs) in enumerate(zip(a, b, strict=True) if sequences else ()):
        _compare(mine, theirs, f"{place}[{position}]")
    if not sequences and (is_nested(a) or is_nested(b)):
        where = f"at {place}" if place else "at the top"
        raise ValueError(f"The structures differ {where}: {a!r:.80} and {b!r:.80}.")
