"""Indexing: reading elements by their places, and writing to places."""

import builtins

import numpy as np

from minikeras import limits
from minikeras.autodiff import Tensor, as_array, differentiable
from minikeras.ops.axes import axis_of

__all__ = [
    "diag",
    "diagflat",
    "diagonal",
    "get_item",
    "getitem",
    "nonzero",
    "scatter",
    "scatter_update",
    "slice",
    "slice_update",
    "take",
    "take_along_axis",
    "trace",
    "tril",
    "triu",
    "unravel_index",
]


@differentiable(operator="getitem")
def getitem(x, /, index):
    """x[index], with all of NumPy's indexing."""
    index = _plain_index(index)
    if limits.reading:
        _check_picked(x, index)
    return x[index], (lambda dy: put(dy, x.shape, index),)


def _check_picked(x, index):
    """Refuse to pick more elements, by arrays of places, than are tried for the shapes of a model that is read."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    if arrays:
        free = x.shape[len([part for part in parts if part is not None and part is not Ellipsis]) :]
        sliced = [x.shape[i] for i, part in enumerate(parts[: x.ndim]) if isinstance(part, builtins.slice)]
        limits.check_trial((*np.broadcast_shapes(*[array.shape for array in arrays]), *sliced, *free))


def get_item(x, key):
    """x[key], with all of NumPy's indexing."""
    return getitem(x, key)


def _plain_index(index):
    if isinstance(index, tuple):
        return tuple([_plain_index(i) for i in index])
    if isinstance(index, builtins.slice):
        return builtins.slice(*[_plain_index(i) for i in (index.start, index.stop, index.step)])
    if isinstance(index, list):
        return as_array(index)
    return index.array if isinstance(index, Tensor) else index


