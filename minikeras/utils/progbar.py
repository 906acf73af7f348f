"""A bar for loops of one's own."""

import sys


class Progbar:
    """A line that grows with a loop: the step, a bar, and averages of values weighted by the steps.

    target: how many steps in all, None if unknown. verbose: 0 nothing, 1 a bar on each update, 2 one line at the end.
    stateful_metrics: names of values that are shown as they are, not averaged.

    >>> bar = Progbar(2, verbose=2)
    >>> bar.update(1, [("loss", 1.0)])
    >>> bar.update(2, [("loss", 2.0)])
    2/2 - loss: 1.5000
    """

    def __init__(
        self, target, width=20, verbose=1, interval=0.05, stateful_metrics=None, stateless_metrics=None, unit_name="step"
    ):  # fmt: skip
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.stateful_metrics = set(stateful_metrics or [])
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.unit_name = unit_name
        self.current = 0
        self._values = {}

    def update(self, current, values=None, finalize=None):
        """Show that `current` steps are done; values: [(name, value of these steps)]."""
        steps = max(current - self.current, 1)
        self.current = current
        for name, value in values or []:
            averaged = name not in self.stateful_metrics
            if self.stateless_metrics is not None:
                averaged = name in self.stateless_metrics
            total, weight = self._values.get(name, (0.0, 0)) if averaged else (0.0, 0)
            self._values[name] = (total + float(value) * steps, weight + steps)
        done = finalize if finalize is not None else self.target is not None and current >= self.target
        if self.verbose == 1:
            sys.stdout.write("\r" + self._line(self._bar()) + ("\n" if done else ""))
        elif self.verbose == 2 and done:
            sys.stdout.write(self._line("") + "\n")
        sys.stdout.flush()

    def add(self, n, values=None):
        """Show that n more steps are done."""
        self.update(self.current + n, values)

    def _bar(self):
        if self.target is None:
            return ""
        full = min(self.width, self.width * self.current // self.target)
        return " " + "━" * full + " " * (self.width - full)

    def _line(self, bar):
        count = f"{self.current}/{self.target if self.target is not None else 'Unknown'}"
        shown = [f"{name}: {total / weight:.4f}" for name, (total, weight) in self._values.items()]
        return " - ".join([count + bar, *shown])
