"""What the user sees of training: a bar for each epoch on a terminal, a line for each epoch in a file."""

import importlib.util
import sys
import time

from minikeras import config
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import plain_number
from minikeras.messages import say

__all__ = ["ProgbarLogger"]

# How wide the bar is, in characters, and how often it is drawn anew, in seconds.
_WIDTH = 30
_INTERVAL = 0.1


def verbosity(verbose):
    """0, 1 or 2 for the `verbose` argument: 'auto' is a bar."""
    if verbose not in ("auto", 0, 1, 2, True, False):
        raise ValueError(
            f"verbose must be 'auto', 0 (silent), 1 (bar) or 2 (one line per epoch), received {verbose!r}."
        )
    if verbose == "auto":
        return 1 if config.is_interactive_logging_enabled() else 2
    return int(verbose)


class ProgbarLogger(Callback):
    """The progress of fit, evaluate or predict in Keras's words; `fit(verbose=1)` adds one.

    Where the output is a terminal or notebook, a tqdm bar (its notebook form where ipywidgets is installed); otherwise, and with
    verbose=2, one line when an epoch ends.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=2)  # doctest: +ELLIPSIS
    Epoch 1/2
    1/1 - ...
    Epoch 2/2
    1/1 - ...
    """

    reads_lazy_logs = True

    def __init__(self):
        super().__init__()
        self._fits = False  # inside fit, validation is silent
        self._level = 1
        self._bar = None
        self._steps = None
        self._seen = 0
        self._started = 0.0
        self._due = 0.0

    def set_params(self, params):
        super().set_params(params)
        self._level = verbosity(params.get("verbose", "auto"))

    def get_state(self):
        return {}

    def on_train_begin(self, logs=None):
        self._fits = True

    def on_train_end(self, logs=None):
        self._fits = False

    def on_epoch_begin(self, epoch, logs=None):
        epochs = self.params["epochs"]
        if self._level and epochs > 1:
            say(f"Epoch {epoch + 1}/{epochs}")
        self._begin()

    def on_test_begin(self, logs=None):
        if not self._fits:
            self._begin()

    def on_predict_begin(self, logs=None):
        self._begin()

    def _begin(self):
        self._steps = self.params.get("steps")
        self._seen = 0
        self._started = time.perf_counter()
        self._due = self._started + _INTERVAL
        interactive = config.is_interactive_logging_enabled()
        draws = self._level == 1 and interactive and (_in_notebook() or sys.stdout.isatty())
        self._bar = _new_bar(self._steps) if draws else None

    def on_train_batch_end(self, batch, logs=None):
        self._seen = batch + 1
        if self._bar is not None and time.perf_counter() >= self._due:
            self._draw(logs)

    def on_test_batch_end(self, batch, logs=None):
        if not self._fits:
            self.on_train_batch_end(batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        self.on_train_batch_end(batch, None)

    def on_epoch_end(self, epoch, logs=None):
        self._finish(logs)

    def on_test_end(self, logs=None):
        if not self._fits:
            self._finish(logs)

    def on_predict_end(self, logs=None):
        self._finish(None)

    def _draw(self, logs):
        self._due = time.perf_counter() + _INTERVAL
        elapsed = time.perf_counter() - self._started
        if self._steps:
            left = elapsed / self._seen * (self._steps - self._seen)
            clock = f"ETA {_seconds(left)}"
        else:
            clock = _seconds(elapsed)
        self._bar.set_description_str(
            f"{clock} {_per_step(elapsed, self._seen)}{_metrics(logs)}", refresh=False
        )
        self._bar.update(self._seen - self._bar.n)
        self._bar.refresh()

    def _finish(self, logs):
        if not self._level:
            return
        elapsed = time.perf_counter() - self._started
        summary = f"{_seconds(elapsed)} {_per_step(elapsed, self._seen)}{_metrics(logs)}"
        if self._bar is None:
            steps = self._steps or self._seen
            say(f"{self._seen}/{steps} - {summary}")
            return
        self._bar.total = self._seen
        self._bar.set_description_str(summary, refresh=False)
        self._bar.update(self._seen - self._bar.n)
        self._bar.refresh()
        self._bar.close()
        self._bar = None
        if not _has_widgets():  # the last state as a line of its own, whole even where the terminal is narrow
            say(f"{self._seen}/{self._steps or self._seen} [{'=' * _WIDTH}] - {summary}")

    def on_abandon(self):
        """Leave the terminal at the beginning of a line."""
        self._fits = False
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _new_bar(steps):
    import shutil

    # Imported only when a bar is drawn: it takes 20 ms.
    if _has_widgets():
        from tqdm.notebook import tqdm
    else:
        from tqdm.std import tqdm

    form = f"{{n_fmt}}/{{total_fmt}} [{{bar:{_WIDTH}}}] - {{desc}}" if steps else "{n_fmt}/Unknown - {desc}"
    return tqdm(
        total=steps,
        bar_format=form,
        ascii=" >=",
        mininterval=0,
        miniters=1,
        **(
            {}
            if _has_widgets()
            else {"file": sys.stdout, "leave": False, "ncols": shutil.get_terminal_size().columns}
        ),
    )


def _has_widgets():
    """Whether this is a notebook that can show tqdm's own form; without the package ipywidgets a text must do."""
    return _in_notebook() and importlib.util.find_spec("ipywidgets") is not None


def _in_notebook():
    shell = sys.modules.get("IPython")
    get = getattr(shell, "get_ipython", None)
    return get is not None and type(get()).__name__ == "ZMQInteractiveShell"


def _metrics(logs):
    parts = []
    for name, value in dict(logs or {}).items():
        number = plain_number(value)
        if isinstance(number, (int, float)):
            parts.append(
                f"{name}: {number:.4f}" if abs(number) > 1e-3 or number == 0 else f"{name}: {number:.4e}"
            )
        elif number is not None:
            parts.append(f"{name}: {number}")
    return "".join(f" - {part}" for part in parts)


def _seconds(seconds):
    whole = int(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 60}:{whole % 60:02d}" if whole >= 60 else f"{whole}s"


def _per_step(elapsed, steps):
    each = elapsed / max(steps, 1)
    if each >= 1:
        return f"{each:.0f}s/step"
    return f"{each * 1e3:.0f}ms/step" if each >= 1e-3 else f"{each * 1e6:.0f}us/step"
