"""First and second derivatives of recurrent sequences by central differences, masks and directions included."""

import numpy as np
import pytest
from central_differences import assert_gradient, assert_second_gradient

from minikeras import layers, ops
from minikeras.ops.recurrent import gru, lstm, simple_rnn

RNG = np.random.default_rng(0)
MASKS = [None, np.array([[True, False, True], [False, True, True]])]
SEQUENCES = {
    "lstm": (lstm, 2, (2, 12), (3, 12), (12,), {}),
    "gru": (gru, 1, (2, 9), (3, 9), (2, 9), {"reset_after": True}),
    "gru before": (gru, 1, (2, 9), (3, 9), (9,), {"reset_after": False}),
    "simple_rnn": (simple_rnn, 1, (2, 3), (3, 3), (3,), {}),
}


def joined(outputs):
    """All outputs as one vector, so that gradients meet from every side."""
    return ops.concatenate([ops.reshape(o, (-1,)) for o in outputs], axis=0)


def arguments(name):
    """(function, inputs (2, 3, 2), states (2, 3), kernels and bias, settings)."""
    function, states, *weights, settings = SEQUENCES[name]
    shapes = [(2, 3, 2), *[(2, 3)] * states, *weights]
    return function, [RNG.normal(size=shape) for shape in shapes], settings


@pytest.mark.parametrize("mask", MASKS, ids=["all", "masked"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", SEQUENCES)
def test_gradients_of_every_input(name, reverse, mask):
    function, values, settings = arguments(name)
    for position in range(len(values)):

        def by_one(x, position=position):
            inputs = [*values[:position], x, *values[position + 1 :]]
            return joined(function(*inputs, mask=mask, reverse=reverse, **settings))

        assert_gradient(by_one, values[position], rtol=1e-5)


@pytest.mark.parametrize("name", SEQUENCES)
def test_gradients_of_gradients(name):
    function, values, settings = arguments(name)
    for position in range(len(values)):

        def by_one(x, position=position):
            inputs = [*values[:position], x, *values[position + 1 :]]
            return joined(function(*inputs, mask=MASKS[1], reverse=True, **settings))

        assert_second_gradient(by_one, values[position], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.LSTM(3, activation="elu", return_sequences=True, return_state=True, dtype="float64"),
        lambda: layers.GRU(3, activation="elu", reset_after=False, return_state=True, dtype="float64"),
        lambda: layers.RNN(
            [layers.LSTMCell(3, dtype="float64"), layers.GRUCell(2, dtype="float64")], dtype="float64"
        ),
        lambda: layers.Bidirectional(
            layers.GRU(3, return_sequences=True, dtype="float64"), "mul", dtype="float64"
        ),
    ],
)
@pytest.mark.parametrize("mask", MASKS, ids=["all", "masked"])
def test_gradients_of_layers(make, mask):
    layer = make()
    x = RNG.normal(size=(2, 3, 2))
    layer.build(x.shape)

    def outputs(x):
        found = layer(x, mask=mask)
        return joined(found if isinstance(found, tuple) else [found])

    assert_gradient(outputs, x, rtol=1e-5)


def test_gradients_of_dropped_out_sequences():
    for layer in (layers.LSTM, layers.GRU, layers.SimpleRNN):
        one = layer(3, dropout=0.4, recurrent_dropout=0.4, seed=1, dtype="float64")
        x = RNG.normal(size=(2, 3, 2))
        one.build(x.shape)

        def outputs(x, one=one):
            one.cell.seed_generator.state.assign([1, 0])  # the same masks each time
            return one(x, training=True)

        assert_gradient(outputs, x, rtol=1e-5)


def test_gradients_of_images():
    layer = layers.ConvLSTM2D(2, 2, padding="same", return_sequences=True, dtype="float64")
    assert_gradient(layer, RNG.normal(size=(1, 2, 2, 3, 1)), rtol=1e-5)
