"""Many small pictures as one."""

import numpy as np


def mosaic(tiles, columns):
    """Pictures (count, height, width) or (count, height, width, colours) side by side, with gaps that are NaN.

    >>> mosaic(np.ones((3, 2, 2)), 2).shape
    (5, 5)
    """
    tiles = np.asarray(tiles, "float64")
    count, height, width, *colors = tiles.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    whole = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, *colors), np.nan)
    for i, tile in enumerate(tiles):
        top, left = (i // columns) * (height + 1), (i % columns) * (width + 1)
        whole[top : top + height, left : left + width] = tile
    return whole


def with_white_gaps(colors):
    """A mosaic in colours, its gaps white."""
    return np.where(np.isnan(colors), 1.0, colors)
