"""`minikeras.ops`: the functions of `keras.ops`, differentiable, on arrays, tensors and symbolic tensors alike.

Each family has a file, its `__all__` is the only list, and it is loaded when one of its names is first used. The names
stand here, and those that Keras groups also in `ops.numpy`, `ops.nn`, `ops.linalg` and `ops.image`.
"""

import os

from minikeras import lazy
from minikeras.autodiff import FUNCTIONS

# These attach the operators of tensors: +, <, [...], @.
from minikeras.ops.elementwise import *
from minikeras.ops.indexing import *
from minikeras.ops.products import *

_FAMILIES = lazy.Names(__name__, __file__, without=("linalg", "nn", "numpy", "random"))
__getattr__, __dir__ = lazy.attributes(_FAMILIES, globals())
FUNCTIONS.sources = (
    _FAMILIES,
    lazy.Names(f"{__name__}.image", os.path.join(os.path.dirname(__file__), "image", "__init__.py")),
)
