"""Many callbacks as one."""

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.history import History
from minikeras.callbacks.logs import plain_number
from minikeras.callbacks.progbar_logger import ProgbarLogger
from minikeras.nest import flatten
from minikeras.spellings.logs import Logs

__all__ = ["CallbackList"]

_BATCH_EVENTS = [
    f"on_{mode}_batch_{moment}" for mode in ("train", "test", "predict") for moment in ("begin", "end")
]
_OLDER_NAMES = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}


class CallbackList(Callback, older_arguments=False):
    """Calls every callback's events in order; batch events only of those callbacks that override them.

    So training with no callback for batches pays nothing for them. A callback with `comes_last = True` is told
    everything after the others. As a context manager it tells the callbacks when an error or Ctrl-C ends the block.

    add_history, add_progbar: add a History or a ProgbarLogger unless there is one.

    >>> callbacks = CallbackList([], add_history=True, epochs=1, steps=2)
    >>> [type(callback).__name__ for callback in callbacks.callbacks]
    ['History']
    """

    # For callbacks with a method `set_list`: where fit stands in its data (training's and validation's `Epochs`), and
    # the batch of the current step.
    data = None
    batch = None

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        super().__init__()
        self.callbacks = [] if callbacks is None else flatten(callbacks)
        for callback in self.callbacks:
            if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
                raise TypeError(
                    f"callbacks expected objects of minikeras.callbacks.Callback, received {callback!r}."
                    + (" Create it: add parentheses." if isinstance(callback, type) else "")
                )
        self.history = next((c for c in self.callbacks if isinstance(c, History)), None)
        if self.history is None and add_history:
            self.history = History()
            self.callbacks.append(self.history)
        if add_progbar and not any(isinstance(c, ProgbarLogger) for c in self.callbacks):
            self.callbacks.append(ProgbarLogger())
        self._arrange()
        self.set_params(params)
        self.set_model(model)

    def append(self, callback):
        """Add one more callback."""
        self.callbacks.append(callback)
        self._arrange()
        callback.set_params(self.params)
        if self.model is not None:
            callback.set_model(self.model)

    def set_params(self, params):
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model):
        if model is None:
            return
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def _arrange(self):
        self.callbacks.sort(key=lambda callback: bool(getattr(callback, "comes_last", False)))
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                callback._told_by = self
            if hasattr(callback, "set_list"):
                callback.set_list(self)
        self._listeners = {event: self._overriding(event) for event in _BATCH_EVENTS}

    def _overriding(self, event):
        """The bound methods of the callbacks that do something at a batch event."""
        found = []
        for callback in self.callbacks:
            names = [event] if event not in _OLDER_NAMES else [event, _OLDER_NAMES[event]]
            if any(_overrides(callback, name) for name in names):
                found.append((getattr(callback, event), getattr(callback, "reads_lazy_logs", False)))
        return found

    def batch_listener(self, event):
        """One function for a batch event, or None if no callback listens to it."""
        listeners = self._listeners[event]
        if not listeners:
            return None
        if all(lazy for _, lazy in listeners):
            return listeners[0][0] if len(listeners) == 1 else self._notify_lazily(listeners)

        def notify(batch, logs=None):
            plain = Logs({} if logs is None else {name: plain_number(v) for name, v in dict(logs).items()})
            for listener, lazy in listeners:
                listener(batch, logs if lazy else plain)

        return notify

    def _notify_lazily(self, listeners):
        def notify(batch, logs=None):
            for listener, _ in listeners:
                listener(batch, logs)

        return notify

    def _notify_of_batch(self, event, batch, logs):
        listener = self.batch_listener(event)
        if listener is not None:
            listener(batch, logs)

    def _notify(self, event, *args):
        for callback in self.callbacks:
            getattr(callback, event)(*args)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind is not None:
            self.on_abandon()
        for epochs in self.data or ():
            if epochs is not None:
                epochs.close()
        self.data = self.batch = None  # callbacks outlive a training, its data should not

    def on_abandon(self):
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                callback.on_abandon()

    def on_train_begin(self, logs=None):
        self._notify("on_train_begin", logs or {})

    def on_train_end(self, logs=None):
        self._notify("on_train_end", logs or {})

    def on_epoch_begin(self, epoch, logs=None):
        self._notify("on_epoch_begin", epoch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        self._notify("on_epoch_end", epoch, logs if logs is not None else {})

    def on_train_batch_begin(self, batch, logs=None):
        self._notify_of_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self._notify_of_batch("on_train_batch_end", batch, logs)

    def on_test_begin(self, logs=None):
        self._notify("on_test_begin", logs or {})

    def on_test_end(self, logs=None):
        self._notify("on_test_end", logs or {})

    def on_test_batch_begin(self, batch, logs=None):
        self._notify_of_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch, logs=None):
        self._notify_of_batch("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs=None):
        self._notify("on_predict_begin", logs or {})

    def on_predict_end(self, logs=None):
        self._notify("on_predict_end", logs or {})

    def on_predict_batch_begin(self, batch, logs=None):
        self._notify_of_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        self._notify_of_batch("on_predict_batch_end", batch, logs)


def _overrides(callback, event):
    """Whether a callback does something at an event: by its class, or by an attribute of its own (LambdaCallback)."""
    return getattr(type(callback), event, None) is not getattr(Callback, event) or event in vars(callback)
