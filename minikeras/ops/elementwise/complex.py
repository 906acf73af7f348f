"""Complex numbers and their parts.

Gradients by complex values are ∂L/∂Re - i ∂L/∂Im, so that holomorphic functions obey the same rules as real ones.
"""

import numpy as np

from minikeras.autodiff import differentiable
from minikeras.ops.floating import floating

__all__ = ["angle", "conj", "conjugate", "imag", "polar", "real", "view_as_complex", "view_as_real"]


@differentiable
def real(x, /):
    """The real part of x."""
    return np.real(x), (lambda dy: dy,)


@differentiable
def imag(x, /):
    """The imaginary part of x."""
    if x.dtype.kind != "c":
        return np.imag(x), (lambda dy: dy * 0,)
    return np.imag(x), (lambda dy: dy * -1j,)


@differentiable
def conj(x, /):
    """The complex conjugate of x."""
    return np.conj(x), (lambda dy: np.conj(dy),)


def conjugate(x):
    """The complex conjugate of x, the same as `conj`."""
    return conj(x)


@differentiable
def angle(x, /):
    """The angle of x in the complex plane, in radians."""
    if x.dtype.kind != "c":
        x = floating(x)
        return np.angle(x).astype(x.dtype), (lambda dy: dy * 0,)
    squared = np.real(x) ** 2 + np.imag(x) ** 2
    return np.angle(x), (lambda dy: -dy * (np.imag(x) + 1j * np.real(x)) / squared,)


@differentiable(promote=True)
def polar(abs_, angle, /):
    """The complex numbers of the given absolute values and angles (in radians)."""
    abs_, angle = floating(abs_), floating(angle)
    cosine, sine = np.cos(angle), np.sin(angle)
    return abs_ * cosine + 1j * (abs_ * sine), (
        lambda dy: np.real(dy) * cosine - np.imag(dy) * sine,
        lambda dy: -np.real(dy) * abs_ * sine - np.imag(dy) * abs_ * cosine,
    )


@differentiable
def view_as_complex(x, /):
    """Pairs (real part, imaginary part) along the last axis as complex numbers."""
    if x.ndim < 1 or x.shape[-1] != 2:
        raise ValueError(
            f"view_as_complex expected the last axis to hold pairs (real, imaginary), received shape {x.shape}. "
            "Stack the two parts along the last axis."
        )
    return x[..., 0] + 1j * x[..., 1], (lambda dy: np.stack([np.real(dy), -np.imag(dy)], axis=-1),)


@differentiable
def view_as_real(x, /):
    """Complex numbers as pairs (real part, imaginary part) along a new last axis."""
    return np.stack([np.real(x), np.imag(x)], axis=-1), (lambda dy: dy[..., 0] - 1j * dy[..., 1],)
