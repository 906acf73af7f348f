"""What the functions of linear algebra ask of matrices before they work on them."""

import numpy as np

from minikeras import limits
from minikeras.autodiff.tensor import state
from minikeras.ops.floating import floating

# Decompositions take some tens of times as long as a product.
_STEPS = 30


def transposed(x):
    """Each matrix mirrored at its diagonal."""
    return np.swapaxes(x, -1, -2)


def square(x, name):
    """A matrix, or a batch of them, as floats; where only shapes are asked for, one that can be inverted."""
    x = floating(x)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"{name} expected square matrices in the last two axes, received shape {x.shape}.")
    if x.dtype == np.float16:
        raise TypeError(f"{name} works in float32 and float64, received float16. Cast x to float32 first.")
    count_steps(x)
    return x + np.eye(x.shape[-1], dtype=x.dtype) if state.probing else x


def count_steps(x):
    """Count what is done to each matrix of x, where a file that is being read asks for it: some multiples of its size's cube."""
    if limits.reading:
        limits.check_steps(*x.shape, max(x.shape[-2:]), _STEPS)


def checked(function, name, *matrices):
    """function(*matrices); where it fails, the error says which function of ours failed on what."""
    try:
        return function(*matrices)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"{name} failed on matrices of shape {matrices[0].shape}: {error}.") from None
