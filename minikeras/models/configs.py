"""Models from their configurations, and the configurations as JSON."""

from minikeras.limits import MOST_CALLS, limited
from minikeras.models.model import Model
from minikeras.saving.archive import parse_json
from minikeras.saving.guard import check_config, refusing
from minikeras.saving.legacy_config import modern
from minikeras.serialization import deserialize

__all__ = ["model_from_config", "model_from_json"]

# Bytes of fresh weights that a text may ask for: about what a ResNet-50 has.
_MOST_FRESH_BYTES = 3 << 25


def model_from_config(config, custom_objects=None):
    """The model that a configuration describes, with fresh weights."""
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError("model_from_config expected a dictionary with 'class_name' and 'config'.")
    model = deserialize(config, custom_objects, family="layer")
    if not isinstance(model, Model):
        raise ValueError(f"The configuration describes a {type(model).__name__}, not a model.")
    return model


def model_from_json(json_string, custom_objects=None):
    """The model that a JSON string from `to_json` of minikeras or Keras describes, with fresh weights.

    The text may come from anybody: what is damaged, unknown or code ends in a ModelFileError (a ValueError), and so does
    what asks for more than 128 MiB of weights. `model_from_config(json.loads(json_string))` has no such limit.
    """
    name = "The JSON text"
    config = parse_json(json_string, name)
    check_config(config, name)
    with refusing(name), limited(_MOST_FRESH_BYTES, MOST_CALLS, fresh=True):
        if isinstance(config, dict) and "module" not in config:
            config = modern(config)  # Keras 2
        return model_from_config(config, custom_objects)
