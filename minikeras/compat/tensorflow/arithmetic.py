"""Elementwise functions: `tf.math` and their names at the top level."""

import functools

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor, differentiable
from minikeras.autodiff.tensor import Operand
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable

# Functions of one tensor: TensorFlow's name and ours.
_UNARY = {
    "abs": "absolute", "acos": "arccos", "acosh": "arccosh", "angle": "angle", "asin": "arcsin", "asinh": "arcsinh",
    "atan": "arctan", "atanh": "arctanh", "ceil": "ceil", "conj": "conj", "cos": "cos", "cosh": "cosh", "erf": "erf",
    "erfc": "erfc", "erfinv": "erfinv", "exp": "exp", "expm1": "expm1", "floor": "floor", "imag": "imag",
    "is_finite": "isfinite", "is_inf": "isinf", "is_nan": "isnan", "log": "log", "log1p": "log1p",
    "log_sigmoid": "log_sigmoid", "logical_not": "logical_not", "negative": "negative", "real": "real",
    "reciprocal": "reciprocal", "round": "round", "rint": "round", "rsqrt": "rsqrt", "sigmoid": "sigmoid", "sign": "sign",
    "sin": "sin", "sinh": "sinh", "softplus": "softplus", "softsign": "softsign", "sqrt": "sqrt", "square": "square",
    "tan": "tan", "tanh": "tanh", "bessel_i0": "i0",
}  # fmt: skip
# Functions of two tensors.
_BINARY = {
    "add": "add", "atan2": "arctan2", "divide_no_nan": "divide_no_nan", "equal": "equal",
    "floormod": "mod", "greater": "greater", "greater_equal": "greater_equal", "less": "less", "less_equal": "less_equal",
    "logical_and": "logical_and", "logical_or": "logical_or", "logical_xor": "logical_xor", "maximum": "maximum",
    "minimum": "minimum", "multiply": "multiply", "nextafter": "nextafter", "not_equal": "not_equal", "pow": "power",
    "subtract": "subtract", "bitwise_and": "bitwise_and", "bitwise_or": "bitwise_or", "bitwise_xor": "bitwise_xor",
    "left_shift": "left_shift", "right_shift": "right_shift", "truncatemod": "fmod",
}  # fmt: skip


def operands(x, y):
    """Two values as tensors; one that is no tensor takes the other's dtype where it can."""
    if isinstance(x, Operand) and isinstance(y, Operand):
        return x, y
    if isinstance(x, Operand):
        return x, _like(y, x)
    if isinstance(y, Operand):
        return _like(x, y), y
    x = as_tensor(x)
    return x, _like(y, x)


def _like(value, tensor):
    dtype = numpy_dtype(tensor.dtype)
    found = as_tensor(value)
    if isinstance(found, Tensor) and found.array.dtype != dtype:
        kind, wanted = found.array.dtype.kind, dtype.kind
        if kind == wanted or (kind in "iu" and wanted in "fc") or (kind == "f" and wanted == "c"):
            return Tensor(found.array.astype(dtype))
    return found


def _unary(public, own):
    def function(x, name=None):
        return getattr(ops, own)(as_tensor(x))

    function.__name__ = function.__qualname__ = public
    function.__doc__ = f"As `minikeras.ops.{own}`, elementwise."
    return liftable(function)


def _binary(public, own):
    def function(x, y, name=None):
        return getattr(ops, own)(*operands(x, y))

    function.__name__ = function.__qualname__ = public
    function.__doc__ = f"As `minikeras.ops.{own}`, elementwise with broadcasting."
    return liftable(function)


_MADE = {name: functools.partial(_unary, name, own) for name, own in _UNARY.items()} | {
    name: functools.partial(_binary, name, own) for name, own in _BINARY.items()
}


def __getattr__(name):
    if name not in _MADE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = function = _MADE[name]()
    return function


@liftable
def divide(x, y, name=None):
    """x / y; integers divide to float64."""
    x, y = operands(x, y)
    return x / y


@liftable
def floordiv(x, y, name=None):
    """The largest integer not above x / y."""
    return ops.floor_divide(*operands(x, y))


@liftable
def div(x, y, name=None):
    """x / y, as TensorFlow 1 divided: integers to integers."""
    x, y = operands(x, y)
    return ops.floor_divide(x, y) if numpy_dtype(x.dtype).kind in "iu" else ops.divide(x, y)


@liftable
def truncatediv(x, y, name=None):
    """x / y, rounded towards zero."""
    x, y = operands(x, y)
    return ops.cast(
        ops.trunc(ops.divide(ops.cast(x, "float64"), ops.cast(y, "float64"))), numpy_dtype(x.dtype).name
    )


@liftable
def multiply_no_nan(x, y, name=None):
    """x · y, and 0 where y is 0."""
    x, y = operands(x, y)
    return ops.where(y == 0, ops.zeros_like(x * y), x * y)


@liftable
def squared_difference(x, y, name=None):
    """(x - y)²."""
    return ops.square(ops.subtract(*operands(x, y)))


@liftable
def xlogy(x, y, name=None):
    """x · log(y), and 0 where x is 0."""
    x, y = operands(x, y)
    zero = ops.equal(x, 0)
    return ops.where(zero, ops.zeros_like(x), x * ops.log(ops.where(zero, ops.ones_like(y), y)))


