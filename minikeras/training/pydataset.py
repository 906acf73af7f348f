"""Data sets that a user writes as a class: a batch for each index."""

import itertools

import numpy as np

from minikeras import seeds
from minikeras.training.arrays import as_batch


class PyDataset:
    """A data set of batches: derive, and write `__len__` (how many batches) and `__getitem__` (the batch of an index).

    A batch is (x, y) or (x, y, sample_weight). workers: threads that prepare batches ahead, at most max_queue_size of
    them; the order of the batches does not depend on them. 1 prepares each batch when it is needed. use_multiprocessing:
    the workers are processes, each with a copy of the data set. They are started for each pass over the data, so they
    know what `on_epoch_end`, which is called in this process after each epoch, has changed; what they change is lost.
    Random numbers of Python, NumPy and minikeras are seeded anew for each of their batches. Where processes are started
    by fork (on Linux, unless `multiprocessing.set_start_method` says otherwise) the data set need not be pickled.

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

    # For data sets whose __init__ does not call this one's.
    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

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
        self._processes = bool(dataset.use_multiprocessing) and _count(dataset, "workers", 0) > 0
        self.seed = seeds.make_default_seed() if shuffle or self._processes else 0
        self._workers = None
        self._stale = False
        _count(dataset, "max_queue_size", 1)

    @property
    def steps(self):
        """How many batches make an epoch."""
        steps = self.dataset.num_batches
        if steps is None or (isinstance(steps, (int, np.integer)) and steps >= 0):
            return steps
        raise ValueError(
            f"{type(self.dataset).__name__} expected __len__ to return how many batches there are, a whole number; "
            f"received {steps!r}. Round it up: math.ceil(samples / batch_size)."
        )

    def epoch(self, number):
        """The batches of one pass over the data set."""
        count = self.steps
        order = range(count) if count is not None else itertools.count()
        if self.shuffle and count:
            order = seeds.generator(self.seed, number).permutation(count).tolist()
        taken = 0
        while taken is not None:
            rest = order[taken:] if count is not None else itertools.count(taken)
            taken = yield from self._until_stale(rest, number, taken)

    def _until_stale(self, order, number, taken):
        """Give batches until there are no more, or the data set has changed; returns the number of those given then."""
        self._stale = False
        for batch in self._batches(order, number):
            taken += 1
            yield as_batch(batch)
            if self._stale:
                return taken
        return None

    def _batches(self, order, number):
        dataset = self.dataset
        workers = _count(dataset, "workers", 0)
        if workers == 0 or (workers == 1 and not self._processes):
            return map(dataset.__getitem__, order)
        most = _count(dataset, "max_queue_size", 1)
        self.close()
        from minikeras.training.workers import Processes, Threads  # slow to import, and seldom wanted

        if self._processes:
            self._workers = Processes(dataset, workers, most, (self.seed, number))
        else:
            self._workers = Threads(dataset, workers, most)
        return self._workers.batches(order)

    def begin_epoch(self):
        """Tell the data set that an epoch of the training begins."""
        self._notify("on_epoch_begin")

    def end_epoch(self):
        """Tell the data set that an epoch of the training has ended."""
        self._notify("on_epoch_end")

    def _notify(self, event):
        getattr(self.dataset, event)()
        # What was prepared ahead is from before.
        self._stale |= getattr(type(self.dataset), event) is not getattr(PyDataset, event)

    def close(self):
        """End the workers; the next epoch starts others."""
        if self._workers is not None:
            self._workers.close()
            self._workers = None


def _count(dataset, name, least):
    """A setting of a data set that counts something."""
    value = getattr(dataset, name)
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(
            f"{type(dataset).__name__} expected {name} to be a whole number from {least} up, received {value!r}."
        )
    return int(value)
