"""Reading and writing by places: gather, scatter, where, sort, unique."""

import collections

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.arithmetic import axis_of, operands
from minikeras.compat.tensorflow.basics import as_tensor, static_shape
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable

Unique = collections.namedtuple("Unique", ("y", "idx"))
UniqueWithCounts = collections.namedtuple("UniqueWithCounts", ("y", "idx", "count"))
TopKV2 = collections.namedtuple("TopKV2", ("values", "indices"))


@liftable
def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    """The slices of params at indices along an axis (0 by default)."""
    params, indices = as_tensor(params), as_tensor(indices)
    axis = batch_dims if axis is None else axis_of(axis)
    if isinstance(indices, Tensor) and isinstance(params, Tensor) and indices.array.size:
        size, low, high = params.array.shape[axis], indices.array.min(), indices.array.max()
        if low < 0 or high >= size:
            raise ValueError(f"gather: indices reach from {low} to {high} and must lie in [0, {size}).")
    if batch_dims == 0:
        if params.dtype.kind == "O":
            return Tensor(np.take(params.array, indices.array, axis))
        return ops.take(params, indices, axis=axis)
    if batch_dims < 0:
        batch_dims += len(indices.shape)
    rows = [
        gather(p, i, axis=(axis % len(params.shape)) - 1, batch_dims=batch_dims - 1)
        for p, i in zip(params, indices, strict=True)
    ]
    return ops.stack(rows)


@liftable
def gather_nd(params, indices, name=None, batch_dims=0):
    """The elements or slices of params at rows of places."""
    params, indices = as_tensor(params), np.asarray(as_tensor(indices).array)
    if batch_dims:
        rows = [gather_nd(p, i, batch_dims=batch_dims - 1) for p, i in zip(params, indices, strict=True)]
        return ops.stack(rows)
    return params[tuple(np.moveaxis(indices, -1, 0))]


@liftable
def scatter_nd(indices, updates, shape, name=None):
    """Zeros with updates added at rows of places."""
    return ops.scatter(as_tensor(indices), as_tensor(updates), static_shape(shape))


def _scatter(public, reduction, sign=1):
    def function(tensor, indices, updates, name=None):
        tensor, updates = operands(tensor, updates)
        updates = -updates if sign < 0 else updates
        return ops.scatter_update(tensor, as_tensor(indices), updates, reduction)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = "The tensor with updates put, or combined, at rows of places."
    return liftable(function)


tensor_scatter_nd_update = _scatter("tensor_scatter_nd_update", None)
tensor_scatter_nd_add = _scatter("tensor_scatter_nd_add", "add")
tensor_scatter_nd_sub = _scatter("tensor_scatter_nd_sub", "add", -1)
tensor_scatter_nd_max = _scatter("tensor_scatter_nd_max", "max")
tensor_scatter_nd_min = _scatter("tensor_scatter_nd_min", "min")


@liftable
def where(condition, x=None, y=None, name=None):
    """x where the condition holds, y elsewhere; of the condition alone, the places where it holds, one a row."""
    condition = as_tensor(condition)
    if x is None and y is None:
        return Tensor(np.argwhere(condition.array).astype(np.int64))
    x, y = operands(x, y)
    if len(condition.shape) == 1 and len(x.shape) > 1 and condition.shape[0] != x.shape[-1]:
        condition = ops.reshape(condition, (-1,) + (1,) * (len(x.shape) - 1))  # rows, as in TensorFlow 1
    if x.dtype.kind == "O":
        return Tensor(np.where(condition.array, x.array, y.array))
    return ops.where(condition, x, y)


@liftable
def boolean_mask(tensor, mask, axis=None, name="boolean_mask"):
    """The elements or slices where the mask holds."""
    mask = np.asarray(as_tensor(mask).array, bool)
    return as_tensor(tensor)[(slice(None),) * int(axis or 0) + (mask,)]


@liftable
def dynamic_partition(data, partitions, num_partitions, name=None):
    """The rows of each partition, in a list."""
    data, partitions = as_tensor(data), np.asarray(as_tensor(partitions).array)
    return [data[partitions == i] for i in range(num_partitions)]


@liftable
def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The values in order along an axis."""
    y = ops.sort(as_tensor(values), axis)
    return ops.flip(y, axis) if direction == "DESCENDING" else y


@liftable
def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The places of the values in order along an axis."""
    x = as_tensor(values).array
    return Tensor(np.argsort(-x if direction == "DESCENDING" else x, axis, kind="stable").astype(np.int32))


@liftable
def top_k(input, k=1, sorted=True, index_type="int32", name=None):
    """The k largest elements along the last axis, and their places."""
    values, indices = ops.top_k(as_tensor(input), int(k), sorted)
    return TopKV2(values, ops.cast(indices, numpy_dtype(index_type).name))


@liftable
def unique(x, out_idx="int32", name=None):
    """The different elements in order of first occurrence, and for each element which of them it is."""
    y, idx, _ = _unique(x, out_idx)
    return Unique(y, idx)


@liftable
def unique_with_counts(x, out_idx="int32", name=None):
    """As `unique`, with how often each occurs."""
    return UniqueWithCounts(*_unique(x, out_idx))


def _unique(x, out_idx):
    array = as_tensor(x).array
    _, first, inverse, counts = np.unique(array, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    position = np.argsort(order)
    dtype = numpy_dtype(out_idx)
    return (
        Tensor(array[first[order]]),
        Tensor(position[inverse].astype(dtype)),
        Tensor(counts[order].astype(dtype)),
    )


@liftable
def searchsorted(sorted_sequence, values, side="left", out_type="int32", name=None):
    """Where values would stand in a sorted sequence."""
    sequence, values = as_tensor(sorted_sequence).array, as_tensor(values).array
    if sequence.ndim == 1:
        found = np.searchsorted(sequence, values, side)
    else:
        rows = zip(
            sequence.reshape(-1, sequence.shape[-1]), values.reshape(-1, values.shape[-1]), strict=True
        )
        found = np.stack([np.searchsorted(s, v, side) for s, v in rows]).reshape(values.shape)
    return Tensor(found.astype(numpy_dtype(out_type)))


@liftable
def invert_permutation(x, name=None):
    """The permutation that undoes another."""
    return Tensor(np.argsort(as_tensor(x).array).astype(as_tensor(x).array.dtype))


@liftable
def embedding_lookup(params, ids, partition_strategy="mod", name=None, max_norm=None):
    """The rows of params at ids."""
    if isinstance(params, (list, tuple)) and len(params) == 1:
        params = params[0]
    rows = ops.take(as_tensor(params), as_tensor(ids), axis=0)
    if max_norm is None:
        return rows
    norm = ops.sqrt(ops.sum(ops.square(rows), axis=-1, keepdims=True))
    return rows * (max_norm / ops.maximum(norm, max_norm))


@liftable
def fill_diagonal(input, diagonal, name=None, k=0):
    """The matrix with another diagonal."""
    x, d = operands(input, diagonal)
    if not isinstance(k, int) or k:
        raise ValueError("set_diag here sets the main diagonal, k=0.")
    on = np.eye(*x.shape[-2:], dtype=bool)
    width = x.shape[-1]
    spread = ops.expand_dims(d, -1) * np.eye(d.shape[-1], width, dtype=numpy_dtype(x.dtype))
    if x.shape[-2] != d.shape[-1]:
        spread = ops.pad(spread, [(0, 0)] * (len(x.shape) - 2) + [(0, x.shape[-2] - d.shape[-1]), (0, 0)])
    return ops.where(on, spread, x)
