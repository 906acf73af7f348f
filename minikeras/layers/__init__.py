"""The layers: each family's file says in `__all__` what it exports, and is loaded when one of its names is first used."""

from minikeras import lazy, registry
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec

_FAMILIES = registry.add_source("layer", lazy.Names(__name__, __file__))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())
