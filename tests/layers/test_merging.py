"""Merging layers: errors, masks, and their functions."""

import re

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

X, Y = np.array([[1.0, 4.0]], "float32"), np.array([[2.0, 3.0]], "float32")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (layers.add, [[3, 7]]),
        (layers.subtract, [[-1, 1]]),
        (layers.multiply, [[2, 12]]),
        (layers.average, [[1.5, 3.5]]),
        (layers.maximum, [[2, 4]]),
        (layers.minimum, [[1, 3]]),
        (layers.concatenate, [[1, 4, 2, 3]]),
        (layers.dot, [[14]]),
    ],
)
def test_functions_are_the_layers_called(function, expected):
    assert function([X, Y]).tolist() == expected
    a, b = keras.Input((2,)), keras.Input((2,))
    model = keras.Model([a, b], function([a, b], name="merged"))
    assert model.get_layer("merged") is model.layers[-1]
    assert model([X, Y]).tolist() == expected


@pytest.mark.parametrize(
    ("layer", "inputs", "text"),
    [
        (layers.Add(), X, "expected a list of one or more tensors"),
        (layers.Add(), [X, np.ones((1, 3))], "shapes that broadcast together, received (1, 2), (1, 3)"),
        (layers.Add(), [X, np.ones((3, 2))], "shapes that broadcast together"),
        (layers.Subtract(), [X, X, X], "expected a list of 2 tensors"),
        (layers.Concatenate(), [X, np.ones((2, 2))], "equal sizes on every axis but axis -1"),
        (layers.Concatenate(axis=2), [X, X], "equal sizes on every axis but axis 2"),
        (layers.Concatenate(), [X, np.ones((1, 2, 2))], "equal sizes on every axis"),
        (
            layers.Dot(1),
            [X, np.ones((1, 3))],
            "expected axes of one size, received 2 (axis 1 of shape (1, 2))",
        ),
        (layers.Dot(0), [X, X], "not the batch axis"),
        (layers.Dot(1), [X], "expected a list of 2 tensors"),
    ],
)
def test_errors_name_shapes_and_remedies(layer, inputs, text):
    with pytest.raises(ValueError, match=re.escape(text)) as error:
        layer(inputs)
    assert layer.name in str(error.value)


@pytest.mark.parametrize(
    ("axes", "error"), [("1", TypeError), ((1, 2, 3), ValueError), ((1, "2"), ValueError)]
)
def test_axes_are_integers(axes, error):
    with pytest.raises(error, match="axes must be an integer or two integers"):
        layers.Dot(axes)


def test_unknown_sizes_merge_with_known_ones():
    a, b = keras.Input((None, 3)), keras.Input((5, 3))
    assert layers.Add()([a, b]).shape == (None, 5, 3)
    assert layers.Concatenate()([a, b]).shape == (None, 5, 6)
    assert layers.Concatenate(axis=1)([a, b]).shape == (None, None, 3)
    assert layers.Dot(-1)([a, b]).shape == (None, None, 5)


def test_masks_meet_in_a_model():
    a, b = keras.Input((4,)), keras.Input((4,))
    embed = layers.Embedding(5, 2, mask_zero=True)
    joined = layers.Concatenate(axis=1)([embed(a), embed(b)])
    model = keras.Model([a, b], joined)
    y = model([np.array([[1, 0, 2, 0]]), np.array([[0, 1, 1, 1]])])
    assert y.mask.tolist() == [[True, False, True, False, False, True, True, True]]
