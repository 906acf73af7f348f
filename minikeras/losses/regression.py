"""Losses of numbers against numbers."""

import numpy as np

from minikeras import config, ops
from minikeras.autodiff import Tensor, as_array, differentiable
from minikeras.losses.loss import LossFunctionWrapper, align, check_shapes, loss_function, prepare

__all__ = [
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]


@loss_function
def mean_squared_error(y_true, y_pred):
    """The mean of (y_true - y_pred)² along the last axis.

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [2.5]
    """
    y_true, y_pred = prepare("mean_squared_error", y_true, y_pred)
    return ops.mean(ops.square(ops.subtract(y_true, y_pred)), axis=-1)


@differentiable(composed=lambda y_true, y_pred: ops.mean(ops.square(ops.subtract(y_true, y_pred))))
def _overall_squared_error(y_true, y_pred, /):
    error = y_pred - y_true
    scale = 2.0 / max(error.size, 1)
    loss = np.add.reduce(np.square(error), axis=None) * error.dtype.type(0.5 * scale)
    return loss, (lambda dy: error * (dy * -scale), lambda dy: error * (dy * scale))


class MeanSquaredError(LossFunctionWrapper):
    """The mean of (y_true - y_pred)².

    >>> float(MeanSquaredError()([[0.0, 1.0]], [[1.0, 3.0]]))
    2.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, reduction, name, dtype)

    def average(self, y_true, y_pred):
        return averaged(self, _overall_squared_error, y_true, y_pred)


def averaged(loss, function, y_true, y_pred, **settings):
    """A fused mean of an elementwise loss, or None if an argument needs the general way."""
    if y_pred.array.dtype != loss._dtype or (isinstance(y_true, Tensor) and y_true.tracked):
        return None
    target = as_array(y_true)
    if target.shape != y_pred.array.shape:
        target, prediction = align(target, y_pred.array)
        check_shapes(loss.name, target, prediction)
        if prediction is not y_pred.array:
            return None
    if target.dtype != y_pred.array.dtype:
        target = target.astype(y_pred.array.dtype)
    return function(target, y_pred, **settings)


@loss_function
def mean_absolute_error(y_true, y_pred):
    """The mean of |y_true - y_pred| along the last axis.

    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    y_true, y_pred = prepare("mean_absolute_error", y_true, y_pred)
    return ops.mean(ops.absolute(ops.subtract(y_true, y_pred)), axis=-1)


@differentiable(composed=lambda y_true, y_pred: ops.mean(ops.absolute(ops.subtract(y_true, y_pred))))
def _overall_absolute_error(y_true, y_pred, /):
    error = y_pred - y_true
    scale = 1.0 / max(error.size, 1)
    loss = np.add.reduce(np.absolute(error), axis=None) * error.dtype.type(scale)
    return loss, (lambda dy: np.sign(error) * (dy * -scale), lambda dy: np.sign(error) * (dy * scale))


class MeanAbsoluteError(LossFunctionWrapper):
    """The mean of |y_true - y_pred|.

    >>> float(MeanAbsoluteError()([[0.0, 1.0]], [[1.0, 3.0]]))
    1.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, reduction, name, dtype)

    def average(self, y_true, y_pred):
        return averaged(self, _overall_absolute_error, y_true, y_pred)


@loss_function
def mean_absolute_percentage_error(y_true, y_pred):
    """100 · the mean of |y_true - y_pred| / |y_true| along the last axis.

    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 3.0]]).tolist()
    [37.5]
    """
    y_true, y_pred = prepare("mean_absolute_percentage_error", y_true, y_pred)
    size = ops.maximum(ops.absolute(y_true), config.epsilon())
    return 100.0 * ops.mean(ops.absolute(ops.divide(ops.subtract(y_true, y_pred), size)), axis=-1)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """100 · the mean of |y_true - y_pred| / |y_true|.

    >>> float(MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 3.0]]))
    37.5
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


@loss_function
def mean_squared_logarithmic_error(y_true, y_pred):
    """The mean of (log(y_true + 1) - log(y_pred + 1))² along the last axis; negative numbers count as 0.

    >>> mean_squared_logarithmic_error([[0.0, 1.0]], [[0.0, 1.0]]).tolist()
    [0.0]
    """
    y_true, y_pred = prepare("mean_squared_logarithmic_error", y_true, y_pred)
    first = ops.log(ops.maximum(y_pred, config.epsilon()) + 1.0)
    second = ops.log(ops.maximum(y_true, config.epsilon()) + 1.0)
    return ops.mean(ops.square(ops.subtract(first, second)), axis=-1)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """The mean of (log(y_true + 1) - log(y_pred + 1))².

    >>> round(float(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[0.0, 3.0]])), 4)
    0.2402
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


@loss_function
def huber(y_true, y_pred, delta=1.0):
    """The mean of e²/2 where |e| ≤ delta, delta · |e| - delta²/2 elsewhere, e = y_pred - y_true (Huber 1964).

    >>> huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [1.5]
    """
    y_true, y_pred = prepare("huber", y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    size = ops.absolute(error)
    # Both branches at once: with q = min(|e|, delta), the value is q (|e| - q / 2).
    near = ops.clip(size, 0.0, float(delta))
    return ops.mean(ops.multiply(near, ops.subtract(size, ops.multiply(near, 0.5))), axis=-1)


class Huber(LossFunctionWrapper):
    """The mean of e²/2 where |e| ≤ delta, delta · |e| - delta²/2 elsewhere, e = y_pred - y_true (Huber 1964).

    >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
    1.5
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(huber, reduction, name, dtype, delta=delta)
        self.delta = delta


@loss_function
def log_cosh(y_true, y_pred):
    """The mean of log(cosh(y_pred - y_true)) along the last axis.

    >>> round(log_cosh([[0.0]], [[1.0]]).item(), 4)
    0.4338
    """
    y_true, y_pred = prepare("log_cosh", y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    # log cosh e = e + log(1 + exp(-2e)) - log 2, which does not overflow.
    values = ops.subtract(ops.add(error, ops.softplus(ops.multiply(error, -2.0))), float(np.log(2.0)))
    return ops.mean(values, axis=-1)


class LogCosh(LossFunctionWrapper):
    """The mean of log(cosh(y_pred - y_true)).

    >>> round(float(LogCosh()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)


@loss_function
def cosine_similarity(y_true, y_pred, axis=-1):
    """Minus the cosine of the angle between y_true and y_pred along `axis`: -1 where they point the same way.

    >>> cosine_similarity([[1.0, 0.0]], [[3.0, 0.0]]).tolist()
    [-1.0]
    """
    y_true, y_pred = prepare("cosine_similarity", y_true, y_pred)
    product = ops.multiply(ops.normalize(y_true, axis=axis), ops.normalize(y_pred, axis=axis))
    return ops.negative(ops.sum(product, axis=axis))


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between y_true and y_pred along `axis`: -1 where they point the same way.

    >>> float(CosineSimilarity()([[1.0, 0.0]], [[3.0, 0.0]]))
    -1.0
    """

    def __init__(self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
        self.axis = axis
