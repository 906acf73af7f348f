"""Counts of true and false, positives and negatives, at thresholds; and the ratios made of them."""

from dataclasses import dataclass

import numpy as np

from minikeras import config, limits
from minikeras.autodiff import Tensor, as_array
from minikeras.losses.loss import align
from minikeras.metrics.metric import Metric
from minikeras.metrics.settings import is_share, whole

__all__ = [
    "FalseNegatives",
    "FalsePositives",
    "Precision",
    "PrecisionAtRecall",
    "Recall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
    "TrueNegatives",
    "TruePositives",
]

# Below every prediction: what a prediction outside the top k counts as.
_LOWEST = -1e10
# What a threshold costs, in multiplications.
STEPS_OF_A_THRESHOLD = 640


@dataclass
class Confusion:
    """Weighted counts, one for each threshold (and label)."""

    true_positives: np.ndarray
    false_positives: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray

    @property
    def false_negatives(self):
        """What is positive and not found."""
        return self.positives - self.true_positives

    @property
    def true_negatives(self):
        """What is negative and not taken for positive."""
        return self.negatives - self.false_positives


class Thresholds:
    """Levels that predictions are held against: evenly spaced ones are counted by arithmetic, others by searching.

    levels: numbers, in any order. even: whether they are the evenly spaced numbers from 0 to 1 (the outermost may lie
    just outside); found out if it is not said.
    """

    def __init__(self, levels, even=None):
        self._levels = np.asarray(levels, np.float64)
        self._even = are_even(self._levels) if even is None else even
        order = np.argsort(self._levels, kind="stable")
        self._sorted, self._ranks = self._levels[order], np.argsort(order, kind="stable")

    def __len__(self):
        return len(self._levels)

    def below(self, y_pred):
        """How many of the levels, counted from the lowest, lie below each prediction."""
        if not self._even:
            return np.searchsorted(self._sorted.astype(y_pred.dtype), y_pred, side="left")
        scaled = np.ceil(np.clip(y_pred, 0, 1) * y_pred.dtype.type(len(self) - 1))
        return (np.maximum(scaled, 1) if self._levels[0] < 0 else scaled).astype(np.intp)

    def as_given(self, counts):
        """Counts for the ascending levels, (columns, levels), in the order in which the levels were given."""
        return counts if self._even else counts[:, self._ranks]


def are_even(thresholds):
    """Whether thresholds are the evenly spaced numbers from 0 to 1, up to rounding."""
    if len(thresholds) < 3:
        return False
    even = np.arange(len(thresholds), dtype=np.float32) / (len(thresholds) - 1)
    return bool(np.allclose(thresholds, even, atol=config.epsilon()))


def confusion(y_true, y_pred, thresholds, weight=None, label_weights=None, per_label=False):
    """The Confusion of predictions above each of the Thresholds, as positives.

    y_true, y_pred: arrays of one shape. weight: fits the leading axes. label_weights: one for each of the last axis. A
    prediction that is NaN lies above none. per_label: counts for each column separately.
    """
    y_pred = np.nan_to_num(y_pred, nan=_LOWEST)
    weights = _weights(y_pred, weight)
    if label_weights is not None:
        weights = weights * label_weights
    # Bin j holds the predictions above the lowest j thresholds and no more; each column has bins of its own.
    bins, columns = len(thresholds) + 1, y_pred.shape[1] if per_label else 1
    places = thresholds.below(y_pred)
    if per_label:
        places = places + np.arange(columns) * bins
    labels = y_true.astype(bool)

    def counts(chosen):
        filled = np.bincount(places[chosen], weights[chosen], columns * bins).reshape(columns, bins)
        # A prediction above j thresholds is above the first j: sum what lies in higher bins.
        totals = np.cumsum(filled[:, ::-1], axis=1)[:, ::-1]
        reached = thresholds.as_given(totals[:, 1:])
        return (reached.T, totals[:, 0]) if per_label else (reached[0], totals[0, 0])

    found, positives = counts(labels)
    mistaken, negatives = counts(~labels)
    return Confusion(found, mistaken, positives, negatives)


def _weights(y_pred, weight):
    """A weight for each prediction: those given for its leading axes, or ones."""
    weights = np.ones(y_pred.shape, y_pred.dtype)
    if weight is None:
        return weights
    fitted = weight[(..., *[None] * max(y_pred.ndim - weight.ndim, 0))]
    try:
        return weights * np.broadcast_to(fitted, y_pred.shape)
    except ValueError:
        raise ValueError(
            f"sample_weight of shape {weight.shape} does not fit predictions of shape {y_pred.shape}. "
            "Pass one weight for each sample, or one for each prediction."
        ) from None


