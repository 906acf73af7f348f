"""A bar for loops of one's own."""

import time

import numpy as np

from minikeras.messages import say


class Progbar:
    """A line that grows with a loop: the step, a bar, times, and averages of values weighted by the steps.

    target: how many steps in all, None if unknown. width: of the bar, in characters. verbose: 0 nothing, 1 a bar that is
    drawn anew at most every `interval` seconds, 2 one line at the end. stateful_metrics: names of values that are shown as
    they are, not averaged, or stateless_metrics: names of the only ones that are averaged; the last update's values are
    shown as they are. unit_name: what a step is called.

    >>> bar = Progbar(2, verbose=2)
    >>> bar.update(1, [("loss", 1.0)])
    >>> bar.update(2, [("loss", 2.0)])  # doctest: +ELLIPSIS
    2/2 - 0s - .../step - loss: 2.0000
    """

    def __init__(
        self, target, width=20, verbose=1, interval=0.05, stateful_metrics=None, stateless_metrics=None, unit_name="step"
    ):  # fmt: skip
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError("Progbar takes stateful_metrics or stateless_metrics, not both.")
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or [])
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.unit_name = unit_name
        self.current = 0
        self._values = {}
        self._started = time.perf_counter()
        self._drawn = -np.inf
        self._length = 0

    def update(self, current, values=None, finalize=None):
        """Show that `current` steps are done; values: [(name, value of these steps)]."""
        done = finalize if finalize is not None else self.target is not None and current >= self.target
        steps = max(current - self.current, 1)
        self.current = current
        for name, value in values or []:
            total, weight = (
                (0.0, 0) if done or not self._is_averaged(name) else self._values.get(name, (0.0, 0))
            )
            count = steps if not done else 1
            self._values[name] = (total + float(np.mean(value)) * count, weight + count)
        if self.verbose == 1:
            self._draw(done)
        elif self.verbose == 2 and done:
            say(self._line(self._count() + " -"))

    def add(self, n, values=None):
        """Show that n more steps are done."""
        self.update(self.current + n, values)

    def _is_averaged(self, name):
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in self.stateful_metrics

    def _draw(self, done):
        now = time.perf_counter()
        if now - self._drawn < self.interval and not done:
            return
        self._drawn = now
        line = self._line(self._count() + self._bar())
        say("\r" + line.ljust(self._length), end="\n" if done else "")
        self._length = len(line)

    def _count(self):
        if self.target is None:
            return f"{self.current}/Unknown"
        return f"{self.current:{len(str(self.target))}}/{self.target}"

    def _bar(self):
        if not self.target:
            return " -"
        full = min(self.width, self.width * self.current // self.target)
        return " " + "━" * full + " " * (self.width - full)

    def _line(self, start):
        elapsed = time.perf_counter() - self._started
        each = elapsed / max(self.current, 1)
        left = self.target is not None and self.current < self.target
        clock = f"{each * (self.target - self.current) if left else elapsed:.0f}s"
        shown = [f"{name}: {_number(total / weight)}" for name, (total, weight) in self._values.items()]
        return " - ".join([f"{start} {clock}", f"{_time(each)}/{self.unit_name}", *shown])


def _number(value):
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _time(seconds):
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"
