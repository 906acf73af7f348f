"""Accuracies: how often predictions hit."""

import functools

import numpy as np

from minikeras import config, kernels, registry
from minikeras.autodiff import Tensor, as_array
from minikeras.autodiff.tensor import state
from minikeras.losses.loss import align
from minikeras.metrics.reduction import MeanMetricWrapper

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def on_arrays(body):
    """A public metric function made of one on arrays, which metrics call directly.

    The public one takes arrays and tensors and returns a tensor of the default float.
    """

    @functools.wraps(body)
    def function(y_true, y_pred, *args, **kwargs):
        values = body(as_array(y_true), as_array(y_pred), *args, **kwargs)
        return Tensor(np.asarray(values, config.floatx()))

    function.on_arrays = body
    return registry.register_function(function, family="metric function")


def _mismatch(who, y_true, y_pred, advice):
    return ValueError(
        f"{who} expected targets that fit predictions of shape {y_pred.shape}, received shape {y_true.shape}. {advice}"
    )


@on_arrays
def accuracy(y_true, y_pred):
    """Whether y_pred equals y_true, element by element."""
    y_true, y_pred = align(y_true, y_pred)
    if y_true.shape != y_pred.shape:
        advice = (
            "Compare values of one shape, or use 'sparse_categorical_accuracy' for labels and probabilities."
        )
        raise _mismatch("accuracy", y_true, y_pred, advice)
    return np.equal(y_true, y_pred)


class Accuracy(MeanMetricWrapper):
    """How often predictions equal the targets.

    >>> m = Accuracy()
    >>> m.update_state([1, 2, 3, 4], [0, 2, 3, 4])
    >>> float(m.result())
    0.75
    """

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


@on_arrays
def binary_accuracy(y_true, y_pred, threshold=0.5):
    """Whether y_pred lies above the threshold where y_true is 1, and not above it where y_true is 0.

    >>> binary_accuracy([[1.0], [0.0]], [[0.7], [0.6]]).tolist()
    [[1.0], [0.0]]
    """
    if y_true.shape != y_pred.shape:
        y_true, y_pred = align(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise _mismatch("binary_accuracy", y_true, y_pred, "Pass one target for each prediction.")
    return np.equal(y_true, np.greater(y_pred, threshold))


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions above the threshold have the target 1, and others 0.

    >>> m = BinaryAccuracy()
    >>> m.update_state([[1.0], [0.0]], [[0.7], [0.6]])
    >>> float(m.result())
    0.5
    """

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


@on_arrays
def categorical_accuracy(y_true, y_pred):
    """Whether the largest prediction stands where the largest target does, along the last axis.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    if y_true.shape != y_pred.shape:
        advice = "For integer labels use 'sparse_categorical_accuracy'."
        raise _mismatch("categorical_accuracy", y_true, y_pred, advice)
    return np.equal(y_true.argmax(-1), y_pred.argmax(-1))


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction stands where the one-hot target has its 1.

    >>> m = CategoricalAccuracy()
    >>> m.update_state([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
    >>> float(m.result())
    0.5
    """

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


@on_arrays
def sparse_categorical_accuracy(y_true, y_pred):
    """Whether the largest prediction along the last axis stands at the integer label.

    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]]).tolist()
    [1.0, 0.0]
    """
    best = y_pred.argmax(-1)
    if y_true.shape != best.shape:
        if y_true.shape != (*best.shape, 1):
            advice = "For one-hot targets use 'categorical_accuracy'."
            raise _mismatch("sparse_categorical_accuracy", y_true, y_pred, advice)
        y_true = y_true[..., 0]
    return np.equal(y_true, best)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction stands at the integer label.

    >>> m = SparseCategoricalAccuracy()
    >>> m.update_state([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    >>> float(m.result())
    0.5
    """

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        labels, y = as_array(y_true), as_array(y_pred)
        plain = sample_weight is None and getattr(y_pred, "mask", None) is None and not state.probing
        if plain and y.ndim == 2 and labels.shape == y.shape[:1]:  # what training adds at each step
            self.total.array += kernels.hits(labels, y)
            self.count.array += len(y)
        else:
            super().update_state(y_true, y_pred, sample_weight)


def _in_top(labels, y_pred, k):
    """Whether fewer than k predictions are larger than the one at the label; never for a label out of range."""
    classes = y_pred.shape[-1]
    known = (labels >= 0) & (labels < classes)
    index = np.where(known, labels, 0).astype(np.intp)[..., None]
    chosen = np.take_along_axis(y_pred, index, axis=-1)
    return known & (np.count_nonzero(y_pred > chosen, axis=-1) < k)


@on_arrays
def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Whether the one-hot target's class is among the k largest predictions.

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.2, 0.3]], k=2).tolist()
    [1.0]
    """
    if y_true.shape != y_pred.shape:
        advice = "For integer labels use 'sparse_top_k_categorical_accuracy'."
        raise _mismatch("top_k_categorical_accuracy", y_true, y_pred, advice)
    return _in_top(y_true.argmax(-1), y_pred, k)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the one-hot target's class is among the k largest predictions.

    >>> m = TopKCategoricalAccuracy(k=2)
    >>> m.update_state([[0, 0, 1]], [[0.5, 0.2, 0.3]])
    >>> float(m.result())
    1.0
    """

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        self.k = k


@on_arrays
def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """Whether the integer label is among the k largest predictions.

    from_sorted_ids: y_pred holds class numbers, the best first, instead of scores.

    >>> sparse_top_k_categorical_accuracy([2], [[0.5, 0.2, 0.3]], k=2).tolist()
    [1.0]
    """
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape[:-1]:
        advice = "For one-hot targets use 'top_k_categorical_accuracy'."
        raise _mismatch("sparse_top_k_categorical_accuracy", y_true, y_pred, advice)
    if from_sorted_ids:
        return np.any(y_true[..., None] == y_pred[..., :k], axis=-1)
    return _in_top(y_true, y_pred, k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the integer label is among the k largest predictions.

    from_sorted_ids: predictions are class numbers, the best first, instead of scores.

    >>> m = SparseTopKCategoricalAccuracy(k=2)
    >>> m.update_state([2, 1], [[0.5, 0.2, 0.3], [0.5, 0.2, 0.3]])
    >>> float(m.result())
    0.5
    """

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False):
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
        self.k = k
        self.from_sorted_ids = from_sorted_ids
