"""Data sets that a user writes as a class: a batch for each index."""

import itertools
from collections import deque

from minikeras import seeds
from minikeras.training.arrays import as_batch


class PyDataset:
    """A data set of batches: derive, and write `__len__` (how many batches) and `__getitem__` (the batch of an index).

    A batch is (x, y) or (x, y, sample_weight). workers: threads that prepare batches ahead, at most max_queue_size of
    them; the order of the batches does not depend on them. use_multiprocessing: accepted as in Keras; the workers are
    threads, too. `on_epoch_end` is called after each epoch.

    >>> import numpy as np
    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...
    ...     def __getitem__(self, index):
    ...         x = np.full((2, 1), index, "float32")
    ...         return x, x**2
    >>> len(Squares())
    3
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index):
        """The batch of this index."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(self, index) method. Write one.")

    @property
    def num_batches(self):
        """How many batches there are; None if infinitely many."""
        if type(self).__len__ is PyDataset.__len__:
            raise NotImplementedError(f"{type(self).__name__} has no __len__(self) method. Write one.")
        return vars(self)["num_batches"] if "num_batches" in vars(self) else len(self)

    @num_batches.setter
    def num_batches(self, number):  # an attribute of many older data sets, which their __len__ returns
        vars(self)["num_batches"] = number

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__} has no __len__(self) method. Write one.")

    def on_epoch_begin(self):
        """Called before each epoch."""

    def on_epoch_end(self):
        """Called after each epoch."""


class PyDatasetSource:
    """A PyDataset as a source of batches."""

    batch_size = None

    def __init__(self, dataset, shuffle=False):
        self.dataset = dataset
        self.shuffle = bool(shuffle)
        self.seed = seeds.make_default_seed() if shuffle else 0

    @property
    def steps(self):
        """How many batches make an epoch."""
        return self.dataset.num_batches

    def epoch(self, number):
        """The batches of one epoch."""
        self.dataset.on_epoch_begin()
        count = self.steps
        order = range(count) if count is not None else itertools.count()
        if self.shuffle and count:
            order = seeds.generator(self.seed, number).permutation(count).tolist()
        workers = getattr(self.dataset, "workers", 1)
        batches = map(self.dataset.__getitem__, order) if workers <= 1 else self._ahead(order, workers)
        for batch in batches:
            yield as_batch(batch)
        self.dataset.on_epoch_end()

    def _ahead(self, order, workers):
        """The batches in order, prepared by threads a few at a time."""
        from concurrent.futures import ThreadPoolExecutor  # costs as much to import as all of training

        ahead = max(int(self.dataset.max_queue_size), workers)
        pool = ThreadPoolExecutor(workers)
        try:
            waiting = deque()
            for index in order:
                waiting.append(pool.submit(self.dataset.__getitem__, index))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # the training may end before the data does
            pool.shutdown(cancel_futures=True)
