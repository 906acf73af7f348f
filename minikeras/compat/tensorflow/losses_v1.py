"""`tf.losses` of TensorFlow 1: losses as numbers, averaged over the examples with a weight."""

import numpy as np

from minikeras import ops
from minikeras.compat.tensorflow.arithmetic import operands
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable, mode
from minikeras.compat.tensorflow.neural import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from minikeras.compat.tensorflow.sessions import GraphKeys


class Reduction:
    """How the examples' losses are combined."""

    NONE, SUM, MEAN = "none", "weighted_sum", "weighted_mean"
    SUM_OVER_BATCH_SIZE, SUM_BY_NONZERO_WEIGHTS = (
        "weighted_sum_over_batch_size",
        "weighted_sum_by_nonzero_weights",
    )
    SUM_OVER_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    AUTO = "auto"


@liftable
def compute_weighted_loss(
    losses, weights=1.0, scope=None, loss_collection=None, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS
):
    """The losses, weighted and combined; by default their mean over those with a weight."""
    losses = as_tensor(losses)
    weights = ops.cast(as_tensor(weights), numpy_dtype(losses.dtype).name)
    weighted = losses * weights
    if reduction == Reduction.NONE:
        return weighted
    total = ops.sum(weighted)
    if reduction == Reduction.SUM:
        return total
    spread = np.broadcast_to(weights.array, losses.array.shape)
    if reduction == Reduction.MEAN:
        count = float(spread.sum())
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        count = float(spread.size)
    else:
        count = float(np.count_nonzero(spread))
    return total / max(count, 1e-12)


def _collected(loss):
    if mode.deferring:
        mode.graph.add_to_collection(GraphKeys.LOSSES, loss)
    return loss


def _combined(losses, weights, reduction):
    return _collected(compute_weighted_loss(losses, weights, reduction=reduction))


def softmax_cross_entropy(
    onehot_labels, logits, weights=1.0, label_smoothing=0, scope=None, loss_collection=None,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):  # fmt: skip
    """The cross-entropy of one-hot labels and logits."""
    labels = onehot_labels
    if label_smoothing:
        labels = _smoothed(labels, label_smoothing)
    return _combined(softmax_cross_entropy_with_logits(labels=labels, logits=logits), weights, reduction)


@liftable
def _smoothed(labels, amount):
    labels = ops.cast(as_tensor(labels), "float32")
    return labels * (1 - amount) + amount / labels.shape[-1]


def sparse_softmax_cross_entropy(
    labels, logits, weights=1.0, scope=None, loss_collection=None, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS
):  # fmt: skip
    """The cross-entropy of integer labels and logits."""
    return _combined(
        sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits), weights, reduction
    )


def sigmoid_cross_entropy(
    multi_class_labels, logits, weights=1.0, label_smoothing=0, scope=None, loss_collection=None,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):  # fmt: skip
    """The logistic loss of each class."""
    labels = multi_class_labels
    if label_smoothing:
        labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
    return _combined(sigmoid_cross_entropy_with_logits(labels=labels, logits=logits), weights, reduction)


def _by_element(name, formula, doc):
    def function(
        labels, predictions, weights=1.0, scope=None, loss_collection=None, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
        **settings,
    ):  # fmt: skip
        return _combined(elementwise(labels, predictions, **settings), weights, reduction)

    @liftable
    def elementwise(labels, predictions, **settings):
        labels, predictions = operands(labels, predictions)
        return formula(ops.cast(labels, numpy_dtype(predictions.dtype).name), predictions, **settings)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _huber(y, p, delta=1.0):
    error = ops.absolute(p - y)
    inside = ops.minimum(error, delta)
    return 0.5 * inside * inside + delta * (error - inside)


def _log(y, p, epsilon=1e-7):
    return -y * ops.log(p + epsilon) - (1 - y) * ops.log(1 - p + epsilon)


mean_squared_error = _by_element(
    "mean_squared_error", lambda y, p: ops.square(p - y), "(prediction - label)²."
)
absolute_difference = _by_element(
    "absolute_difference", lambda y, p: ops.absolute(p - y), "|prediction - label|."
)
huber_loss = _by_element("huber_loss", _huber, "Squared near zero, absolute beyond delta.")
log_loss = _by_element("log_loss", _log, "The logistic loss of probabilities.")


def hinge_loss(
    labels, logits, weights=1.0, scope=None, loss_collection=None, reduction=Reduction.SUM_BY_NONZERO_WEIGHTS
):  # fmt: skip
    """max(0, 1 - label · logit), for labels 0 and 1."""
    return _combined(_hinge(labels, logits), weights, reduction)


@liftable
def _hinge(labels, logits):
    labels, logits = operands(labels, logits)
    return ops.relu(1 - (2 * ops.cast(labels, numpy_dtype(logits.dtype).name) - 1) * logits)


def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Count a loss among those that `get_total_loss` adds."""
    mode.graph.add_to_collection(loss_collection, loss)


def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The losses so far."""
    return mode.graph.get_collection(loss_collection)


def get_regularization_losses(scope=None):
    """The penalties so far."""
    return mode.graph.get_collection(GraphKeys.REGULARIZATION_LOSSES)


def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """The sum of the penalties."""
    found = get_regularization_losses()
    return sum(found[1:], found[0]) if found else as_tensor(0.0)


def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of the losses, and of the penalties."""
    found = get_losses() + (get_regularization_losses() if add_regularization_losses else [])
    if not found:
        raise ValueError("get_total_loss: no loss was defined yet.")
    return sum(found[1:], found[0])
