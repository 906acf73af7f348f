"""Distances between points."""

from minikeras.autodiff import operation
from minikeras.ops import elementwise, reduce
from minikeras.ops.floating import floating_tensor

__all__ = ["cdist"]


@operation
def cdist(x, y, /):
    """The Euclidean distance of each row of x (..., n, d) to each row of y (..., m, d): (..., n, m).

    The derivative at distance 0 is 0.
    """
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"cdist expected two matrices of rows of one length (or batches of them), received {x.shape} and {y.shape}."
        )
    x, y = floating_tensor(x), floating_tensor(y)
    difference = elementwise.subtract(x[..., :, None, :], y[..., None, :, :])
    squares = reduce.sum(elementwise.square(difference), axis=-1)
    zero = elementwise.equal(squares, 0)
    return elementwise.where(zero, 0.0, elementwise.sqrt(elementwise.where(zero, 1.0, squares)))
