"""Inverses of matrices, solutions of linear equations, and determinants; batches lie before the last two axes."""

import numpy as np

from minikeras.autodiff import Tensor, differentiable, operation
from minikeras.ops import elementwise, products, shaping
from minikeras.ops.floating import floating, floating_tensor
from minikeras.ops.matrices import checked, count_steps, square, transposed

__all__ = [
    "cholesky_inverse",
    "det",
    "inv",
    "logdet",
    "lstsq",
    "pinv",
    "slogdet",
    "solve",
    "solve_triangular",
]


@differentiable
def inv(x, /):
    """The inverse of square matrices; singular ones raise a ValueError."""
    x = square(x, "inv")
    y = checked(np.linalg.inv, "inv", x)
    return y, (lambda dy: -np.matmul(np.matmul(transposed(y), dy), transposed(y)),)


@differentiable(promote=True)
def _solve(a, b, /):
    a, b = square(a, "solve"), floating(b)
    x = checked(np.linalg.solve, "solve", a, b)
    return x, (
        lambda dy: -np.matmul(np.linalg.solve(transposed(a), dy), transposed(x)),
        lambda dy: np.linalg.solve(transposed(a), dy),
    )


@operation
def solve(a, b, /):
    """x with a · x = b, for square matrices a and vectors (one axis less than a) or matrices b."""
    if b.ndim == a.ndim - 1:
        return shaping.squeeze(_solve(a, shaping.expand_dims(b, -1)), -1)
    return _solve(a, b)


@operation
def solve_triangular(a, b, /, lower=False):
    """x with a · x = b, where only the upper (or lower) triangle of a is read."""
    triangle = _lower(floating_tensor(a)) if lower else _upper(floating_tensor(a))
    return solve(triangle, b)


@differentiable
def _lower(x, /):
    return np.tril(x), (lambda dy: np.tril(dy),)


@differentiable
def _upper(x, /):
    return np.triu(x), (lambda dy: np.triu(dy),)


@differentiable
def pinv(x, /, rcond=None):
    """The Moore-Penrose inverse; singular values up to rcond times the largest count as 0.

    Gradient: Golub & Pereyra 1973, for matrices whose rank stays as it is.
    """
    x = floating(x)
    count_steps(x)
    rcond = max(x.shape[-2:]) * np.finfo(x.dtype).eps if rcond is None else rcond
    y = np.linalg.pinv(x, rcond)

    def gradient(dy):
        rest_left = np.eye(x.shape[-2], dtype=x.dtype) - x @ y
        rest_right = np.eye(x.shape[-1], dtype=x.dtype) - y @ x
        return (
            -transposed(y) @ dy @ transposed(y)
            + rest_left @ transposed(dy) @ y @ transposed(y)
            + transposed(y) @ y @ transposed(dy) @ rest_right
        )

    return y, (gradient,)


@operation
def lstsq(a, b, /, rcond=None):
    """The shortest x that minimizes |a · x - b|², for a matrix a and a vector or matrix b."""
    a, b = floating_tensor(a), floating_tensor(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or a.shape[0] != b.shape[0]:
        raise ValueError(
            f"lstsq expected a matrix and a vector or matrix with as many rows, received shapes {a.shape} and {b.shape}."
        )
    return products.matmul(pinv(a, rcond), b)


@operation
def cholesky_inverse(x, /, upper=False):
    """The inverse of a · aᵀ (with upper: aᵀ · a), given its Cholesky factor a."""
    if upper:
        a = _upper(floating_tensor(x))
        return inv(products.matmul(shaping.swapaxes(a, -1, -2), a))
    a = _lower(floating_tensor(x))
    return inv(products.matmul(a, shaping.swapaxes(a, -1, -2)))


# Determinants


@differentiable
def det(x, /):
    """The determinant of square matrices."""
    x = square(x, "det")
    if isinstance(x, Tensor):
        y = det(x)
        return y, (lambda dy: (dy * y)[..., None, None] * transposed(inv(x)),)
    return np.linalg.det(x), (lambda dy: dy[..., None, None] * _cofactors(x),)


def _cofactors(x):
    """The derivative of the determinant, of singular matrices too: from the products of all singular values but one."""
    u, s, vt = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]).prod(-1)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    return sign[..., None, None] * (u * others[..., None, :]) @ vt


@differentiable
def _slogdet(x, /):
    x = square(x, "slogdet")
    sign, logarithm = np.linalg.slogdet(x)

    def gradient(dys, into):
        dy = dys[1]
        return (None if dy is None else dy[..., None, None] * transposed(np.linalg.inv(x)),)

    return (sign, logarithm), gradient


@operation
def slogdet(x, /):
    """The sign of the determinant and the logarithm of its absolute value."""
    return _slogdet(x)


@operation
def logdet(x, /):
    """The logarithm of the determinant, NaN where that is negative."""
    sign, logarithm = _slogdet(x)
    return elementwise.where(sign < 0, np.nan, logarithm)
