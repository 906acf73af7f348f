"""Metrics of numbers that vary together."""

import numpy as np

from minikeras import config
from minikeras.metrics.accuracy import on_arrays
from minikeras.metrics.reduction import MeanMetricWrapper
from minikeras.metrics.regression import aligned_arrays

__all__ = [
    "ConcordanceCorrelation",
    "PearsonCorrelation",
    "concordance_correlation",
    "pearson_correlation",
]


def _floats(who, y_true, y_pred):
    dtype = y_pred.dtype if y_pred.dtype.kind == "f" else config.floatx()
    return aligned_arrays(who, y_true, y_pred, dtype)


@on_arrays
def pearson_correlation(y_true, y_pred, axis=-1):
    """The covariance over the product of the standard deviations, along `axis` (Pearson 1895).

    >>> round(pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]]).item(), 4)
    1.0
    """
    y_true, y_pred = _floats("pearson_correlation", y_true, y_pred)
    x, y = y_true - y_true.mean(axis=axis, keepdims=True), y_pred - y_pred.mean(axis=axis, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = x / x.std(axis=axis, keepdims=True), y / y.std(axis=axis, keepdims=True)
    return np.mean(x * y, axis=axis)


@on_arrays
def concordance_correlation(y_true, y_pred, axis=-1):
    """2 · covariance / (both variances + the squared difference of the means), along `axis` (Lin 1989).

    >>> round(concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]]).item(), 4)
    1.0
    """
    y_true, y_pred = _floats("concordance_correlation", y_true, y_pred)
    mean_true, mean_pred = y_true.mean(axis=axis, keepdims=True), y_pred.mean(axis=axis, keepdims=True)
    covariance = np.mean((y_true - mean_true) * (y_pred - mean_pred), axis=axis, keepdims=True)
    spread = y_true.var(axis=axis, keepdims=True) + y_pred.var(axis=axis, keepdims=True)
    ratio = 2 * covariance / (spread + np.square(mean_true - mean_pred) + config.epsilon())
    return np.squeeze(ratio, axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean of Pearson's correlation along `axis`.

    >>> m = PearsonCorrelation(axis=-1)
    >>> m.update_state([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])
    >>> round(float(m.result()), 4)
    1.0
    """

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean of Lin's concordance correlation along `axis`: lower than Pearson's where scale or mean differ.

    >>> m = ConcordanceCorrelation(axis=-1)
    >>> m.update_state([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])
    >>> round(float(m.result()), 4)
    1.0
    """

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = axis
