"""Patches: blocks of images and volumes as vectors."""

import numpy as np

from minikeras import config
from minikeras.autodiff import operation
from minikeras.ops import shaping
from minikeras.ops.spatial import margins, tuple_of

__all__ = ["extract_patches", "extract_patches_3d"]


@operation
def extract_patches(images, /, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The blocks of images, each flattened into the channels: (batch, rows, columns, height · width · channels).

    size: the height and width of a block (three sizes: volumes). strides: their distance, the size by default.
    """
    if not isinstance(size, int) and len(size) == 3:
        return _patches(images, tuple_of(size, 3, "size"), strides, dilation_rate, padding, data_format)
    return _patches(images, tuple_of(size, 2, "size"), strides, dilation_rate, padding, data_format)


@operation
def extract_patches_3d(volumes, /, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The blocks of volumes (batch, depth, height, width, channels), each flattened into the channels."""
    return _patches(volumes, tuple_of(size, 3, "size"), strides, dilation_rate, padding, data_format)


def _patches(x, size, strides, dilation_rate, padding, data_format):
    rank = len(size)
    if x.ndim not in (rank + 1, rank + 2):
        raise ValueError(
            f"extract_patches expected {rank + 1} or {rank + 2} axes for size={size}, received {x.shape}."
        )
    strides = size if not strides else tuple_of(strides, rank, "strides")
    dilation = tuple_of(dilation_rate, rank, "dilation_rate")
    first = config.standardize_data_format(data_format) == "channels_first"
    if first:
        x = shaping.moveaxis(x, -rank - 1, -1)
    lead = x.ndim - rank - 1
    sizes = x.shape[lead:-1]
    x = shaping.pad(x, [(0, 0)] * lead + list(margins(padding, sizes, size, strides, dilation)) + [(0, 0)])
    places = []
    for axis, (k, s, d) in enumerate(zip(size, strides, dilation, strict=True)):
        count = (x.shape[lead + axis] - (k - 1) * d - 1) // s + 1
        rows = np.arange(count)[:, None] * s + np.arange(k) * d
        # The windows' places vary along the first axes of the result, the places within them along the next.
        places.append(
            rows.reshape(
                [n if a % rank == axis else 1 for a in range(2 * rank) for n in [rows.shape[a // rank]]]
            )
        )
    y = x[(*(slice(None),) * lead, *places)]
    y = shaping.reshape(y, (*y.shape[: lead + rank], int(np.prod(y.shape[lead + rank :]))))
    return shaping.moveaxis(y, -1, -rank - 1) if first else y
