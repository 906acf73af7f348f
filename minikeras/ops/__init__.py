"""`minikeras.ops`: the functions of `keras.ops`, differentiable, on arrays, tensors and symbolic tensors alike."""

from minikeras.autodiff import convert_to_tensor
from minikeras.ops.activation import *
from minikeras.ops.conv import average_pool, conv, max_pool
from minikeras.ops.create import *
from minikeras.ops.ctc import ctc_loss
from minikeras.ops.elementwise import *
from minikeras.ops.linalg import dot, einsum, matmul, outer, tensordot
from minikeras.ops.nn import *
from minikeras.ops.reduce import *
from minikeras.ops.shape import *
