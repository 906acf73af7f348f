"""Losses: what training makes small, as functions and as classes; each family in one file."""

from minikeras import lookup, registry, serialization
from minikeras.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from minikeras.losses.ctc import CTC, ctc
from minikeras.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from minikeras.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
)
from minikeras.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from minikeras.losses.loss import Loss, LossFunctionWrapper, kind_of_classes, object_name
from minikeras.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from minikeras.losses.segmentation import Dice, Tversky, dice, tversky
from minikeras.losses.similarity import Circle, circle

for _function in (
    binary_focal_crossentropy, categorical_focal_crossentropy, categorical_generalized_cross_entropy, categorical_hinge,
    hinge, squared_hinge, kl_divergence, poisson, dice, tversky, circle, ctc,
    binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, cosine_similarity, huber, log_cosh,
    mean_absolute_error, mean_absolute_percentage_error, mean_squared_error, mean_squared_logarithmic_error,
):  # fmt: skip
    registry.register_function(_function, family="loss")

_ALIASES = {
    "bce": binary_crossentropy,
    "mae": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "mse": mean_squared_error,
    "msle": mean_squared_logarithmic_error,
    "cosine_proximity": cosine_similarity,
    "kld": kl_divergence,
    "kullback_leibler_divergence": kl_divergence,
    "logcosh": log_cosh,
}
_ALIASES.update({name.upper(): _ALIASES[name] for name in ("bce", "kld", "mae", "mape", "mse", "msle")})


def serialize(loss):
    """A loss (an object or a function) as data that JSON can hold."""
    return serialization.serialize(loss)


def deserialize(name, custom_objects=None):
    """The loss that a configuration or name describes."""
    return lookup.read(name, "loss", custom_objects, _ALIASES)


def get(identifier):
    """The loss that a name, class, object, function or configuration means; None stays None.

    The name of a function ('mse') gives the function, the name of a class ('MeanSquaredError') an object.

    >>> get("mse").__name__, get("MeanSquaredError").name
    ('mean_squared_error', 'mean_squared_error')
    """
    return lookup.look_up(identifier, "loss", _ALIASES)


def resolve(identifier, y_true, y_pred):
    """The loss object that `compile(loss=identifier)` means for such targets and predictions; None stays None.

    'crossentropy' (or 'ce') is the binary one for one output, the sparse one for integer labels, else the categorical
    one. A function is wrapped, and gives its name.
    """
    if identifier in ("crossentropy", "ce"):
        loss = _CROSSENTROPIES[kind_of_classes(y_true, y_pred)]
    else:
        loss = get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    name = identifier if isinstance(identifier, str) else object_name(loss)
    if loss in _CLASSES:
        return _CLASSES[loss](name=name)
    return LossFunctionWrapper(loss, name=name)


_CROSSENTROPIES = {
    "binary": binary_crossentropy,
    "sparse": sparse_categorical_crossentropy,
    "categorical": categorical_crossentropy,
}
# Functions whose class computes the same, with a quicker mean.
_CLASSES = {
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    mean_squared_error: MeanSquaredError,
    mean_absolute_error: MeanAbsoluteError,
}
