"""Saving and loading: whole models, weights, and the configurations of both."""

from minikeras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from minikeras.saving.errors import ModelFileError, UnsafeFileError
from minikeras.saving.model_file import load_model, save_model
from minikeras.saving.weights import load_weights, save_weights
from minikeras.serialization import deserialize_keras_object
from minikeras.serialization import serialize as serialize_keras_object

CustomObjectScope = custom_object_scope

__all__ = [
    "CustomObjectScope",
    "ModelFileError",
    "UnsafeFileError",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
