"""`tf.metrics` of TensorFlow 1: pairs (value so far, operation that takes a batch in and gives the new value)."""

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.graph import mode
from minikeras.compat.tensorflow.variables import graph_variable


def accuracy(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name="accuracy"
):
    """How often predictions equal labels."""

    def parts(weight, y, p):
        return (y.reshape(p.shape) == p) * weight, np.ones(p.shape) * weight

    return _streaming(name, parts, weights, labels, predictions)


def mean(values, weights=None, metrics_collections=None, updates_collections=None, name="mean"):
    """The mean of all values."""
    return _streaming(
        name, lambda weight, v: (v * weight, np.ones(v.shape) * weight), weights, values, values, single=True
    )


def precision(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name="precision"
):
    """Of what is predicted true, how much is."""

    def parts(weight, y, p):
        return (y.astype(bool) & p.astype(bool)) * weight, p.astype(bool) * weight

    return _streaming(name, parts, weights, labels, predictions)


def recall(
    labels, predictions, weights=None, metrics_collections=None, updates_collections=None, name="recall"
):
    """Of what is true, how much is predicted."""

    def parts(weight, y, p):
        return (y.astype(bool) & p.astype(bool)) * weight, y.astype(bool) * weight

    return _streaming(name, parts, weights, labels, predictions)


def _streaming(name, parts, weights, labels, predictions, single=False):
    """(value, update) of a quotient of two sums; parts: of (weight, arrays), what is added to each."""
    if not mode.deferring:
        raise RuntimeError(
            f"tf.metrics.{name} is for graphs. Use tf.keras.metrics: update_state, then result, of a metric object."
        )
    name = name or "metric"
    total = graph_variable(0.0, trainable=False, name=f"{name}/total")
    count = graph_variable(0.0, trainable=False, name=f"{name}/count")

    def update_op(total, count, weights, *values):
        weight = 1.0 if weights is None else np.asarray(as_tensor(weights).array, np.float64)
        above, below = parts(weight, *(as_tensor(v).array for v in values))
        total.assign_add(np.float32(np.sum(above)))
        count.assign_add(np.float32(np.sum(below)))
        return value(total, count)

    def value(total, count):
        return Tensor(np.asarray(total.array / np.maximum(count.array, 1e-12), np.float32))

    values = (labels,) if single else (labels, predictions)
    update = graph.record(update_op, (total, count, weights, *values), {}, effect=True)
    return graph.record(value, (total, count), {}), update
