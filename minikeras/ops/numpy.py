"""`minikeras.ops.numpy`: the functions that carry NumPy's names."""
# ruff: noqa: F403

from minikeras.ops.create import *
from minikeras.ops.cumulative import *
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
from minikeras.ops.indexing import *
from minikeras.ops.joining import *
from minikeras.ops.linalg import slogdet as slogdet
from minikeras.ops.nanreduce import *
from minikeras.ops.products import *
from minikeras.ops.reduce import *
from minikeras.ops.shaping import *
from minikeras.ops.sorting import *
from minikeras.ops.statistics import *
from minikeras.ops.vectorization import *
from minikeras.ops.windows import *
