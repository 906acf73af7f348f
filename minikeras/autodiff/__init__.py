"""Automatic differentiation: tensors, what is recorded of them, and the way back."""

from minikeras.autodiff.arena import Arena
from minikeras.autodiff.differentiable import FUNCTIONS, as_array, constant, convert_to_tensor, differentiable
from minikeras.autodiff.operation import operation
from minikeras.autodiff.symbolic import Call, SymbolicTensor, infer, is_symbolic, probing
from minikeras.autodiff.tape import GradientTape
from minikeras.autodiff.tensor import Tensor
from minikeras.autodiff.variable import Variable

__all__ = [
    "FUNCTIONS",
    "Arena",
    "Call",
    "GradientTape",
    "SymbolicTensor",
    "Tensor",
    "Variable",
    "as_array",
    "constant",
    "convert_to_tensor",
    "differentiable",
    "infer",
    "is_symbolic",
    "operation",
    "probing",
]
