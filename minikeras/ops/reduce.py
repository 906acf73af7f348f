"""Reductions: sums, means, extremes, and their running forms."""

import builtins

import numpy as np

from minikeras.autodiff import differentiable
from minikeras.ops.elementwise import floating


def _axes(axis, ndim):
    """The reduced axes as a tuple of non-negative integers."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(int(a) % ndim for a in axes) if ndim else ()


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def _restore(value, axis, keepdims, x):
    """A reduced value with its lost axes put back at size 1."""
    if keepdims or not x.ndim:
        return value
    reduced = _axes(axis, x.ndim)
    return np.reshape(value, tuple([1 if a in reduced else s for a, s in enumerate(x.shape)]))


def _count(x, axis):
    return builtins.max(1, int(np.prod([x.shape[a] for a in _axes(axis, x.ndim)], dtype=np.int64)))


@differentiable
def sum(x, /, axis=None, keepdims=False):
    """The sum along `axis` (all axes by default); integers are summed in their own width or at least int32."""
    if x.dtype.kind == "b":
        x = x.astype("int32")
    y = np.sum(x, axis=_axis(axis), keepdims=keepdims)
    if x.dtype.kind in "iu":
        y = y.astype(np.result_type(x.dtype, np.int32))
    return y, (lambda dy: np.broadcast_to(_restore(dy, axis, keepdims, x), x.shape),)


@differentiable
def mean(x, /, axis=None, keepdims=False):
    """The mean along `axis` (all axes by default)."""
    x = floating(x)
    scale = 1.0 / _count(x, axis)
    y = np.mean(x, axis=_axis(axis), keepdims=keepdims)
    return y, (lambda dy: np.broadcast_to(_restore(dy * scale, axis, keepdims, x), x.shape),)


@differentiable
def var(x, /, axis=None, keepdims=False):
    """The (biased) variance along `axis`."""
    x = floating(x)
    centered = x - np.mean(x, axis=_axis(axis), keepdims=True)
    scale = 2.0 / _count(x, axis)
    y = np.mean(centered * centered, axis=_axis(axis), keepdims=keepdims)
    return y, (lambda dy: _restore(dy * scale, axis, keepdims, x) * centered,)


@differentiable
def std(x, /, axis=None, keepdims=False):
    """The (biased) standard deviation along `axis`."""
    x = floating(x)
    centered = x - np.mean(x, axis=_axis(axis), keepdims=True)
    y = np.sqrt(np.mean(centered * centered, axis=_axis(axis), keepdims=True))
    scale = 1.0 / _count(x, axis)
    out = np.reshape(y, np.shape(np.sum(x, axis=_axis(axis), keepdims=keepdims)))
    return out, (lambda dy: _restore(dy * scale, axis, keepdims, x) * centered / y,)


@differentiable
def max(x, /, axis=None, keepdims=False, initial=None):
    """The largest value along `axis`; equal largest values share the gradient."""
    return _extreme(np.max, x, axis, keepdims, initial)


@differentiable
def min(x, /, axis=None, keepdims=False, initial=None):
    """The smallest value along `axis`; equal smallest values share the gradient."""
    return _extreme(np.min, x, axis, keepdims, initial)


def _extreme(function, x, axis, keepdims, initial):
    options = {} if initial is None else {"initial": initial}
    y = function(x, axis=_axis(axis), keepdims=keepdims, **options)

    def gradient(dy):
        hit = np.equal(x, _restore(y, axis, keepdims, x)).astype(dy.dtype)
        share = np.sum(hit, axis=_axis(axis), keepdims=True)
        share = np.maximum(share, 1)
        return _restore(dy, axis, keepdims, x) * hit / share

    return y, (gradient,)


amax, amin = max, min


@differentiable
def prod(x, /, axis=None, keepdims=False, dtype=None):
    """The product along `axis`; the gradient is exact with zeros among the factors too."""
    if dtype is not None:
        x = x.astype(dtype)
    elif x.dtype.kind == "b":
        x = x.astype("int32")
    y = np.prod(x, axis=_axis(axis), keepdims=keepdims, dtype=x.dtype)

    def gradient(dy):
        zero = np.equal(x, 0)
        zeros = np.sum(zero, axis=_axis(axis), keepdims=True)
        rest = np.prod(np.where(zero, np.ones_like(x), x), axis=_axis(axis), keepdims=True)
        others = np.where(zero, np.where(np.equal(zeros, 1), rest, 0), np.where(np.equal(zeros, 0), rest / np.where(zero, 1, x), 0))
        return _restore(dy, axis, keepdims, x) * others

    return y, (gradient,)


@differentiable
def logsumexp(x, /, axis=None, keepdims=False):
    """log Σ exp(x) along `axis`, without overflow."""
    x = floating(x)
    peak = np.max(x, axis=_axis(axis), keepdims=True)
    peak = np.where(np.isfinite(peak), peak, 0).astype(x.dtype)
    total = np.sum(np.exp(x - peak), axis=_axis(axis), keepdims=True)
    y = np.log(total) + peak
    out = np.reshape(y, np.shape(np.sum(peak * 0 + total * 0, axis=() if keepdims else _axes(axis, x.ndim))))
    return out, (lambda dy: _restore(dy, axis, keepdims, x) * np.exp(x - y),)


@differentiable
def cumsum(x, /, axis=None, dtype=None):
    """The running sum along `axis` (of the flattened x by default)."""
    if dtype is not None:
        x = x.astype(dtype)
    y = np.cumsum(x, axis=axis, dtype=x.dtype if x.dtype.kind != "b" else "int32")

    def gradient(dy):
        along = 0 if axis is None else axis
        back = np.flip(np.cumsum(np.flip(dy, axis=along), axis=along), axis=along)
        return np.reshape(back, x.shape)

    return y, (gradient,)


@differentiable
def cumprod(x, /, axis=None, dtype=None):
    """The running product along `axis` (of the flattened x by default)."""
    if dtype is not None:
        x = x.astype(dtype)
    along = 0 if axis is None else axis
    flat = np.reshape(x, (-1,)) if axis is None else x
    y = np.cumprod(flat, axis=along, dtype=flat.dtype if flat.dtype.kind != "b" else "int32")

    def gradient(dy):
        # d y_j / d x_i is the product of the other factors up to j: taken directly, so that zeros do no harm.
        moved, up = np.moveaxis(flat, along, -1), np.moveaxis(dy, along, -1)
        size = moved.shape[-1]
        factors = np.where(np.eye(size, dtype=bool), 1, moved[..., None, :])
        products = np.cumprod(factors, axis=-1)
        reach = np.triu(np.ones((size, size), flat.dtype))
        back = np.sum(products * reach * up[..., None, :], axis=-1)
        return np.reshape(np.moveaxis(back, -1, along), x.shape)

    return y, (gradient,)


# Without gradients


@differentiable
def argmax(x, /, axis=None, keepdims=False):
    """The index of the first largest value along `axis`, int32."""
    return np.argmax(x, axis=axis, keepdims=keepdims).astype("int32"), None


@differentiable
def argmin(x, /, axis=None, keepdims=False):
    """The index of the first smallest value along `axis`, int32."""
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
    return np.count_nonzero(x, axis=_axis(axis)).astype("int32") if axis is not None else np.asarray(np.count_nonzero(x), "int32"), None
