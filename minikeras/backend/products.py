"""Products of matrices and tensors."""

from minikeras import config, ops
from minikeras.autodiff import SymbolicTensor, convert_to_tensor
from minikeras.backend.recording import recorded

__all__ = ["batch_dot", "bias_add", "dot", "gather", "l2_normalize", "transpose"]


def dot(x, y):
    """The sum of products over the last axis of x and the second-to-last of y.

    >>> import numpy as np
    >>> dot(np.ones((2, 3, 4)), np.ones((5, 4, 6))).shape
    (2, 3, 5, 6)
    """
    return ops.dot(x, y)


@recorded
def batch_dot(x, y, axes=None):
    """Products sample by sample, summed over one axis of each: two tensors with a batch axis.

    axes: an axis of both, or one of each; by default the last of x and the second-to-last of y (the last if it has two
    axes). The result has the remaining axes of x, then those of y; at least two axes.

    >>> import numpy as np
    >>> batch_dot(np.ones((8, 4, 3)), np.ones((8, 3, 5))).shape, batch_dot(np.ones((8, 3)), np.ones((8, 3)), 1).shape
    ((8, 4, 5), (8, 1))
    """
    x, y = convert_to_tensor(x), convert_to_tensor(y)
    if x.ndim < 2 or y.ndim < 2:
        raise ValueError(
            f"K.batch_dot expected tensors with a batch axis and at least one more, received shapes {x.shape} and {y.shape}."
        )
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2)
    first, second = (axes, axes) if isinstance(axes, int) else axes
    first, second = first % x.ndim, second % y.ndim
    if not first or not second:
        raise ValueError("K.batch_dot cannot sum over the batch axis, 0. Use K.dot for that.")
    if x.shape[first] != y.shape[second]:
        raise ValueError(
            f"K.batch_dot expected axes of one size, received {x.shape[first]} (axis {first} of shape {x.shape}) and "
            f"{y.shape[second]} (axis {second} of shape {y.shape})."
        )
    x, y = ops.moveaxis(x, first, -1), ops.moveaxis(y, second, 1)
    batch, size, left, right = x.shape[0], x.shape[-1], x.shape[1:-1], y.shape[2:]
    rows = ops.reshape(x, (batch, -1, size))
    columns = ops.reshape(y, (y.shape[0], size, -1))
    return ops.reshape(ops.matmul(rows, columns), (batch, *(left + right or (1,))))


def transpose(x):
    """The axes in reverse order."""
    return ops.transpose(x)


def gather(reference, indices):
    """The rows of `reference` at these indices."""
    if not isinstance(indices, SymbolicTensor):
        indices = convert_to_tensor(indices)
    return ops.take(reference, ops.cast(indices, "int32"), axis=0)


def bias_add(x, bias, data_format=None):
    """x + bias; a bias of one axis belongs to the channels, a larger one to all axes but the batch."""
    first = config.standardize_data_format(data_format) == "channels_first"
    rank, bias = len(x.shape), bias if hasattr(bias, "shape") else convert_to_tensor(bias)
    if len(bias.shape) not in (1, rank - 1):
        raise ValueError(f"K.bias_add expected a bias of 1 or {rank - 1} axes, received shape {bias.shape}.")
    if first and rank > 2:
        axes = (len(bias.shape) - 1, *range(len(bias.shape) - 1))
        bias = (
            ops.reshape(bias, (-1, *(1,) * (rank - 2))) if len(bias.shape) == 1 else ops.transpose(bias, axes)
        )
    return ops.add(x, bias)


def l2_normalize(x, axis=None):
    """x divided by the length of its vectors along axes (of all of x for None), at least 1e-6."""
    squares = ops.sum(ops.square(x), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, 1e-12)))
