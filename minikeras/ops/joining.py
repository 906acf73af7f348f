"""Joining tensors into one, and cutting one into parts."""

import itertools

import numpy as np

from minikeras import limits
from minikeras.autodiff import as_array, convert_to_tensor, differentiable, operation
from minikeras.ops import shaping
from minikeras.ops.axes import axis_of
from minikeras.ops.indexing import getitem

__all__ = [
    "append",
    "array_split",
    "concatenate",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "meshgrid",
    "split",
    "stack",
    "unstack",
    "vsplit",
    "vstack",
]
# What each part of a tensor takes, however short it is.
_PART_BYTES = 1000


# Joining


@differentiable(promote=True)
def _concatenate(*xs, axis):
    y = np.concatenate(xs, axis=axis)

    def part(i):
        def gradient(dy):
            start = sum([x.shape[axis] for x in xs[:i]])
            lead = (slice(None),) * (axis % dy.ndim)
            return dy[(*lead, slice(start, start + xs[i].shape[axis]))]

        return gradient

    return y, tuple([part(i) for i in range(len(xs))])


@operation
def concatenate(xs, axis=0):
    """The values one after another along `axis`; dtypes that differ are brought to their common one."""
    return _concatenate(*xs, axis=axis)


@differentiable(promote=True)
def _stack(*xs, axis):
    return np.stack(xs, axis=axis), tuple([lambda dy, i=i: np.take(dy, i, axis=axis) for i in range(len(xs))])


@operation
def stack(x, axis=0):
    """The values along a new axis."""
    return _stack(*x, axis=axis)


@operation
def append(x1, x2, /, axis=None):
    """x2 after x1 along `axis`, both flattened by default."""
    if axis is None:
        return _concatenate(shaping.ravel(x1), shaping.ravel(x2), axis=0)
    return _concatenate(x1, x2, axis=axis)


@operation
def hstack(xs):
    """The values one after another along the second axis (the first, if they have only one)."""
    xs = [shaping.reshape(x, (1,)) if x.ndim == 0 else x for x in map(convert_to_tensor, xs)]
    return _concatenate(*xs, axis=0 if xs[0].ndim == 1 else 1)


@operation
def vstack(xs):
    """The values one after another along the first axis; vectors are rows."""
    xs = [shaping.reshape(x, (1, -1)) if x.ndim < 2 else x for x in map(convert_to_tensor, xs)]
    return _concatenate(*xs, axis=0)


@operation
def dstack(xs):
    """The values one after another along the third axis; vectors are rows, matrices have a third axis of size 1."""
    xs = [shaping.reshape(x, (1, -1)) if x.ndim < 2 else x for x in map(convert_to_tensor, xs)]
    return _concatenate(*[x[..., None] if x.ndim == 2 else x for x in xs], axis=2)


@operation
def meshgrid(*x, indexing="xy"):
    """Grids of the coordinates given by vectors: one tensor for each, of one shape.

    indexing: 'xy' puts the first vector along the second axis, 'ij' along the first.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid expected indexing 'xy' or 'ij', received {indexing!r}.")
    vectors = [shaping.ravel(v) for v in x]
    sizes = [v.shape[0] for v in vectors]
    places = list(range(len(vectors)))
    if indexing == "xy" and len(places) > 1:
        places[:2] = [1, 0]
        sizes[:2] = [sizes[1], sizes[0]]
    columns = [
        v.reshape([-1 if a == p else 1 for a in range(len(sizes))])
        for v, p in zip(vectors, places, strict=True)
    ]
    return [shaping.broadcast_to(c, sizes) for c in columns]


# Cutting


def _cut_by_index(x, indices_or_sections, axis):
    """The parts of `_split`, each by an index of its own."""
    axis = axis_of(axis, len(x.shape))
    bounds = _bounds(x.shape[axis], indices_or_sections)
    lead = (slice(None),) * axis
    return tuple([getitem(x, (*lead, slice(a, b))) for a, b in itertools.pairwise(bounds)])


def _bounds(size, indices_or_sections):
    if isinstance(indices_or_sections, int):
        share, more = divmod(size, indices_or_sections)
        sizes = [share + 1] * more + [share] * (indices_or_sections - more)
        return [0, *np.cumsum(sizes).tolist()]
    return [0, *[min(i if i >= 0 else size + i, size) for i in indices_or_sections], size]


@differentiable(composed=_cut_by_index)
def _split(x, /, indices_or_sections, axis):
    axis = axis_of(axis, x.ndim)
    bounds = _bounds(x.shape[axis], indices_or_sections)
    lead = (slice(None),) * axis
    parts = tuple([x[(*lead, slice(a, b))] for a, b in itertools.pairwise(bounds)])

    def gradient(dys, into):
        whole = [np.zeros_like(p) if dy is None else dy for p, dy in zip(parts, dys, strict=True)]
        return (np.concatenate(whole, axis=axis),)

    return parts, gradient


@operation
def split(x, /, indices_or_sections, axis=0):
    """x cut along `axis`, into equal parts or at the given indices; a list."""
    sections = _sections(indices_or_sections)
    if isinstance(sections, int) and x.shape[axis_of(axis, x.ndim)] % sections:
        raise ValueError(
            f"split cannot cut axis {axis} of shape {x.shape} into {sections} equal parts. "
            "Pass a divisor of its size or a list of indices, or use array_split."
        )
    return list(_split(x, sections, axis))


@operation
def array_split(x, /, indices_or_sections, axis=0):
    """x cut along `axis`, into nearly equal parts (the first ones longer by one) or at the given indices; a list."""
    return list(_split(x, _sections(indices_or_sections), axis))


def _sections(indices_or_sections):
    if isinstance(indices_or_sections, (int, np.integer)):
        if indices_or_sections < 1:
            raise ValueError(
                f"Cannot cut into {indices_or_sections} parts. Pass a number of at least 1, or a list of indices."
            )
        limits.check_trial((indices_or_sections, _PART_BYTES))
        return int(indices_or_sections)
    return as_array(indices_or_sections).reshape(-1).tolist()


@operation
def hsplit(x, /, indices_or_sections):
    """x cut along its second axis (the first, if it has only one)."""
    return split(x, indices_or_sections, axis=0 if x.ndim == 1 else 1)


@operation
def vsplit(x, /, indices_or_sections):
    """x cut along its first axis."""
    return split(x, indices_or_sections, axis=0)


@operation
def dsplit(x, /, indices_or_sections):
    """x cut along its third axis."""
    return split(x, indices_or_sections, axis=2)


def _unstack_by_index(x, axis):
    lead = (slice(None),) * axis_of(axis, len(x.shape))
    return tuple([getitem(x, (*lead, i)) for i in range(x.shape[axis])])


@differentiable(composed=_unstack_by_index)
def _unstack(x, /, axis):
    parts = tuple(np.moveaxis(x, axis, 0))

    def gradient(dys, into):
        return (
            np.stack(
                [np.zeros_like(p) if dy is None else dy for p, dy in zip(parts, dys, strict=True)], axis=axis
            ),
        )

    return parts, gradient


@operation
def unstack(x, /, num=None, axis=0):
    """The slices of x along `axis`, without that axis; a list. num: their number, checked if given."""
    axis = axis_of(axis, x.ndim)
    if num is not None and num != x.shape[axis]:
        raise ValueError(f"unstack: num={num} differs from the size {x.shape[axis]} of axis {axis}.")
    limits.check_trial((x.shape[axis], _PART_BYTES))
    return list(_unstack(x, axis))


# Each result is another view of the argument.
for _function in (split, array_split):
    _function.views = True
