"""How long minikeras's kernels run, so that what a step spends outside of them can be told."""

import importlib
from time import perf_counter


class KernelClock:
    """From `start` until it is left, `seconds` counts the time inside the kernels: single calls, and recorded steps.

    The clock must not run while steps are recorded, or it would become a part of them. What a measurement itself costs, a third of a microsecond for each call from Python, counts as outside.
    """

    def __init__(self):
        self.seconds = 0.0
        self._kernels = importlib.import_module("minikeras.kernels")
        self._steady = importlib.import_module("minikeras.training.steady")
        self._replaced = []

    def __enter__(self):
        return self

    def start(self):
        """Begin to count."""
        for name in self._kernels.NATIVE:
            self._replace(self._kernels, name)
        if self._steady.repeat is not None:
            self._replace(self._steady, "repeat")

    def __exit__(self, *error):
        for module, name, function in self._replaced:
            setattr(module, name, function)

    def _replace(self, module, name):
        function = getattr(module, name)

        def timed(*args, **kwargs):
            start = perf_counter()
            result = function(*args, **kwargs)
            self.seconds += perf_counter() - start
            return result

        self._replaced.append((module, name, function))
        setattr(module, name, timed)
