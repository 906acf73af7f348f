"""Where training stands in its data: the batches of a source, epoch after epoch, from any position."""

import itertools
import warnings

import numpy as np

from minikeras import config
from minikeras.training.arrays import pack


class Epochs:
    """The batches of a source, epoch after epoch; with `steps` an epoch ends after so many, and the next goes on there.

    `first_epoch` and `first_batch` say where to begin; `resume` sets them to where another run was interrupted.
    """

    def __init__(self, source, steps=None, first_epoch=0):
        if steps is not None and (not isinstance(steps, (int, np.integer)) or steps < 1):
            raise ValueError(f"steps_per_epoch must be a positive integer or None, received {steps!r}.")
        most = config.max_steps_per_epoch()
        known = steps or source.steps
        if most is not None and (known is None or most < known):
            warnings.warn(f"Limiting steps_per_epoch to {most}", stacklevel=3)
            steps = most
        self.source = source
        self.steps_asked = steps
        self.first_epoch = first_epoch
        self.first_batch = 0
        self._taken = 0  # batches given so far, where `steps` cuts the epochs
        self._passes = 0  # times the source was begun for them
        self._running = None  # the batches of the pass or epoch that was begun
        self._begun = False  # whether the source was told of the epoch already
        self._sample = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.close()

    def close(self):
        """End what prepares batches: workers of a data set."""
        self._running = None
        self._tell("close")

    def _tell(self, event):
        """Tell a source that wants to know: `begin_epoch`, `end_epoch`, `close`."""
        listener = getattr(self.source, event, None)
        if listener is not None:
            listener()

    def _begin(self):
        if not self._begun:
            self._begun = True
            self._tell("begin_epoch")

    def _end(self):
        self._begun = False
        self._tell("end_epoch")

    @property
    def steps(self):
        """How many batches the coming epoch has, None if only its end will tell."""
        return self.steps_asked or self.source.steps

    def epoch(self, number):
        """The batches of the epoch of this number."""
        self._begin()
        yield from self._whole(number) if self.steps_asked is None else self._some(number)
        self._end()

    def first_batch_of(self, number):
        """Where in this epoch to begin: not with batch 0 if a run was interrupted in its middle."""
        return self.first_batch if number == self.first_epoch else 0

    def _whole(self, number):
        seen = self.first_batch_of(number)
        batches, self._running = self._running, None
        for batch in self.source.epoch(number) if batches is None else batches:
            seen += 1
            yield batch
        if seen == 0:
            _warn_ran_out()
        elif self.source.steps is None and not getattr(self.source, "once", False):
            self.source.steps = seen

    def _some(self, number):
        for _ in range(self.first_batch_of(number), self.steps_asked):
            batch = self._next()
            if batch is None:
                _warn_ran_out()
                return
            yield batch

    def _next(self):
        batch = next(self._running, None) if self._running is not None else None
        if batch is None:
            if self._running is not None and getattr(self.source, "once", False):
                return None
            self._running = iter(self.source.epoch(self._passes))
            self._passes += 1
            batch = next(self._running, None)
        if batch is not None:
            self._taken += 1
        return batch

    # Going on where another run was interrupted

    def get_state(self):
        """What another run has to know to see the same batches."""
        return {"seed": getattr(self.source, "seed", None), "taken": self._taken}

    def resume(self, state, epoch=0, batch=0):
        """Go on as the run whose `get_state` this is would have, with that batch of that epoch, counted from 0.

        A generator is asked anew for the batches that were already used.
        """
        if state["seed"] is not None:
            self.source.seed = state["seed"]
        for _ in range(self.first_epoch, epoch):  # a data set may shuffle itself between epochs
            self._begin()
            self._end()
        self.first_epoch, self.first_batch = epoch, batch
        self._begin()
        if self.steps_asked is not None:
            self._pass_over(state["taken"])
        elif batch:
            self._running = iter(self.source.epoch(epoch))
            for _ in range(batch):
                self._sample = next(self._running, None)

    def _pass_over(self, count):
        known = self.source.steps
        if known:
            self._passes = count // known
            self._taken = self._passes * known
        while self._taken < count:
            self._sample = self._next()
            if self._sample is None:
                return

    def sample(self):
        """A batch to learn shapes from, taken from no one: the coming one, or one that was passed over."""
        if self._sample is not None:
            return pack(self._sample)
        number = self.first_epoch if self.steps_asked is None else self._passes
        self._begin()
        if self._running is None:
            self._running = iter(self.source.epoch(number))
            self._passes += self.steps_asked is not None
        batch = next(self._running, None)
        if batch is not None:
            self._running = itertools.chain([batch], self._running)
        return None if batch is None else pack(batch)


def limited(epochs):
    """How many epochs a fit runs: `config.set_max_epochs` may allow fewer than asked for."""
    most = config.max_epochs()
    if most is None or epochs <= most:
        return epochs
    warnings.warn(f"Limiting epochs to {most}", stacklevel=3)
    return most


def _warn_ran_out():
    warnings.warn(
        "Your input ran out of data; training is interrupted. Make sure that your generator can yield at least "
        "steps_per_epoch * epochs batches.",
        stacklevel=3,
    )
