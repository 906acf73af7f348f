"""Layers made inside `call`: their weights are new at every call, and training says so."""

import warnings

import numpy as np
import pytest

import minikeras as keras

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


class Wrapped(keras.Model):
    """A model whose call is a function of the model and its inputs."""

    def __init__(self, function):
        super().__init__()
        self.inner = keras.layers.Dense(3)
        self.late = None
        self.function = function

    def call(self, x):
        return self.function(self, self.inner(x))


def fit(model, epochs=2):
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=epochs, batch_size=4, verbose=0)
    return model


def test_a_layer_made_at_every_call_is_warned_of_once():
    with pytest.warns(UserWarning, match="so are never trained") as caught:
        fit(Wrapped(lambda model, x: keras.layers.Dense(1)(x)))
    assert len(caught) == 1
    message = str(caught[0].message)
    assert "Wrapped 'wrapped" in message
    assert "never trained: " in message
    assert "/kernel" in message
    assert "in __init__ or build" in message


def test_a_layer_replaced_at_every_call_is_an_error_that_says_so():
    def call(model, x):
        model.late = keras.layers.Dense(1)
        return model.late(x)

    model = Wrapped(call)
    model.inner.trainable = False
    with pytest.raises(ValueError, match="one made inside call is another at every call"):
        fit(model)


def lazily(model, x):
    if model.late is None:
        model.late = keras.layers.Dense(1)
    return model.late(x)


TEACHER = keras.layers.Dense(1, trainable=False)


def frozen(model, x):
    return keras.ops.sum(x, axis=-1, keepdims=True) + TEACHER(x)


@pytest.mark.parametrize(
    "function",
    [
        lazily,
        frozen,
        lambda model, x: keras.layers.ReLU()(keras.layers.Reshape((1,))(keras.ops.sum(x, -1))),
        lambda model, x: keras.layers.Lambda(lambda v: v[:, :1])(x),
        lambda model, x: keras.layers.Dropout(0.5)(x)[:, :1],
    ],
)
def test_what_is_meant_is_not_warned_of(function):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(Wrapped(function))
