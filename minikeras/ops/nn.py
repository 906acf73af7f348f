"""`minikeras.ops.nn`: the functions of neural networks."""
# ruff: noqa: F403

from minikeras.ops.activation import *
from minikeras.ops.attention import *
from minikeras.ops.convolution import *
from minikeras.ops.crossentropy import *
from minikeras.ops.ctc import *
from minikeras.ops.ctc_decoding import *
from minikeras.ops.elementwise.complex import polar as polar
from minikeras.ops.encoding import *
from minikeras.ops.normalization import *
from minikeras.ops.patches import *
from minikeras.ops.pooling import *
from minikeras.ops.probability import *
