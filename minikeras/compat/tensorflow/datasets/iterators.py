"""Walking over data sets, and the settings that a data set takes and does not need."""

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.autodiff.tensor import state
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.datasets import elements
from minikeras.compat.tensorflow.errors import OutOfRangeError
from minikeras.compat.tensorflow.graph import Operation, mode
from minikeras.nest import map_structure


class Iterator:
    """One walk over a data set."""

    def __init__(self, walked, dataset):
        self._walked = walked
        self._dataset = dataset

    @property
    def element_spec(self):
        """The specs of the elements."""
        return self._dataset.element_spec

    def __iter__(self):
        return self

    def __next__(self):
        return elements.tensors_of(next(self._walked))

    def get_next(self, name=None):
        """The next element; in a graph, the next one at each run."""
        if mode.deferring:
            return self._deferred()
        try:
            return next(self)
        except StopIteration:
            raise OutOfRangeError("End of sequence") from None

    def get_next_as_optional(self):
        """The next element or none."""
        return Optional(next(self, None))

    def _deferred(self):
        first = next(iter(self._dataset._walk()))
        spec = self.element_spec

        def trial(leaf, part):
            sizes = [(2 if s is None else s) for s in part.shape] if part.shape.known else np.shape(leaf)
            return Tensor(np.zeros(sizes, np.asarray(leaf).dtype))

        def get_next():
            if state.probing:
                return map_structure(trial, first, spec)
            try:
                return next(self)
            except StopIteration:
                raise OutOfRangeError("End of sequence") from None

        return graph.record(get_next, (), {}, name="IteratorGetNext")

    @property
    def initializer(self):
        """Begins anew."""
        return Operation(self._begin, (), "make_initializer")

    def _begin(self):
        self._walked = self._dataset._walk()


class Optional:
    """An element or none."""

    def __init__(self, value):
        self._value = value

    def has_value(self, name=None):
        """Whether there is one."""
        return Tensor(np.asarray(self._value is not None))

    def get_value(self, name=None):
        """The element."""
        if self._value is None:
            raise OutOfRangeError("The optional has no value.")
        return self._value


class Options:
    """Settings of speed and distribution, which change nothing here."""

    def __init__(self):
        self.__dict__["_nested"] = {}

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._nested.setdefault(name, Options())

    def merge(self, other):
        """These settings."""
        return self


class AutoShardPolicy:
    """How data would be spread over several workers."""

    AUTO, FILE, DATA, OFF, HINT = 0, 1, 2, -1, 3
