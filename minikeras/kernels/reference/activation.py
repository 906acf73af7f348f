"""The activations that dense, convolution and recurrent kernels fuse, and their gradients from the output.

relu     y = max(x, 0)            dx = dy where y > 0, else 0 (also at the kink, as Keras)
sigmoid  y = 1 / (1 + exp(-x))    dx = dy y (1 - y)
tanh     y = tanh(x)              dx = dy (1 - y^2)
"""

import numpy as np

from .arrays import widened

_LARGEST_EXPONENT = {
    4: np.float32(88.0),
    8: np.float64(709.0),
}  # by item size: exp of more than this overflows


def activate(y, activation):
    """Apply the named activation (None for none) to y in place and return y."""
    if activation is None:
        return y
    if activation == "relu":
        return np.maximum(y, 0, out=y)
    if activation == "tanh":
        return np.tanh(y, out=y)
    if activation == "sigmoid":
        if y.dtype == np.float16:
            y[...] = widened(activate, y, activation)
            return y
        np.multiply(y, -1, out=y)  # np.negative in place is wrong for some strides (NumPy 2.4.6)
        np.minimum(y, _LARGEST_EXPONENT[y.dtype.itemsize], out=y)
        np.exp(y, out=y)
        np.add(y, 1, out=y)
        return np.reciprocal(y, out=y)
    raise ValueError(
        f"Kernels fuse the activations None, 'relu', 'sigmoid' and 'tanh', received {activation!r}. "
        "Apply any other activation as an operation of its own."
    )


def activation_gradient(dy, y, activation):
    """The gradient before the activation, from the gradient after it and the output y."""
    if activation is None:
        return dy
    if activation == "relu":
        return dy * (y > 0)
    if activation == "tanh":
        return dy * (1 - y * y)
    return dy * (y * (1 - y))
