"""Losses of overlapping regions."""

from minikeras import config, ops
from minikeras.losses.loss import LossFunctionWrapper, loss_function, prepare

__all__ = [
    "Dice",
    "Tversky",
    "dice",
    "tversky",
]


@loss_function
def dice(y_true, y_pred, axis=None):
    """1 - 2 Σ y_true · y_pred / (Σ y_true + Σ y_pred) along `axis` (all axes if None) (Dice 1945).

    >>> round(float(dice([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """
    y_true, y_pred = prepare("dice", y_true, y_pred)
    common = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    total = ops.add(ops.sum(y_true, axis=axis), ops.sum(y_pred, axis=axis))
    return ops.subtract(1.0, ops.divide(ops.multiply(common, 2.0), ops.add(total, config.epsilon())))


class Dice(LossFunctionWrapper):
    """1 - 2 Σ y_true · y_pred / (Σ y_true + Σ y_pred) along `axis` (all axes if None) (Dice 1945).

    >>> round(float(Dice()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=axis)
        self.axis = axis


@loss_function
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """1 - c / (c + alpha · (Σ y_true - c) + beta · (Σ y_pred - c)), c = Σ y_true · y_pred, along `axis`.

    As in Keras, alpha weighs what the predictions miss and beta what they add (Tversky 1977; Salehi et al. 2017).

    >>> round(float(tversky([[1.0, 0.0]], [[1.0, 1.0]], alpha=0.0, beta=1.0)), 4)
    0.5
    """
    y_true, y_pred = prepare("tversky", y_true, y_pred)
    common = ops.sum(ops.multiply(y_true, y_pred), axis=axis)
    missed = ops.sum(ops.multiply(y_true, ops.subtract(1.0, y_pred)), axis=axis)
    added = ops.sum(ops.multiply(y_pred, ops.subtract(1.0, y_true)), axis=axis)
    total = ops.add(common, ops.add(ops.multiply(missed, alpha), ops.multiply(added, beta)))
    return ops.subtract(1.0, ops.divide(common, ops.add(total, config.epsilon())))


class Tversky(LossFunctionWrapper):
    """1 - c / (c + alpha · (Σ y_true - c) + beta · (Σ y_pred - c)), c = Σ y_true · y_pred, along `axis`.

    alpha = beta = 1/2 is the Dice loss.

    >>> round(float(Tversky()([[1.0, 0.0]], [[1.0, 1.0]])), 4)
    0.3333
    """

    def __init__(
        self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name="tversky", axis=None, dtype=None
    ):
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
        self.alpha = alpha
        self.beta = beta
        self.axis = axis
