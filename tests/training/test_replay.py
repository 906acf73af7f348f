"""Replayed steps are the usual steps, bit by bit; and what cannot be replayed is not."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.kernels.calls import can_repeat
from minikeras.training.recorded import RecordedStep
from minikeras.training.steady import SteadyStep

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(72, 8)).astype("float32")
IMAGES = RNG.normal(size=(72, 8, 8, 2)).astype("float32")
STEPS = RNG.normal(size=(72, 5, 8)).astype("float32")
LABELS = RNG.integers(0, 3, 72)

MODELS = {
    "dense": (ROWS, lambda: [layers.Dense(8, "relu", kernel_regularizer="l2"), layers.Dense(3, "softmax")]),
    "activations": (
        ROWS,
        lambda: [layers.Dense(8, "gelu"), layers.Activation("elu"), layers.Dense(3, "softmax")],
    ),
    "dropout": (ROWS, lambda: [layers.Dense(8, "tanh"), layers.Dropout(0.5), layers.Dense(3, "softmax")]),
    "batch normalization": (
        IMAGES,
        lambda: [
            layers.Conv2D(4, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ],
    ),
    "channels first": (
        IMAGES,
        lambda: [
            layers.Conv2D(4, 3, data_format="channels_first", padding="same"),
            layers.BatchNormalization(axis=1),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ],
    ),
    "lstm": (STEPS, lambda: [layers.LSTM(4), layers.Dense(3, "softmax")]),
    "activity regularizer": (
        ROWS,
        lambda: [layers.Dense(8, "relu", activity_regularizer="l1"), layers.Dense(3, "softmax")],
    ),
    "constraint": (ROWS, lambda: [layers.Dense(3, "softmax", kernel_constraint="unit_norm")]),
}


def trained(name, eagerly, optimizer="adam", **fit):
    x, make = MODELS[name]
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input(x.shape[1:]), *make()])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eagerly)
    history = model.fit(x, LABELS, batch_size=16, epochs=4, verbose=0, **fit).history
    return model, history


@pytest.mark.parametrize("name", MODELS)
def test_the_same_bits_as_without_replay(name):
    usual, usual_history = trained(name, eagerly=True)
    replayed, history = trained(name, eagerly=False)
    assert usual._replay is False
    # 72 rows in batches of 16: two shapes, each recorded, checked once and then replayed.
    forms = [forms.trusted for forms in replayed._replay._forms.values()]
    form = SteadyStep if can_repeat() else RecordedStep
    assert [type(f) for f in forms] == [form] * 2
    assert history == usual_history
    for ours, theirs in zip(replayed.get_weights(), usual.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    for ours, theirs in zip(replayed.variables, usual.variables, strict=True):
        assert np.array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=0.1),
        lambda: keras.optimizers.Adam(global_clipnorm=0.01, weight_decay=0.01),
        lambda: keras.optimizers.RMSprop(gradient_accumulation_steps=2),
    ],
)
def test_with_what_optimizers_do_besides(optimizer):
    usual, _ = trained("dense", True, optimizer())
    replayed, _ = trained("dense", False, optimizer())
    assert all(np.array_equal(a, b) for a, b in zip(usual.get_weights(), replayed.get_weights(), strict=True))


EFFECTS = {
    "a stateful LSTM": (STEPS, lambda: [layers.LSTM(4, stateful=True), layers.Dense(3, "softmax")]),
    "masked batch normalization": (
        STEPS,
        lambda: [layers.Masking(), layers.BatchNormalization(), layers.LSTM(4), layers.Dense(3, "softmax")],
    ),
    "spectral normalization": (
        ROWS,
        lambda: [layers.SpectralNormalization(layers.Dense(5)), layers.Dense(3, "softmax")],
    ),
    "noise": (
        ROWS,
        lambda: [layers.GaussianNoise(0.5), layers.GaussianDropout(0.2), layers.Dense(3, "softmax")],
    ),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_what_layers_do_outside_the_recorded_functions_is_not_lost(name):
    results = []
    x, make = EFFECTS[name]
    for eagerly in (True, False):
        keras.utils.set_random_seed(7)
        model = keras.Sequential([keras.Input(batch_shape=(8, *x.shape[1:])), *make()])
        model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=eagerly)
        model.fit(x, LABELS, batch_size=8, epochs=2, verbose=0)
        results.append([v.numpy() for v in model.variables])
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_sample_weights_class_weights_and_validation():
    options = {"validation_split": 0.25, "sample_weight": np.linspace(0.5, 2, 72)}
    usual, usual_history = trained("dense", True, **options)
    replayed, history = trained("dense", False, **options)
    assert history == usual_history
    assert all(np.array_equal(a, b) for a, b in zip(usual.get_weights(), replayed.get_weights(), strict=True))


def test_weights_changed_between_steps_are_seen():
    results = []
    for eagerly in (True, False):

        class Shrink(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.set_weights([w * 0.5 for w in self.model.get_weights()])
                self.model.optimizer.learning_rate = 0.01 * (epoch + 1)

        results.append(trained("dense", eagerly, "sgd", callbacks=[Shrink()])[0].get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_another_optimizer_may_take_the_variables_meanwhile():
    results = []
    for eagerly in (True, False):

        class Intrude(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                variables = self.model.trainable_variables
                keras.optimizers.SGD(0.1).apply([np.ones(v.shape, "float32") for v in variables], variables)

        results.append(trained("dense", eagerly, "sgd", callbacks=[Intrude()])[0].get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_a_users_layer_is_called_every_time():
    calls = []

    class Counting(layers.Layer):
        def call(self, inputs):
            calls.append(1)
            return inputs

    model = keras.Sequential([keras.Input((8,)), Counting(), layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    calls.clear()
    model.fit(ROWS, LABELS, batch_size=8, verbose=0)
    assert len(calls) == 9


def test_a_loss_that_leaves_the_recorded_functions_is_called_every_time():
    """What NumPy computed from one batch must not be taken for another's."""

    def centred(y_true, y_pred):
        y_true = np.asarray(y_true, "float32")
        return keras.ops.mean((y_pred[:, 0] - (y_true - y_true.mean())) ** 2)

    results = []
    for eagerly in (True, False):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
        model.compile("sgd", centred, run_eagerly=eagerly)
        model.fit(ROWS, LABELS, batch_size=8, epochs=3, verbose=0)
        results.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_a_loss_that_takes_a_number_from_the_batch_is_found_out():
    def scaled(y_true, y_pred):
        return keras.ops.mean(y_pred**2) * float(np.asarray(y_true).mean())

    results = []
    for eagerly in (True, False):
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
        model.compile("sgd", scaled, run_eagerly=eagerly)
        model.fit(ROWS, LABELS, batch_size=8, epochs=3, verbose=0)
        results.append(model.get_weights())
    assert [(f.trusted, f.recorded) for f in model._replay._forms.values()] == [(None, None)]
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_an_error_in_a_recorded_step_leaves_no_recorder_behind():
    from minikeras.autodiff.tensor import state

    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="label 9"):
        model.fit(ROWS, np.full(72, 9), verbose=0)
    assert state.recorder is None
    model.fit(ROWS, LABELS, verbose=0)


@pytest.mark.parametrize("place", ["loss", "metric"])
def test_python_that_looks_at_values_decides_anew_at_each_step(place):
    """A loss of the user's that chooses by what it sees is never replayed, a metric in no case."""

    def by_sign(y_true, y_pred):
        error = keras.ops.mean(keras.ops.square(y_pred - y_true), axis=-1)
        return error if float(keras.ops.sum(y_true)) > 0 else 3.0 * error

    def trained(eagerly):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        chosen = {"loss": by_sign} if place == "loss" else {"loss": "mse", "metrics": [by_sign]}
        model.compile("sgd", run_eagerly=eagerly, **chosen)
        for sign in (1, 1, 1, 1, -1, 1, -1):
            logs = model.train_on_batch(np.ones((4, 2)), np.full((4, 1), float(sign)), return_dict=True)
        return model.get_weights(), logs

    (replayed, logs), (eager, eager_logs) = trained(False), trained(True)
    assert logs == eager_logs
    for array, other in zip(replayed, eager, strict=True):
        np.testing.assert_array_equal(array, other)
