"""Arithmetic: sums, products, quotients, powers and roots, extremes of two."""

import numpy as np

from minikeras.autodiff import as_array, differentiable, operation
from minikeras.ops.floating import floating, floating_tensor

__all__ = [
    "abs",
    "absolute",
    "add",
    "cbrt",
    "deg2rad",
    "divide",
    "divide_no_nan",
    "fabs",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "hypot",
    "lcm",
    "ldexp",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "nextafter",
    "positive",
    "power",
    "rad2deg",
    "reciprocal",
    "rsqrt",
    "sign",
    "sqrt",
    "square",
    "subtract",
    "true_divide",
]


# Sums, products, quotients


@differentiable(operator="add", promote=True)
def add(x1, x2, /):
    """x1 + x2, with broadcasting."""
    return x1 + x2, (lambda dy: dy, lambda dy: dy)


@differentiable(operator="sub", promote=True)
def subtract(x1, x2, /):
    """x1 - x2, with broadcasting."""
    if x1.dtype.kind == "b":
        x1, x2 = x1.astype("int32"), x2.astype("int32")
    return x1 - x2, (lambda dy: dy, lambda dy: -dy)


@differentiable(operator="mul", promote=True)
def multiply(x1, x2, /):
    """x1 · x2, with broadcasting."""
    return x1 * x2, (lambda dy: dy * x2, lambda dy: dy * x1)


@differentiable(operator="truediv", promote=True)
def divide(x1, x2, /):
    """x1 / x2, with broadcasting; integers divide to the default float."""
    if x1.dtype.kind not in "fc":
        x1, x2 = floating(x1), floating(x2)
    return x1 / x2, (lambda dy: dy / x2, lambda dy: -dy * x1 / (x2 * x2))


def true_divide(x1, x2):
    """x1 / x2, the same as `divide`."""
    return divide(x1, x2)


@differentiable(promote=True)
def divide_no_nan(x1, x2, /):
    """x1 / x2, and 0 where x2 is 0."""
    x1, x2 = floating(x1), floating(x2)
    zero = np.equal(x2, 0)
    safe = np.where(zero, np.ones_like(x2), x2)
    inverse = np.where(zero, np.zeros_like(x2), 1 / safe)
    y = np.where(zero, np.zeros_like(x1), x1 / safe)
    return y, (lambda dy: dy * inverse, lambda dy: -dy * x1 * inverse * inverse)


@differentiable(operator="floordiv", promote=True)
def floor_divide(x1, x2, /):
    """The largest integer not above x1 / x2."""
    if x1.dtype.kind == "b":
        x1, x2 = x1.astype("int32"), x2.astype("int32")
    return np.floor_divide(x1, x2), (lambda dy: dy * 0, lambda dy: dy * 0)


@differentiable(operator="mod", promote=True)
def mod(x1, x2, /):
    """The remainder of x1 / x2, with the sign of x2."""
    if x1.dtype.kind == "b":
        x1, x2 = x1.astype("int32"), x2.astype("int32")
    return np.mod(x1, x2), (lambda dy: dy, lambda dy: -dy * np.floor_divide(x1, x2))


@differentiable(promote=True)
def fmod(x1, x2, /):
    """The remainder of x1 / x2, with the sign of x1."""
    if x1.dtype.kind == "b":
        x1, x2 = x1.astype("int32"), x2.astype("int32")
    return np.fmod(x1, x2), (lambda dy: dy, lambda dy: -dy * np.trunc(x1 / x2))


@differentiable(promote=True)
def gcd(x1, x2, /):
    """The greatest common divisor of integers."""
    return np.gcd(x1, x2), None


@differentiable(promote=True)
def lcm(x1, x2, /):
    """The least common multiple of integers."""
    return np.lcm(x1, x2), None


# Signs


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
    if x.dtype.kind == "c":
        y = np.absolute(x)
        return y, (lambda dy: dy * np.conj(x) / np.where(y == 0, 1, y),)
    return np.absolute(x), (lambda dy: dy * np.sign(x),)


def abs(x):
    """|x|, the same as `absolute`."""
    return absolute(x)


@operation
def fabs(x, /):
    """|x| as a float."""
    return absolute(floating_tensor(x))


@differentiable
def sign(x, /):
    """-1, 0 or 1, as x is negative, zero or positive; of complex numbers x / |x|, 0 at 0."""
    if x.dtype.kind == "c":
        size = np.absolute(x)
        size = np.where(size == 0, 1, size)
        y = x / size
        return y, (lambda dy: (dy - np.real(dy * y) * np.conj(y)) / size,)
    return x if x.dtype.kind == "b" else np.sign(x), (lambda dy: dy * 0,)


