"""Saving and loading: whole models, weights, and the configurations of both."""

from minikeras import lazy
from minikeras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from minikeras.serialization import deserialize_keras_object
from minikeras.serialization import serialize as serialize_keras_object

CustomObjectScope = custom_object_scope
_FAMILIES = lazy.Names(__name__, __file__, ("errors", "model_file", "weights"))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())
