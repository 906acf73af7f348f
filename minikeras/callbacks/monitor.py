"""Callbacks that watch one metric: which value is better."""

import warnings

import numpy as np

from minikeras import config, metrics, registry
from minikeras.callbacks import checks
from minikeras.callbacks.callback import Callback
from minikeras.spellings.logs import same_metric

# The metrics that are better when they are higher; a metric of one's own says so with `_direction = "up"`.
_BETTER_WHEN_HIGHER = (
    metrics.Accuracy,
    metrics.AUC,
    metrics.BinaryAccuracy,
    metrics.CategoricalAccuracy,
    metrics.ConcordanceCorrelation,
    metrics.CosineSimilarity,
    metrics.FBetaScore,
    metrics.IoU,
    metrics.PearsonCorrelation,
    metrics.Precision,
    metrics.PrecisionAtRecall,
    metrics.R2Score,
    metrics.Recall,
    metrics.RecallAtPrecision,
    metrics.SensitivityAtSpecificity,
    metrics.SparseCategoricalAccuracy,
    metrics.SparseTopKCategoricalAccuracy,
    metrics.SpecificityAtSensitivity,
    metrics.TopKCategoricalAccuracy,
)


class MonitorCallback(Callback):
    """Base of the callbacks that watch a metric.

    monitor: its name in the logs, such as 'val_loss'. mode: 'min', 'max' or 'auto' (by the metric's kind: losses and
    errors are better when lower, accuracies when higher). baseline: a first best value. min_delta: smaller changes
    are no improvement.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        super().__init__()
        who = type(self).__name__
        checks.text(who, "monitor", monitor, "val_loss")
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{who} mode {mode!r} is unknown, fallback to auto mode. Use 'auto', 'min' or 'max'.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(checks.number(who, "min_delta", min_delta))
        self._rises = None

    def _is_improvement(self, value, reference):
        """Whether a value is better than another by more than min_delta, in the precision of the metrics."""
        if self._rises is None:
            self._rises = self._better_when_higher()
        if reference is None:
            return True
        number = np.dtype(config.floatx()).type
        if self._rises:
            return bool(number(value - self.min_delta) > number(reference))
        return bool(number(value + self.min_delta) < number(reference))

    def _better_when_higher(self):
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return False
        for metric in getattr(self.model, "metrics", []):
            if any(same_metric(name, one) for one in (metric.name, vars(metric).get("reported_name"))):
                direction = _direction(metric)
                if direction is not None:
                    return direction == "up"
        raise ValueError(
            f"{type(self).__name__} callback received monitor={self.monitor!r}, but it cannot be told automatically "
            "whether that metric should be maximized or minimized. Pass mode='max' if higher values are better, "
            "mode='min' if lower ones are."
        )


def _direction(metric):
    """'up' if a metric is better when higher, 'down' when lower, None if that is not known."""
    own = getattr(metric, "_direction", None)
    if own is not None:
        return own
    if isinstance(metric, _BETTER_WHEN_HIGHER):
        return "up"
    if isinstance(metric, metrics.RootMeanSquaredError) or metric.name.endswith("_loss"):
        return "down"
    fn = getattr(metric, "_fn", None)
    return "down" if fn is not None and fn in registry.functions("loss", loaded=True).values() else None
