"""A training that another process runs, kills and resumes: `python interruptible_training.py` serves it.

It has all that a resumed training may get wrong: dropout, batch normalization, slots, shuffling, validation in parts,
callbacks that count, random numbers in a layer and in a callback, a table in a file.

For each line `FOLDER SAVE_FREQ MOMENT` on the standard input a copy of this process is forked, in which everything is
imported already; then it is printed how it ended (as in subprocess: 0, or minus the signal). The copy trains and writes
the final state to FOLDER/final.npz. SAVE_FREQ is that of BackupAndRestore, or `none` for a training without it. MOMENT is
when the copy is killed: `never`, after so many seconds, or before a system call such as `fsync:3`, the third of this name.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
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

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))


def train(folder, save_freq=None):
    """Train, with backups every `save_freq` batches or 'epoch', and return the final state as arrays."""
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
    if save_freq is not None:
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
        "states": np.asarray([json.dumps(c.get_state(), default=repr) for c in (wobble, stopping, plateau)]),
        "chances": np.asarray([random.random(), np.random.random(), float(keras.random.normal(()))]),
    }


def kill_before(call, number):
    """Have this process killed when it makes a system call of that name for that time."""
    original, count = getattr(os, call), 0

    def counted(*args, **kwargs):
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(os, call, counted)


def run(folder, save_freq, moment):
    if ":" in moment:
        call, number = moment.split(":")
        kill_before(call, int(number))
    choice = {"none": None, "epoch": "epoch"}
    result = train(Path(folder), choice[save_freq] if save_freq in choice else int(save_freq))
    np.savez(Path(folder) / "final.npz", **result)


def serve():
    for line in sys.stdin:
        folder, save_freq, moment = line.split()
        child = os.fork()
        if child == 0:
            try:
                run(folder, save_freq, moment)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        if moment != "never" and ":" not in moment:
            time.sleep(float(moment))
            os.kill(child, signal.SIGKILL)  # which does nothing to a training that is through
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
