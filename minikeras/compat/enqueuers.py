"""Enqueuers of older Keras: batches prepared ahead by threads, taken from a generator."""

import itertools
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

from minikeras import seeds

__all__ = ["GeneratorEnqueuer", "OrderedEnqueuer", "SequenceEnqueuer"]


class SequenceEnqueuer:
    """The base: `start` prepares batches ahead, `get` gives them one after the other, `stop` ends it.

    use_multiprocessing: accepted; batches are prepared by threads.
    """

    def __init__(self, sequence, use_multiprocessing=False):
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.queue = None
        self.stop_signal = None
        self._thread = None

    def is_running(self):
        """Whether it was started and not stopped."""
        return self.stop_signal is not None and not self.stop_signal.is_set()

    def start(self, workers=1, max_queue_size=10):
        """Begin to prepare at most max_queue_size batches ahead."""
        if self.is_running():
            raise RuntimeError("This enqueuer is running already. Call stop() first.")
        self.queue = queue.Queue(max(1, max_queue_size))
        self.stop_signal = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(max(1, workers),), daemon=True)
        self._thread.start()

    def get(self):
        """The batches, as a generator."""
        while self.is_running():
            try:
                item = self.queue.get(timeout=0.1)
            except queue.Empty:
                continue
            if item is None:
                return
            value, error = item
            if error is not None:
                self.stop()
                raise error
            yield value

    def stop(self, timeout=None):
        """End it and forget what was prepared."""
        if self.stop_signal is None:
            return
        self.stop_signal.set()
        self._thread.join(timeout)

    def _put(self, item):
        while not self.stop_signal.is_set():
            try:
                self.queue.put(item, timeout=0.1)
                return
            except queue.Full:
                continue

    def _run(self, workers):
        try:
            for value in self._values(workers):
                self._put((value, None))
                if self.stop_signal.is_set():
                    return
            self._put(None)
        except Exception as error:
            # Whatever goes wrong while a batch is made is raised where the batch is asked for.
            self._put((None, error))

    def _values(self, workers):
        raise NotImplementedError(f"{type(self).__name__} has no _values(self, workers) method. Write one.")


class OrderedEnqueuer(SequenceEnqueuer):
    """The batches of a PyDataset, epoch after epoch without end, in order; with `shuffle` in another one each time.

    >>> import numpy as np, minikeras as keras
    >>> class Numbers(keras.utils.PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...
    ...     def __getitem__(self, index):
    ...         return index
    >>> enqueuer = OrderedEnqueuer(Numbers())
    >>> enqueuer.start(workers=2)
    >>> batches = enqueuer.get()
    >>> [next(batches) for _ in range(5)]
    [0, 1, 0, 1, 0]
    >>> enqueuer.stop()
    """

    def __init__(self, sequence, use_multiprocessing=False, shuffle=False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _values(self, workers):
        seed = seeds.make_default_seed() if self.shuffle else 0
        with ThreadPoolExecutor(workers) as pool:
            for epoch in itertools.count():
                order = range(len(self.sequence))
                if self.shuffle:
                    order = seeds.generator(seed, epoch).permutation(len(self.sequence)).tolist()
                yield from self._ahead(pool, order, workers)
                if self.stop_signal.is_set():
                    return
                if hasattr(self.sequence, "on_epoch_end"):
                    self.sequence.on_epoch_end()

    def _ahead(self, pool, order, workers):
        waiting = []
        for index in order:
            waiting.append(pool.submit(self.sequence.__getitem__, index))
            if len(waiting) > workers:
                yield waiting.pop(0).result()
            if self.stop_signal.is_set():
                return
        for future in waiting:
            yield future.result()


class GeneratorEnqueuer(SequenceEnqueuer):
    """The batches of a generator; one thread asks it, whatever `workers` says."""

    def __init__(self, generator, use_multiprocessing=False, wait_time=None, random_seed=None):
        super().__init__(generator, use_multiprocessing)
        self.wait_time = wait_time
        self.random_seed = random_seed

    def _values(self, workers):
        return iter(self.sequence)
