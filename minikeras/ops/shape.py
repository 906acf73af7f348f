"""Shapes: rearranging, joining, cutting, selecting. No element changes its value."""

import numpy as np

from minikeras.autodiff import Tensor, as_array, differentiable, is_symbolic
from minikeras.autodiff.tensor import state


@differentiable
def reshape(x, /, newshape):
    """The same elements in another shape; one size may be -1 (or None for it)."""
    shape = tuple([-1 if s is None else int(s) for s in newshape]) if isinstance(newshape, (tuple, list)) else int(newshape)
    return np.reshape(x, shape), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def transpose(x, /, axes=None):
    """The axes in another order, reversed by default."""
    if axes is None:
        return np.transpose(x), (lambda dy: np.transpose(dy),)
    axes = tuple([a % x.ndim for a in axes])
    inverse = tuple([axes.index(a) for a in range(len(axes))])
    return np.transpose(x, axes), (lambda dy: np.transpose(dy, inverse),)


@differentiable
def swapaxes(x, /, axis1, axis2):
    """Two axes exchanged."""
    return np.swapaxes(x, axis1, axis2), (lambda dy: np.swapaxes(dy, axis1, axis2),)


@differentiable
def moveaxis(x, /, source, destination):
    """Axes moved to other places, the rest in order."""
    return np.moveaxis(x, source, destination), (lambda dy: np.moveaxis(dy, destination, source),)


@differentiable
def expand_dims(x, /, axis):
    """A new axis of size 1."""
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.expand_dims(x, axis), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def squeeze(x, /, axis=None):
    """Without its axes of size 1 (or those named)."""
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.squeeze(x, axis), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def ravel(x, /):
    """All elements in one axis."""
    return np.reshape(x, (-1,)), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def broadcast_to(x, /, shape):
    """x repeated to a larger shape, by NumPy's broadcasting."""
    return np.broadcast_to(x, tuple(shape)), (lambda dy: dy,)


@differentiable
def flip(x, /, axis=None):
    """The elements in reverse order along `axis` (all axes by default)."""
    return np.flip(x, axis), (lambda dy: np.flip(dy, axis),)


@differentiable
def roll(x, /, shift, axis=None):
    """The elements shifted along `axis`, those pushed out coming back at the other end."""
    back = tuple([-s for s in shift]) if isinstance(shift, (tuple, list)) else -shift
    return np.roll(x, shift, axis), (lambda dy: np.roll(dy, back, axis),)


@differentiable
def repeat(x, /, repeats, axis=None):
    """Each element repeated along `axis` (of the flattened x by default)."""
    along = 0 if axis is None else axis % x.ndim
    size = x.size if axis is None else x.shape[along]
    source = np.repeat(np.arange(size), as_array(repeats))

    def gradient(dy):
        total = np.zeros((size, *np.delete(dy.shape, along)), dy.dtype)
        np.add.at(total, source, np.moveaxis(dy, along, 0))
        return np.reshape(np.moveaxis(total, 0, along), x.shape)

    return np.repeat(x, as_array(repeats), axis), (gradient,)


@differentiable
def tile(x, /, repeats):
    """x laid side by side `repeats` times along each axis."""
    repeats = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    ndim = max(x.ndim, len(repeats))
    repeats = (1,) * (ndim - len(repeats)) + repeats
    shape = (1,) * (ndim - x.ndim) + x.shape

    def gradient(dy):
        split = np.reshape(dy, tuple([s for pair in zip(repeats, shape, strict=True) for s in pair]))
        return np.reshape(np.sum(split, axis=tuple(range(0, 2 * ndim, 2))), x.shape)

    return np.tile(x, repeats), (gradient,)


@differentiable
def pad(x, /, pad_width, mode="constant", constant_values=None):
    """x with a margin: `pad_width` is (before, after) for each axis. Modes: constant, reflect, symmetric, edge."""
    width = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))
    if mode != "constant":
        # Every element of the result is a copy of one of x: gather them by index.
        index = np.pad(np.arange(x.size).reshape(x.shape), width, mode=mode)
        return np.reshape(x, (-1,))[index], (lambda dy: _scatter_flat(dy, index, x),)
    options = {} if constant_values is None else {"constant_values": constant_values}
    inner = tuple([slice(int(b), int(b) + s) for (b, _), s in zip(width, x.shape, strict=True)])
    return np.pad(x, width, **options), (lambda dy: dy[inner],)


