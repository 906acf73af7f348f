"""Looking up the rows of a table."""

import numpy as np

from minikeras import kernels
from minikeras.autodiff import differentiable
from minikeras.autodiff.tensor import state
from minikeras.ops import indexing

__all__ = []


def _composed(table, indices, owner="embedding"):
    return indexing.take(table, indices, axis=0)


@differentiable(composed=_composed)
def embedding(table, indices, /, owner="embedding"):
    """The rows of a table (rows, features) at integer indices of any shape: (*indices.shape, features).

    owner: whom the error about an index outside the table names.

    >>> embedding(np.eye(3, dtype="float32"), np.array([2, 0])).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    rows = len(table)
    if state.probing:  # places that are only tried may lie outside
        return np.zeros((*indices.shape, *table.shape[1:]), table.dtype), None
    if indices.size and (indices.min() < 0 or indices.max() >= rows):
        place = tuple([int(i) for i in np.argwhere((indices < 0) | (indices >= rows))[0]])
        raise ValueError(
            f"{owner} expected indices from 0 to {rows - 1} (input_dim={rows}), received {int(indices[place])} at "
            f"position {place}. Enlarge input_dim to the largest index + 1, or map unknown values to an index of their own."
        )
    return table[indices], lambda dy, into: _gradient(dy, indices, rows, into)


def _gradient(dy, indices, rows, into):
    return kernels.embedding_gradient(dy, indices, rows, into[0]), None
