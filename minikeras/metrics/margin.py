"""Metrics of maximum-margin classification."""

from minikeras.losses.margin import categorical_hinge, hinge, squared_hinge
from minikeras.metrics.reduction import MeanMetricWrapper

__all__ = [
    "CategoricalHinge",
    "Hinge",
    "SquaredHinge",
    "categorical_hinge",
    "hinge",
    "squared_hinge",
]


class Hinge(MeanMetricWrapper):
    """The mean of max(1 - y_true · y_pred, 0), targets -1 and 1 (or 0 and 1, which become these).

    >>> m = Hinge()
    >>> m.update_state([[-1.0, 1.0]], [[0.5, 0.5]])
    >>> float(m.result())
    1.0
    """

    def __init__(self, name="hinge", dtype=None):
        super().__init__(hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean of max(1 - y_true · y_pred, 0)², targets -1 and 1 (or 0 and 1, which become these).

    >>> m = SquaredHinge()
    >>> m.update_state([[-1.0, 1.0]], [[0.5, 0.5]])
    >>> float(m.result())
    1.25
    """

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean of max(n - p + 1, 0), p the prediction of the target's class, n the largest of the others.

    >>> m = CategoricalHinge()
    >>> m.update_state([[0.0, 1.0]], [[0.5, 1.0]])
    >>> float(m.result())
    0.5
    """

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, name, dtype)
