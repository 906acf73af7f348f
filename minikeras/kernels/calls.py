"""The calls of kernels that a function makes, noted so that they can be made again on the same arrays.

Native kernels alone can be repeated: a repeated call gets the arrays back that it allocated when it was noted, so its
results lie where they lay before (`native/bind_repeat.cpp`).
"""

import threading

import numpy as np

from minikeras import kernels

try:
    from minikeras.kernels._native import noted, repeat
except ImportError:
    noted = repeat = None

# Kernels whose arguments are drawn anew at each call: a repeated call would use the old ones.
_DRAWING = frozenset({"dropout"})


def can_repeat():
    """Whether the kernels in use can be repeated."""
    return kernels.implementation() != "reference"


class Noting:
    """While it is entered, the kernels that this thread calls are noted in `calls`.

    calls: (kernel, arguments, arrays it allocated) in order, as `repeat` takes them; None once a call was made that
    cannot be repeated.
    """

    def __init__(self):
        self.calls = []

    def __enter__(self):
        self._names = {name: getattr(kernels, name) for name in kernels.NATIVE}
        self._thread = threading.get_ident()
        for name, kernel in self._names.items():
            setattr(kernels, name, self._noting(name, kernel))
        return self

    def __exit__(self, kind, error, traceback):
        for name, kernel in self._names.items():
            setattr(kernels, name, kernel)

    def _noting(self, name, kernel):
        def call(*args, **kwargs):
            if threading.get_ident() != self._thread:
                return kernel(*args, **kwargs)
            if kwargs or name in _DRAWING or self.calls is None:
                self.calls = None
                return kernel(*args, **kwargs)
            result, arrays = noted(kernel, args)
            self.calls.append((kernel, args, arrays))
            return result

        return call


def root(array):
    """The array that owns the memory of a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
