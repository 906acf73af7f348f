"""Norms of vectors and matrices, and ranks."""

import numpy as np

from minikeras.autodiff import differentiable, operation
from minikeras.ops import elementwise, reduce, shaping
from minikeras.ops.axes import axes_of
from minikeras.ops.decomposition import svd
from minikeras.ops.floating import floating, floating_tensor
from minikeras.ops.matrices import count_steps

__all__ = ["matrix_rank", "norm"]


@differentiable
def matrix_rank(x, /, tol=None):
    """How many singular values are above tol (by default the largest · size · the dtype's precision), int32."""
    count_steps(x)
    return np.asarray(np.linalg.matrix_rank(floating(x), tol=tol), "int32"), None


@operation
def norm(x, /, ord=None, axis=None, keepdims=False):
    """The norm of a vector (one axis, or all of x without axis and ord) or of matrices (two axes).

    ord: for vectors a number p (√ᵖ Σ |x|ᵖ, 2 by default), ±inf (the extreme of |x|) or 0 (the count of nonzero
    elements); for matrices 'fro' (√Σ x², the default), 'nuc' (the sum of the singular values), 2 or -2 (their
    extremes), 1 or -1 (the extreme sums of columns), inf or -inf (of rows). Its derivative at 0 is 0.
    """
    x = floating_tensor(x)
    if axis is None:
        if ord is None:
            y = _length(shaping.ravel(x), (0,))
            return shaping.reshape(y, (1,) * x.ndim) if keepdims else y
        axis = tuple(range(x.ndim))
    axes = axes_of(axis, x.ndim)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError(
            f"norm expected one axis (vectors) or two (matrices), received axis={axis!r}, ord={ord!r}."
        )
    y = _matrix_norm(shaping.moveaxis(x, axes, (-2, -1)), ord)
    return shaping.expand_dims(y, tuple(sorted(axes))) if keepdims else y


def _length(x, axes, keepdims=False):
    squares = reduce.sum(elementwise.square(x), axis=axes, keepdims=keepdims)
    zero = elementwise.equal(squares, 0)
    return elementwise.where(zero, 0.0, elementwise.sqrt(elementwise.where(zero, 1.0, squares)))


def _vector_norm(x, ord, axes, keepdims):
    if ord is None or ord == 2:
        return _length(x, axes, keepdims)
    size = elementwise.absolute(x)
    if ord == np.inf:
        return reduce.max(size, axis=axes, keepdims=keepdims)
    if ord == -np.inf:
        return reduce.min(size, axis=axes, keepdims=keepdims)
    if ord == 0:
        return reduce.sum(
            elementwise.cast(elementwise.not_equal(x, 0), x.dtype), axis=axes, keepdims=keepdims
        )
    if isinstance(ord, str):
        raise ValueError(f"norm expected a number as ord for vectors, received {ord!r}.")
    if ord == 1:
        return reduce.sum(size, axis=axes, keepdims=keepdims)
    return elementwise.power(
        reduce.sum(elementwise.power(size, ord), axis=axes, keepdims=keepdims), 1.0 / ord
    )


def _matrix_norm(x, ord):
    if ord is None or ord == "fro":
        return _length(x, (-2, -1))
    if ord == "nuc":
        return reduce.sum(svd(x, compute_uv=False), axis=-1)
    if ord in (2, -2):
        return (reduce.max if ord > 0 else reduce.min)(svd(x, compute_uv=False), axis=-1)
    if ord in (1, -1, np.inf, -np.inf):
        sums = reduce.sum(elementwise.absolute(x), axis=-2 if abs(ord) == 1 else -1)
        return (reduce.max if ord > 0 else reduce.min)(sums, axis=-1)
    raise ValueError(
        f"norm expected ord to be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf for matrices, received {ord!r}."
    )