def _top_k_only(x, k):
    """The k largest along the last axis as they are, the others below every threshold."""
    kept = np.zeros(x.shape, bool)
    np.put_along_axis(kept, np.argsort(-x, axis=-1, kind="stable")[..., :k], True, axis=-1)
    return np.where(kept, x, x.dtype.type(_LOWEST))


class _ConfusionMetric(Metric):
    """Base of the metrics that keep some of the four counts, at thresholds.

    thresholds: a number between 0 and 1 or several. top_k: only the k largest predictions of a sample count. class_id:
    only this class counts.
    """

    top_k = None
    class_id = None

    def _start(self, thresholds, counts, names=None):
        """Create the variables for `counts` (attributes of Confusion)."""
        self.thresholds = list(thresholds)
        self._levels = Thresholds(self.thresholds)
        self._counts = counts
        shape = (len(self.thresholds),)
        self._states = [self.add_variable(shape, "zeros", name=name) for name in names or counts]

    def update_state(self, y_true, y_pred, sample_weight=None):
        dtype = self._states[0].dtype
        y_true, y_pred = align(as_array(y_true, dtype), as_array(y_pred, dtype))
        if y_true.shape != y_pred.shape:
            raise ValueError(
                f"{type(self).__name__} expected targets of shape {y_pred.shape}, as the predictions have, received "
                f"shape {y_true.shape}. Make integer labels one-hot with minikeras.utils.to_categorical."
            )
        if self.top_k is not None:
            y_pred = _top_k_only(y_pred, self.top_k)
        if self.class_id is not None:
            if y_pred.ndim < 2:
                raise ValueError(
                    f"{type(self).__name__} with class_id expected predictions of shape (samples, classes), received "
                    f"{y_pred.shape}. Leave class_id out for a single output."
                )
            count = y_pred.shape[-1]
            whole(self.class_id, "class_id", type(self).__name__, -count, count - 1)
            y_true, y_pred = y_true[..., self.class_id, None], y_pred[..., self.class_id, None]
        weight = None if sample_weight is None else as_array(sample_weight, dtype)
        counted = confusion(y_true, y_pred, self._levels, weight)
        for name, variable in zip(self._counts, self._states, strict=True):
            variable.assign_add(getattr(counted, name))

    def _shaped(self, values):
        """One number for one threshold, an array for several."""
        values = np.array(values, self.dtype)
        return Tensor(values.reshape(()) if len(self.thresholds) == 1 else values)


def _thresholds(who, thresholds, default):
    """The thresholds of an argument as a list, checked."""
    if thresholds is None:
        return [default]
    several = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    if not several or not all(map(is_share, several)):
        raise ValueError(
            f"{who} expected one threshold or several, numbers between 0 and 1, received {thresholds!r}."
        )
    return several


class _ConditionCount(_ConfusionMetric):
    """Base of the metrics that report one of the four counts."""

    condition: str | None = None

    def __init__(self, thresholds=None, name=None, dtype=None):
        super().__init__(dtype=dtype, name=name)
        self.init_thresholds = thresholds
        self._start(_thresholds(type(self).__name__, thresholds, 0.5), (self.condition,), ("accumulator",))
        self.accumulator = self._states[0]

    def result(self):
        return self._shaped(self.accumulator.array)

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


class FalsePositives(_ConditionCount):
    """How many predictions above the threshold (0.5 by default) have the target 0.

    >>> m = FalsePositives()
    >>> m.update_state([0, 1, 0, 0], [0, 0, 1, 1])
    >>> float(m.result())
    2.0
    """

    condition = "false_positives"


class FalseNegatives(_ConditionCount):
    """How many predictions not above the threshold (0.5 by default) have the target 1.

    >>> m = FalseNegatives()
    >>> m.update_state([0, 1, 1, 1], [0, 1, 0, 0])
    >>> float(m.result())
    2.0
    """

    condition = "false_negatives"


class TrueNegatives(_ConditionCount):
    """How many predictions not above the threshold (0.5 by default) have the target 0.

    >>> m = TrueNegatives()
    >>> m.update_state([0, 1, 0, 0], [1, 1, 0, 0])
    >>> float(m.result())
    2.0
    """

    condition = "true_negatives"


