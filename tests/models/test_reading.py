"""Losses that read symbolic tensors of the graph, layers that add them, models whose first call tells the shape."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops

X = np.random.default_rng(0).random((32, 6)).astype("float32")


def autoencoder():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((6,))
    code = keras.layers.Dense(2, name="code")(inputs)
    outputs = keras.layers.Dense(6, name="out")(code)
    return inputs, code, outputs


def numbers(model, inputs, code):
    """The loss of X computed with NumPy from what the model predicts."""
    y, z = model.predict(X, verbose=0), keras.Model(inputs, code).predict(X, verbose=0)
    return np.mean((X - y) ** 2, axis=-1) + 0.5 * np.sum(z**2, axis=-1)


def test_a_loss_reads_symbolic_tensors_of_its_surroundings():
    inputs, code, outputs = autoencoder()

    def size():
        return 0.5 * ops.sum(ops.square(code), axis=-1)

    def with_size(y, y_pred):
        return keras.losses.mean_squared_error(y, y_pred) + size()

    model = keras.Model(inputs, outputs)
    with pytest.warns(DeprecationWarning, match=r"a loss that reads symbolic tensors \(with_size\)"):
        model.compile(keras.optimizers.Adam(0.05), with_size)
    for batch in (32, 16):  # each batch has the values of its own
        found = model.evaluate(X, X, batch_size=batch, verbose=0)
        assert found == pytest.approx(numbers(model, inputs, code).mean(), rel=1e-5)
    weighted = model.evaluate(X, X, batch_size=32, sample_weight=np.arange(32.0), verbose=0)
    assert weighted == pytest.approx(np.mean(numbers(model, inputs, code) * np.arange(32)), rel=1e-5)
    history = model.fit(X, X, epochs=15, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < history[0]
    # The gradient goes through what is read, too: the code is drawn towards 0.
    assert np.abs(keras.Model(inputs, code).predict(X, verbose=0)).mean() < 0.5


def test_a_layer_adds_a_loss_that_reads_symbolic_tensors():
    inputs, code, outputs = autoencoder()

    class Penalty(keras.layers.Layer):
        def call(self, tensors):
            x, y = tensors
            self.add_loss(ops.mean(ops.square(x - y)) + 0.5 * ops.mean(ops.sum(ops.square(code), axis=-1)))
            return y

    model = keras.Model(inputs, Penalty()([inputs, outputs]))
    model.compile(keras.optimizers.Adam(0.05), loss=None)
    assert model.evaluate(X, batch_size=32, verbose=0) == pytest.approx(
        numbers(model, inputs, code).mean(), rel=1e-5
    )
    history = model.fit(X, epochs=5, batch_size=32, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_a_sequential_built_by_a_call_takes_other_lengths():
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(2)])
    first = np.ones((2, 5, 3), "float32")
    expected = model(first).numpy()
    other = model(np.ones((2, 9, 3), "float32")).numpy()
    np.testing.assert_array_equal(other[:, :5], expected)
    assert model.output_shape == (None, None, 2)
    assert len(model.weights) == 4
    with pytest.raises(ValueError, match="Reshape the data"):
        model(np.ones((2, 9, 4), "float32"))


def test_several_outputs_without_metrics_of_a_subclassed_model():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = keras.layers.Dense(1), keras.layers.Dense(1)

        def call(self, x):
            return self.a(x), self.b(x)

    model = Two()
    model.compile("sgd", "mse", loss_weights=[0.9, 0.1])
    history = model.fit(X, (X[:, :1], X[:, 1:2]), epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_compute_loss_without_the_training_argument():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(6)

        def call(self, x):
            return self.dense(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False):
            return ops.mean(ops.abs(y - y_pred))

    model = Own()
    model.compile("sgd")
    model.fit(X, X, verbose=0)
    assert model.evaluate(X, X, verbose=0, batch_size=32) == pytest.approx(
        np.abs(model.predict(X, verbose=0) - X).mean(), rel=1e-5
    )
