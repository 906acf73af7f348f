"""Reductions over axes: `tf.reduce_*`, positions of extremes, counts, segments."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.arithmetic import axis_of
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable


def _reduction(public, own):
    def function(
        input_tensor=None, axis=None, keepdims=None, name=None, keep_dims=None, reduction_indices=None
    ):
        x = as_tensor(input_tensor)
        axis = axis if axis is not None else reduction_indices
        return own(x, axis_of(axis), bool(keepdims or keep_dims))

    function.__name__ = function.__qualname__ = public
    function.__doc__ = f"{public.removeprefix('reduce_').capitalize()} over axes (all of them by default)."
    return liftable(function)


def _plain(name):
    def reduce(x, axis, keepdims):
        if isinstance(axis, tuple) and not axis:
            return x
        y = getattr(ops, name)(x, axis=axis, keepdims=keepdims)
        return y if y.dtype == x.dtype else ops.cast(y, numpy_dtype(x.dtype).name)

    return reduce


def _mean(x, axis, keepdims):
    if numpy_dtype(x.dtype).kind in "iu" and isinstance(x, Tensor):  # integers stay integers
        count = x.array.size // max(np.sum(x.array, axis=axis).size, 1)
        return Tensor((np.sum(x.array, axis=axis, keepdims=keepdims) // count).astype(x.array.dtype))
    return ops.mean(x, axis=axis, keepdims=keepdims)


def _euclidean(x, axis, keepdims):
    return ops.sqrt(ops.sum(ops.square(x), axis=axis, keepdims=keepdims))


def _logical(name):
    return lambda x, axis, keepdims: getattr(ops, name)(x, axis=axis, keepdims=keepdims)


reduce_sum = _reduction("reduce_sum", _plain("sum"))
reduce_prod = _reduction("reduce_prod", _plain("prod"))
reduce_max = _reduction("reduce_max", _plain("max"))
reduce_min = _reduction("reduce_min", _plain("min"))
reduce_mean = _reduction("reduce_mean", _mean)
reduce_std = _reduction("reduce_std", _plain("std"))
reduce_variance = _reduction("reduce_variance", _plain("var"))
reduce_any = _reduction("reduce_any", _logical("any"))
reduce_all = _reduction("reduce_all", _logical("all"))
reduce_logsumexp = _reduction("reduce_logsumexp", _plain("logsumexp"))
reduce_euclidean_norm = _reduction("reduce_euclidean_norm", _euclidean)


@liftable
def argmax(input, axis=None, output_type="int64", name=None, dimension=None):
    """The place of the largest element along an axis (0 by default)."""
    axis = axis_of(axis if axis is not None else dimension)
    return ops.cast(ops.argmax(as_tensor(input), axis=axis or 0), numpy_dtype(output_type).name)


@liftable
def argmin(input, axis=None, output_type="int64", name=None, dimension=None):
    """The place of the smallest element along an axis (0 by default)."""
    axis = axis_of(axis if axis is not None else dimension)
    return ops.cast(ops.argmin(as_tensor(input), axis=axis or 0), numpy_dtype(output_type).name)


@liftable
def count_nonzero(input, axis=None, keepdims=None, dtype="int64", name=None):
    """How many elements are not 0."""
    x = as_tensor(input)
    return ops.sum(
        ops.cast(ops.not_equal(x, 0), numpy_dtype(dtype).name), axis=axis_of(axis), keepdims=bool(keepdims)
    )


@liftable
def zero_fraction(value, name=None):
    """Which share of the elements is 0."""
    return ops.mean(ops.cast(ops.equal(as_tensor(value), 0), "float32"))


@liftable
def bincount(
    arr,
    weights=None,
    minlength=None,
    maxlength=None,
    dtype="int32",
    name=None,
    axis=None,
    binary_output=False,
):
    """How often each integer occurs."""
    x = np.asarray(as_tensor(arr).array).reshape(-1)
    w = None if weights is None else np.asarray(as_tensor(weights).array).reshape(-1)
    if maxlength is not None:
        kept = x < int(maxlength)
        x, w = x[kept], None if w is None else w[kept]
    counts = np.bincount(x, w, int(minlength or 0))
    if binary_output:
        counts = counts > 0
    return Tensor(counts.astype(numpy_dtype(dtype) if w is None else w.dtype))


@liftable
def confusion_matrix(labels, predictions, num_classes=None, weights=None, dtype="int32", name=None):
    """How often each label (row) was predicted as each class (column)."""
    y, p = (np.asarray(as_tensor(v).array).reshape(-1).astype(int) for v in (labels, predictions))
    count = (
        int(num_classes) if num_classes is not None else int(max(y.max(initial=-1), p.max(initial=-1)) + 1)
    )
    matrix = np.zeros((count, count), numpy_dtype(dtype))
    np.add.at(matrix, (y, p), 1 if weights is None else np.asarray(as_tensor(weights).array))
    return Tensor(matrix)


@liftable
def histogram_fixed_width(values, value_range, nbins=100, dtype="int32", name=None):
    """How many values fall into each of equal bins over a range; those outside count in the outermost."""
    x = np.asarray(as_tensor(values).array, "float64").reshape(-1)
    low, high = (float(v) for v in np.asarray(as_tensor(value_range).array))
    places = np.clip(np.floor((x - low) / (high - low) * nbins), 0, nbins - 1).astype(int)
    return Tensor(np.bincount(places, minlength=int(nbins)).astype(numpy_dtype(dtype)))


def _segments(public, own, sorted_):
    def function(data, segment_ids, num_segments=None, name=None):
        data, ids = as_tensor(data), as_tensor(segment_ids)
        count = int(num_segments) if num_segments is not None else int(ids.array.max()) + 1
        if own != "segment_mean":
            return getattr(ops, own)(data, ids, count, sorted=sorted_)
        totals = ops.segment_sum(data, ids, count)
        sizes = np.bincount(ids.array, minlength=count).reshape((-1,) + (1,) * (len(data.shape) - 1))
        return totals / np.maximum(sizes, 1).astype(data.array.dtype)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = "A reduction of the rows of each segment."
    return liftable(function)


segment_sum = _segments("segment_sum", "segment_sum", True)
segment_max = _segments("segment_max", "segment_max", True)
segment_min = _segments("segment_min", "segment_min", True)
segment_prod = _segments("segment_prod", "segment_prod", True)
segment_mean = _segments("segment_mean", "segment_mean", True)
unsorted_segment_sum = _segments("unsorted_segment_sum", "segment_sum", False)
unsorted_segment_max = _segments("unsorted_segment_max", "segment_max", False)
unsorted_segment_min = _segments("unsorted_segment_min", "segment_min", False)
unsorted_segment_prod = _segments("unsorted_segment_prod", "segment_prod", False)
unsorted_segment_mean = _segments("unsorted_segment_mean", "segment_mean", False)


@liftable
def in_top_k(targets, predictions, k, name=None):
    """Whether each target is among the k classes predicted highest; TensorFlow 1 had the predictions first."""
    targets, predictions = as_tensor(targets), as_tensor(predictions)
    if len(targets.shape) == 2 and len(predictions.shape) == 1:
        targets, predictions = predictions, targets
    return ops.in_top_k(targets, predictions, k)
