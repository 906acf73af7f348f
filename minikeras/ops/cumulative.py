"""Running sums and products, differences, integrals over samples."""

import numpy as np

from minikeras.autodiff import differentiable, operation
from minikeras.dtypes import standardize_dtype
from minikeras.ops import elementwise, reduce
from minikeras.ops.axes import axis_of
from minikeras.ops.floating import floating_tensor

__all__ = ["cumprod", "cumsum", "diff", "nancumprod", "nancumsum", "trapezoid"]


def _in_dtype(x, dtype):
    if dtype is not None:
        return x.astype(standardize_dtype(dtype))
    return x.astype("int32") if x.dtype.kind == "b" else x


@differentiable
def cumsum(x, /, axis=None, dtype=None):
    """The running sum along `axis` (of the flattened x by default)."""
    x = _in_dtype(x, dtype)

    def gradient(dy):
        along = 0 if axis is None else axis
        back = np.flip(np.cumsum(np.flip(dy, axis=along), axis=along), axis=along)
        return np.reshape(back, x.shape)

    return np.cumsum(x, axis=axis, dtype=x.dtype), (gradient,)


@differentiable
def cumprod(x, /, axis=None, dtype=None):
    """The running product along `axis` (of the flattened x by default)."""
    x = _in_dtype(x, dtype)
    along = 0 if axis is None else axis
    flat = np.reshape(x, (-1,)) if axis is None else x

    def gradient(dy):
        # d y_j / d x_i is the product of the other factors up to j: taken directly, so that zeros do no harm.
        moved, up = np.moveaxis(flat, along, -1), np.moveaxis(dy, along, -1)
        size = moved.shape[-1]
        factors = np.where(np.eye(size, dtype=bool), 1, moved[..., None, :])
        products = np.cumprod(factors, axis=-1)
        reach = np.triu(np.ones((size, size), flat.dtype))
        back = np.sum(products * reach * up[..., None, :], axis=-1)
        return np.reshape(np.moveaxis(back, -1, along), x.shape)

    return np.cumprod(flat, axis=along, dtype=flat.dtype), (gradient,)


@operation
def nancumsum(x, /, axis=None, dtype=None):
    """The running sum along `axis`, NaN counted as 0."""
    return cumsum(elementwise.where(elementwise.isnan(x), 0, x), axis=axis, dtype=dtype)


@operation
def nancumprod(x, /, axis=None, dtype=None):
    """The running product along `axis`, NaN counted as 1."""
    return cumprod(elementwise.where(elementwise.isnan(x), 1, x), axis=axis, dtype=dtype)


@operation
def diff(a, /, n=1, axis=-1):
    """The n-th differences of neighbours along `axis`."""
    if n < 0:
        raise ValueError(f"diff expected an order n of at least 0, received {n}.")
    axis = axis_of(axis, a.ndim)
    for _ in range(min(n, a.shape[axis])):
        lead = (slice(None),) * axis
        later, earlier = a[(*lead, slice(1, None))], a[(*lead, slice(None, -1))]
        a = elementwise.not_equal(later, earlier) if a.dtype.kind == "b" else later - earlier
    return a


@operation
def trapezoid(y, x=None, /, dx=1.0, axis=-1):
    """The integral of samples y along `axis` by the trapezoidal rule, at places x or at steps of dx."""
    y = floating_tensor(y)
    axis = axis_of(axis, y.ndim)
    lead = (slice(None),) * axis
    heights = y[(*lead, slice(1, None))] + y[(*lead, slice(None, -1))]
    if x is None:
        return reduce.sum(heights * dx, axis=axis) / 2.0
    widths = diff(floating_tensor(x), axis=-1 if x.ndim == 1 else axis)
    if widths.ndim == 1 and y.ndim > 1:
        widths = widths.reshape(tuple([-1 if a == axis else 1 for a in range(y.ndim)]))
    return reduce.sum(heights * widths, axis=axis) / 2.0


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
for _function in (cumsum, cumprod, nancumsum, nancumprod):
    _function.axiswise = True
