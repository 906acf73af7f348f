"""Metrics: what training reports, as classes and as functions; each family in one file."""

from minikeras import lazy, lookup, registry, serialization
from minikeras.losses.loss import kind_of_classes, object_name
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import MeanMetricWrapper

_FAMILIES = registry.add_source("metric", lazy.Names(__name__, __file__))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())


_ALIASES = {
    "bce": "BinaryCrossentropy",
    "kld": "KLDivergence",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "mse": "MeanSquaredError",
    "msle": "MeanSquaredLogarithmicError",
    "rmse": "RootMeanSquaredError",
    "cosine_proximity": "CosineSimilarity",
    "log_cosh": "LogCoshError",
    "logcosh": "LogCoshError",
    # Losses without a metric class of their own.
    "binary_focal_crossentropy": ("loss", "binary_focal_crossentropy"),
    "categorical_focal_crossentropy": ("loss", "categorical_focal_crossentropy"),
    "huber": ("loss", "huber"),
}
_ALIASES.update({name.upper(): _ALIASES[name] for name in ("bce", "kld", "mae", "mape", "mse", "msle")})


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
        metric = get(_ACCURACIES[kind_of_classes(y_true, y_pred)])
    else:
        metric = get(identifier)
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric, name=object_name(metric))
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


_ACCURACIES = {
    "binary": "BinaryAccuracy",
    "sparse": "SparseCategoricalAccuracy",
    "categorical": "CategoricalAccuracy",
}
