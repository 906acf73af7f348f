"""Special functions: the error function and its kin, Bessel's function."""

import numpy as np

from minikeras.autodiff import Tensor, as_array, differentiable
from minikeras.ops.floating import floating

__all__ = ["erf", "erfc", "erfinv", "i0"]

_SLOPE = float(2.0 / np.sqrt(np.pi))


@differentiable
def erf(x, /):
    """The error function 2/√π ∫₀ˣ exp(-t²) dt, to the precision of the dtype."""
    x = floating(x)
    return erf_array(as_array(x)), (lambda dy: dy * _SLOPE * np.exp(-x * x),)


@differentiable
def erfc(x, /):
    """1 - erf(x), exact where it is tiny."""
    x = floating(x)
    return _erfc_array(as_array(x)), (lambda dy: -dy * _SLOPE * np.exp(-x * x),)


@differentiable
def erfinv(x, /):
    """The number whose error function is x; ±∞ at ±1, NaN beyond."""
    x = floating(x)
    y = erfinv(x) if isinstance(x, Tensor) else _erfinv_array(x)
    return y, (lambda dy: dy * np.exp(y * y) / _SLOPE,)


@differentiable
def i0(x, /):
    """The modified Bessel function of the first kind and order 0."""
    x = floating(x)
    y = np.i0(as_array(x)).astype(x.dtype)
    return y, (lambda dy: dy * (_i1(x) if isinstance(x, Tensor) else _i1_array(x)),)


@differentiable
def _i1(x, /):
    y = _i1(x) if isinstance(x, Tensor) else _i1_array(x)

    def gradient(dy):
        zero = np.equal(x, 0)
        safe = np.where(zero, np.ones_like(x), x)
        return dy * (
            np.where(zero, np.zeros_like(x) + 0.5, i0(x) - y / safe)
            if isinstance(x, Tensor)
            else np.where(zero, 0.5, np.i0(x) - y / safe).astype(x.dtype)
        )

    return y, (gradient,)


def _i1_array(x):
    """The modified Bessel function of order 1: its power series (Abramowitz & Stegun 9.6.10), beyond 30 its
    asymptotic one (9.7.1)."""
    z = np.abs(x.astype("float64"))
    small, large = np.minimum(z, 30.0), np.maximum(z, 30.0)
    term = small / 2
    series = term.copy()
    for k in range(1, 80):
        term = term * (small * small / 4) / (k * (k + 1))
        series += term
    term = np.ones_like(large)
    asymptotic = term.copy()
    for k in range(1, 20):
        term = term * -(4 - (2 * k - 1) ** 2) / (k * 8 * large)
        asymptotic += term
    y = np.where(z <= 30.0, series, asymptotic * np.exp(large) / np.sqrt(2 * np.pi * large))
    return np.copysign(y, x).astype(x.dtype)


# W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969) 631-637: numerators and
# denominators, the highest power first, for |x| to 0.46875 (in x²), to 4 (in |x|, of erfc · exp(x²)) and beyond (in 1/x²).
_NEAR = (
    (
        1.85777706184603153e-1,
        3.16112374387056560,
        1.13864154151050156e2,
        3.77485237685302021e2,
        3.20937758913846947e3,
    ),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)
_MIDDLE = (
    (
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
        2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
        1.23033935479799725e3,
    ),
    (
        1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
        3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
    ),
)  # fmt: skip
_FAR = (
    (
        1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
        1.60837851487422766e-2, 6.58749161529837803e-4,
    ),
    (
        1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
        2.33520497626869185e-3,
    ),
)  # fmt: skip


def _ratio(polynomials, x):
    """A quotient of two polynomials at x, by Horner's rule."""
    results = []
    for coefficients in polynomials:
        y = np.full_like(x, coefficients[0])
        for c in coefficients[1:]:
            y *= x
            y += c
        results.append(y)
    return results[0] / results[1]


def erf_array(x):
    """The error function of an array."""
    if x.dtype == np.float16:
        return erf_array(x.astype(np.float32)).astype(np.float16)
    flat = np.reshape(x, -1)
    near = np.absolute(flat) <= 0.46875
    y = np.empty_like(flat)
    z = flat[near]
    y[near] = z * _ratio(_NEAR, z * z)
    z = flat[~near]
    y[~near] = np.copysign(1 - _tail(np.absolute(z)), z)
    return y.reshape(x.shape)


def _erfc_array(x):
    """1 minus the error function, of an array."""
    if x.dtype == np.float16:
        return _erfc_array(x.astype(np.float32)).astype(np.float16)
    flat = np.reshape(x, -1)
    near = np.absolute(flat) <= 0.46875
    y = np.empty_like(flat)
    y[near] = 1 - erf_array(flat[near])
    z = flat[~near]
    tail = _tail(np.absolute(z))
    y[~near] = np.where(z < 0, 2 - tail, tail)
    return y.reshape(x.shape)


def _tail(z):
    """1 - erf(z) of numbers above 0.46875 in one axis; NaN stays NaN."""
    y = np.where(np.isnan(z), z, np.zeros_like(z))
    middle, far = z <= 4.0, (z > 4.0) & (z < 27.0)
    if middle.any():
        x = z[middle]
        y[middle] = _gaussian(x) * _ratio(_MIDDLE, x)
    if far.any():
        x = z[far]
        inverse = 1 / (x * x)
        y[far] = _gaussian(x) * (float(1 / np.sqrt(np.pi)) - inverse * _ratio(_FAR, inverse)) / x
    return y


def _gaussian(z):
    """exp(-z²), the square split so that its rounding error is not multiplied (Cody 1969)."""
    coarse = np.floor(z * 16) / 16
    return np.exp(-coarse * coarse) * np.exp(-(z - coarse) * (z + coarse))


# M. Giles, "Approximating the erfinv function", GPU Computing Gems (2011), table 5: polynomials in
# w - 2.5 and √w - 3 with w = -log(1 - x²), the highest power first. A start for Halley's steps.
_CENTRE = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
    0.246640727, 1.50140941,
)  # fmt: skip
_EDGE = (
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
    1.00167406, 2.83297682,
)  # fmt: skip


def _erfinv_array(x):
    """The inverse error function of an array: a polynomial start, then two Halley steps in float64."""
    z = np.absolute(x.astype(np.float64))
    inside = np.where(z < 1, z, 0.0)
    w = -np.log1p(-inside * inside)
    root = np.sqrt(np.maximum(w, 5.0))
    y = inside * np.where(w < 5.0, np.polyval(_CENTRE, w - 2.5), np.polyval(_EDGE, root - 3.0))
    for _ in range(2):
        # Near 1 the error is taken between the complements, which keep their digits.
        error = np.where(inside > 0.5, (1 - inside) - _erfc_array(y), erf_array(y) - inside)
        step = error / (_SLOPE * np.exp(-y * y))
        y = y - step / (1 + y * step)
    y = np.where(z == 1, np.inf, np.where(z < 1, y, np.nan))
    return np.copysign(y, x).astype(x.dtype)
