"""A data set of items, read when they are asked for: batches in a loop, any number of times."""

import importlib
import sys

import numpy as np

from minikeras import seeds

# Who gives batches the methods of `tf.data`, map and prefetch and the rest, and who shows them as TensorFlow's tensors.
_STREAMS = "minikeras.compat.streams"
_LOOKS = "minikeras.compat.tensorflow.appearance"
_METHODS = {
    "apply", "as_numpy_iterator", "batch", "cache", "cardinality", "concatenate", "element_spec", "enumerate", "filter", "flat_map",
    "interleave", "map", "padded_batch", "prefetch", "rebatch", "reduce", "repeat", "shard",
    "shuffle", "skip", "take", "take_while", "unbatch", "window", "with_options",
}  # fmt: skip


class Batches:
    """Batches of `count` items; `read(indices)` makes the batch of an array of item numbers.

    batch_size None gives the items one by one, as batches of their own without a first axis. With `shuffle` each loop
    has another order; it depends on the seed and the number of the loop alone. `fit`, `evaluate` and `predict` take it. The
    methods of `tf.data.Dataset` (map, take, prefetch, ...) make data sets of that kind of it.

    >>> squares = Batches(5, lambda indices: indices**2, batch_size=2)
    >>> [batch.tolist() for batch in squares], len(squares)
    ([[0, 1], [4, 9], [16]], 3)
    """

    def __init__(self, count, read, batch_size=32, shuffle=False, seed=None):
        if batch_size is not None and (not isinstance(batch_size, (int, np.integer)) or batch_size < 1):
            raise ValueError(f"batch_size must be a positive integer or None, received {batch_size!r}.")
        self.count = count
        self.read = read
        self.batch_size = batch_size
        self._shuffles = bool(shuffle)
        self.seed = seeds.make_default_seed() if shuffle and seed is None else seed
        self.loops = 0

    def __len__(self):
        return -(-self.count // (self.batch_size or 1))

    def __iter__(self):
        batches, looks = self._walk(), sys.modules.get(_LOOKS)
        if looks is None or not looks.is_on():
            return batches
        return importlib.import_module(_STREAMS).tensors(batches)

    def __getattr__(self, name):
        if name not in _METHODS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(importlib.import_module(_STREAMS).dataset(self), name)

    def _walk(self):
        order = np.arange(self.count)
        if self._shuffles:
            order = seeds.generator(self.seed, self.loops).permutation(self.count)
            self.loops += 1
        if self.batch_size is None:
            return (_first(self.read(order[i : i + 1])) for i in range(self.count))
        size = self.batch_size
        return (self.read(order[first : first + size]) for first in range(0, self.count, size))


def _first(batch):
    if isinstance(batch, dict):
        return {key: _first(part) for key, part in batch.items()}
    return tuple(_first(part) for part in batch) if isinstance(batch, tuple) else batch[0]
