"""Saves the model while it trains."""

import os
import warnings

import numpy as np

from minikeras.callbacks import checks
from minikeras.callbacks.logs import plain_number
from minikeras.callbacks.monitor import MonitorCallback
from minikeras.messages import say
from minikeras.spellings.logs import Logs

__all__ = ["ModelCheckpoint"]


class ModelCheckpoint(MonitorCallback):
    """Save the model, or its weights, after every epoch, or after every `save_freq` batches.

    filepath: where; '{epoch:02d}', '{batch}' and names of metrics in braces are filled in. It ends in '.weights.h5' with
    save_weights_only, else in '.keras' or '.h5'; older versions took other endings, see `save_model` and `save_weights`.
    save_best_only: only when the metric `monitor` has improved (`mode`: 'min', 'max' or 'auto'), at first on
    `initial_value_threshold` if given. verbose: 1 says what is done.

    >>> ModelCheckpoint("model.keras", save_weights_only=True)
    Traceback (most recent call last):
        ...
    ValueError: When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided must end in
    `.weights.h5`. Received: filepath=model.keras
    """

    reads_lazy_logs = True
    # Epochs from one saving to the next, an argument of older versions.
    period = 1

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        checks.number("ModelCheckpoint", "initial_value_threshold", initial_value_threshold, optional=True)
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = checks.path("ModelCheckpoint", "filepath", filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._frequency = BatchFrequency("ModelCheckpoint", save_freq)
        self._current_epoch = 0
        if save_weights_only and self.filepath.endswith(".keras"):
            raise ValueError(
                "When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided must end in "
                f"`.weights.h5`. Received: filepath={self.filepath}"
            )

    def get_state(self):
        return {**super().get_state(), "batches": self._frequency.seen}

    def set_state(self, state):
        state = dict(state)
        self._frequency.seen = state.pop("batches")
        super().set_state(state)

    def on_epoch_begin(self, epoch, logs=None):
        self._current_epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._frequency.is_due():
            logs = {name: plain_number(value) for name, value in dict(logs or {}).items()}
            self._save(self._current_epoch, batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch" and (epoch + 1) % self.period == 0:
            self._save(epoch, None, logs or {})

    def _save(self, epoch, batch, logs):
        path = self._path(epoch, batch, logs)
        if not self._is_wanted(epoch, logs, path):
            return
        if os.path.isdir(path):
            raise IsADirectoryError(
                f"Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: {path}"
            )
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        self._say(epoch, f"finished saving model to {path}")

    def _path(self, epoch, batch, logs):
        values = (
            {"epoch": epoch + 1, **logs}
            if batch is None
            else {"epoch": epoch + 1, "batch": batch + 1, **logs}
        )
        try:
            return self.filepath.format_map(Logs(values))
        except KeyError as error:
            raise KeyError(
                f'Failed to format this callback filepath: "{self.filepath}". Reason: {error}. '
                f"Available: {', '.join(values)}."
            ) from None
        except (ValueError, IndexError, TypeError, AttributeError) as error:
            raise ValueError(
                f"ModelCheckpoint expected filepath with names in braces, such as 'model-{{epoch:02d}}-{{val_loss:.3f}}.keras', "
                f"received {self.filepath!r}: {error}. Available: {', '.join(values)}; braces of the name itself are doubled."
            ) from None

    def _is_wanted(self, epoch, logs, path):
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(
                f"Can save best model only with {self.monitor} available. Available metrics are: {','.join(logs)}",
                stacklevel=2,
            )
            return True
        if np.ndim(current) > 0:
            warnings.warn(
                f"Can save best model only when `monitor` is a scalar value. Received: {current}. "
                "Falling back to `save_best_only=False`.",
                stacklevel=2,
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(current, self.best):
            self._say(epoch, f"{self.monitor} did not improve from {best}")
            return False
        self._say(epoch, f"{self.monitor} improved from {best} to {current:.5f}, saving model to {path}")
        self.best = current
        return True

    def _say(self, epoch, message):
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: {message}")


class BatchFrequency:
    """Counts batches across epochs, up to `save_freq`, when something is due; 'epoch' is never due at a batch."""

    def __init__(self, owner, save_freq):
        valid = save_freq == "epoch" or (
            isinstance(save_freq, (int, np.integer)) and not isinstance(save_freq, bool) and save_freq > 0
        )
        if not valid:
            raise ValueError(
                f"{owner}: unrecognized save_freq: {save_freq!r}. Expected save_freq are 'epoch' or a positive integer, "
                "the number of batches."
            )
        self.every = None if save_freq == "epoch" else int(save_freq)
        self.seen = 0

    def is_due(self):
        """Count one batch; whether it is the last of so many."""
        if self.every is None:
            return False
        self.seen += 1
        if self.seen < self.every:
            return False
        self.seen = 0
        return True
