"""Activations: the functions between layers, under the names of `keras.activations`.

Most are the functions of `minikeras.ops` themselves. Every one takes arrays, tensors and symbolic tensors, and is
known to layers and files by its name.
"""

from minikeras import lookup, registry, serialization
from minikeras.ops import activation, elementwise
from minikeras.ops.activation import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    mish,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh_shrink,
    threshold,
)
from minikeras.ops.elementwise import tanh
from minikeras.ops.probability import log_softmax, softmax

# The activations, each known by its name.
__all__ = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "tanh",
    "tanh_shrink",
    "threshold",
]

swish = silu
hard_swish = hard_silu


def linear(x):
    """x itself."""
    return x


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """x where above threshold, up to max_value; negative_slope · (x - threshold) elsewhere.

    >>> relu([-1.0, 0.5, 8.0], max_value=6.0).tolist()
    [0.0, 0.5, 6.0]
    """
    if negative_slope == 0 and max_value is None and threshold == 0:
        return activation.relu(x)
    return activation.bounded_relu(x, negative_slope=negative_slope, max_value=max_value, threshold=threshold)


def gelu(x, approximate=False):
    """x · Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016); approximate takes the tanh form.

    >>> round(float(gelu(1.0)), 4)
    0.8413
    """
    return activation.gelu(x, approximate)


def exponential(x):
    """eˣ."""
    return elementwise.exp(x)


for _name in __all__:
    registry.register_function(globals()[_name], family="activation")

_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}


def serialize(activation):
    """An activation as data that JSON can hold: the name of a built-in one, a configuration of any other."""
    return serialization.serialize(activation)


def deserialize(config, custom_objects=None):
    """The activation that a name or configuration describes."""
    return lookup.read(config, "activation", custom_objects, _ALIASES)


def get(identifier):
    """The activation that a name, function, object or configuration means; None means `linear`.

    >>> get("relu") is relu, get(None) is linear
    (True, True)
    """
    if identifier is None:
        return linear
    return lookup.look_up(identifier, "activation", _ALIASES)
