"""Times a workload as a Keras user would run it, in minikeras or in Keras: the same lines for both."""

import importlib
from time import perf_counter

import numpy as np

from .kernel_clock import KernelClock


class Session:
    """A compiled model with its data.

    Every method takes a number of repeats and returns the seconds of one: one `step` of training, one `fit` of
    100 epochs, one `predict`, one `call`, or the part of one step that lies `outside` the kernels.
    """

    def __init__(self, workload, variant):
        self.keras = importlib.import_module(variant)
        self.workload = workload
        self.x, self.y = workload.data()
        self.model = workload.build(self.keras)

    def step(self, repeats):
        """Time between the ends of the first and the last epoch of one fit, by the number of steps between.

        So each step has its share of shuffling, gathering, forward, backward, optimizer, loss and metrics, and
        fit's own preparation and its first epoch stay outside.
        """
        clock = epoch_clock(self.keras)
        self._fit(1 + repeats, clock)
        return (clock.ends[-1] - clock.ends[0]) / (repeats * self._steps())

    def outside(self, repeats):
        """What one step spends outside minikeras's kernels: Python, and NumPy called from it.

        The first epochs do not count, in which steps are recorded.
        """
        kernels = KernelClock()
        clock = epoch_clock(self.keras, kernels, recorded := 4)
        with kernels:
            self._fit(recorded + 1 + repeats, clock)
        seconds = clock.ends[-1] - clock.ends[recorded]
        return (seconds - kernels.seconds) / (repeats * self._steps())

    def _fit(self, epochs, callback):
        self.model.fit(
            self.x, self.y, batch_size=self.workload.batch, epochs=epochs, verbose=0, callbacks=[callback]
        )

    def _steps(self):
        return -(-len(self.x) // self.workload.batch)

    def fit(self, repeats):
        """Whole fits of 100 epochs, from the call to its return."""
        start = perf_counter()
        for _ in range(repeats):
            self.model.fit(self.x, self.y, batch_size=self.workload.batch, epochs=100, verbose=0)
        return (perf_counter() - start) / repeats

    def predict(self, repeats):
        start = perf_counter()
        for _ in range(repeats):
            self.model.predict(self.x, verbose=0)
        return (perf_counter() - start) / repeats

    def call(self, repeats):
        """The model called on an array, its result made an array again."""
        start = perf_counter()
        for _ in range(repeats):
            np.asarray(self.keras.ops.convert_to_numpy(self.model(self.x)))
        return (perf_counter() - start) / repeats


def epoch_clock(keras, kernels=None, start=0):
    """A callback that notes in `ends` when each epoch ended, and starts the clock of the kernels after epoch `start`."""

    class EpochClock(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.ends = []

        def on_epoch_end(self, epoch, logs=None):
            if kernels is not None and epoch == start:
                kernels.start()
            self.ends.append(perf_counter())

    return EpochClock()
