"""Batches prepared ahead, in order: by threads of this process, or by processes of their own.

A worker process has a pipe to this one and takes its share of the batches, one in so many. It ends when it is told to, when
its pipe is closed (this process may be killed at any time), or when it is stopped in the midst of a batch that nobody wants
any more.
"""

import contextlib
import itertools
import multiprocessing
import os
import pickle
import queue
import random
import signal
import sys
import threading
import traceback
import warnings
from collections import deque

import numpy as np

from minikeras import seeds

# How long a worker that has nothing to do may take to end, in seconds.
_PATIENCE = 2.0


class Workers:
    """Workers on one pass over a data set; `batches` gives them in the order of the indices.

    most: how many batches are prepared, or being prepared, at a time, besides the one that was given last.
    """

    def __init__(self, dataset, most):
        self.dataset = dataset
        self.most = most

    def batches(self, order):
        """The batches of these indices, in their order."""
        order, waiting = iter(order), deque()
        try:
            while True:
                waiting.extend((i, self._ask(i)) for i in itertools.islice(order, self.most - len(waiting)))
                if not waiting:
                    break
                index, asked = waiting.popleft()
                try:
                    batch = self._answer(index, asked)
                except Exception as error:
                    error.add_note(f"It was raised in {type(self.dataset).__name__}.__getitem__({index}).")
                    raise
                waiting.extend((i, self._ask(i)) for i in itertools.islice(order, 1))
                yield batch
        finally:
            self.close()

    def _ask(self, index):
        """Have the batch of this index prepared; returns what `_answer` needs to know."""
        raise NotImplementedError

    def _answer(self, index, asked):
        """Wait for that batch."""
        raise NotImplementedError

    def close(self):
        """End the workers, once or more often."""
        raise NotImplementedError


class Threads(Workers):
    """Threads of this process: good for waiting (files, networks), and for what releases Python's lock."""

    def __init__(self, dataset, workers, most):
        from concurrent.futures import ThreadPoolExecutor  # costs as much to import as all of training

        super().__init__(dataset, most)
        self._pool = ThreadPoolExecutor(workers)

    def _ask(self, index):
        return self._pool.submit(self.dataset.__getitem__, index)

    def _answer(self, index, asked):
        return asked.result()

    def close(self):
        self._pool.shutdown(cancel_futures=True)


class Processes(Workers):
    """Processes with a copy of the data set each, as it is when they start: good for Python that computes.

    seed: a tuple of numbers; with the batch's index it seeds the random generators of Python, NumPy and minikeras before
    each batch, so that what is drawn there depends neither on the number of workers nor on their pace.
    """

    def __init__(self, dataset, workers, most, seed):
        super().__init__(dataset, most)
        context = start_context()
        self._given = itertools.count()
        self._processes, self._pipes = [], []
        content = dataset if context.get_start_method() == "fork" else _pickled(dataset)
        try:
            for _ in range(workers):
                self._start(context, content, seed)
        except BaseException:
            self.close()
            raise

    def _start(self, context, content, seed):
        mine, other = context.Pipe()
        copies = [*self._pipes, mine] if context.get_start_method() == "fork" else []
        process = context.Process(
            target=_work, args=(other, copies, content, seed), name="minikeras_worker", daemon=True
        )
        self._pipes.append(mine)
        with other, _without_interruption(), warnings.catch_warnings():
            # Python cannot know that the threads of the kernels survive a fork.
            warnings.filterwarnings("ignore", message=".*multi-threaded", category=DeprecationWarning)
            process.start()
        self._processes.append(process)

    def _ask(self, index):
        number = next(self._given) % len(self._processes)
        with contextlib.suppress(OSError):  # a worker that is dead is told of when its answer is due
            self._pipes[number].send(index)
        return number

    def _answer(self, index, asked):
        try:
            kind, content = pickle.loads(self._pipes[asked].recv_bytes())
        except (EOFError, ConnectionResetError):
            process = self._processes[asked]
            process.join(_PATIENCE)
            name = type(self.dataset).__name__
            raise RuntimeError(
                f"A worker process of the data set {name} ended while it prepared batch {index} (exit code "
                f"{process.exitcode}; -9 often means that the memory was full). Use fewer workers or smaller batches, or "
                f"call {name}(...)[{index}] in this process to see what happens. Where processes are not forked, a script "
                "must train below `if __name__ == '__main__':`."
            ) from None
        if kind == "batch":
            return content
        error, text = content
        raise error from _WorkerError(text)

    def close(self):
        processes, pipes = self._processes, self._pipes
        self._processes, self._pipes = [], []
        for pipe in pipes:
            with contextlib.suppress(OSError):
                pipe.send(None)
            pipe.close()
        patience = _PATIENCE if sys.exc_info()[0] is None else 0.0
        for process in processes:
            process.join(patience)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()


@contextlib.contextmanager
def _without_interruption():
    """Within the block Ctrl-C has to wait: a process that begins there has not yet said that it does not want to know."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _WorkerError(Exception):
    """Where in a worker process an error came from; the text is the traceback there."""

    def __init__(self, text):
        super().__init__(f"in a worker process:\n{text}")


def start_context():
    """How worker processes are started: as the user chose with `multiprocessing.set_start_method`, else by fork where it is safe.

    A forked worker has the data set without pickling, and does not run the user's script once more.
    """
    chosen = multiprocessing.get_start_method(allow_none=True)
    if chosen is None and sys.platform == "linux":
        chosen = "fork"
    return multiprocessing.get_context(chosen)


def _pickled(dataset):
    try:
        return pickle.dumps(dataset)
    except Exception as error:  # whatever its parts raise
        name = type(dataset).__name__
        raise TypeError(
            f"{name}(use_multiprocessing=True) expected a data set that can be pickled, because its worker processes are "
            f"started by {start_context().get_start_method()!r}; received one that cannot: {error}. Define its class at the "
            "top of a module, and keep open files, locks and lambdas out of its attributes (open files in __getitem__); or "
            "use threads: use_multiprocessing=False."
        ) from error


def _work(pipe, copies, content, seed):
    """The life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that trains, which ends this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for copy in (
        copies
    ):  # so that this process's pipe, and those of the workers before it, close when the other ends do
        copy.close()
    answers = queue.SimpleQueue()
    threading.Thread(target=_send, args=(pipe, answers), daemon=True).start()
    try:
        dataset = pickle.loads(content) if isinstance(content, bytes) else content
        failure = None
    except Exception as error:
        dataset, failure = None, _failure(error)
    while True:
        try:
            index = pipe.recv()
        except (EOFError, OSError):
            return
        if index is None:
            return
        answers.put(failure or _prepared(dataset, index, seed))


def _send(pipe, answers):
    """Send what is ready, while the next batch is being prepared."""
    while True:
        try:
            pipe.send_bytes(answers.get())
        except OSError:
            os._exit(0)


def _prepared(dataset, index, seed):
    """The batch of this index, or the error it raised, pickled."""
    drawn = int(np.random.SeedSequence([*seed, index]).generate_state(1)[0])
    random.seed(drawn)
    np.random.seed(drawn)
    seeds.set_global_seed(drawn)
    try:
        return pickle.dumps(("batch", dataset[index]), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return _failure(error)


def _failure(error):
    text = traceback.format_exc()
    try:
        content = pickle.dumps(("error", (error, text)))
        pickle.loads(content)
    except Exception:  # an error of a class of its own, which asks for more than its text
        content = pickle.dumps(("error", (RuntimeError(f"{type(error).__name__}: {error}"), text)))
    return content
