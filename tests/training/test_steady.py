"""Steps in fixed memory: nothing is allocated, and what they compute is what the usual way computes."""

import tracemalloc

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.kernels.calls import can_repeat
from minikeras.training.steady import SteadyStep

pytestmark = pytest.mark.skipif(not can_repeat(), reason="the reference kernels cannot be repeated")
RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(64, 12, 12, 3)).astype("float32")
LABELS = RNG.integers(0, 4, 64)


def convolutional():
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            layers.Conv2D(8, 3, activation="relu", padding="same", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def steady_steps(model):
    return [f.trusted for f in model._replay._forms.values() if isinstance(f.trusted, SteadyStep)]


def test_a_steady_step_allocates_nothing():
    model = convolutional()
    model.fit(IMAGES, LABELS, epochs=2, batch_size=16, verbose=0)
    assert len(steady_steps(model)) == 1
    batch = keras.ops.convert_to_tensor(IMAGES[:16]), keras.ops.convert_to_tensor(LABELS[:16])
    model.train_step(batch)
    tracemalloc.start()
    for _ in range(20):
        model.train_step(batch)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8192, "the first convolution's output alone takes 73,728 bytes"


def test_a_residual_block_and_two_paths_to_one_weight():
    def train(eagerly):
        keras.utils.set_random_seed(5)
        inputs = keras.Input((12, 12, 3))
        shared = layers.Conv2D(3, 3, padding="same", activation="relu")
        x = layers.Add()([inputs, shared(inputs)])
        x = layers.Add()([x, shared(x)])
        outputs = layers.Dense(4, activation="softmax")(layers.Flatten()(x))
        model = keras.Model(inputs, outputs)
        model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=eagerly)
        model.fit(IMAGES, LABELS, epochs=4, batch_size=16, verbose=0)
        return model

    usual, replayed = train(True), train(False)
    assert len(steady_steps(replayed)) == 1
    for ours, theirs in zip(replayed.get_weights(), usual.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_large_outputs_that_no_kernel_makes_are_replayed_function_by_function():
    model = keras.Sequential([keras.Input((40, 40, 16)), layers.ELU(), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = RNG.normal(size=(64, 40, 40, 16)).astype("float32")
    model.fit(x, x[:, 0, 0, :1], epochs=2, batch_size=16, verbose=0)
    (forms,) = model._replay._forms.values()
    assert forms.trusted is forms.recorded
    assert forms.trusted is not None


def test_a_wrong_label_is_refused_in_the_middle_of_steady_steps():
    model = convolutional()
    model.fit(IMAGES, LABELS, epochs=2, batch_size=16, verbose=0)
    before = model.get_weights()
    with pytest.raises(ValueError, match="label 9"):
        model.train_on_batch(IMAGES[:16], np.full(16, 9))
    for ours, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    model.fit(IMAGES, LABELS, batch_size=16, verbose=0)


def test_a_model_whose_variables_another_optimizer_took_goes_on():
    model = convolutional()
    model.fit(IMAGES, LABELS, epochs=2, batch_size=16, verbose=0)
    keras.optimizers.SGD().build(model.trainable_variables)
    before = model.get_weights()
    model.train_on_batch(IMAGES[:16], LABELS[:16])
    assert not any(np.array_equal(a, b) for a, b in zip(model.get_weights(), before, strict=True))
