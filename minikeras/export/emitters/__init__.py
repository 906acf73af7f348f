"""How each operation is written into a graph: one file a family, as in minikeras.ops."""

from minikeras.export.emitters import elementwise, products, recurrent, reductions, shaping
from minikeras.export.emitters.table import emitter_of
