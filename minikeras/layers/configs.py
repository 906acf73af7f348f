"""Layers as configurations, and back."""

from minikeras import serialization

__all__ = ["deserialize", "serialize"]


def serialize(layer):
    """The configuration of a layer, a dictionary that JSON can hold."""
    return serialization.serialize(layer)


def deserialize(config, custom_objects=None):
    """The layer of a configuration; classes are found in the registry and in custom_objects alone."""
    return serialization.deserialize(config, custom_objects, family="layer")
