"""`tf.nest`: nests of lists, tuples and dictionaries."""

from minikeras import nest


def flatten(structure, expand_composites=False):
    """The leaves, in order."""
    return nest.flatten(structure)


def map_structure(func, *structure, **kwargs):
    """The same nest with a function applied to its leaves."""
    return nest.map_structure(func, *structure)


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """Leaves in the shape of a nest."""
    return nest.pack_like(structure, flat_sequence)


def is_nested(structure):
    """Whether a value is a list, tuple or dictionary."""
    return nest.is_nested(structure)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raise unless two nests have the same shape."""
    try:
        nest.map_structure(lambda a, b: None, nest1, nest2)
    except (ValueError, TypeError, KeyError, IndexError):
        raise ValueError(
            f"The two structures don't have the same nested structure.\n\nFirst structure: {nest1}\n\nSecond structure: {nest2}"
        ) from None
