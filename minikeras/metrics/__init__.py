"""Metrics: what training reports, as classes and as functions; each family in one file."""

from minikeras import lookup, registry, serialization
from minikeras.losses.loss import kind_of_classes, object_name
from minikeras.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import Mean, MeanMetricWrapper, Sum

for _function in (
    accuracy, binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
):  # fmt: skip
    registry.register_function(_function, family="metric function")

_ALIASES = {}


def serialize(metric):
    """A metric (an object or a function) as data that JSON can hold."""
    return serialization.serialize(metric)


def deserialize(config, custom_objects=None):
    """The metric that a configuration or name describes."""
    return lookup.read(config, "metric", custom_objects, _ALIASES)


def get(identifier):
    """The metric that a name, class, object, function or configuration means; None stays None.

    >>> get("mean").name
    'mean'
    """
    return lookup.look_up(identifier, "metric", _ALIASES)


def resolve(identifier, y_true, y_pred):
    """The metric object that `compile(metrics=[identifier])` means for such targets and predictions.

    'accuracy' (or 'acc') is BinaryAccuracy for one output, SparseCategoricalAccuracy for integer labels, else
    CategoricalAccuracy. A name stays the metric's name; a function is wrapped and gives its own.
    """
    if identifier in ("accuracy", "acc", "Accuracy"):
        return _ACCURACIES[kind_of_classes(y_true, y_pred)](name=identifier)
    metric = get(identifier)
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric, name=object_name(metric))
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


_ACCURACIES = {
    "binary": BinaryAccuracy,
    "sparse": SparseCategoricalAccuracy,
    "categorical": CategoricalAccuracy,
}
