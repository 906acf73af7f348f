"""Elementwise functions: arithmetic, exponentials, trigonometry, comparison and choice."""

import numpy as np

from minikeras import config
from minikeras.autodiff import differentiable


def floating(x):
    """`x` itself if it is of a float type, else converted to the default float."""
    if not hasattr(x, "dtype"):
        x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(config.floatx())


# Arithmetic


@differentiable(operator="add", promote=True)
def add(x1, x2, /):
    """x1 + x2, with broadcasting."""
    return x1 + x2, (lambda dy: dy, lambda dy: dy)


@differentiable(operator="sub", promote=True)
def subtract(x1, x2, /):
    """x1 - x2, with broadcasting."""
    return x1 - x2, (lambda dy: dy, lambda dy: -dy)


@differentiable(operator="mul", promote=True)
def multiply(x1, x2, /):
    """x1 · x2, with broadcasting."""
    return x1 * x2, (lambda dy: dy * x2, lambda dy: dy * x1)


@differentiable(operator="truediv", promote=True)
def divide(x1, x2, /):
    """x1 / x2, with broadcasting; integers divide to the default float."""
    x1, x2 = floating(x1), floating(x2)
    return x1 / x2, (lambda dy: dy / x2, lambda dy: -dy * x1 / (x2 * x2))


true_divide = divide


@differentiable(promote=True)
def divide_no_nan(x1, x2, /):
    """x1 / x2, and 0 where x2 is 0."""
    x1, x2 = floating(x1), floating(x2)
    zero = np.equal(x2, 0)
    safe = np.where(zero, np.ones_like(x2), x2)
    inverse = np.where(zero, np.zeros_like(x2), 1 / safe)
    return x1 * inverse, (lambda dy: dy * inverse, lambda dy: -dy * x1 * inverse * inverse)


@differentiable(operator="floordiv", promote=True)
def floor_divide(x1, x2, /):
    """The largest integer not above x1 / x2."""
    return np.floor_divide(x1, x2), None


@differentiable(operator="mod", promote=True)
def mod(x1, x2, /):
    """The remainder of x1 / x2, with the sign of x2."""
    return np.mod(x1, x2), (lambda dy: dy, lambda dy: -dy * np.floor_divide(x1, x2))


@differentiable(operator="pow", promote=True)
def power(x1, x2, /):
    """x1 to the power x2; the gradient by x2 is 0 where x1 is 0 or less."""

    def by_exponent(dy):
        positive = np.greater(x1, 0)
        log = np.where(positive, np.log(np.where(positive, x1, np.ones_like(x1))), np.zeros_like(x1))
        return dy * np.power(x1, x2) * log

    def by_base(dy):
        # 0 where the exponent is 0, whatever the base: the derivative of a constant.
        constant = np.equal(x2, 0)
        return dy * x2 * np.power(x1, np.where(constant, np.ones_like(x2), np.subtract(x2, 1)))

    return np.power(x1, x2), (by_base, by_exponent)


@differentiable(operator="neg")
def negative(x, /):
    """-x."""
    return -x, (lambda dy: -dy,)


@differentiable(operator="pos")
def positive(x, /):
    """x itself."""
    return +x, (lambda dy: dy,)


@differentiable(operator="abs")
def absolute(x, /):
    """|x|, with derivative 0 at 0."""
    return np.absolute(x), (lambda dy: dy * np.sign(x),)


def abs(x):  # Keras's name for `absolute`
    """|x|, with derivative 0 at 0."""
    return absolute(x)


@differentiable
def square(x, /):
    """x²."""
    return x * x, (lambda dy: 2 * dy * x,)


@differentiable
def sqrt(x, /):
    """The square root of x."""
    y = np.sqrt(floating(x))
    return y, (lambda dy: dy * 0.5 / y,)


@differentiable
def rsqrt(x, /):
    """1 / √x."""
    x = floating(x)
    y = 1 / np.sqrt(x)
    return y, (lambda dy: dy * -0.5 * y / x,)


@differentiable
def reciprocal(x, /):
    """1 / x."""
    y = 1 / floating(x)
    return y, (lambda dy: -dy * y * y,)


@differentiable(promote=True)
def maximum(x1, x2, /):
    """The larger of x1 and x2; where they are equal the gradient is shared, half each."""
    first, tie = np.greater(x1, x2), np.equal(x1, x2)
    return np.maximum(x1, x2), (
        lambda dy: dy * np.where(tie, 0.5, first).astype(dy.dtype),
        lambda dy: dy * np.where(tie, 0.5, np.logical_not(first)).astype(dy.dtype),
    )


