"""A training that other processes run, kill and resume: `python interruptible_training.py FOLDER SAVE_FREQ [backup]`.

It has all that a resumed training may get wrong: dropout, batch normalization, slots, shuffling, validation in parts,
callbacks that count, random numbers in a layer and in a callback, a table in a file. It writes the final state to
FOLDER/final.npz and a line to the standard output for each batch.
"""

import random
import sys
from pathlib import Path

import numpy as np

import minikeras as keras
from minikeras import callbacks, layers


class Jitter(layers.Layer):
    """Adds noise whose seed is drawn anew from the process-wide stream at each step."""

    def call(self, inputs, training=False):
        return inputs + keras.random.normal(inputs.shape, stddev=0.01) if training else inputs


class Wobble(callbacks.Callback):
    """Changes the learning rate by NumPy's and Python's global generators, and keeps count in an attribute."""

    def __init__(self):
        super().__init__()
        self.total = 0.0
        self.rates = []

    def on_train_batch_end(self, batch, logs=None):
        self.total += logs["loss"]
        rate = 0.01 * (1 + 0.1 * np.random.random() + 0.1 * random.random())
        self.model.optimizer.learning_rate = rate
        print(batch, flush=True)

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


def train(folder, save_freq, backup):
    keras.utils.set_random_seed(5)
    x = np.random.normal(size=(70, 6)).astype("float32")
    y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, activation="relu"),
            layers.BatchNormalization(),
            Jitter(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01, use_ema=True), "binary_crossentropy", metrics=["accuracy"])
    wobble = Wobble()
    stopping = callbacks.EarlyStopping(patience=30, restore_best_weights=True)
    plateau = callbacks.ReduceLROnPlateau(patience=1, factor=0.5)
    halving = callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9)
    others = [wobble, stopping, plateau, halving, callbacks.CSVLogger(folder / "log.csv")]
    if backup:
        others.insert(0, callbacks.BackupAndRestore(folder / "backup", save_freq=save_freq))
    history = model.fit(
        x, y, batch_size=10, epochs=12, callbacks=others, verbose=0, validation_data=(x[:30], y[:30]),
        validation_batch_size=10, validation_steps=2,
    )  # fmt: skip
    return {
        **{f"weight_{i}": v.numpy() for i, v in enumerate(model.variables)},
        **{f"slot_{i}": v.numpy() for i, v in enumerate(model.optimizer.variables)},
        **{f"history_{name}": np.asarray(values) for name, values in history.history.items()},
        "epochs": np.asarray(history.epoch),
        "wobble": np.asarray([wobble.total, *wobble.rates]),
        "table": np.asarray(list((folder / "log.csv").read_bytes())),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    save_freq = sys.argv[2] if sys.argv[2] == "epoch" else int(sys.argv[2])
    result = train(folder, save_freq, backup=sys.argv[3:] == ["backup"])
    np.savez(folder / "final.npz", **result)
