"""Metrics of numbers against numbers."""

import warnings

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor, as_array
from minikeras.losses.loss import align
from minikeras.losses.regression import (
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import Mean, MeanMetricWrapper

__all__ = [
    "CosineSimilarity",
    "LogCoshError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "R2Score",
    "RootMeanSquaredError",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]


class MeanSquaredError(MeanMetricWrapper):
    """The mean of (y_true - y_pred)².

    >>> m = MeanSquaredError()
    >>> m.update_state([[0.0, 1.0]], [[1.0, 3.0]])
    >>> float(m.result())
    2.5
    """

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """The square root of the mean of (y_true - y_pred)² over all batches.

    >>> m = RootMeanSquaredError()
    >>> m.update_state([[0.0, 0.0]], [[3.0, 3.0]])
    >>> float(m.result())
    3.0
    """

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = aligned_arrays(self.name, y_true, y_pred, self.dtype)
        super().update_state(np.square(y_pred - y_true), sample_weight)

    def result(self):
        return ops.sqrt(super().result())


def aligned_arrays(who, y_true, y_pred, dtype):
    """Targets and predictions as arrays of one dtype and one shape."""
    y_true, y_pred = align(as_array(y_true, dtype), as_array(y_pred, dtype))
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"{who} expected targets of shape {y_pred.shape}, as the predictions have, received shape {y_true.shape}. "
            "Change the last layer's units or reshape the targets."
        )
    return y_true, y_pred


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of |y_true - y_pred|.

    >>> m = MeanAbsoluteError()
    >>> m.update_state([[0.0, 1.0]], [[1.0, 3.0]])
    >>> float(m.result())
    1.5
    """

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """100 · the mean of |y_true - y_pred| / |y_true|.

    >>> m = MeanAbsolutePercentageError()
    >>> m.update_state([[2.0, 4.0]], [[1.0, 3.0]])
    >>> float(m.result())
    37.5
    """

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of (log(y_true + 1) - log(y_pred + 1))².

    >>> m = MeanSquaredLogarithmicError()
    >>> m.update_state([[0.0, 1.0]], [[0.0, 1.0]])
    >>> float(m.result())
    0.0
    """

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, name, dtype)


def _cosine(y_true, y_pred, axis=-1):
    return ops.negative(cosine_similarity(y_true, y_pred, axis=axis))


class CosineSimilarity(MeanMetricWrapper):
    """The cosine of the angle between y_true and y_pred along `axis`: 1 where they point the same way.

    >>> m = CosineSimilarity()
    >>> m.update_state([[1.0, 0.0]], [[3.0, 0.0]])
    >>> float(m.result())
    1.0
    """

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(_cosine, name, dtype, axis=axis)
        self.axis = axis


class LogCoshError(MeanMetricWrapper):
    """The mean of log(cosh(y_pred - y_true)).

    >>> m = LogCoshError()
    >>> m.update_state([[0.0]], [[1.0]])
    >>> round(float(m.result()), 4)
    0.4338
    """

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(log_cosh, name, dtype)


_AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    """The coefficient of determination: 1 - Σ(y_true - y_pred)² / Σ(y_true - mean)², for each output.

    class_aggregation: 'uniform_average' of the outputs, 'variance_weighted_average', or None for all of them.
    num_regressors: the number of independent variables, for the adjusted score; 0 for the plain one.

    >>> m = R2Score()
    >>> m.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
    >>> round(float(m.result()), 4)
    0.5714
    """

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        super().__init__(dtype=dtype, name=name)
        if class_aggregation not in _AGGREGATIONS:
            raise ValueError(
                f"R2Score expected class_aggregation to be one of {list(_AGGREGATIONS)}, received {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(f"R2Score expected num_regressors to be 0 or more, received {num_regressors!r}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", name="num_samples")
        self.count = None

    def _build(self, outputs):
        self.squared_sum = self.add_variable((outputs,), "zeros", name="squared_sum")
        self.sum = self.add_variable((outputs,), "zeros", name="sum")
        self.total_mse = self.add_variable((outputs,), "zeros", name="residual")
        self.count = self.add_variable((outputs,), "zeros", name="count")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = aligned_arrays("R2Score", y_true, y_pred, self.dtype)
        if y_true.ndim != 2:
            raise ValueError(
                f"R2Score expected targets and predictions of shape (samples, outputs), received {y_true.shape}. "
                "Reshape them, a single output to (samples, 1)."
            )
        if self.count is None:
            self._build(y_true.shape[1])
        weight = np.asarray(1.0 if sample_weight is None else as_array(sample_weight), self.dtype)
        weight = np.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, y_true.shape)
        weighted = y_true * weight
        self.sum.assign_add(weighted.sum(axis=0))
        self.squared_sum.assign_add((y_true * weighted).sum(axis=0))
        self.total_mse.assign_add((np.square(y_true - y_pred) * weight).sum(axis=0))
        self.count.assign_add(weight.sum(axis=0))
        self.num_samples.assign_add(y_true.size)

    def result(self):
        if self.count is None:
            return Tensor(np.zeros((), self.dtype))
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = self.sum.array / self.count.array
            total = self.squared_sum.array - self.sum.array * mean
            scores = 1 - self.total_mse.array / total
            scores = np.where(np.isinf(scores), 0, scores)
            if self.class_aggregation == "uniform_average":
                scores = scores.mean()
            elif self.class_aggregation == "variance_weighted_average":
                scores = (total * scores).sum() / total.sum()
        return Tensor(np.asarray(self._adjusted(scores), self.dtype))

    def _adjusted(self, scores):
        if not self.num_regressors:
            return scores
        samples = float(self.num_samples.array)
        if self.num_regressors >= samples - 1:
            warnings.warn(
                f"R2Score: {self.num_regressors} regressors leave no degree of freedom to {samples:g} samples. "
                "The result is the plain score, not the adjusted one.",
                stacklevel=3,
            )
            return scores
        return 1 - (1 - scores) * (samples - 1) / (samples - self.num_regressors - 1)
