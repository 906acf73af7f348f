"""Ends training when it no longer helps."""

import warnings

from minikeras.callbacks import checks
from minikeras.callbacks.monitor import MonitorCallback
from minikeras.messages import say

__all__ = ["EarlyStopping"]


class EarlyStopping(MonitorCallback):
    """Stop training when a metric has stopped improving.

    monitor, mode, min_delta: the metric and what counts as an improvement. patience: epochs without one before
    training stops. baseline: values no better than this do not count. restore_best_weights: go back to the weights of
    the best epoch. start_from_epoch: epochs to pass over first. verbose: 1 says what is done.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> stopping = EarlyStopping(monitor="loss", patience=3, min_delta=100)
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=10, callbacks=[stopping], verbose=0)
    >>> len(history.history["loss"])
    4
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = checks.number("EarlyStopping", "patience", patience, least=0)
        self.verbose = verbose
        self.baseline = checks.number("EarlyStopping", "baseline", baseline, optional=True)
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = checks.number("EarlyStopping", "start_from_epoch", start_from_epoch, least=0)
        self._reset()

    def _reset(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best = current
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._keep(epoch)
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _keep(self, epoch):
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs):
        """The watched metric's value, or None, with a warning, if it is not there."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs)}",
                stacklevel=2,
            )
        return value
