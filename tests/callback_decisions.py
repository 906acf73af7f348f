"""What callbacks decide when they are told the same metrics: with minikeras, or with Keras to record what it decides.

`python callback_decisions.py > callbacks/keras_decisions.json` in an environment with Keras 3 records anew; the
recorded file is from Keras 3.15 with its torch backend.
"""

import json
import sys
import warnings

import numpy as np


class Optimizer:
    """A learning rate in float32, as real optimizers keep it."""

    def __init__(self):
        self._rate = np.float32(0.1)

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._rate = np.float32(value)


class Model:
    """What these callbacks know of a model; its weights are the number of the epoch."""

    def __init__(self):
        self.optimizer = Optimizer()
        self.metrics = []
        self.stop_training = False
        self.epoch = -1
        self.restored = None
        self.saved = []

    def get_weights(self):
        return [np.array(self.epoch)]

    def set_weights(self, weights):
        self.restored = int(weights[0])

    def save(self, path, overwrite=True):
        self.saved.append(path)


def histories():
    """Sequences of a metric: falling, rising, with plateaus, with equal and almost equal values, with NaN."""
    rng = np.random.default_rng(11)
    for _ in range(6):
        yield np.cumsum(rng.normal(-0.1, 0.3, 14)) + 3
        yield rng.choice([1.0, 0.9, 0.9 - 1e-9, 0.9 - 1e-5, 0.9 - 1e-4, 0.8], 14)
    yield 1 / np.arange(1, 15)
    yield np.array([1.0, 0.5, np.nan, np.nan, 0.4, np.inf, 0.3] * 2)


def cases():
    """(callback's name, its arguments) to be told each of the histories."""
    for mode in ("min", "max"):
        for options in (
            {},
            {"patience": 2},
            {"patience": 2, "min_delta": 0.1},
            {"patience": 3, "restore_best_weights": True},
            {"patience": 2, "baseline": 0.85, "restore_best_weights": True},
            {"patience": 1, "start_from_epoch": 4, "restore_best_weights": True},
        ):
            yield "EarlyStopping", {"monitor": "val_loss", "mode": mode, **options}
        for options in (
            {"patience": 1},
            {"patience": 2, "factor": 0.5, "min_delta": 0.0},
            {"patience": 1, "factor": 0.3, "cooldown": 2, "min_lr": 0.004},
        ):
            yield "ReduceLROnPlateau", {"monitor": "val_loss", "mode": mode, **options}
        for options in ({}, {"initial_value_threshold": 0.85}):
            yield "ModelCheckpoint", {
                "filepath": "{epoch:02d}.keras", "save_best_only": True, "mode": mode, **options,
            }  # fmt: skip


def decisions(callbacks, name, arguments, history):
    """What a callback does, epoch by epoch, until it stops the training."""
    model, callback = Model(), getattr(callbacks, name)(**arguments)
    callback.set_model(model)
    callback.set_params({"epochs": len(history), "steps": 1, "verbose": 0})
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(history):
        model.epoch = epoch
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, {"loss": float(value), "val_loss": float(value)})
        rates.append(round(float(model.optimizer.learning_rate), 9))
        if model.stop_training:
            break
    callback.on_train_end()
    return {"epochs": len(rates), "rates": rates, "restored": model.restored, "saved": model.saved}


def all_decisions(callbacks):
    """The decisions in all cases, for all histories."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [
            [decisions(callbacks, name, arguments, history) for history in histories()]
            for name, arguments in cases()
        ]


if __name__ == "__main__":
    import keras

    json.dump(all_decisions(keras.callbacks), sys.stdout, separators=(",", ":"))
