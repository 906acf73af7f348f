"""What a long-lived process does over and over: `python memory_scenarios.py NAME` says what memory it keeps of that.

It does it in five rounds, and prints in JSON by how many bytes the process's own memory (without the pages of
files) has grown since the end of the second, when everything is cached that is, and how many calls that were.
"""

import gc
import io
import json
import sys

import numpy as np

import minikeras as keras
from minikeras import callbacks, layers, ops

X = np.random.default_rng(0).random((32, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def resident_bytes():
    """The memory of this process that belongs to no file."""
    gc.collect()
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon")) << 10


def sequential(**options):
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dropout(0.1), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"], **options)
    return model


def functional():
    inputs = keras.Input((4,))
    hidden = layers.BatchNormalization()(layers.Dense(4, activation="tanh")(inputs))
    model = keras.Model(inputs, layers.Dense(1)(layers.Add()([hidden, inputs])))
    model.compile("rmsprop", "mse")
    return model


class Own(keras.Model):
    """A model with a training step of its own."""

    def __init__(self):
        super().__init__()
        self.only = layers.Dense(1)

    def call(self, inputs):
        return self.only(inputs)

    def train_step(self, data):
        x, y = data
        with keras.GradientTape() as tape:
            loss = ops.mean((self(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return {"loss": loss}


def predict():
    model = sequential()
    return lambda: model.predict(X, verbose=0)


def predict_functional():
    model = functional()
    return lambda: model.predict(X, verbose=0)


def train_on_batch():
    model = sequential()
    return lambda: model.train_on_batch(X, Y)


def train_on_batch_eagerly():
    model = sequential(run_eagerly=True)
    return lambda: model.train_on_batch(X, Y)


def train_on_batch_functional():
    model = functional()
    return lambda: model.train_on_batch(X, Y)


def train_on_batch_own_step():
    model = Own()
    model.compile("sgd")
    return lambda: model.train_on_batch(X, Y)


def test_on_batch():
    model = sequential()
    return lambda: model.test_on_batch(X, Y)


def call():
    model = sequential()
    return lambda: model(X, training=True)


def fit_fresh():
    return lambda: sequential().fit(X, Y, verbose=0)


def fit_fresh_functional():
    """With callbacks that keep weights, and validation."""

    def fit():
        chosen = [
            callbacks.EarlyStopping(restore_best_weights=True), callbacks.ReduceLROnPlateau(),
            callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9), callbacks.TerminateOnNaN(),
        ]  # fmt: skip
        functional().fit(X, Y, verbose=0, epochs=2, validation_split=0.25, callbacks=chosen)

    return fit


def fit_fresh_eagerly():
    return lambda: sequential(run_eagerly=True).fit(X, Y, verbose=0)


def fit_again():
    model = sequential()
    return lambda: model.fit(X, Y, verbose=0)


def fit_generator():
    model = sequential()
    return lambda: model.fit(((X, Y) for _ in range(2)), verbose=0)


def fit_refused():
    """An error in the middle of a training."""

    def fit():
        try:
            sequential().fit(X, Y[:, :0], verbose=0)
        except ValueError:
            return
        raise AssertionError("expected an error")

    return fit


def shapes():
    """A thousand shapes of batches, more than a round has calls."""
    model = sequential()
    x = np.zeros((1000, 4), "float32")
    sizes = iter(range(1, 10**6))

    def train():
        size = 1 + next(sizes) % 1000
        model.train_on_batch(x[:size], x[:size, :1])
        model.predict(x[:size], verbose=0)

    return train


def save_and_load():
    model = sequential()

    def again():
        file = io.BytesIO()
        keras.saving.save_model(model, file)
        file.seek(0)
        keras.saving.load_model(file)

    return again


def leaking():
    """What must not go unnoticed: a kilobyte kept of each call."""
    model, kept = sequential(), []

    def again():
        model.predict(X, verbose=0)
        kept.append(np.ones(128))

    return again


# How many calls make a round.
SCENARIOS = {
    predict: 2000, train_on_batch: 2000, fit_fresh: 200, fit_fresh_functional: 80, fit_fresh_eagerly: 80,
    fit_again: 250, fit_generator: 150, fit_refused: 150, predict_functional: 500, train_on_batch_eagerly: 500,
    train_on_batch_functional: 500, train_on_batch_own_step: 500, test_on_batch: 500, call: 1000, shapes: 700,
    save_and_load: 40, leaking: 500,
}  # fmt: skip
ROUNDS = 5


def main(name):
    make, count = next((m, c) for m, c in SCENARIOS.items() if m.__name__ == name)
    again, sizes = make(), []
    for _ in range(ROUNDS):
        for _ in range(count):
            again()
        sizes.append(resident_bytes())
    print(json.dumps({"grown": sizes[-1] - sizes[1], "calls": count * (ROUNDS - 2)}))


if __name__ == "__main__":
    main(sys.argv[1])