class TruePositives(_ConditionCount):
    """How many predictions above the threshold (0.5 by default) have the target 1.

    >>> m = TruePositives()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> float(m.result())
    2.0
    """

    condition = "true_positives"


def ratio(part, rest):
    """part / (part + rest), 0 where there is neither."""
    total = part + rest
    return np.divide(part, total, out=np.zeros_like(part), where=total != 0)


class _Ratio(_ConfusionMetric):
    """Base of precision and recall: true positives among themselves and another count."""

    other: str | None = None

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        super().__init__(dtype=dtype, name=name)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        default = 0.5 if top_k is None else _LOWEST
        self._start(_thresholds(type(self).__name__, thresholds, default), ("true_positives", self.other))

    @property
    def true_positives(self):
        """The true positives so far, for each threshold."""
        return self._states[0]

    def result(self):
        return self._shaped(ratio(self._states[0].array, self._states[1].array))

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


class Precision(_Ratio):
    """The share of targets of 1 among the predictions above the threshold (0.5 by default).

    thresholds: one or several. top_k: each sample's k largest predictions count instead. class_id: only this class.

    >>> m = Precision()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(m.result()), 4)
    0.6667
    """

    other = "false_positives"

    @property
    def false_positives(self):
        """The false positives so far, for each threshold."""
        return self._states[1]


class Recall(_Ratio):
    """The share of predictions above the threshold (0.5 by default) among the targets of 1.

    thresholds: one or several. top_k: each sample's k largest predictions count instead. class_id: only this class.

    >>> m = Recall()
    >>> m.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    >>> round(float(m.result()), 4)
    0.6667
    """

    other = "false_negatives"

    @property
    def false_negatives(self):
        """The false negatives so far, for each threshold."""
        return self._states[1]


COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class _AtConstraint(_ConfusionMetric):
    """Base of the metrics that report the best of one ratio among thresholds where another is high enough."""

    def __init__(self, value, num_thresholds, class_id, name, dtype):
        super().__init__(dtype=dtype, name=name)
        who = type(self).__name__
        if not is_share(value):
            raise ValueError(f"{who} expected its ratio to be between 0 and 1, received {value!r}.")
        num_thresholds = whole(num_thresholds, "num_thresholds", who, low=1)
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        limits.check_steps(num_thresholds, STEPS_OF_A_THRESHOLD)
        steps = num_thresholds - 1
        self._start([0.5] if not steps else [i / steps for i in range(num_thresholds)], COUNTS)
        self.true_positives, self.false_positives, self.true_negatives, self.false_negatives = self._states

    def _sensitivities(self):
        return ratio(self.true_positives.array, self.false_negatives.array)

    def _specificities(self):
        return ratio(self.true_negatives.array, self.false_positives.array)

    def _precisions(self):
        return ratio(self.true_positives.array, self.false_positives.array)

    def _best(self, constrained, reported):
        return Tensor(np.asarray(np.max(reported, where=constrained >= self.value, initial=0.0), self.dtype))


class SensitivityAtSpecificity(_AtConstraint):
    """The largest sensitivity (recall) at a threshold where the specificity is at least the given one.

    >>> m = SensitivityAtSpecificity(0.5)
    >>> m.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    >>> float(m.result())
    0.5
    """

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self):
        return self._best(self._specificities(), self._sensitivities())


class SpecificityAtSensitivity(_AtConstraint):
    """The largest specificity at a threshold where the sensitivity (recall) is at least the given one.

    >>> m = SpecificityAtSensitivity(0.5)
    >>> m.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    >>> round(float(m.result()), 4)
    0.6667
    """

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self):
        return self._best(self._sensitivities(), self._specificities())


class PrecisionAtRecall(_AtConstraint):
    """The largest precision at a threshold where the recall is at least the given one.

    >>> m = PrecisionAtRecall(0.5)
    >>> m.update_state([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    >>> float(m.result())
    0.5
    """

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self):
        return self._best(self._sensitivities(), self._precisions())


class RecallAtPrecision(_AtConstraint):
    """The largest recall at a threshold where the precision is at least the given one.

    >>> m = RecallAtPrecision(0.8)
    >>> m.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    >>> float(m.result())
    0.5
    """

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self):
        return self._best(self._precisions(), self._sensitivities())
