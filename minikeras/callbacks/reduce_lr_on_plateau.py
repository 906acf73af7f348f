"""Lowers the learning rate when training no longer helps."""

import warnings

import numpy as np

from minikeras import registry
from minikeras.callbacks import checks
from minikeras.callbacks.learning_rates import learning_rate_of, log_learning_rates, optimizers_of
from minikeras.callbacks.monitor import MonitorCallback
from minikeras.messages import say
from minikeras.serialization import constructor_parameters

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` when a metric has not improved for `patience` epochs, down to `min_lr`.

    monitor, mode, min_delta: the metric and what counts as an improvement. cooldown: epochs after a reduction in which
    nothing is counted. The rates appear in the history as 'learning_rate'. verbose: 1 says what is done.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> plateau = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_delta=100)
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=3, callbacks=[plateau], verbose=0)
    >>> round(float(model.optimizer.learning_rate), 4)
    0.025
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
        **kwargs,
    ):
        if kwargs:
            known = constructor_parameters(type(self))
            raise TypeError(
                "ReduceLROnPlateau received unknown arguments: "
                + "; ".join(f"{name!r}. {registry.suggest(name, known)}" for name in kwargs)
            )
        super().__init__(monitor, mode, min_delta=min_delta)
        if checks.number("ReduceLROnPlateau", "factor", factor, least=0) >= 1.0:
            raise ValueError(
                f"ReduceLROnPlateau does not support a factor >= 1.0. Received factor={factor}. Use 0.1, for example."
            )
        self.factor = factor
        self.min_lr = checks.number("ReduceLROnPlateau", "min_lr", min_lr, least=0)
        self.patience = checks.number("ReduceLROnPlateau", "patience", patience, least=0)
        self.verbose = verbose
        self.cooldown = checks.number("ReduceLROnPlateau", "cooldown", cooldown, least=0)
        self._reset()

    def _reset(self):
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs=None):
        self._reset()

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        log_learning_rates(self.model, logs)
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(
                f"Learning rate reduction is conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs)}.",
                stacklevel=2,
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch):
        """Lower the rates that are above the least one; whether there was any."""
        reduced = False
        for suffix, optimizer in optimizers_of(self.model):
            before = learning_rate_of(optimizer)
            if before > np.float32(self.min_lr):
                rate = max(before * self.factor, self.min_lr)
                optimizer.learning_rate = rate
                reduced = True
                if self.verbose > 0:
                    name = f" {suffix[1:]}" if suffix else ""
                    say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing{name} learning rate to {rate}.")
        return reduced

    def in_cooldown(self):
        """Whether the last reduction was so recent that nothing is counted."""
        return self.cooldown_counter > 0
