"""Segments: reductions of rows that carry the same number."""

import numpy as np

from minikeras import limits
from minikeras.autodiff import as_array, differentiable
from minikeras.ops.indexing import put

__all__ = ["segment_max", "segment_min", "segment_prod", "segment_sum"]


def _prepared(data, segment_ids, num_segments):
    """The rows that belong to a segment, their segments, and how many there are; negative and too large ids drop out."""
    ids = as_array(segment_ids).astype("int64")
    if ids.ndim != 1 or ids.shape[0] != data.shape[0]:
        raise ValueError(
            f"segment_ids must be a vector with one id for each of the {data.shape[0]} rows of data, received shape "
            f"{ids.shape}."
        )
    count = int(num_segments) if num_segments is not None else int(ids.max(initial=-1)) + 1
    limits.check_trial((count, *data.shape[1:]))
    rows = np.flatnonzero((ids >= 0) & (ids < count))
    return rows, ids[rows], count


@differentiable
def segment_sum(data, segment_ids, /, num_segments=None, sorted=False):
    """The sum of the rows of data of each segment; 0 where a segment has none.

    segment_ids: the number of each row's segment; rows whose number is negative or too large are left out.
    num_segments: how many there are, one more than the largest number by default. sorted makes no difference here.
    """
    rows, ids, count = _prepared(data, segment_ids, num_segments)
    shape = (count, *data.shape[1:])
    return put(data[rows], shape, ids), (lambda dy: put(dy[ids], data.shape, rows), None)


@differentiable
def segment_max(data, segment_ids, /, num_segments=None, sorted=False):
    """The largest of the rows of data of each segment, -∞ (or the least integer) where it has none; see segment_sum.

    Equal largest values share the gradient.
    """
    return _extreme(np.maximum, -1, data, segment_ids, num_segments)


@differentiable
def segment_min(data, segment_ids, /, num_segments=None, sorted=False):
    """The smallest of the rows of data of each segment, +∞ (or the largest integer) where it has none; see
    segment_sum. Equal smallest values share the gradient."""
    return _extreme(np.minimum, 1, data, segment_ids, num_segments)


def _extreme(function, sign, data, segment_ids, num_segments):
    rows, ids, count = _prepared(data, segment_ids, num_segments)
    if data.dtype.kind == "f":
        start = sign * np.inf
    else:
        start = np.iinfo(data.dtype).min if sign < 0 else np.iinfo(data.dtype).max
    y = np.full((count, *data.shape[1:]), start, data.dtype)
    function.at(y, ids, data[rows])

    def gradient(dy):
        hit = (data[rows] == y[ids]).astype(dy.dtype)
        share = put(hit, y.shape, ids)
        return put(dy[ids] * hit / share[ids], data.shape, rows)

    return y, (gradient, None)


@differentiable
def segment_prod(data, segment_ids, /, num_segments=None, sorted=False):
    """The product of the rows of data of each segment, 1 where it has none; see segment_sum."""
    rows, ids, count = _prepared(data, segment_ids, num_segments)
    taken = data[rows]
    y = np.ones((count, *data.shape[1:]), data.dtype)
    np.multiply.at(y, ids, taken)

    def gradient(dy):
        zero = taken == 0
        zeros = put(zero.astype(dy.dtype), y.shape, ids)[ids]
        rest = np.ones_like(y)
        np.multiply.at(rest, ids, np.where(zero, 1, taken))
        rest = rest[ids]
        others = np.where(
            zero, np.where(zeros == 1, rest, 0), np.where(zeros == 0, rest / np.where(zero, 1, taken), 0)
        )
        return put((dy[ids] * others).astype(dy.dtype), data.shape, rows)

    return y, (gradient, None)
