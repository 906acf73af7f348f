"""What `fit` returns: the metrics of every epoch."""

from minikeras.callbacks.callback import Callback
from minikeras.spellings.logs import Logs

__all__ = ["History"]


class History(Callback):
    """The metrics of every epoch: `history` maps a metric's name to its list of values, `epoch` lists the epochs.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=2, verbose=0)
    >>> history.epoch, len(history.history["loss"])
    ([0, 1], 2)
    """

    def __init__(self):
        super().__init__()
        self.history = Logs()
        self.epoch = []

    def get_state(self):
        return {"history": dict(self.history), "epoch": self.epoch}

    def set_state(self, state):
        self.history, self.epoch = Logs(state["history"]), state["epoch"]

    def on_train_begin(self, logs=None):
        self.epoch = []
        self.model.history = self  # from the beginning, so that an interrupted training leaves what there is

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self):
        last = ", ".join(
            f"{name}={values[-1]:.4g}" for name, values in self.history.items() if _is_number(values[-1])
        )
        return f"<History of {len(self.epoch)} epochs, at last {last}>" if last else "<History of no epochs>"

    def _repr_html_(self):
        from minikeras.callbacks.history_page import history_page  # for notebooks alone

        return history_page(self.history, self.epoch)


def _is_number(value):
    return isinstance(value, (int, float))
