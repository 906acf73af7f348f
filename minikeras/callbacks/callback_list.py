"""Many callbacks as one."""

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.history import History

_BATCH_EVENTS = [
    f"on_{mode}_batch_{moment}" for mode in ("train", "test", "predict") for moment in ("begin", "end")
]


class CallbackList:
    """Calls every callback's events in order; batch events only of those callbacks that override them.

    So training with no callback for batches pays nothing for them.
    """

    def __init__(self, callbacks=None, add_history=False, model=None, **params):
        given = (
            [] if callbacks is None else callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        )
        for callback in given:
            if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
                raise TypeError(
                    f"callbacks expected objects of minikeras.callbacks.Callback, received {callback!r}."
                    + (" Create it: add parentheses." if isinstance(callback, type) else "")
                )
        self.callbacks = list(given)
        self.history = next((c for c in self.callbacks if isinstance(c, History)), None)
        if self.history is None and add_history:
            self.history = History()
            self.callbacks.append(self.history)
        self.params = params
        self.model = model
        for callback in self.callbacks:
            callback.set_params(params)
            if model is not None:
                callback.set_model(model)
        self._listeners = {event: self._overriding(event) for event in _BATCH_EVENTS}

    def append(self, callback):
        """Add one more callback."""
        self.callbacks.append(callback)
        callback.set_params(self.params)
        callback.set_model(self.model)
        self._listeners = {event: self._overriding(event) for event in _BATCH_EVENTS}

    def _overriding(self, event):
        """The bound methods of the callbacks that do something at a batch event."""
        older = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}.get(event)
        found = []
        for callback in self.callbacks:
            cls = type(callback)
            own = getattr(cls, event, None) is not getattr(Callback, event) or event in vars(callback)
            own = own or (
                older
                and (getattr(cls, older, None) is not getattr(Callback, older) or older in vars(callback))
            )
            if own:
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
            plain = dict(logs) if logs is not None else {}
            for listener, lazy in listeners:
                listener(batch, logs if lazy else plain)

        return notify

    def _notify_lazily(self, listeners):
        def notify(batch, logs=None):
            for listener, _ in listeners:
                listener(batch, logs)

        return notify

    def _notify(self, event, *args):
        for callback in self.callbacks:
            getattr(callback, event)(*args)

    def on_train_begin(self, logs=None):
        """Training begins."""
        self._notify("on_train_begin", logs or {})

    def on_train_end(self, logs=None):
        """Training has ended."""
        self._notify("on_train_end", logs or {})

    def on_epoch_begin(self, epoch, logs=None):
        """An epoch begins."""
        self._notify("on_epoch_begin", epoch, logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """An epoch has ended."""
        self._notify("on_epoch_end", epoch, logs if logs is not None else {})

    def on_test_begin(self, logs=None):
        """An evaluation begins."""
        self._notify("on_test_begin", logs or {})

    def on_test_end(self, logs=None):
        """An evaluation has ended."""
        self._notify("on_test_end", logs or {})

    def on_predict_begin(self, logs=None):
        """A prediction begins."""
        self._notify("on_predict_begin", logs or {})

    def on_predict_end(self, logs=None):
        """A prediction has ended."""
        self._notify("on_predict_end", logs or {})