@differentiable(promote=True)
def minimum(x1, x2, /):
    """The smaller of x1 and x2; where they are equal the gradient is shared, half each."""
    first, tie = np.less(x1, x2), np.equal(x1, x2)
    return np.minimum(x1, x2), (
        lambda dy: dy * np.where(tie, 0.5, first).astype(dy.dtype),
        lambda dy: dy * np.where(tie, 0.5, np.logical_not(first)).astype(dy.dtype),
    )


@differentiable
def clip(x, /, x_min, x_max):
    """x, kept between x_min and x_max; the gradient passes where x lies within, the bounds included."""
    inside = np.logical_and(np.greater_equal(x, x_min), np.less_equal(x, x_max))
    return np.minimum(np.maximum(x, x_min), x_max).astype(x.dtype), (lambda dy: dy * inside.astype(dy.dtype),)


# Exponentials and logarithms


@differentiable
def exp(x, /):
    """e to the power x."""
    y = np.exp(floating(x))
    return y, (lambda dy: dy * y,)


@differentiable
def exp2(x, /):
    """2 to the power x."""
    y = np.exp2(floating(x))
    return y, (lambda dy: dy * y * float(np.log(2.0)),)


@differentiable
def expm1(x, /):
    """e to the power x, minus 1, exact near 0."""
    x = floating(x)
    return np.expm1(x), (lambda dy: dy * np.exp(x),)


@differentiable
def log(x, /):
    """The natural logarithm of x."""
    x = floating(x)
    return np.log(x), (lambda dy: dy / x,)


@differentiable
def log2(x, /):
    """The logarithm of x to the base 2."""
    x = floating(x)
    return np.log2(x), (lambda dy: dy / (x * float(np.log(2.0))),)


@differentiable
def log10(x, /):
    """The logarithm of x to the base 10."""
    x = floating(x)
    return np.log10(x), (lambda dy: dy / (x * float(np.log(10.0))),)


@differentiable
def log1p(x, /):
    """The natural logarithm of 1 + x, exact near 0."""
    x = floating(x)
    return np.log1p(x), (lambda dy: dy / (1 + x),)


@differentiable(promote=True)
def logaddexp(x1, x2, /):
    """log(exp(x1) + exp(x2)), without overflow."""
    x1, x2 = floating(x1), floating(x2)
    y = np.logaddexp(x1, x2)
    return y, (lambda dy: dy * np.exp(x1 - y), lambda dy: dy * np.exp(x2 - y))


# Trigonometry


@differentiable
def sin(x, /):
    """The sine of x, in radians."""
    x = floating(x)
    return np.sin(x), (lambda dy: dy * np.cos(x),)


@differentiable
def cos(x, /):
    """The cosine of x, in radians."""
    x = floating(x)
    return np.cos(x), (lambda dy: -dy * np.sin(x),)


@differentiable
def tan(x, /):
    """The tangent of x, in radians."""
    y = np.tan(floating(x))
    return y, (lambda dy: dy * (1 + y * y),)


@differentiable
def arcsin(x, /):
    """The angle in radians whose sine is x."""
    x = floating(x)
    return np.arcsin(x), (lambda dy: dy / np.sqrt(1 - x * x),)


@differentiable
def arccos(x, /):
    """The angle in radians whose cosine is x."""
    x = floating(x)
    return np.arccos(x), (lambda dy: -dy / np.sqrt(1 - x * x),)


@differentiable
def arctan(x, /):
    """The angle in radians whose tangent is x."""
    x = floating(x)
    return np.arctan(x), (lambda dy: dy / (1 + x * x),)


@differentiable(promote=True)
def arctan2(x1, x2, /):
    """The angle in radians of the point (x2, x1)."""
    x1, x2 = floating(x1), floating(x2)
    return np.arctan2(x1, x2), (
        lambda dy: dy * x2 / (x1 * x1 + x2 * x2),
        lambda dy: -dy * x1 / (x1 * x1 + x2 * x2),
    )


@differentiable
def sinh(x, /):
    """The hyperbolic sine of x."""
    x = floating(x)
    return np.sinh(x), (lambda dy: dy * np.cosh(x),)


@differentiable
def cosh(x, /):
    """The hyperbolic cosine of x."""
    x = floating(x)
    return np.cosh(x), (lambda dy: dy * np.sinh(x),)


@differentiable
def tanh(x, /):
    """The hyperbolic tangent of x."""
    y = np.tanh(floating(x))
    return y, (lambda dy: dy * (1 - y * y),)


