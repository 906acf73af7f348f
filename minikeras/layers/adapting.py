"""Data that preprocessing layers learn from before training: whole arrays, or batch by batch."""

import itertools

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.layers.spec import who


def batches(data, steps, layer, whole=(np.ndarray, Tensor)):
    """The batches of what a user passes to `adapt`: arrays, each the inputs of one batch.

    An object of a class in `whole` is one batch; of a PyDataset and other iterables each item is one, or its first
    part if it is a tuple (inputs, labels). steps: how many batches to take, all if None.
    """
    if isinstance(data, whole) or hasattr(data, "__array__"):
        yield data
        return
    if hasattr(data, "__getitem__") and hasattr(data, "num_batches"):
        count = data.num_batches
        items = (data[i] for i in (itertools.count() if count is None else range(count)))
    elif hasattr(data, "__iter__"):
        items = iter(data)
    else:
        raise TypeError(
            f"{who(layer)}.adapt expected an array, a PyDataset or an iterable of batches, received a {type(data).__name__}."
        )
    found = False
    for item in itertools.islice(items, steps):
        found = True
        yield item[0] if isinstance(item, tuple) else item
    if not found:
        raise ValueError(f"{who(layer)}.adapt received data without any batch. Pass at least one.")
