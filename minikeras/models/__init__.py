"""Models: layers in a row, layers in a graph, and classes of one's own."""

from minikeras import lazy, registry
from minikeras.models.functional import Functional  # what Model(inputs, outputs) makes

_ELSEWHERE = {"load_model": "minikeras.saving", "save_model": "minikeras.saving"}
_FAMILIES = registry.add_source("layer", lazy.Names(__name__, __file__, also=_ELSEWHERE))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())