@liftable
def add_n(inputs, name=None):
    """The sum of several tensors."""
    return functools.reduce(lambda x, y: x + y, [as_tensor(x) for x in inputs])


@liftable
def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """t, limited to the range."""
    t = as_tensor(t)
    return ops.minimum(ops.maximum(t, _like(clip_value_min, t)), _like(clip_value_max, t))


@liftable
def clip_by_norm(t, clip_norm, axes=None, name=None):
    """t, scaled down where its norm is above clip_norm."""
    t = as_tensor(t)
    squares = ops.sum(ops.square(t), axis=axis_of(axes), keepdims=True)
    positive = ops.greater(squares, 0)
    norm = ops.where(positive, ops.sqrt(ops.where(positive, squares, ops.ones_like(squares))), squares)
    return t * clip_norm / ops.maximum(norm, clip_norm)


@liftable
def global_norm(t_list, name=None):
    """The norm of all tensors together."""
    return ops.sqrt(add_n([ops.sum(ops.square(as_tensor(t))) for t in t_list if t is not None]))


@liftable
def clip_by_global_norm(t_list, clip_norm, use_norm=None, name=None):
    """The tensors, scaled down together where their common norm is above clip_norm; and that norm."""
    norm = global_norm(t_list) if use_norm is None else as_tensor(use_norm)
    scale = clip_norm / ops.maximum(norm, clip_norm)
    return [t if t is None else as_tensor(t) * scale for t in t_list], norm


@liftable
def cumsum(x, axis=0, exclusive=False, reverse=False, name=None):
    """Sums from the first element on along an axis; exclusive leaves each element itself out."""
    return _cumulative(ops.cumsum, as_tensor(x), axis, exclusive, reverse, 0)


@liftable
def cumprod(x, axis=0, exclusive=False, reverse=False, name=None):
    """Products from the first element on along an axis; exclusive leaves each element itself out."""
    return _cumulative(ops.cumprod, as_tensor(x), axis, exclusive, reverse, 1)


def _cumulative(function, x, axis, exclusive, reverse, neutral):
    x = ops.flip(x, axis) if reverse else x
    if exclusive:
        axis %= len(x.shape)
        index = (slice(None),) * axis
        first = x[(*index, slice(0, 1))]
        x = ops.concatenate([ops.full_like(first, neutral), x[(*index, slice(None, -1))]], axis)
    y = function(x, axis=axis)
    return ops.flip(y, axis) if reverse else y


@liftable
def polyval(coeffs, x, name=None):
    """The polynomial of these coefficients, highest power first, at x."""
    x, y = as_tensor(x), None
    for c in coeffs:
        y = as_tensor(c) if y is None else y * x + c
    return y


@liftable
def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The sum of several tensors."""
    return add_n(inputs)


@liftable
def approximate_equal(x, y, tolerance=1e-05, name=None):
    """Whether x and y differ by less than the tolerance."""
    return ops.less(ops.absolute(ops.subtract(*operands(x, y))), tolerance)


# Special functions


# Lanczos's approximation of log Γ (1964), g = 7, with the coefficients of Godfrey (2001).
_LANCZOS = (
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
)  # fmt: skip


def _log_gamma(x):
    z = np.where(x < 0.5, 1 - x, x) - 1
    total = _LANCZOS[0] + sum(c / (z + i) for i, c in enumerate(_LANCZOS[1:], 1))
    t = z + 7.5
    y = 0.5 * np.log(2 * np.pi) + (z + 0.5) * np.log(t) - t + np.log(total)
    return np.where(x < 0.5, np.log(np.pi / np.abs(np.sin(np.pi * x))) - y, y)


def _digamma(x):
    """The derivative of log Γ: recurrence up to 10, then the asymptotic series (Abramowitz and Stegun 6.3.18)."""
    reflected = x <= 0
    z = np.where(reflected, 1 - x, x)
    shift = np.zeros_like(z)
    for _ in range(10):
        small = z < 10
        shift = shift - np.where(small, 1 / np.where(small, z, 1), 0)
        z = np.where(small, z + 1, z)
    r = 1 / (z * z)
    series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r / 132))))
    y = np.log(z) - 0.5 / z - series + shift
    return np.where(reflected, y - np.pi / np.tan(np.pi * np.where(reflected, x, 0.5)), y)


@differentiable
def _lgamma_of(x, /):
    wide = x.astype("float64")
    return _log_gamma(wide).astype(x.dtype), (lambda dy: dy * _digamma(wide).astype(x.dtype),)


@liftable
def lgamma(x, name=None):
    """log |Γ(x)|."""
    return _lgamma_of(as_tensor(x))


@liftable
def digamma(x, name=None):
    """The derivative of log Γ(x); no gradient flows through it."""
    x = as_tensor(x).array
    return Tensor(_digamma(x.astype("float64")).astype(x.dtype))


@liftable
def lbeta(x, name=None):
    """log |Beta(x)| over the last axis."""
    x = as_tensor(x)
    return ops.sum(lgamma(x), axis=-1) - lgamma(ops.sum(x, axis=-1))


def axis_of(axis):
    """An axis, or several, as integers."""
    if isinstance(axis, Tensor):
        axis = axis.array
    if axis is None or isinstance(axis, int):
        return axis
    array = np.asarray(axis)
    return int(array) if array.ndim == 0 else tuple(array.tolist())
