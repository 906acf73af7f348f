"""Images of another size, cut rather than stretched."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import convert_to_tensor
from minikeras.utils.image import middle

__all__ = ["smart_resize"]


def smart_resize(x, size, interpolation="bilinear", data_format="channels_last", backend_module=None):
    """The largest middle part of images that has the proportions of size (height, width), in that size.

    x: one image or a batch of them; an array gives an array, a tensor a tensor. backend_module: accepted as in Keras.

    >>> smart_resize(np.ones((4, 8, 3), "float32"), (2, 2)).shape
    (2, 2, 3)
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(
            f"smart_resize expected data_format 'channels_last' or 'channels_first', received {data_format!r}."
        )
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise ValueError(f"smart_resize expected size=(height, width), received {size!r}.")
    images = convert_to_tensor(x)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"smart_resize expected images of 3 axes, or 4 with the batch, received shape {images.shape}."
        )
    rows = images.ndim - (3 if data_format == "channels_last" else 2)
    left, top, right, bottom = middle(*images.shape[rows : rows + 2], *size)
    images = images[(..., slice(top, bottom), slice(left, right), *(slice(None),) * (images.ndim - rows - 2))]
    resized = ops.image.resize(images, tuple(size), interpolation=interpolation, data_format=data_format)
    return resized.numpy() if isinstance(x, np.ndarray) else resized
