"""Reductions: sums, means, extremes and what else makes one value of many."""

import builtins
import math

import numpy as np

from minikeras.autodiff import differentiable, operation
from minikeras.ops import elementwise, joining, shaping
from minikeras.ops.axes import axes_of, axis_of
from minikeras.ops.floating import floating, floating_tensor

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "count_nonzero",
    "logsumexp",
    "max",
    "mean",
    "min",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
]


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def restore(value, axis, keepdims, x):
    """A reduced value with its lost axes put back at size 1."""
    if keepdims or not x.ndim:
        return value
    reduced = axes_of(axis, x.ndim)
    return np.reshape(value, tuple([1 if a in reduced else s for a, s in enumerate(x.shape)]))


def _count(x, y):
    """How many elements of x each element of y, a reduction of it, stands for."""
    return builtins.max(x.size // builtins.max(y.size, 1), 1)


def _total(x, axis, keepdims):
    """The sum, without NumPy's detours where x is an array."""
    if type(x) is np.ndarray:
        return np.add.reduce(x, axis=axis, keepdims=keepdims)
    return sum(x, axis=axis, keepdims=keepdims)


def _mean(x, axis, keepdims):
    """The mean; halves are summed as singles."""
    if x.dtype.itemsize == 2:
        return np.mean(x, axis=axis, keepdims=keepdims)
    y = _total(x, axis, keepdims)
    return y / _count(x, y)


def _at_least_int32(x):
    """Booleans and short integers as int32, in which they are summed and multiplied."""
    return x.astype("int32") if x.dtype.kind == "b" or (x.dtype.kind in "iu" and x.dtype.itemsize < 4) else x


# Sums and means


@differentiable
def sum(x, /, axis=None, keepdims=False):
    """The sum along `axis` (all axes by default); integers are summed in their own width or at least int32."""
    if x.dtype.kind in "biu":
        x = _at_least_int32(x)
        return np.sum(x, axis=_axis(axis), keepdims=keepdims).astype(x.dtype), None
    y = _total(x, _axis(axis), keepdims)
    return y, (lambda dy: np.broadcast_to(restore(dy, axis, keepdims, x), x.shape),)


@differentiable
def mean(x, /, axis=None, keepdims=False):
    """The mean along `axis` (all axes by default)."""
    x = floating(x)
    y = _mean(x, _axis(axis), keepdims)
    scale = 1.0 / _count(x, y)
    return y, (lambda dy: np.broadcast_to(restore(dy * scale, axis, keepdims, x), x.shape),)


@differentiable
def var(x, /, axis=None, keepdims=False):
    """The (biased) variance along `axis`."""
    x = floating(x)
    axis = _axis(axis)
    centered = x - _mean(x, axis, True)
    y = _mean(centered * centered, axis, keepdims)
    scale = 2.0 / _count(x, y)
    return y, (lambda dy: restore(dy * scale, axis, keepdims, x) * centered,)


@differentiable
def std(x, /, axis=None, keepdims=False):
    """The (biased) standard deviation along `axis`; its derivative is 0 where all values are equal."""
    x = floating(x)
    axis = _axis(axis)
    centered = x - _mean(x, axis, True)
    y = np.sqrt(_mean(centered * centered, axis, keepdims))
    scale = 1.0 / _count(x, y)

    def gradient(dy):
        zero = np.equal(y, 0)
        share = np.where(zero, np.zeros_like(y), dy * scale / np.where(zero, np.ones_like(y), y))
        return restore(share, axis, keepdims, x) * centered

    return y, (gradient,)


@operation
def average(x, /, axis=None, weights=None):
    """The mean along `axis`, weighted if `weights` (of x's shape, or one for each place of one axis) are given."""
    x = floating_tensor(x)
    if weights is None:
        return mean(x, axis=axis)
    weights = floating_tensor(weights)
    if weights.shape != x.shape:
        if isinstance(axis, (tuple, list)) or axis is None or weights.ndim != 1:
            raise ValueError(
                f"average expected weights of x's shape {x.shape}, or a vector and one axis; received weights of shape "
                f"{weights.shape} and axis={axis!r}."
            )
        weights = weights.reshape(tuple([-1 if a == axis_of(axis, x.ndim) else 1 for a in range(x.ndim)]))
        weights = weights * elementwise.stop_gradient(x * 0 + 1)
    return sum(x * weights, axis=axis) / sum(weights, axis=axis)


def _prod_composed(x, axis=None, keepdims=False, dtype=None):
    """The product by halves, whose derivatives of all orders are exact with zeros among the factors."""
    x = x if dtype is None else elementwise.cast(x, dtype)
    axes = axes_of(axis, x.ndim)
    kept = [a for a in range(x.ndim) if a not in axes]
    y = shaping.transpose(x, (*kept, *axes))
    y = shaping.reshape(y, (*[x.shape[a] for a in kept], math.prod([x.shape[a] for a in axes])))
    while (size := y.shape[-1]) > 1:
        half = size // 2
        pairs = elementwise.multiply(y[..., :half], y[..., half : 2 * half])
        y = joining.concatenate([pairs, y[..., 2 * half :]], axis=-1) if size % 2 else pairs
    y = shaping.squeeze(y, -1)
    return shaping.expand_dims(y, tuple(sorted(axes))) if keepdims else y


@differentiable(composed=_prod_composed)
def prod(x, /, axis=None, keepdims=False, dtype=None):
    """The product along `axis`; the gradient is exact with zeros among the factors too."""
    x = _at_least_int32(x) if dtype is None else x.astype(dtype)
    y = np.prod(x, axis=_axis(axis), keepdims=keepdims)
    if y.dtype != x.dtype:
        y = y.astype(x.dtype)

    def gradient(dy):
        zero = np.equal(x, 0)
        zeros = np.sum(zero, axis=_axis(axis), keepdims=True)
        rest = np.prod(np.where(zero, np.ones_like(x), x), axis=_axis(axis), keepdims=True)
        alone = np.logical_and(zero, np.equal(zeros, 1))
        others = np.where(np.equal(zeros, 0), rest / np.where(zero, np.ones_like(x), x), np.zeros_like(x))
        return restore(dy, axis, keepdims, x) * np.where(alone, rest, others)

    return y, (gradient,)


@differentiable
def logsumexp(x, /, axis=None, keepdims=False):
    """log Σ exp(x) along `axis`, without overflow."""
    x = floating(x)
    peak = np.max(x, axis=_axis(axis), keepdims=True)
    peak = np.where(np.isfinite(peak), peak, np.zeros_like(peak))
    y = np.log(np.sum(np.exp(x - peak), axis=_axis(axis), keepdims=True)) + peak

    def gradient(dy):
        finite = np.where(np.isfinite(y), y, np.zeros_like(y))
        return restore(dy, axis, keepdims, x) * np.exp(x - finite)

    return y if keepdims else np.squeeze(y, axis=axes_of(axis, x.ndim)), (gradient,)


# Extremes


@differentiable
def max(x, /, axis=None, keepdims=False, initial=None):
    """The largest value along `axis` (and `initial`); equal largest values share the gradient."""
    return _extreme(np.max, x, axis, keepdims, initial)


@differentiable
def min(x, /, axis=None, keepdims=False, initial=None):
    """The smallest value along `axis` (and `initial`); equal smallest values share the gradient."""
    return _extreme(np.min, x, axis, keepdims, initial)


def _extreme(function, x, axis, keepdims, initial):
    if initial is None:
        y = function(x, axis=_axis(axis), keepdims=keepdims)
    else:
        y = function(x, axis=_axis(axis), keepdims=keepdims, initial=initial)

    def gradient(dy):
        hit = np.equal(x, restore(y, axis, keepdims, x)).astype(dy.dtype)
        share = np.maximum(np.sum(hit, axis=_axis(axis), keepdims=True), 1)
        return restore(dy, axis, keepdims, x) * hit / share

    return y, (gradient,)


def amax(x, axis=None, keepdims=False):
    """The largest value along `axis`, see `max`."""
    return max(x, axis=axis, keepdims=keepdims)


def amin(x, axis=None, keepdims=False):
    """The smallest value along `axis`, see `min`."""
    return min(x, axis=axis, keepdims=keepdims)


@operation
def ptp(x, /, axis=None, keepdims=False):
    """The largest value less the smallest, along `axis`."""
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


# Without gradients


@differentiable
def argmax(x, /, axis=None, keepdims=False):
    """The index of the first largest value along `axis` (in the flattened x by default), int32."""
    return np.argmax(x, axis=axis, keepdims=keepdims).astype("int32"), None


@differentiable
def argmin(x, /, axis=None, keepdims=False):
    """The index of the first smallest value along `axis` (in the flattened x by default), int32."""
    return np.argmin(x, axis=axis, keepdims=keepdims).astype("int32"), None


@differentiable
def any(x, /, axis=None, keepdims=False):
    """Whether any element along `axis` holds."""
    return np.any(x, axis=_axis(axis), keepdims=keepdims), None


@differentiable
def all(x, /, axis=None, keepdims=False):
    """Whether all elements along `axis` hold."""
    return np.all(x, axis=_axis(axis), keepdims=keepdims), None


@differentiable
def count_nonzero(x, /, axis=None):
    """How many elements along `axis` are not zero, int32."""
    return np.asarray(np.count_nonzero(x, axis=_axis(axis)), "int32"), None


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
for _name in __all__:
    globals()[_name].axiswise = True
