"""Whether dictionaries and lists still hold the same objects, by identity: what a replayed prediction asks each time."""

from operator import is_

# In the place of a value: any object may be there.
ANY = object()


def contents_of(container, ignored=()):
    """What a dictionary or list holds now, as `is_unchanged` takes it.

    ignored: keys of a dictionary whose values may change.
    """
    if isinstance(container, list):
        return container, None, tuple(container)
    values = tuple([ANY if key in ignored else value for key, value in container.items()])
    return container, tuple(container), values


def _is_unchanged(contents, any_object):
    """Whether containers hold the same objects, dictionaries at the same keys in the same order, as when they were noted."""
    return all(
        len(container) == len(values)
        and (keys is None or all(map(is_, container, keys)))
        and all(
            before is any_object or now is before
            for now, before in zip(container if keys is None else container.values(), values, strict=True)
        )
        for container, keys, values in contents
    )


try:
    from minikeras.kernels._native import is_unchanged as _native_is_unchanged
except ImportError:
    _native_is_unchanged = _is_unchanged


def is_unchanged(contents):
    """Whether each container holds what `contents_of` found in it, a list of which this takes.

    >>> held = {"units": 3, "calls": 0}
    >>> noted = [contents_of(held, ignored={"calls"})]
    >>> held["calls"] += 1
    >>> is_unchanged(noted)
    True
    >>> held["units"] = 4
    >>> is_unchanged(noted)
    False
    """
    return _native_is_unchanged(contents, ANY)