def _scatter_flat(dy, index, x):
    total = np.zeros(x.size, dy.dtype)
    np.add.at(total, index, dy)
    return total.reshape(x.shape)


# Joining


@differentiable
def _concatenate(*xs, axis):
    cuts = np.cumsum([x.shape[axis] for x in xs])
    along = axis % xs[0].ndim

    def part(i):
        span = slice(int(cuts[i - 1]) if i else 0, int(cuts[i]))
        return lambda dy: dy[(slice(None),) * along + (span,)]

    return np.concatenate(xs, axis=axis), tuple([part(i) for i in range(len(xs))])


def concatenate(xs, axis=-1):
    """The values one after another along `axis`."""
    return _concatenate(*xs, axis=axis)


@differentiable
def _stack(*xs, axis):
    return np.stack(xs, axis=axis), tuple([lambda dy, i=i: np.take(dy, i, axis=axis) for i in range(len(xs))])


def stack(x, axis=0):
    """The values along a new axis."""
    return _stack(*x, axis=axis)


# Cutting


@differentiable
def split(x, /, indices_or_sections, axis=0):
    """x cut along `axis`, into equal parts or at the given indices."""
    sections = indices_or_sections
    parts = np.split(x, sections if isinstance(sections, int) else list(sections), axis=axis)

    def gradient(dys, into):
        whole = [np.zeros_like(p) if dy is None else dy for p, dy in zip(parts, dys, strict=True)]
        return (np.concatenate(whole, axis=axis),)

    return tuple(parts), gradient


@differentiable
def unstack(x, /, num=None, axis=0):
    """The slices of x along `axis`, without that axis."""
    parts = tuple(np.moveaxis(x, axis, 0))

    def gradient(dys, into):
        return (np.stack([np.zeros_like(p) if dy is None else dy for p, dy in zip(parts, dys, strict=True)], axis=axis),)

    return parts, gradient


# Selecting


@differentiable(operator="getitem")
def getitem(x, /, index):
    """x[index], with all of NumPy's indexing."""
    index = _plain_index(index)
    basic = all(i is None or i is Ellipsis or isinstance(i, (int, slice, np.integer)) for i in _as_tuple(index))
    return x[index], (lambda dy: _put(dy, x, index, basic),)


def _as_tuple(index):
    return index if isinstance(index, tuple) else (index,)


def _plain_index(index):
    if isinstance(index, tuple):
        return tuple([_plain_index(i) for i in index])
    if isinstance(index, slice):
        return slice(*[_plain_index(i) for i in (index.start, index.stop, index.step)])
    if isinstance(index, Tensor):
        return index.array
    return index


def _put(dy, x, index, basic):
    if state.higher:
        return _scatter(dy, shape=x.shape, index=index)
    total = np.zeros(x.shape, dy.dtype)
    if basic:
        total[index] = dy
    else:
        np.add.at(total, index, dy)
    return total


@differentiable
def _scatter(dy, /, shape, index):
    total = np.zeros(shape, dy.dtype)
    np.add.at(total, index, dy)
    return total, (lambda up: up[index],)


@differentiable
def take(x, indices, /, axis=None):
    """The elements of x at `indices` along `axis` (of the flattened x by default)."""
    along = 0 if axis is None else axis % x.ndim
    flat = np.reshape(x, (-1,)) if axis is None else x
    indices = np.asarray(indices)
    key = (slice(None),) * along + (indices,)
    return np.take(flat, indices, axis=along), (lambda dy: np.reshape(_put(dy, flat, key, False), x.shape), None)


@differentiable
def take_along_axis(x, indices, /, axis=None):
    """The elements of x at `indices`, matched position by position along the other axes."""
    along = 0 if axis is None else axis % x.ndim
    flat = np.reshape(x, (-1,)) if axis is None else x
    indices = np.asarray(indices)
    grid = np.ogrid[tuple([slice(s) for s in indices.shape])]
    key = tuple([indices if a == along else g for a, g in enumerate(grid)])
    return np.take_along_axis(flat, indices, axis=along), (lambda dy: np.reshape(_put(dy, flat, key, False), x.shape), None)


def shape(x):
    """The shape of x, a tuple; None where a symbolic tensor's size is unknown."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(as_array(x))


def size(x):
    """The number of elements of x."""
    return int(np.prod(shape(x)))


def ndim(x):
    """The number of axes of x."""
    return len(shape(x))


def is_tensor(x):
    """Whether x is a tensor, a variable or a symbolic tensor."""
    return isinstance(x, Tensor) or is_symbolic(x)
