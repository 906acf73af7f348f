"""Metrics: what training reports, as classes and as functions; each family in one file."""

from minikeras import lookup, registry, serialization
from minikeras.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from minikeras.losses.divergence import kl_divergence, poisson
from minikeras.losses.focal import binary_focal_crossentropy, categorical_focal_crossentropy
from minikeras.losses.hinge import categorical_hinge, hinge, squared_hinge
from minikeras.losses.loss import kind_of_classes, object_name
from minikeras.losses.regression import (
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
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
from minikeras.metrics.auc import AUC
from minikeras.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    PrecisionAtRecall,
    Recall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
    TrueNegatives,
    TruePositives,
)
from minikeras.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from minikeras.metrics.fscore import F1Score, FBetaScore
from minikeras.metrics.hinge import CategoricalHinge, Hinge, SquaredHinge
from minikeras.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from minikeras.metrics.metric import Metric
from minikeras.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from minikeras.metrics.reduction import Mean, MeanMetricWrapper, Sum
from minikeras.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    R2Score,
    RootMeanSquaredError,
)

for _function in (
    accuracy, binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy, concordance_correlation, pearson_correlation,
):  # fmt: skip
    registry.register_function(_function, family="metric function")

_ALIASES = {
    "bce": BinaryCrossentropy,
    "kld": KLDivergence,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
    "rmse": RootMeanSquaredError,
    "cosine_proximity": CosineSimilarity,
    "log_cosh": LogCoshError,
    "logcosh": LogCoshError,
    # Losses without a metric class of their own.
    "binary_focal_crossentropy": binary_focal_crossentropy,
    "categorical_focal_crossentropy": categorical_focal_crossentropy,
    "huber": huber,
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
