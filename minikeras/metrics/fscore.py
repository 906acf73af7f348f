"""F-scores: precision and recall in one number."""

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.metrics.metric import Metric

__all__ = [
    "F1Score",
    "FBetaScore",
]

_AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """(1 + beta²) · precision · recall / (beta² · precision + recall), for each class (van Rijsbergen 1979).

    Targets and predictions are (samples, classes). average: 'micro' counts over all classes, 'macro' takes the mean of
    the classes, 'weighted' weighs them by their number of targets, None gives them all. threshold: predictions above
    it count; without one, each sample's largest.

    >>> m = FBetaScore(beta=2.0, average="macro")
    >>> m.update_state([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])
    >>> round(float(m.result()), 4)
    1.0
    """

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        super().__init__(dtype=dtype, name=name)
        who = type(self).__name__
        if average not in _AVERAGES:
            raise ValueError(f"{who} expected average to be one of {list(_AVERAGES)}, received {average!r}.")
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"{who} expected beta to be a positive float, received {beta!r}.")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(
                f"{who} expected threshold to be a float in (0, 1] or None, received {threshold!r}."
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.true_positives = None

    def _build(self, classes):
        shape = () if self.average == "micro" else (classes,)
        self.true_positives = self.add_variable(shape, "zeros", self.dtype, name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", self.dtype, name="false_positives")
        self.false_negatives = self.add_variable(shape, "zeros", self.dtype, name="false_negatives")
        self.intermediate_weights = self.add_variable(shape, "zeros", self.dtype, name="intermediate_weights")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = as_array(y_true, self.dtype), as_array(y_pred, self.dtype)
        if y_true.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                f"{type(self).__name__} expected one-hot targets and predictions of one shape (samples, classes), "
                f"received {y_true.shape} and {y_pred.shape}. Make integer labels one-hot with "
                "minikeras.utils.to_categorical."
            )
        if self.true_positives is None:
            self._build(y_pred.shape[1])
        if self.threshold is None:
            best = y_pred.max(axis=-1, keepdims=True)
            hit = ((y_pred >= best) & (np.abs(y_pred) > 1e-9)).astype(y_pred.dtype)
        else:
            hit = (y_pred > self.threshold).astype(y_pred.dtype)
        weight = 1.0 if sample_weight is None else as_array(sample_weight, self.dtype).reshape(-1, 1)
        axis = None if self.average == "micro" else 0
        self.true_positives.assign_add(np.sum(hit * y_true * weight, axis=axis))
        self.false_positives.assign_add(np.sum(hit * (1 - y_true) * weight, axis=axis))
        self.false_negatives.assign_add(np.sum((1 - hit) * y_true * weight, axis=axis))
        self.intermediate_weights.assign_add(np.sum(y_true * weight, axis=axis))

    def result(self):
        if self.true_positives is None:
            return Tensor(np.zeros((), self.dtype))
        epsilon, square = config.epsilon(), self.beta**2
        hits = self.true_positives.array
        precision = hits / (hits + self.false_positives.array + epsilon)
        recall = hits / (hits + self.false_negatives.array + epsilon)
        score = (1 + square) * precision * recall / (square * precision + recall + epsilon)
        if self.average == "weighted":
            weights = self.intermediate_weights.array
            score = np.sum(score * weights / (weights.sum() + epsilon))
        elif self.average is not None:
            score = np.mean(score)
        return Tensor(np.asarray(score, self.dtype))


class F1Score(FBetaScore):
    """2 · precision · recall / (precision + recall), for each class; see FBetaScore.

    >>> m = F1Score(average="macro")
    >>> m.update_state([[1, 0], [0, 1]], [[0.9, 0.1], [0.2, 0.8]])
    >>> round(float(m.result()), 4)
    1.0
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average, 1.0, threshold, name, dtype)
