"""Elementwise functions, one file a family: each output element depends on the input elements at its place."""

from minikeras.ops.elementwise.arithmetic import *
from minikeras.ops.elementwise.bitwise import *
from minikeras.ops.elementwise.casting import *
from minikeras.ops.elementwise.choice import *
from minikeras.ops.elementwise.comparison import *
from minikeras.ops.elementwise.complex import *
from minikeras.ops.elementwise.exponential import *
from minikeras.ops.elementwise.rounding import *
from minikeras.ops.elementwise.special import *
from minikeras.ops.elementwise.trigonometry import *

# What the families export, without the families themselves.
__all__ = sorted(name for name, value in globals().items() if callable(value) and not name.startswith("_"))

for _name in __all__:
    globals()[_name].placewise = True
