"""The gradient of an embedding lookup: the rows of dy, added up by the row of the table they came from."""

import numpy as np

from .arrays import destination, widened


def embedding_gradient(dy, indices, rows, into=True):
    """Scatter-add dy (*indices.shape, d) into a table (rows, d): dw. `into` is True or the array to overwrite.

    Rows are added in the order in which they appear in dy, so equal inputs give equal bits.

    >>> embedding_gradient(np.ones((3, 1)), np.array([2, 0, 2]), 3).ravel()
    array([1., 0., 2.])
    """
    if dy.dtype == np.float16:
        dw = widened(embedding_gradient, dy, indices, rows)
        if into is True:
            return dw
        into[...] = dw
        return into
    width = dy.shape[-1]
    dw = destination(into, (rows, width), dy.dtype)
    dw[...] = 0
    indices = indices.reshape(-1)
    if not indices.size:
        return dw
    order = np.argsort(indices, kind="stable")
    ordered = indices[order]
    if ordered[0] < 0 or ordered[-1] >= rows:
        wrong = ordered[0] if ordered[0] < 0 else ordered[-1]
        raise ValueError(
            f"embedding_gradient expected indices from 0 to {rows - 1} (the table has {rows} rows), received {wrong}. "
            "Enlarge the table or check the indices."
        )
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    dw[ordered[starts]] = np.add.reduceat(dy.reshape(-1, width)[order], starts, axis=0)
    return dw
