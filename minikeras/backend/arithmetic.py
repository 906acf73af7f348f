"""Element by element, and over axes: the arithmetic of older `keras.backend`."""

from minikeras import config, ops
from minikeras.autodiff import SymbolicTensor, convert_to_tensor
from minikeras.backend.recording import with_sizes_as_tensors

__all__ = [
    "abs", "all", "any", "argmax", "argmin", "clip", "cos", "cumprod", "cumsum", "equal", "exp", "greater", "greater_equal",
    "less", "less_equal", "lesser", "lesser_equal", "log", "logsumexp", "max", "maximum", "mean", "min", "minimum",
    "not_equal", "pow", "prod", "round", "sign", "sin", "sqrt", "square", "std", "sum", "var",
]  # fmt: skip


def _tensor(x):
    return x if isinstance(x, SymbolicTensor) else convert_to_tensor(x)


def _float(x):
    """x, truth values and integers in the default float type."""
    x = _tensor(x)
    return x if x.dtype.kind in "fc" else ops.cast(x, config.floatx())


def _axes(axis):
    return tuple(axis) if isinstance(axis, list) else axis


# Element by element

# These are today's functions; the others differ from them in the names or the meaning of arguments.
abs, cos, exp, log, sign, sin, square = (
    ops.absolute, ops.cos, ops.exp, ops.log, ops.sign, ops.sin, ops.square,
)  # fmt: skip


def sqrt(x):
    """√x, of 0 where x is negative."""
    return ops.sqrt(ops.maximum(x, 0.0))


def round(x):
    """The nearest integer, halves to the even one."""
    return ops.round(x)


def pow(x, a):
    """xᵃ."""
    return ops.power(x, a)


def clip(x, min_value, max_value):
    """x kept between two bounds; None is no bound.

    >>> clip([-2.0, 0.5, 9.0], 0.0, 1.0).tolist()
    [0.0, 0.5, 1.0]
    """
    if min_value is not None and max_value is not None:
        if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
            max_value = min_value if max_value < min_value else max_value
        return ops.clip(x, min_value, max_value)
    if min_value is not None:
        return ops.maximum(x, min_value)
    return ops.minimum(x, max_value) if max_value is not None else _tensor(x)


def maximum(x, y):
    """The larger of x and y."""
    return ops.maximum(x, y)


def minimum(x, y):
    """The smaller of x and y."""
    return ops.minimum(x, y)


# Comparisons


def equal(x, y):
    """Where x = y."""
    return ops.equal(x, y)


def not_equal(x, y):
    """Where x ≠ y."""
    return ops.not_equal(x, y)


def greater(x, y):
    """Where x > y."""
    return ops.greater(x, y)


def greater_equal(x, y):
    """Where x ≥ y."""
    return ops.greater_equal(x, y)


def less(x, y):
    """Where x < y."""
    return ops.less(x, y)


def less_equal(x, y):
    """Where x ≤ y."""
    return ops.less_equal(x, y)


lesser, lesser_equal = less, less_equal


# Over axes


def max(x, axis=None, keepdims=False):
    """The largest element along axes."""
    return ops.max(x, axis=_axes(axis), keepdims=keepdims)


def min(x, axis=None, keepdims=False):
    """The smallest element along axes."""
    return ops.min(x, axis=_axes(axis), keepdims=keepdims)


def sum(x, axis=None, keepdims=False):
    """The sum along axes."""
    return ops.sum(x, axis=_axes(axis), keepdims=keepdims)


def prod(x, axis=None, keepdims=False):
    """The product along axes."""
    return ops.prod(with_sizes_as_tensors(x), axis=_axes(axis), keepdims=keepdims)


def mean(x, axis=None, keepdims=False):
    """The mean along axes; truth values count as 0 and 1.

    >>> float(mean([True, False]))
    0.5
    """
    return ops.mean(_float(x), axis=_axes(axis), keepdims=keepdims)


def var(x, axis=None, keepdims=False):
    """The variance along axes."""
    return ops.var(_float(x), axis=_axes(axis), keepdims=keepdims)


def std(x, axis=None, keepdims=False):
    """The standard deviation along axes."""
    return ops.std(_float(x), axis=_axes(axis), keepdims=keepdims)


def logsumexp(x, axis=None, keepdims=False):
    """log Σ eˣ along axes."""
    return ops.logsumexp(x, axis=_axes(axis), keepdims=keepdims)


def any(x, axis=None, keepdims=False):
    """Whether any element along axes holds."""
    return ops.any(ops.cast(_tensor(x), "bool"), axis=_axes(axis), keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    """Whether all elements along axes hold."""
    return ops.all(ops.cast(_tensor(x), "bool"), axis=_axes(axis), keepdims=keepdims)


def argmax(x, axis=-1):
    """Where the largest element along an axis is, an int64."""
    return ops.cast(ops.argmax(x, axis=axis), "int64")


def argmin(x, axis=-1):
    """Where the smallest element along an axis is, an int64."""
    return ops.cast(ops.argmin(x, axis=axis), "int64")


def cumsum(x, axis=0):
    """Running sums along an axis."""
    return ops.cumsum(x, axis=axis)


def cumprod(x, axis=0):
    """Running products along an axis."""
    return ops.cumprod(x, axis=axis)