def put(dy, shape, index):
    """Zeros of a shape with dy added at an index: what flows back through `x[index]`."""
    if isinstance(dy, Tensor):
        return _spread(dy, shape=shape, index=index)
    total = np.zeros(shape, dy.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if all(i is None or i is Ellipsis or isinstance(i, (int, builtins.slice, np.integer)) for i in parts):
        total[index] = dy
    else:
        np.add.at(total, index, dy)
    return total


@differentiable
def _spread(dy, /, shape, index):
    return put(dy, shape, index), (lambda up: up[index],)


@differentiable
def take(x, indices, /, axis=None):
    """The elements of x at `indices` along `axis` (of the flattened x by default)."""
    along = 0 if axis is None else axis_of(axis, x.ndim)
    flat = np.reshape(x, (-1,)) if axis is None else x
    indices = as_array(indices)
    if indices.dtype.kind not in "iu":
        indices = indices.astype("int32")
    limits.check_trial((*flat.shape[:along], *indices.shape, *flat.shape[along + 1 :]))
    key = (builtins.slice(None),) * along + (indices,)
    return np.take(flat, indices, axis=along), (
        lambda dy: np.reshape(put(dy, flat.shape, key), x.shape),
        None,
    )


@differentiable
def take_along_axis(x, indices, /, axis=None):
    """The elements of x at `indices`, matched position by position along the other axes (broadcast together)."""
    indices = as_array(indices)
    if axis is None:
        along, flat, indices = 0, np.reshape(x, (-1,)), indices.reshape(-1)
    else:
        along, flat = axis_of(axis, x.ndim), x
        indices = np.broadcast_to(
            indices,
            [
                i if a == along else max(i, s)
                for a, (i, s) in enumerate(zip(indices.shape, x.shape, strict=True))
            ],
        )
    grid = np.ogrid[tuple([builtins.slice(s) for s in indices.shape])]
    # An axis of size 1 in x is read at its one place, wherever the indices stand.
    key = tuple([indices if a == along else g if flat.shape[a] != 1 else g * 0 for a, g in enumerate(grid)])
    return flat[key], (lambda dy: np.reshape(put(dy, flat.shape, key), x.shape), None)


@differentiable
def slice(inputs, start_indices, /, shape):
    """The block of the given shape that begins at start_indices; a size of -1 reaches to the end."""
    starts = as_array(start_indices).reshape(-1).tolist()
    sizes = (
        as_array(shape).reshape(-1).tolist()
        if not isinstance(shape, (tuple, list))
        else [int(s) for s in shape]
    )
    index = tuple([builtins.slice(b, None if s == -1 else b + s) for b, s in zip(starts, sizes, strict=True)])
    return inputs[index], (lambda dy: put(dy, inputs.shape, index), None)


@differentiable
def slice_update(inputs, start_indices, updates, /):
    """inputs with the block that begins at start_indices replaced by updates."""
    starts = as_array(start_indices).reshape(-1).tolist()
    index = tuple([builtins.slice(b, b + s) for b, s in zip(starts, updates.shape, strict=True)])
    return _replaced(inputs, index, updates), (
        lambda dy: _replaced(dy, index, np.zeros_like(updates)),
        None,
        lambda dy: dy[index],
    )


def _replaced(x, index, updates):
    """x with updates at an index."""
    if isinstance(x, Tensor) or isinstance(updates, Tensor):
        keep = np.ones(x.shape, x.dtype)
        keep[index] = 0
        return x * keep + put(updates.astype(x.dtype), x.shape, index)
    y = x.copy()
    y[index] = updates
    return y


# Scattering


@differentiable
def scatter(indices, values, /, shape):
    """Zeros of a shape with values added at indices; the last axis of indices holds places in the leading axes."""
    indices = as_array(indices)
    key = tuple(np.moveaxis(indices, -1, 0))
    return put(values, tuple([int(s) for s in shape]), key), (None, lambda dy: dy[key])


def _last_writers(key, shape):
    """Which updates remain when later ones overwrite earlier ones: a mask over the updates."""
    order = np.arange(key[0].size).reshape(key[0].shape)
    last = np.full(shape[: len(key)], -1)
    last[key] = order
    return last[key] == order


def _beside(mask, x):
    """A mask over leading axes, with axes of size 1 for the others of x."""
    return np.reshape(mask, mask.shape + (1,) * (x.ndim - mask.ndim))


@differentiable
def scatter_update(inputs, indices, updates, /, reduction=None):
    """inputs with updates put at indices (rows of places), combined by reduction: None (replace), 'add', 'max',
    'min' or 'mul'."""
    if reduction not in (None, "add", "max", "min", "mul"):
        raise ValueError(
            f"scatter_update expected reduction None, 'add', 'max', 'min' or 'mul', received {reduction!r}."
        )
    key = tuple(np.moveaxis(as_array(indices), -1, 0))
    updates = updates.astype(inputs.dtype)
    if reduction == "add":
        return inputs + put(updates, inputs.shape, key), (lambda dy: dy, None, lambda dy: dy[key])
    if reduction is None:
        wins = _beside(_last_writers(key, inputs.shape), updates)
        kept = np.ones(inputs.shape, bool)
        kept[key] = False
        y = np.where(kept, inputs, put(np.where(wins, updates, np.zeros_like(updates)), inputs.shape, key))
        return y, (
            lambda dy: np.where(kept, dy, np.zeros_like(dy)),
            None,
            lambda dy: np.where(wins, dy[key], np.zeros_like(dy[key])),
        )
    y = inputs.copy()
    getattr(np, {"max": "maximum", "min": "minimum", "mul": "multiply"}[reduction]).at(y, key, updates)
    if reduction == "mul":
        return y, _product_gradients(inputs, key, updates)
    own, theirs = inputs == y, updates == y[key]
    hits = own.astype(y.dtype) + put(theirs.astype(y.dtype), y.shape, key)
    return y, (lambda dy: dy * own / hits, None, lambda dy: dy[key] * theirs / hits[key])


def _product_gradients(inputs, key, updates):
    """How inputs · (product of the updates at each place) changes with the inputs and with each update."""
    zero = updates == 0
    zeros = put(zero.astype(updates.dtype), inputs.shape, key)
    rest = np.ones_like(inputs)
    np.multiply.at(rest, key, np.where(zero, 1, updates))
    others = np.where(
        zero,
        np.where(zeros[key] == 1, rest[key], 0),
        np.where(zeros[key] == 0, rest[key] / np.where(zero, 1, updates), 0),
    )
    return (
        lambda dy: dy * np.where(zeros == 0, rest, 0),
        None,
        lambda dy: dy[key] * inputs[key] * others,
    )


# Diagonals and triangles


@differentiable
def diagonal(x, /, offset=0, axis1=0, axis2=1):
    """The elements on a diagonal of the plane of two axes, in a last axis."""
    places = np.arange(x.size).reshape(x.shape).diagonal(offset, axis1, axis2)
    flat = np.reshape(x, (-1,))
    return flat[places], (lambda dy: np.reshape(put(dy, flat.shape, places), x.shape),)


@differentiable
def diag(x, /, k=0):
    """A matrix with the vector x on its k-th diagonal; of a matrix, its k-th diagonal."""
    if x.ndim == 1:
        rows = np.arange(x.shape[0]) + max(-k, 0)
        key = (rows, rows + k)
        size = x.shape[0] + abs(k)
        limits.check_trial((size, size))
        return put(x, (size, size), key), (lambda dy: dy[key],)
    if x.ndim != 2:
        raise ValueError(
            f"diag expected a vector or a matrix, received shape {x.shape}. Use diagonal for more axes."
        )
    places = np.arange(x.size).reshape(x.shape).diagonal(k)
    flat = np.reshape(x, (-1,))
    return flat[places], (lambda dy: np.reshape(put(dy, flat.shape, places), x.shape),)


@differentiable
def diagflat(x, /, k=0):
    """A matrix with the elements of x on its k-th diagonal."""
    flat = np.reshape(x, (-1,))
    rows = np.arange(x.size) + max(-k, 0)
    key = (rows, rows + k)
    size = x.size + abs(k)
    limits.check_trial((size, size))
    return put(flat, (size, size), key), (lambda dy: np.reshape(dy[key], x.shape),)


@differentiable
def trace(x, /, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal of the plane of two axes; short integers are summed as int32."""
    if x.dtype.kind == "b" or (x.dtype.kind in "iu" and x.dtype.itemsize < 4):
        x = x.astype("int32")
    places = np.arange(x.size).reshape(x.shape).diagonal(offset, axis1, axis2)
    flat = np.reshape(x, (-1,))
    y = np.sum(flat[places], axis=-1)

    def gradient(dy):
        spread = np.broadcast_to(np.expand_dims(dy, -1), places.shape)
        return np.reshape(put(spread, flat.shape, places), x.shape)

    return y.astype(x.dtype), (gradient,)


@differentiable
def tril(x, /, k=0):
    """x with zeros above the k-th diagonal of its last two axes."""
    kept = np.tri(*x.shape[-2:], k=k, dtype=bool)
    return np.where(kept, x, np.zeros_like(x)), (lambda dy: np.where(kept, dy, np.zeros_like(dy)),)


@differentiable
def triu(x, /, k=0):
    """x with zeros below the k-th diagonal of its last two axes."""
    kept = ~np.tri(*x.shape[-2:], k=k - 1, dtype=bool)
    return np.where(kept, x, np.zeros_like(x)), (lambda dy: np.where(kept, dy, np.zeros_like(dy)),)


# Places


@differentiable
def nonzero(x, /):
    """The places of the elements that are not 0: one row of int32 indices for each axis."""
    return np.stack(np.nonzero(x)).astype("int32"), None


@differentiable
def unravel_index(indices, /, shape):
    """Places in an array of a shape from places in its flattened form, one tensor for each axis."""
    return tuple(
        [i.astype(indices.dtype) for i in np.unravel_index(indices % int(np.prod(shape)), shape)]
    ), None
