"""A callback made of functions."""

from minikeras import registry
from minikeras.callbacks.callback import Callback

__all__ = ["LambdaCallback"]


class LambdaCallback(Callback):
    """Call the given functions at training's events.

    on_epoch_begin, on_epoch_end: functions of (epoch, logs). on_train_begin, on_train_end: of (logs).
    on_train_batch_begin, on_train_batch_end: of (batch, logs). Any other event of Callback may be given by its name.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> told = LambdaCallback(on_epoch_end=lambda epoch, logs: print("epoch", epoch, sorted(logs)))
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=1, callbacks=[told], verbose=0)
    epoch 0 ['loss']
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        super().__init__()
        events = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        known = [name for name in dir(Callback) if name.startswith("on_")]
        for name, function in kwargs.items():
            if name not in known:
                raise TypeError(f"LambdaCallback: {name!r} is no event. {registry.suggest(name, known)}")
            events[name] = function
        for name, function in events.items():
            if function is not None:
                if not callable(function):
                    raise TypeError(
                        f"LambdaCallback expected {name} to be a function, received {function!r:.60} of type "
                        f"{type(function).__name__}."
                    )
                setattr(self, name, function)
