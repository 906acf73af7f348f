"""Models: layers in a row, layers in a graph, and classes of one's own."""

from minikeras.models.clone import clone_model
from minikeras.models.configs import model_from_config, model_from_json
from minikeras.models.functional import Functional
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential
from minikeras.saving import load_model, save_model

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "save_model",
]
