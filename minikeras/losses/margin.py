"""Hinge losses, of maximum-margin classification."""

from minikeras import ops
from minikeras.losses.loss import LossFunctionWrapper, loss_function, prepare

__all__ = [
    "CategoricalHinge",
    "Hinge",
    "SquaredHinge",
    "categorical_hinge",
    "hinge",
    "squared_hinge",
]


def _signs(y_true):
    """Targets of 0 and 1 as -1 and 1; other targets as they are."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, ops.subtract(ops.multiply(y_true, 2), 1), y_true)


def _margin(who, y_true, y_pred):
    y_true, y_pred = prepare(who, y_true, y_pred)
    return ops.maximum(ops.subtract(1.0, ops.multiply(_signs(y_true), y_pred)), 0.0)


@loss_function
def hinge(y_true, y_pred):
    """The mean of max(1 - y_true · y_pred, 0) along the last axis, targets -1 and 1 (or 0 and 1, which become these).

    >>> hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.0]
    """
    return ops.mean(_margin("hinge", y_true, y_pred), axis=-1)


class Hinge(LossFunctionWrapper):
    """The mean of max(1 - y_true · y_pred, 0), targets -1 and 1 (or 0 and 1, which become these).

    >>> float(Hinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


@loss_function
def squared_hinge(y_true, y_pred):
    """The mean of max(1 - y_true · y_pred, 0)² along the last axis, targets -1 and 1 (or 0 and 1).

    >>> squared_hinge([[-1.0, 1.0]], [[0.5, 0.5]]).tolist()
    [1.25]
    """
    return ops.mean(ops.square(_margin("squared_hinge", y_true, y_pred)), axis=-1)


class SquaredHinge(LossFunctionWrapper):
    """The mean of max(1 - y_true · y_pred, 0)², targets -1 and 1 (or 0 and 1).

    >>> float(SquaredHinge()([[-1.0, 1.0]], [[0.5, 0.5]]))
    1.25
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, reduction, name, dtype)


@loss_function
def categorical_hinge(y_true, y_pred):
    """max(n - p + 1, 0), p = Σ y_true · y_pred, n = max((1 - y_true) · y_pred), along the last axis; one-hot targets.

    >>> categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]]).tolist()
    [0.5]
    """
    y_true, y_pred = prepare("categorical_hinge", y_true, y_pred)
    positive = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    negative = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=-1)
    return ops.maximum(ops.add(ops.subtract(negative, positive), 1.0), 0.0)


class CategoricalHinge(LossFunctionWrapper):
    """max(n - p + 1, 0), p the prediction of the one-hot target's class, n the largest of the others.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
    0.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, reduction, name, dtype)
