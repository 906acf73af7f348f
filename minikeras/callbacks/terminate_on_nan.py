"""Ends training when numbers stop being finite, and says where."""

import numpy as np

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import plain_number
from minikeras.callbacks.nan_search import NaNSearch
from minikeras.messages import say

__all__ = ["TerminateOnNaN"]


class _FiniteWatch(Callback):
    """Base of the callbacks that look at each batch's loss and weights; keeps what was first not to be finite."""

    reads_lazy_logs = True

    def __init__(self):
        super().__init__()
        self._list = None
        self._search = None
        self._epoch = 0
        self._first = None

    def set_list(self, callbacks):
        """Take note of the list of all callbacks, which knows the current batch."""
        self._list = callbacks

    def on_train_begin(self, logs=None):
        self._search = NaNSearch(self.model)
        self._first = None

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_batch_begin(self, batch, logs=None):
        if self._search is not None and self._list.batch is not None:
            self._search.before(self._list.batch)

    def _look(self, batch, loss):
        """Note the first value that is not finite, if there is one."""
        if self._first is not None or self._search is None or self._list.batch is None:
            return
        if (loss is not None and not np.isfinite(loss)) or not self._search.after():
            found = self._search.find(self._list.batch)
            self._first = (
                f"The first value that was not finite: {found}, in epoch {self._epoch + 1}, batch {batch}."
            )

    def on_train_end(self, logs=None):
        self._search = None

    def on_abandon(self):
        self._search = None


class TerminateOnNaN(_FiniteWatch):
    """Stop training when the loss is NaN or infinite; if the step reports no 'loss', when a weight is.

    The message says in which epoch, batch and layer a value first stopped being finite, forward or backward (for which
    the weights are copied before each batch). Epochs count from 1, batches from 0. raise_error: raise a RuntimeError,
    so that the other callbacks' `on_train_end` is not called.

    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="only")])
    >>> model.compile("sgd", "mse")
    >>> model.layers[0].kernel.assign([[np.nan], [0.0]])  # doctest: +ELLIPSIS
    <Variable ...
    >>> x, y = np.ones((8, 2)), np.zeros((8, 1))
    >>> history = model.fit(x, y, epochs=5, callbacks=[TerminateOnNaN()], verbose=0)
    Batch 0: Invalid loss, terminating training. The first value that was not finite: weight 'kernel' of layer
    'only' (Dense), before the step, in epoch 1, batch 0.
    >>> history.epoch
    [0]
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        loss = plain_number((logs or {}).get("loss"))
        self._look(batch, loss)
        if np.isfinite(loss) if loss is not None else self._first is None:
            return
        where = f" {self._first}" if self._first else ""
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Terminating training immediately.{where}"
            )
        what = (
            "weights" if loss is None else "loss"
        )  # a training step of the user's own need not report a loss
        say(f"Batch {batch}: Invalid {what}, terminating training.{where}")
        self.model.stop_training = True


class StopAtFirstNaN(_FiniteWatch):
    """What `compile(debug_nan=True)` adds to fit: an error as soon as the loss, a gradient or a weight is not finite."""

    def on_batch_end(self, batch, logs=None):
        self._look(batch, plain_number((logs or {}).get("loss")))
        if self._first is not None:
            raise _stopped(self.model, self._first)


def stopping_at_nan(model):
    """The training step of a model with `debug_nan` outside of fit: an error if it makes a value infinite or NaN."""

    def step(batch):
        search, number = NaNSearch(model), int(model.optimizer.iterations) + 1
        search.before(batch)
        logs = model.train_step(batch)
        loss = plain_number(dict(logs.items()).get("loss"))
        if (loss is not None and not np.isfinite(loss)) or not search.after():
            found = search.find(batch)
            raise _stopped(
                model, f"The first value that was not finite: {found}, in step {number} of the optimizer."
            )
        return logs

    return step


def _stopped(model, first):
    return FloatingPointError(
        f"Training of '{model.name}' stopped. {first} Look at the data and the learning rate, or limit the "
        "gradients with clipnorm."
    )
