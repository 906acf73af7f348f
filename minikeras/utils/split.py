"""One data set as two."""

import numpy as np

from minikeras import seeds
from minikeras.nest import flatten, map_structure
from minikeras.utils.batches import Batches


def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None):
    """Two data sets of the items of one: (left, right).

    dataset: an array, a nest (or list) of arrays of one length, a list of items, or any iterable of items (read at once). Sizes
    are fractions or counts; one of them may be left out. Items come one by one.

    >>> left, right = split_dataset(np.arange(10), left_size=0.8)
    >>> len(left), [int(item) for item in right]
    (8, [8, 9])
    """
    if preferred_backend not in (None, "tensorflow", "torch", "grain"):
        raise ValueError(
            f"split_dataset expected preferred_backend None, 'tensorflow', 'torch' or 'grain', received "
            f"{preferred_backend!r}."
        )
    count, read = _items(dataset)
    left, right = _sizes(count, left_size, right_size)
    order = np.arange(count)
    if shuffle:
        order = seeds.generator(seeds.make_default_seed() if seed is None else seed).permutation(count)
    parts = order[:left], order[count - right :]
    return tuple(Batches(len(part), lambda i, part=part: read(part[i]), batch_size=None) for part in parts)


def _items(dataset):
    """The number of items and a function that reads several, each with a first axis."""
    if isinstance(dataset, list) and dataset and all(isinstance(a, np.ndarray) and a.ndim for a in dataset):
        dataset = tuple(dataset)  # a list of arrays is one of columns, as in Keras
    arrays = flatten(dataset) if isinstance(dataset, (tuple, dict)) else [dataset]
    if all(isinstance(array, np.ndarray) for array in arrays):
        lengths = {len(array) for array in arrays}
        if len(lengths) != 1:
            raise ValueError(
                f"split_dataset expected arrays of one length, received lengths {sorted(lengths)}."
            )
        return lengths.pop(), lambda indices: map_structure(lambda array: array[indices], dataset)
    if not hasattr(dataset, "__iter__"):
        raise TypeError(
            f"split_dataset expected arrays or an iterable of items, received {type(dataset).__name__}."
        )
    items = list(dataset)

    def read(indices):
        chosen = [items[i] for i in indices]
        return tuple(list(part) for part in zip(*chosen, strict=True)) if _is_tuple(chosen) else chosen

    return len(items), read


def _is_tuple(chosen):
    return bool(chosen) and isinstance(chosen[0], tuple)


def _sizes(count, left, right):
    """How many items go left and right."""
    if left is None and right is None:
        raise ValueError("split_dataset needs left_size or right_size. Pass one of them.")
    counts = []
    for name, size in (("left_size", left), ("right_size", right)):
        whole = isinstance(size, (int, np.integer)) and not isinstance(size, bool)
        if size is not None and not whole and not isinstance(size, float):
            raise TypeError(f"split_dataset expected {name} to be a fraction or a count, received {size!r}.")
        if size is not None and not (0 < size < count if whole else isinstance(size, float) and 0 < size < 1):
            raise ValueError(
                f"split_dataset expected {name} to be a fraction between 0 and 1 or a count below {count}, "
                f"received {size!r}."
            )
        counts.append(size if size is None or whole else round(size * count))
    left, right = counts
    left = count - right if left is None else left
    right = count - left if right is None else right
    if left + right > count:
        raise ValueError(f"split_dataset cannot take {left} and {right} items of {count}.")
    if not left or not right:
        raise ValueError(f"split_dataset would leave {left} and {right} of {count} items: one side is empty.")
    return left, right
