"""Sums and means over all batches."""

import numpy as np

from minikeras import serialization
from minikeras.autodiff import Tensor, as_array
from minikeras.autodiff.tensor import state
from minikeras.losses.loss import align, function_config
from minikeras.metrics.metric import Metric

__all__ = [
    "Mean",
    "MeanMetricWrapper",
    "Sum",
]


class Sum(Metric):
    """The (weighted) sum of the values.

    >>> m = Sum()
    >>> m.update_state([1.0, 3.0, 5.0, 7.0])
    >>> float(m.result())
    16.0
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(dtype=dtype, name=name)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values, sample_weight=None):
        values, _ = per_sample(as_array(values), sample_weight, np.add.reduce, self.dtype)
        self.total.assign_add(np.add.reduce(values, axis=None))

    def result(self):
        return self.total.value


class Mean(Metric):
    """The (weighted) mean of the values.

    >>> m = Mean()
    >>> m.update_state([1.0, 3.0, 5.0, 7.0], sample_weight=[1.0, 1.0, 0.0, 0.0])
    >>> float(m.result())
    2.0
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(dtype=dtype, name=name)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values, sample_weight=None):
        values = as_array(values)
        if type(sample_weight) is int and not values.ndim and not state.probing:
            # The mean of so many samples: what training adds at each step.
            self.total.array += values * sample_weight
            self.count.array += sample_weight
        else:
            self._add(values, sample_weight)

    def _add(self, values, weight):
        if state.probing:
            return
        if weight is None:
            # A sum of truth values is exact as an integer, and quicker than as floats.
            total = np.count_nonzero(values) if values.dtype == np.bool_ else np.add.reduce(values, axis=None)
            count = len(values) if values.ndim else 1
            self.total.array += total if values.ndim < 2 else total * (count / max(values.size, 1))
            self.count.array += count
            return
        if type(weight) is int and not values.ndim:  # one value for so many samples: the trainer's mean loss
            self.total.array += values * weight
            self.count.array += weight
            return
        values, weight = per_sample(values, weight, _mean, self._dtype)
        self.total.array += np.add.reduce(values, axis=None)
        self.count.array += np.add.reduce(weight, axis=None)

    def result(self):
        count = self.count.array
        return Tensor(np.asarray(self.total.array / count) if count else np.zeros_like(count))

    def reset_state(self):
        self.total.array[...] = 0
        self.count.array[...] = 0


def _mean(values, axis):
    return np.mean(values, axis=axis)


def per_sample(values, weight, reduce, dtype):
    """Weighted values and their weights, both reduced to one number for each sample; no weights stay None."""
    values = values.astype(dtype, copy=False)
    if weight is not None:
        values, weight = align(values, as_array(weight).astype(dtype, copy=False))
        if values.ndim > weight.ndim:
            values = reduce(values, axis=tuple(range(weight.ndim, values.ndim)))
        try:
            weight = np.broadcast_to(weight, values.shape)
        except ValueError:
            raise ValueError(
                f"sample_weight of shape {weight.shape} does not fit values of shape {values.shape}. "
                "Pass one weight for each sample, or one for each of the values."
            ) from None
        values = values * weight
        if weight.ndim > 1:
            weight = reduce(weight, axis=tuple(range(1, weight.ndim)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, weight


class MeanMetricWrapper(Mean):
    """The mean of what a function of targets and predictions returns for each sample.

    fn: `fn(y_true, y_pred, **kwargs)`.

    >>> m = MeanMetricWrapper(lambda y_true, y_pred: (y_true - y_pred) ** 2, name="error")
    >>> m.update_state([1.0, 2.0], [2.0, 4.0])
    >>> float(m.result())
    2.5
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._settings = kwargs

    def update_state(self, y_true, y_pred, sample_weight=None):
        mask = getattr(y_pred, "mask", None)
        y_true, y_pred = as_array(y_true), as_array(y_pred)
        on_arrays = getattr(self._fn, "on_arrays", None)
        if on_arrays is not None:
            values = on_arrays(y_true, y_pred, **self._settings)
        else:
            if y_true.shape != y_pred.shape:
                y_true, y_pred = align(y_true, y_pred)
            result = self._fn(Tensor(y_true), Tensor(y_pred), **self._settings)
            values = as_array(result)
            # As in Keras, what the function itself leaves out (an ignored class) counts unless there are weights.
            left_out = getattr(result, "mask", None)
            if left_out is not None and sample_weight is not None:
                sample_weight = _masked(sample_weight, as_array(left_out), self._dtype)
        if mask is not None:
            sample_weight = _masked(sample_weight, as_array(mask), self._dtype)
        self._add(values, sample_weight)

    def get_config(self):
        config = super().get_config()
        if type(self) is MeanMetricWrapper:
            config = {"name": self.name, "dtype": self.dtype, "fn": function_config(self._fn)}
            config.update(serialization.serialize(self._settings))
        return config

    @classmethod
    def from_config(cls, config):
        return cls(**(serialization.deserialize(config) if "fn" in config else config))


def _masked(weight, mask, dtype):
    """Sample weights that are 0 where the mask is."""
    keep = mask.astype(dtype)
    if weight is None:
        return keep
    keep, weight = align(keep, as_array(weight).astype(dtype, copy=False))
    if weight.ndim < keep.ndim and keep.shape[: weight.ndim] == weight.shape:
        weight = weight[(..., *[None] * (keep.ndim - weight.ndim))]
    return weight * keep
