"""Activation functions."""

import numpy as np

from minikeras.autodiff import Tensor, as_array, differentiable, operation
from minikeras.ops import elementwise
from minikeras.ops.axes import axis_of
from minikeras.ops.elementwise.special import erf, erf_array
from minikeras.ops.floating import floating

__all__ = [
    "celu",
    "elu",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh_shrink",
    "threshold",
]


def _logistic(x):
    """1 / (1 + e⁻ˣ) without overflow: tanh never overflows."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


# Rectifiers


@differentiable
def relu(x, /):
    """max(x, 0), with derivative 0 at 0."""
    return np.maximum(x, 0), (lambda dy: dy * np.greater(x, 0).astype(dy.dtype),)


@differentiable
def relu6(x, /):
    """min(max(x, 0), 6)."""
    return np.minimum(np.maximum(x, 0), 6), (
        lambda dy: dy * np.logical_and(np.greater(x, 0), np.less(x, 6)).astype(dy.dtype),
    )


@differentiable
def leaky_relu(x, /, negative_slope=0.2):
    """x where positive, negative_slope · x elsewhere (Maas et al. 2013)."""
    x = floating(x)
    slope = np.where(np.greater(x, 0), 1.0, negative_slope).astype(x.dtype)
    return x * slope, (lambda dy: dy * slope,)


@differentiable
def bounded_relu(x, /, negative_slope=0.0, max_value=None, threshold=0.0):
    """x where above threshold, up to max_value; negative_slope · (x - threshold) elsewhere."""
    x = floating(x)
    above = np.greater(x, threshold)
    y = np.where(above, x, 0.0)
    rising = above
    if max_value is not None:
        y = np.minimum(np.maximum(y, 0), max_value)
        rising = np.logical_and(above, np.logical_and(np.greater_equal(x, 0), np.less_equal(x, max_value)))
    if negative_slope:
        y = y + negative_slope * np.minimum(x - threshold, 0)
    slope = np.where(rising, 1.0, np.where(np.less(x, threshold), negative_slope, 0.0)).astype(x.dtype)
    return y.astype(x.dtype), (lambda dy: dy * slope,)


@differentiable
def threshold(x, /, threshold, default_value):
    """x where above the threshold, default_value elsewhere."""
    x = floating(x)
    above = np.greater(x, threshold)
    return np.where(above, x, float(default_value)), (lambda dy: dy * above.astype(dy.dtype),)


# Exponential units


@differentiable
def elu(x, /, alpha=1.0):
    """x where positive, alpha · (eˣ - 1) elsewhere (Clevert et al. 2015)."""
    x = floating(x)
    positive = np.greater(x, 0)
    e = alpha * np.expm1(np.minimum(x, 0))
    return np.where(positive, x, e), (lambda dy: dy * np.where(positive, 1.0, e + alpha),)


# Klambauer et al. 2017, "Self-normalizing neural networks"
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@operation
def selu(x, /):
    """scale · elu(x, alpha), with the constants that keep mean and variance (Klambauer et al. 2017)."""
    return elementwise.multiply(elu(x, alpha=_SELU_ALPHA), _SELU_SCALE)


@differentiable
def celu(x, /, alpha=1.0):
    """x where positive, alpha · (e^(x / alpha) - 1) elsewhere (Barron 2017)."""
    x = floating(x)
    positive = np.greater(x, 0)
    e = np.exp(np.minimum(x, 0) / alpha)
    return np.where(positive, x, alpha * (e - 1)), (lambda dy: dy * np.where(positive, 1.0, e),)


# Sigmoids, and what is made of them


@differentiable
def sigmoid(x, /):
    """1 / (1 + e⁻ˣ)."""
    y = _logistic(floating(x))
    return y, (lambda dy: dy * y * (1 - y),)


@differentiable
def log_sigmoid(x, /):
    """log(sigmoid(x)), without overflow."""
    x = floating(x)
    return -np.logaddexp(-x, 0.0), (lambda dy: dy * _logistic(-x),)


@differentiable
def softplus(x, /):
    """log(1 + eˣ)."""
    x = floating(x)
    return np.logaddexp(x, 0.0), (lambda dy: dy * _logistic(x),)


@differentiable
def softsign(x, /):
    """x / (1 + |x|)."""
    x = floating(x)
    d = 1 + np.absolute(x)
    return x / d, (lambda dy: dy / (d * d),)


@differentiable
def silu(x, /):
    """x · sigmoid(x), also called swish (Ramachandran et al. 2017)."""
    x = floating(x)
    s = _logistic(x)
    return x * s, (lambda dy: dy * s * (1 + x * (1 - s)),)


swish = silu


@differentiable
def mish(x, /):
    """x · tanh(softplus(x)) (Misra 2019)."""
    x = floating(x)
    t = np.tanh(np.logaddexp(x, 0.0))
    return x * t, (lambda dy: dy * (t + x * (1 - t * t) * _logistic(x)),)


@operation
def glu(x, /, axis=-1):
    """The first half of x along `axis`, times the sigmoid of the second half (Dauphin et al. 2017)."""
    along = axis_of(axis, x.ndim)
    size = x.shape[along]
    if size % 2:
        raise ValueError(
            f"glu expected an even number of elements along axis {axis}, received shape {x.shape}. "
            "Its first half is gated by the second."
        )
    before = (slice(None),) * along
    value = x[(*before, slice(None, size // 2))]
    gate = x[(*before, slice(size // 2, None))]
    return elementwise.multiply(value, sigmoid(gate))


@differentiable
def hard_sigmoid(x, /):
    """x / 6 + 1/2, kept between 0 and 1."""
    x = floating(x)
    inside = np.logical_and(np.greater(x, -3), np.less(x, 3))
    return np.minimum(np.maximum(x / 6 + 0.5, 0), 1), (lambda dy: dy * inside.astype(dy.dtype) / 6,)


@operation
def hard_silu(x, /):
    """x · hard_sigmoid(x) (Howard et al. 2019)."""
    return elementwise.multiply(x, hard_sigmoid(x))


hard_swish = hard_silu


@differentiable
def hard_tanh(x, /):
    """x, kept between -1 and 1."""
    inside = np.logical_and(np.greater(x, -1), np.less(x, 1))
    return np.minimum(np.maximum(x, -1), 1), (lambda dy: dy * inside.astype(dy.dtype),)


@differentiable
def squareplus(x, /, b=4):
    """(x + √(x² + b)) / 2 (Barron 2021)."""
    x = floating(x)
    root = np.sqrt(x * x + b)
    return (x + root) / 2, (lambda dy: dy * (0.5 + 0.5 * x / root),)


# Sparse and shrinking functions


@differentiable
def sparse_plus(x, /):
    """0 up to -1, x from 1 on, (x + 1)² / 4 between."""
    x = floating(x)
    ramp = np.minimum(np.maximum(x + 1, 0), 2)
    return np.where(np.less(x, 1), ramp * ramp / 4, x), (lambda dy: dy * ramp / 2,)


@differentiable
def sparse_sigmoid(x, /):
    """0 up to -1, 1 from 1 on, (x + 1) / 2 between."""
    x = floating(x)
    inside = np.logical_and(np.greater(x, -1), np.less(x, 1))
    return np.minimum(np.maximum(0.5 * (x + 1), 0), 1), (lambda dy: dy * inside.astype(dy.dtype) / 2,)


@differentiable
def sparsemax(x, /, axis=-1):
    """max(x - τ, 0) along `axis`, with Keras's threshold τ.

    With x falling, c its running sum and k the largest rank where k x_k > c_k - 1, τ is (Σ_{j≤k} c_j - 1) / k. The
    projection onto the simplex (Martins & Astudillo 2016, algorithm 1) has c_k in place of that sum; the two agree
    only for k = 1, so the result does not in general add up to 1.
    """
    z = floating(as_array(x))
    ranks = np.argsort(np.argsort(-z, axis=axis, kind="stable"), axis=axis)
    falling = -np.sort(-z, axis=axis)
    sums = np.cumsum(falling, axis=axis)
    places = np.ones(z.ndim, int)
    places[axis] = -1
    counts = np.arange(1, z.shape[axis] + 1, dtype=z.dtype).reshape(places)
    support = falling - (sums - 1) / counts > 0
    size = np.sum(support, axis=axis, keepdims=True)
    tau = (np.sum(np.where(support, sums, 0), axis=axis, keepdims=True) - 1) / size.astype(z.dtype)
    y = np.maximum(z - tau, 0).astype(z.dtype)
    positive = (y > 0).astype(z.dtype)
    # The element of rank i takes part in the running sums from i to k.
    share = (np.maximum(size - ranks, 0) / size).astype(z.dtype)

    def gradient(dy):
        dy = dy * positive
        return dy - share * np.sum(dy, axis=axis, keepdims=True)

    return y, (gradient,)


@differentiable
def hard_shrink(x, /, threshold=0.5):
    """x, and 0 where |x| is at most the threshold."""
    x = floating(x)
    kept = np.greater(np.absolute(x), threshold)
    return np.where(kept, x, 0.0), (lambda dy: dy * kept.astype(dy.dtype),)


@differentiable
def soft_shrink(x, /, threshold=0.5):
    """x brought nearer to 0 by the threshold, and 0 where |x| is at most that."""
    x = floating(x)
    kept = np.greater(np.absolute(x), threshold)
    return np.where(kept, x - threshold * np.sign(x), 0.0), (lambda dy: dy * kept.astype(dy.dtype),)


@differentiable
def tanh_shrink(x, /):
    """x - tanh(x)."""
    x = floating(x)
    t = np.tanh(x)
    return x - t, (lambda dy: dy * t * t,)


# The normal distribution


@operation
def gelu(x, /, approximate=True):
    """x · Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016); approximate takes the tanh form."""
    return _gelu_tanh(x) if approximate else _gelu_exact(x)


@differentiable
def _gelu_tanh(x, /):
    x = floating(x)
    k = float(np.sqrt(2.0 / np.pi))
    t = np.tanh(k * (x + 0.044715 * x * x * x))
    return 0.5 * x * (1 + t), (
        lambda dy: dy * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x)),
    )


@differentiable
def _gelu_exact(x, /):
    x = floating(x)
    scaled = x * float(np.sqrt(0.5))
    phi = 0.5 * ((erf(scaled) if isinstance(scaled, Tensor) else erf_array(scaled)) + 1)
    return x * phi, (lambda dy: dy * (phi + x * np.exp(-0.5 * x * x) * float(1 / np.sqrt(2 * np.pi))),)


# Each result has the shape of the argument (`autodiff.symbolic`).
for _name in set(__all__) - {"glu"}:  # which halves an axis
    globals()[_name].placewise = True
