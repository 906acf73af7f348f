"""Losses: what training makes small, as functions and as classes; each family in one file."""

import functools

from minikeras import lazy, lookup, registry, serialization
from minikeras.losses.loss import Loss, LossFunctionWrapper, kind_of_classes, object_name

_FAMILIES = registry.add_source("loss", lazy.Names(__name__, __file__))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())


_ALIASES = {
    "bce": "binary_crossentropy",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
    "cosine_proximity": "cosine_similarity",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
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
        loss = get(_CROSSENTROPIES[kind_of_classes(y_true, y_pred)])
    else:
        loss = get(identifier)
    return as_object(loss, name=identifier if isinstance(identifier, str) else None)


def as_object(loss, name=None):
    """The loss object of a function; an object and None stay what they are.

    >>> as_object(get("mse")), as_object(lambda y_true, y_pred: y_pred - y_true, name="difference").name
    (<MeanSquaredError name=mean_squared_error>, 'difference')
    """
    if loss is None or isinstance(loss, Loss):
        return loss
    name = name or object_name(loss)
    quick = _quick_class(loss) if registry.is_built_in(loss) else None
    return LossFunctionWrapper(loss, name=name) if quick is None else quick(name=name)


_CROSSENTROPIES = {
    "binary": "binary_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
    "categorical": "categorical_crossentropy",
}


@functools.cache
def _quick_class(function):
    """The class with a quick mean that averages this function's values: it is defined beside the function."""
    classes = [cls for _, cls in registry.classes("loss", loaded=True) if cls.average is not Loss.average]
    return next((cls for cls in classes if cls().fn is function), None)
