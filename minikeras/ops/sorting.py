"""Sorting, searching and counting."""

import numpy as np

from minikeras import limits
from minikeras.autodiff import as_array, differentiable, operation
from minikeras.ops import elementwise
from minikeras.ops.axes import axis_of
from minikeras.ops.indexing import put, take_along_axis

__all__ = [
    "argpartition",
    "argsort",
    "bincount",
    "digitize",
    "histogram",
    "in_top_k",
    "searchsorted",
    "sort",
    "top_k",
    "unique",
]


# Sorting


@differentiable
def sort(x, /, axis=-1):
    """The elements in ascending order along `axis` (of the flattened x with None)."""
    flat = np.reshape(x, (-1,)) if axis is None else x
    along = axis_of(0 if axis is None else axis, flat.ndim)
    order = np.argsort(as_array(flat), axis=along, kind="stable")
    grid = np.ogrid[tuple([slice(s) for s in order.shape])]
    key = tuple([order if a == along else g for a, g in enumerate(grid)])
    return flat[key], (lambda dy: np.reshape(put(dy, flat.shape, key), x.shape),)


@differentiable
def argsort(x, /, axis=-1):
    """The places of the elements in ascending order along `axis`, int32; equal ones keep their order."""
    return np.argsort(x, axis=axis, kind="stable").astype("int32"), None


@differentiable
def argpartition(x, /, kth, axis=-1):
    """Places ordered so far that the kth is that of the kth smallest element, with the smaller before it, int32."""
    return np.argpartition(x, kth, axis=axis).astype("int32"), None


@operation
def top_k(x, /, k, sorted=True):
    """The k largest elements along the last axis, in descending order, and their places: (values, indices).

    Of equal elements the first comes first. The values come in descending order with sorted=False too.
    """
    if k > x.shape[-1]:
        raise ValueError(f"top_k expected k of at most the last axis's size {x.shape[-1]}, received k={k}.")
    indices = _largest(x, k)
    return take_along_axis(x, indices, axis=-1), indices


@differentiable
def _largest(x, /, k):
    # Sorted backwards, so that the stable order puts the first of equal elements first.
    order = np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1][..., :k]
    return (x.shape[-1] - 1 - order).astype("int32"), None


@differentiable
def in_top_k(targets, predictions, /, k):
    """Whether each row's target class is among the k of the highest predictions, ties counted in; bool."""
    chosen = np.take_along_axis(predictions, targets.astype("int64")[..., None], axis=-1)
    return np.logical_and(np.sum(predictions > chosen, axis=-1) < k, np.isfinite(chosen[..., 0])), None


# Searching


@differentiable
def searchsorted(sorted_sequence, values, /, side="left"):
    """Where values would go in a sorted vector to keep it sorted: before equal ones, or behind with side='right'."""
    if sorted_sequence.ndim != 1:
        raise ValueError(
            f"searchsorted expected a vector as sorted_sequence, received shape {sorted_sequence.shape}. "
            "Use vectorized_map for several."
        )
    return np.asarray(np.searchsorted(sorted_sequence, values, side=side), "int32"), None


@differentiable
def digitize(x, bins, /):
    """The number of the bin that each element lies in: bins[i - 1] ≤ x < bins[i], int32."""
    return np.digitize(x, bins).astype("int32"), None


# Counting


@differentiable
def bincount(x, weights=None, /, minlength=0, sparse=False):
    """How often each integer from 0 on occurs, or the sum of its weights; of a matrix, row by row."""
    if sparse:
        raise ValueError("bincount: sparse=True is not supported, results are dense. Leave out the argument.")
    size = max(int(x.max(initial=-1)) + 1, minlength)
    x = x.astype("int64")
    rows = x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[None]
    limits.check_trial((len(rows), size))
    dtype = (
        np.dtype("int32")
        if weights is None
        else elementwise.add(weights[..., :0], x[..., :0].astype("bool")).dtype
    )
    weighted = np.ones(rows.shape, dtype) if weights is None else weights.reshape(rows.shape)
    key = (np.arange(len(rows))[:, None], rows)
    y = put(weighted, (len(rows), size), key).reshape((*x.shape[:-1], size))
    return y.astype(dtype), (None, lambda dy: dy.reshape(-1, size)[key].reshape(x.shape))


@differentiable
def histogram(x, /, bins=10, range=None):
    """(counts, edges) of `bins` bins of one width over the range (that of x by default), or between given edges."""
    if not isinstance(bins, (int, np.integer)):
        bins = as_array(bins)
    else:
        limits.check_trial((bins,))
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype("float32")
    counts, edges = np.histogram(x, bins=bins, range=range)

    def gradient(dys, into):
        # Edges without a range of their own lie evenly between the least and the greatest element.
        dx, dedges = np.zeros(x.size, dtype), dys[1]
        if range is None and np.ndim(bins) == 0 and dedges is not None and x.size:
            upward = np.linspace(0, 1, bins + 1, dtype=dtype)
            dx[x.argmin()] += (dedges * (1 - upward)).sum()
            dx[x.argmax()] += (dedges * upward).sum()
        return (dx.reshape(x.shape),)

    return (counts.astype(dtype), edges.astype(dtype)), gradient


@differentiable
def _unique(x, /, axis, size, fill_value):
    values, index, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True, axis=axis
    )
    along = 0 if axis is None else axis_of(axis, x.ndim)
    first = index if size is None else index[:size]
    if size is not None:
        missing = max(size - values.shape[along], 0)
        values = np.take(values, np.arange(min(size, values.shape[along])), axis=along)
        margin = [(0, missing if a == along else 0) for a in range(values.ndim)]
        values = np.pad(values, margin, constant_values=0 if fill_value is None else fill_value)
        index = np.pad(index[:size], (0, missing), constant_values=index[0] if index.size else 0)
        counts = np.pad(counts[:size], (0, missing))

    def gradient(dys, into):
        # Each value is that of the place where it occurs first.
        dx = np.zeros_like(x.reshape(-1) if axis is None else x)
        place = (slice(None),) * along
        dx[(*place, first)] = dys[0][(*place, slice(len(first)))]
        return (dx.reshape(x.shape),)

    return (values, *[part.astype("int32") for part in (index, inverse, counts)]), gradient


def unique(
    x,
    sorted=True,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    size=None,
    fill_value=None,
):
    """The different elements of x, sorted; of slices along `axis` if given.

    Beside them, on request: the places where each occurs first, the places in the result of the elements of x, and how
    often each occurs. size: exactly so many values, cut off or filled up with fill_value (0 by default).
    """
    parts = _unique(x, axis=axis, size=size, fill_value=fill_value)
    wanted = (True, return_index, return_inverse, return_counts)
    chosen = tuple([part for part, want in zip(parts, wanted, strict=True) if want])
    return chosen[0] if len(chosen) == 1 else chosen


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
for _function in (sort, argsort):
    _function.axiswise = True
