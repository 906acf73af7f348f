"""A data set of items, read when they are asked for: batches in a loop, any number of times."""

import numpy as np

from minikeras import seeds


class Batches:
    """Batches of `count` items; `read(indices)` makes the batch of an array of item numbers.

    batch_size None gives the items one by one, as batches of their own without a first axis. With `shuffle` each loop
    has another order; it depends on the seed and the number of the loop alone. `fit`, `evaluate` and `predict` take it.

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
        self.shuffle = bool(shuffle)
        self.seed = seeds.make_default_seed() if shuffle and seed is None else seed
        self.loops = 0

    def __len__(self):
        return -(-self.count // (self.batch_size or 1))

    def __iter__(self):
        order = np.arange(self.count)
        if self.shuffle:
            order = seeds.generator(self.seed, self.loops).permutation(self.count)
            self.loops += 1
        if self.batch_size is None:
            return (_first(self.read(order[i : i + 1])) for i in range(self.count))
        size = self.batch_size
        return (self.read(order[first : first + size]) for first in range(0, self.count, size))


def _first(batch):
    return tuple(part[0] for part in batch) if isinstance(batch, tuple) else batch[0]