@differentiable
def arcsinh(x, /):
    """The inverse of the hyperbolic sine."""
    x = floating(x)
    return np.arcsinh(x), (lambda dy: dy / np.sqrt(x * x + 1),)


@differentiable
def arccosh(x, /):
    """The inverse of the hyperbolic cosine."""
    x = floating(x)
    return np.arccosh(x), (lambda dy: dy / np.sqrt(x * x - 1),)


@differentiable
def arctanh(x, /):
    """The inverse of the hyperbolic tangent."""
    x = floating(x)
    return np.arctanh(x), (lambda dy: dy / (1 - x * x),)


# Rounding and choice


@differentiable
def sign(x, /):
    """-1, 0 or 1, as x is negative, zero or positive."""
    return np.sign(x), (lambda dy: dy * 0,)


@differentiable
def floor(x, /):
    """The largest integer not above x, as a float."""
    return np.floor(floating(x)), (lambda dy: dy * 0,)


@differentiable
def ceil(x, /):
    """The smallest integer not below x, as a float."""
    return np.ceil(floating(x)), (lambda dy: dy * 0,)


@differentiable
def trunc(x, /):
    """x without its fraction."""
    return np.trunc(x), (lambda dy: dy * 0,)


@differentiable
def round(x, /, decimals=0):
    """x rounded to `decimals` places, halves to even."""
    return np.round(x, decimals), (lambda dy: dy * 0,)


@differentiable
def where(condition, x1, x2, /):
    """x1 where the condition holds, x2 elsewhere."""
    y = np.where(condition, x1, x2)
    return y, (
        None,
        lambda dy: np.where(condition, dy, np.zeros_like(dy)),
        lambda dy: np.where(condition, np.zeros_like(dy), dy),
    )


@differentiable
def cast(x, /, dtype):
    """x in another dtype."""
    return x.astype(dtype), (lambda dy: dy.astype(x.dtype),)


@differentiable
def stop_gradient(x, /):
    """x, through which no gradient flows."""
    return x, None


# Comparison and logic: no gradients


@differentiable(operator="eq", promote=True)
def equal(x1, x2, /):
    """Whether x1 = x2, element by element."""
    return np.equal(x1, x2), None


@differentiable(operator="ne", promote=True)
def not_equal(x1, x2, /):
    """Whether x1 ≠ x2, element by element."""
    return np.not_equal(x1, x2), None


@differentiable(operator="gt", promote=True)
def greater(x1, x2, /):
    """Whether x1 > x2, element by element."""
    return np.greater(x1, x2), None


@differentiable(operator="ge", promote=True)
def greater_equal(x1, x2, /):
    """Whether x1 ≥ x2, element by element."""
    return np.greater_equal(x1, x2), None


@differentiable(operator="lt", promote=True)
def less(x1, x2, /):
    """Whether x1 < x2, element by element."""
    return np.less(x1, x2), None


@differentiable(operator="le", promote=True)
def less_equal(x1, x2, /):
    """Whether x1 ≤ x2, element by element."""
    return np.less_equal(x1, x2), None


@differentiable(operator="and")
def logical_and(x1, x2, /):
    """Whether both hold."""
    return np.logical_and(x1, x2), None


@differentiable(operator="or")
def logical_or(x1, x2, /):
    """Whether at least one holds."""
    return np.logical_or(x1, x2), None


@differentiable(operator="xor")
def logical_xor(x1, x2, /):
    """Whether exactly one holds."""
    return np.logical_xor(x1, x2), None


@differentiable(operator="invert")
def logical_not(x, /):
    """Whether x does not hold."""
    return np.logical_not(x), None


@differentiable
def isnan(x, /):
    """Whether x is not a number."""
    return np.isnan(x), None


@differentiable
def isinf(x, /):
    """Whether x is infinite."""
    return np.isinf(x), None


@differentiable
def isfinite(x, /):
    """Whether x is neither infinite nor NaN."""
    return np.isfinite(x), None


@differentiable
def zeros_like(x, /, dtype=None):
    """Zeros of the shape of x."""
    return np.zeros(x.shape, dtype or x.dtype), None


@differentiable
def ones_like(x, /, dtype=None):
    """Ones of the shape of x."""
    return np.ones(x.shape, dtype or x.dtype), None


@differentiable
def full_like(x, /, fill_value, dtype=None):
    """One value in the shape of x."""
    return np.full(x.shape, fill_value, dtype or x.dtype), None
