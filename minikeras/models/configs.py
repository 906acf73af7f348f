"""Models from their configurations, and the configurations as JSON."""

import json

from minikeras.models.model import Model
from minikeras.serialization import deserialize


def model_from_config(config, custom_objects=None):
    """The model that a configuration describes, with fresh weights."""
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError("model_from_config expected a dictionary with 'class_name' and 'config'.")
    model = deserialize(config, custom_objects, family="layer")
    if not isinstance(model, Model):
        raise ValueError(f"The configuration describes a {type(model).__name__}, not a model.")
    return model


def model_from_json(json_string, custom_objects=None):
    """The model that a JSON string from `to_json` describes, with fresh weights."""
    return model_from_config(json.loads(json_string), custom_objects)
