"""Losses of distributions against distributions."""

from minikeras import config, ops
from minikeras.losses.loss import LossFunctionWrapper, loss_function, prepare

__all__ = [
    "KLDivergence",
    "Poisson",
    "kl_divergence",
    "poisson",
]


@loss_function
def kl_divergence(y_true, y_pred):
    """Σ y_true · log(y_true / y_pred) along the last axis (Kullback & Leibler 1951).

    >>> round(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).item(), 4)
    0.1438
    """
    y_true, y_pred = prepare("kl_divergence", y_true, y_pred)
    y_true, y_pred = ops.clip(y_true, config.epsilon(), 1), ops.clip(y_pred, config.epsilon(), 1)
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), axis=-1)


class KLDivergence(LossFunctionWrapper):
    """Σ y_true · log(y_true / y_pred) (Kullback & Leibler 1951).

    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, reduction, name, dtype)


@loss_function
def poisson(y_true, y_pred):
    """The mean of y_pred - y_true · log(y_pred) along the last axis: counts against their expected number.

    >>> round(poisson([[1.0]], [[1.0]]).item(), 4)
    1.0
    """
    y_true, y_pred = prepare("poisson", y_true, y_pred)
    logarithm = ops.log(ops.add(y_pred, config.epsilon()))
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, logarithm)), axis=-1)


class Poisson(LossFunctionWrapper):
    """The mean of y_pred - y_true · log(y_pred): counts against their expected number.

    >>> round(float(Poisson()([[1.0]], [[1.0]])), 4)
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)
