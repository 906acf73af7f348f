"""`minikeras.ops`: the functions of `keras.ops`, differentiable, on arrays, tensors and symbolic tensors alike.

Each family has a file, and its `__all__` is the only list. The names stand here, and those that Keras groups also in
`ops.numpy`, `ops.nn`, `ops.linalg` and `ops.image`.
"""

from minikeras.ops.control import *
from minikeras.ops.distance import *
from minikeras.ops.linalg import *
from minikeras.ops.nn import *
from minikeras.ops.numpy import *
from minikeras.ops.segments import *
from minikeras.ops.signal import *

from minikeras.ops import image, linalg, nn, numpy  # isort: skip
