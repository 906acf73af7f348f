"""Optimizers: each family's file says in `__all__` what it exports."""

from minikeras import lazy, registry
from minikeras.optimizers.optimizer import Optimizer as Optimizer
from minikeras.serialization import deserialize as _deserialize
from minikeras.serialization import serialize as _serialize

_FAMILIES = registry.add_source("optimizer", lazy.Names(__name__, __file__, without=("legacy", "schedules")))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())


def get(identifier):
    """An optimizer from an object, a class, a configuration or a name, in any case: 'adam', 'SGD'; None stays None.

    >>> get("adam").beta_1
    0.9
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}})
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()
    raise ValueError(
        f"Expected an optimizer: a name such as 'adam', or an object of minikeras.optimizers, received {identifier!r}."
    )


def scaled(optimizer, automatic, policy):
    """What a model of a dtype policy trains with: in mixed float16, if `automatic`, a LossScaleOptimizer around it.

    >>> from minikeras.dtypes import DTypePolicy
    >>> type(scaled(get("adam"), True, DTypePolicy("mixed_float16"))).__name__
    'LossScaleOptimizer'
    """
    if not automatic or optimizer is None or policy.name != "mixed_float16":
        return optimizer
    scaling = registry.find_class("LossScaleOptimizer", "optimizer")
    return optimizer if isinstance(optimizer, scaling) else scaling(optimizer, name="loss_scale_optimizer")


def serialize(optimizer):
    """An optimizer as plain data."""
    return _serialize(optimizer)


def deserialize(config, custom_objects=None):
    """An optimizer from plain data; its class's name may be in any case."""
    name = str(config.get("class_name"))
    by_lower_name = {known.lower(): known for known in registry.names("optimizer") if known != "Optimizer"}
    found = custom_objects and name in custom_objects
    if not found and name.lower() in by_lower_name:
        config = {**config, "class_name": by_lower_name[name.lower()]}
    elif not found and registry.find_class(config.get("registered_name") or name, "optimizer") is None:
        raise ValueError(
            f"Unknown optimizer {name!r}. {registry.suggest(name, [k.lower() for k in by_lower_name])}"
        )
    return _deserialize(config, custom_objects, family="optimizer")
