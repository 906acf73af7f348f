"""Penalties and reported values given as symbolic tensors; models as copies and pickles; several inputs first."""

import copy
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops

X = np.random.default_rng(0).random((64, 8)).astype("float32")


def test_add_loss_of_a_symbolic_tensor_trains():
    """A variational autoencoder as it was written: the loss is computed from the graph, compile gets none."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8,))
    code = keras.layers.Dense(2)(inputs)
    outputs = keras.layers.Dense(8, activation="sigmoid")(code)
    model = keras.Model(inputs, outputs)
    with pytest.warns(DeprecationWarning, match="a layer that calls self.add_loss") as caught:
        model.add_loss(ops.mean(ops.square(inputs - outputs)))
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="a metric of its own"):
        model.add_metric(ops.sum(ops.square(code), axis=-1), name="size")
    model.compile(keras.optimizers.Adam(0.05))
    history = model.fit(X, epochs=5, batch_size=16, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert set(history) == {"loss", "size"}
    loss, size = model.evaluate(X, verbose=0, batch_size=64)
    prediction = model.predict(X, verbose=0)
    assert loss == pytest.approx(np.mean((X - prediction) ** 2), rel=1e-5)
    encoded = keras.Model(inputs, code).predict(X, verbose=0)
    assert size == pytest.approx((encoded**2).sum(-1).mean(), rel=1e-5)


def test_add_loss_beside_a_compiled_loss_and_in_a_sequential():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
    with pytest.warns(DeprecationWarning, match="add_loss"):
        model.add_loss([0.5 * ops.mean(ops.abs(model.output)), ops.square(model.output)])
    model.compile("sgd", "mse")
    y = model.predict(X, verbose=0)
    expected = np.mean(y**2) + 0.5 * np.mean(np.abs(y)) + np.mean(y**2)
    assert model.evaluate(X, np.zeros((64, 4)), batch_size=64, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_a_graph_is_needed():
    class Own(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="has no graph, so a symbolic tensor cannot belong to it"):
        Own().add_loss(keras.Input((1,)))


def test_add_loss_of_values_with_the_inputs_of_older_versions():
    class Penalty(keras.layers.Layer):
        def call(self, x):
            self.add_loss(ops.mean(x), inputs=x)
            return x

    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    with pytest.warns(DeprecationWarning, match="Layer.add_loss"):
        model.add(Penalty())
    with pytest.warns(DeprecationWarning, match="Layer.add_loss"):
        model(X)
    assert len(model.losses) == 1


@pytest.mark.parametrize("again", [copy.deepcopy, copy.copy, lambda m: pickle.loads(pickle.dumps(m))])
def test_models_are_copied_and_pickled_whole(again):
    inputs = keras.Input((8,))
    model = keras.Model(inputs, [keras.layers.Dense(3)(inputs), ops.relu(inputs)])
    model.compile("adam", ["mse", None])
    targets = [np.zeros((64, 3)), X]
    model.fit(X, targets[0] if len(model.outputs) == 1 else targets, verbose=0)
    copied = again(model)
    for one, other in zip(model.predict(X, verbose=0), copied.predict(X, verbose=0), strict=True):
        np.testing.assert_array_equal(one, other)
    for each in (model, copied):
        keras.utils.set_random_seed(4)
        each.fit(X, targets, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], copied.get_weights()[0])
    copied.layers[1].set_weights([np.zeros((8, 3)), np.zeros(3)])
    assert np.abs(model.get_weights()[0]).max() > 0


def test_unbuilt_models_are_copied():
    model = keras.Sequential([keras.layers.Dense(3)])
    copied = copy.deepcopy(model)
    assert copied(X).shape == (64, 3)
    assert not model.built
