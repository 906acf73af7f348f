"""The area under a curve of two ratios, over all thresholds."""

import numpy as np

from minikeras import config, limits
from minikeras.autodiff import Tensor, as_array
from minikeras.losses.loss import align
from minikeras.metrics.confusion import COUNTS, STEPS_OF_A_THRESHOLD, Thresholds, are_even, confusion, ratio
from minikeras.metrics.metric import Metric
from minikeras.metrics.settings import whole

__all__ = [
    "AUC",
]

_CURVES = ("ROC", "PR", "PRGAIN")
_SUMMATIONS = {
    "interpolation": lambda y: (y[:-1] + y[1:]) / 2,
    "minoring": lambda y: np.minimum(y[:-1], y[1:]),
    "majoring": lambda y: np.maximum(y[:-1], y[1:]),
}


class AUC(Metric):
    """The area under the ROC curve (recall over false-positive rate) or the precision-recall curve.

    num_thresholds: how finely the curve is drawn; thresholds: or where, between 0 and 1. curve: 'ROC', 'PR' or
    'PRGAIN' (Flach & Kull 2015). summation_method: 'interpolation' (the trapezoid rule; for 'PR' Davis & Goadrich
    2006), 'minoring' or 'majoring' (the lower or the upper sum). multi_label: an area for each of num_labels columns,
    averaged with label_weights; otherwise label_weights weigh the columns' counts. from_logits: predictions are logits.

    >>> m = AUC(num_thresholds=3)
    >>> m.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    >>> float(m.result())
    0.75
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        super().__init__(dtype=dtype, name=name)
        self.curve, self.summation_method = str(curve).upper(), str(summation_method).lower()
        if self.curve not in _CURVES:
            raise ValueError(f"AUC expected curve to be one of {list(_CURVES)}, received {curve!r}.")
        if self.summation_method not in _SUMMATIONS:
            expected = list(_SUMMATIONS)
            raise ValueError(
                f"AUC expected summation_method to be one of {expected}, received {summation_method!r}."
            )
        if num_labels and not multi_label:
            raise ValueError("AUC expected num_labels only with multi_label=True. Leave it out or set both.")
        if thresholds is None:
            num_thresholds = whole(num_thresholds, "num_thresholds", "AUC", low=2)
        if thresholds is not None and any(not 0 <= t <= 1 for t in thresholds):
            raise ValueError(f"AUC expected thresholds between 0 and 1, received {thresholds!r}.")
        self._has_own_thresholds = thresholds is not None
        if thresholds is None:
            limits.check_steps(num_thresholds, STEPS_OF_A_THRESHOLD)
            inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        else:
            inner = sorted(thresholds)
        self.num_thresholds = len(inner) + 2
        even = thresholds is None or are_even([0.0, *inner, 1.0])
        # The outermost lie just outside, so that predictions of 0 and 1 fall between two.
        self._thresholds = np.array([-config.epsilon(), *inner, 1.0 + config.epsilon()])
        self._levels = Thresholds(self._thresholds, even)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else as_array(label_weights, self.dtype)
        self.from_logits = from_logits
        self.true_positives = None
        if num_labels or not multi_label:
            self._build(num_labels)

    @property
    def thresholds(self):
        """The thresholds, the two just outside 0 and 1 included."""
        return list(self._thresholds)

    def _build(self, labels):
        shape = (self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,)
        states = [self.add_variable(shape, "zeros", name=name) for name in COUNTS]
        self.true_positives, self.false_positives, self.true_negatives, self.false_negatives = states

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = align(as_array(y_true, self.dtype), as_array(y_pred, self.dtype))
        if y_true.shape != y_pred.shape or (self.multi_label and y_pred.ndim != 2):
            raise ValueError(
                f"AUC expected targets and predictions of one shape{', (samples, labels)' * self.multi_label}, "
                f"received {y_true.shape} and {y_pred.shape}. Make integer labels one-hot with "
                "minikeras.utils.to_categorical."
            )
        if self.true_positives is None:
            self._build(y_pred.shape[1])
        if self.from_logits:
            y_pred = 0.5 * np.tanh(0.5 * y_pred) + 0.5
        counted = confusion(
            y_true,
            y_pred,
            self._levels,
            None if sample_weight is None else as_array(sample_weight, self.dtype),
            None if self.multi_label else self.label_weights,
            self.multi_label,
        )
        for name in COUNTS:
            getattr(self, name).assign_add(getattr(counted, name))

    def result(self):
        if self.true_positives is None:
            return Tensor(np.zeros((), self.dtype))
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        x, y = getattr(self, f"_{self.curve.lower()}")()
        return self._total((x[:-1] - x[1:]) * _SUMMATIONS[self.summation_method](y))

    def _counts(self):
        return [getattr(self, name).array.astype(np.float64) for name in COUNTS]

    def _roc(self):
        tp, fp, tn, fn = self._counts()
        return ratio(fp, tn), ratio(tp, fn)

    def _pr(self):
        tp, fp, _, fn = self._counts()
        return ratio(tp, fn), ratio(tp, fp)

    def _prgain(self):
        tp, fp, tn, fn = self._counts()
        odds = _divide(tp + fn, tn + fp)
        recall_gain = np.where(tp == 0, 0.0, 1 - odds * _divide(fn, tp))
        precision_gain = np.where(tp == 0, 1.0, 1 - odds * _divide(fp, tp))
        return np.maximum(recall_gain, 0.0), precision_gain

    def interpolate_pr_auc(self):
        """The area under the precision-recall curve, true positives interpolated (Davis & Goadrich 2006, section 4).

        Between two thresholds the true positives grow linearly with the positives p, at a slope s from an intercept i;
        precision is then (i + s p) / p, whose integral over recall has a logarithm.
        """
        tp, fp, _, fn = self._counts()
        p = tp + fp
        dtp, dp = tp[:-1] - tp[1:], p[:-1] - p[1:]
        slope = _divide(dtp, np.maximum(dp, 0))
        intercept = tp[1:] - slope * p[1:]
        both = (p[:-1] > 0) & (p[1:] > 0)
        logarithm = np.log(np.where(both, _divide(p[:-1], p[1:]), 1.0))
        return self._total(_divide(slope * (dtp + intercept * logarithm), tp[1:] + fn[1:]))

    def _total(self, parts):
        area = parts.sum(axis=0)
        if self.multi_label:
            area = area.mean() if self.label_weights is None else np.average(area, weights=self.label_weights)
        return Tensor(np.asarray(area, self.dtype))

    def get_config(self):
        config = super().get_config()
        del config["thresholds"]
        if self._has_own_thresholds:
            config["thresholds"] = self._thresholds[1:-1].tolist()
        config["label_weights"] = None if self.label_weights is None else self.label_weights.tolist()
        return config


def _divide(a, b):
    """a / b, 0 where b is 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)
