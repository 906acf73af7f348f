"""The forms in which what was recorded is replayed, and how one comes to be trusted."""

import contextlib

import numpy as np

from minikeras.training.steady import NotSteadyError

# More shapes of batches than this are not worth recording for one model.
SHAPES_KEPT = 8
# On so many batches a replay has to give the bits of the usual way.
_CHECKS = 2


class Forms:
    """How batches of one shape may be replayed: function by function, or in fixed memory.

    recorded: what was recorded; None if nothing was or it was found wrong. steady: a function that puts it in fixed
    memory, or raises NotSteadyError; it gets what `candidates` is given. trusted: the form to use, once it has given the
    bits of the usual way on _CHECKS batches; None so far or for good.
    """

    def __init__(self, recorded=None, steady=None):
        self.trusted = None
        self.recorded = recorded
        self._steady = None
        self._make_steady = steady
        self._checks = 0

    def candidates(self, *arguments):
        """The forms to be tried on the next batch."""
        if self._make_steady is not None:
            make, self._make_steady = self._make_steady, None
            with contextlib.suppress(NotSteadyError):
                self._steady = make(*arguments)
        return [form for form in (self.recorded, self._steady) if form is not None]

    def judge(self, right):
        """Take which of the candidates were right; what is built on a wrong recording is as wrong."""
        if self.recorded not in right:
            self.recorded = None
        if self._steady not in right or self.recorded is None:
            self._steady = None
        self._checks += 1
        if self._checks == _CHECKS:
            self.trusted = self._steady or self.recorded


@contextlib.contextmanager
def kept(variables):
    """Within the block these variables may change (moving averages, seeds); afterwards they are as before."""
    before = [variable.array.copy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.array[...] = value


def are_equal(arrays, others):
    """Whether arrays hold the same bits (any NaN equals any other)."""
    return all(
        b is not None and np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, others, strict=True)
    )