# Powers and roots


@differentiable(operator="pow", promote=True)
def power(x1, x2, /):
    """x1 to the power x2; the gradient by x2 is 0 where x1 is 0 or less."""
    if x1.dtype.kind == "b":
        x1, x2 = x1.astype("int32"), x2.astype("int32")

    def by_exponent(dy):
        positive = np.greater(x1, 0)
        log = np.where(positive, np.log(np.where(positive, x1, np.ones_like(x1))), np.zeros_like(x1))
        return dy * np.power(x1, x2) * log

    def by_base(dy):
        # 0 where the exponent is 0, whatever the base: the derivative of a constant.
        constant = np.equal(x2, 0)
        return dy * x2 * np.power(x1, np.where(constant, np.ones_like(x2), np.subtract(x2, 1)))

    return np.power(x1, x2), (by_base, by_exponent)


@differentiable
def square(x, /):
    """x²."""
    if x.dtype.kind == "b":
        x = x.astype("int32")
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
def cbrt(x, /):
    """The real cube root of x."""
    y = np.cbrt(floating(x))
    return y, (lambda dy: dy / (3 * y * y),)


@differentiable
def reciprocal(x, /):
    """1 / x."""
    y = 1 / floating(x)
    return y, (lambda dy: -dy * y * y,)


@differentiable(promote=True)
def hypot(x1, x2, /):
    """√(x1² + x2²), without overflow; the derivative at the origin is 0."""
    x1, x2 = floating(x1), floating(x2)
    y = np.hypot(x1, x2)
    safe = np.where(np.equal(y, 0), np.ones_like(y), y)
    return y, (lambda dy: dy * x1 / safe, lambda dy: dy * x2 / safe)


@differentiable
def ldexp(x1, x2, /):
    """x1 · 2^x2, for integers x2."""
    x2 = as_array(x2)
    if x2.dtype.kind not in "iu":
        raise TypeError(
            f"ldexp expected integers as exponents x2, received dtype {x2.dtype}. Cast x2 to int32."
        )
    x1 = floating(x1)
    scale = np.ldexp(np.ones((), x1.dtype), x2)
    return x1 * scale, (lambda dy: dy * scale, None)


@differentiable
def deg2rad(x, /):
    """Degrees as radians."""
    scale = float(np.pi / 180)
    return floating(x) * scale, (lambda dy: dy * scale,)


@differentiable
def rad2deg(x, /):
    """Radians as degrees."""
    scale = float(180 / np.pi)
    return floating(x) * scale, (lambda dy: dy * scale,)


# Extremes of two


def _shared(x1, x2, first):
    """Gradient functions of a choice between x1 (where first() holds) and x2, halved where they are equal."""

    def by_first(dy):
        return dy * np.where(np.equal(x1, x2), 0.5, first()).astype(dy.dtype)

    def by_second(dy):
        return dy * np.where(np.equal(x1, x2), 0.5, np.logical_not(first())).astype(dy.dtype)

    return by_first, by_second


@differentiable(promote=True)
def maximum(x1, x2, /):
    """The larger of x1 and x2, NaN where either is; where they are equal the gradient is shared, half each."""
    return np.maximum(x1, x2), _shared(x1, x2, lambda: np.greater(x1, x2))


@differentiable(promote=True)
def minimum(x1, x2, /):
    """The smaller of x1 and x2, NaN where either is; where they are equal the gradient is shared, half each."""
    return np.minimum(x1, x2), _shared(x1, x2, lambda: np.less(x1, x2))


@differentiable(promote=True)
def fmax(x1, x2, /):
    """The larger of x1 and x2, the other one where one is NaN; equal ones share the gradient."""
    return np.fmax(x1, x2), _shared(x1, x2, lambda: np.logical_or(np.greater(x1, x2), np.isnan(x2)))


@differentiable(promote=True)
def fmin(x1, x2, /):
    """The smaller of x1 and x2, the other one where one is NaN; equal ones share the gradient."""
    return np.fmin(x1, x2), _shared(x1, x2, lambda: np.logical_or(np.less(x1, x2), np.isnan(x2)))


@differentiable(promote=True)
def nextafter(x1, x2, /):
    """The next number that the float type can hold after x1, towards x2."""
    return np.nextafter(floating(x1), floating(x2)), None
