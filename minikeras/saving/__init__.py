"""Saving and loading."""

from minikeras.registry import custom_object_scope, get_custom_objects, register_keras_serializable
from minikeras.serialization import deserialize as deserialize_keras_object
from minikeras.serialization import serialize as serialize_keras_object

CustomObjectScope = custom_object_scope
