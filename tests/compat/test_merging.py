"""`Merge` and `merge` of Keras 1: every mode, branches as the beginning of a Sequential."""

import io

import numpy as np
import pytest

import minikeras as keras
from minikeras.compat.merging import Merge, merge

A, B = np.arange(6.0).reshape(2, 3), np.ones((2, 3)) * 2


def branch(inputs=3, units=3):
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(units)])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("sum", A + B),
        ("mul", A * B),
        ("ave", (A + B) / 2),
        ("max", np.maximum(A, B)),
        ("concat", np.concatenate([A, B], 1)),
        ("dot", (A * B).sum(1, keepdims=True)),
        (
            "cos",
            (A * B).sum(1, keepdims=True)
            / np.linalg.norm(A, axis=1)[:, None]
            / np.linalg.norm(B, axis=1)[:, None],
        ),
        (lambda tensors: tensors[0] - tensors[1], A - B),
    ],
)
def test_modes(mode, expected):
    inputs = [keras.Input((3,)), keras.Input((3,))]
    for merged in (merge(inputs, mode=mode), Merge(mode=mode)(inputs)):
        found = keras.Model(inputs, merged).predict([A, B], verbose=0)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_axes_and_arguments():
    inputs = [keras.Input((4, 6)), keras.Input((4, 6))]
    assert merge(inputs, mode="concat", concat_axis=1).shape == (None, 8, 6)
    assert merge(inputs, mode="dot", dot_axes=(2, 2)).shape == (None, 4, 4)
    assert merge(inputs, mode="dot", dot_axes=([1], [1])).shape == (None, 6, 6)
    assert merge(inputs, mode=lambda t, k: t[0] * k, output_shape=(4, 6), arguments={"k": 3}).shape == (
        None,
        4,
        6,
    )
    assert merge(inputs, name="joined").call.function.name == "joined"


@pytest.mark.parametrize("mode", ["sum", "concat"])
def test_branches_begin_a_sequential(mode):
    keras.utils.set_random_seed(2)
    left, right = branch(5), branch(3)
    model = keras.Sequential()
    model.add(Merge([left, right], mode=mode))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    x = [np.random.rand(32, 5), np.random.rand(32, 3)]
    y = (x[0][:, :1] > 0.5).astype(int)
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    loss = model.fit(x, y, epochs=15, batch_size=8, verbose=0).history["loss"]
    assert loss[-1] < loss[0]
    assert len(model.weights) == 6
    assert len(model.inputs) == 2
    joined = left(x[0]).numpy() + right(x[1]).numpy()
    if mode == "concat":
        joined = np.concatenate([left(x[0]), right(x[1])], axis=1)
    np.testing.assert_allclose(model.predict(x, verbose=0), model.layers[-1](joined), rtol=1e-5)
    file = io.BytesIO()
    model.save(file)
    file.seek(0)
    again = keras.models.load_model(file)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    model.pop()
    assert model.output_shape == (None, 3 if mode == "sum" else 6)


def test_merged_branches_of_merged_branches():
    inner = keras.Sequential([Merge([branch(), branch()], mode="sum"), keras.layers.Dense(2)])
    outer = keras.Sequential([Merge([inner, branch(4, 2)], mode="concat"), keras.layers.Dense(1)])
    assert len(outer.inputs) == 3
    assert outer.predict([np.ones((1, 3)), np.ones((1, 3)), np.ones((1, 4))], verbose=0).shape == (1, 1)


def test_single_layers_as_branches():
    with pytest.warns(DeprecationWarning, match="input_dim"):
        layers = [keras.layers.Dense(2, input_dim=3), keras.layers.Dense(2, input_dim=4)]
    model = keras.Sequential([Merge(layers, mode="sum")])
    assert [t.shape for t in model.inputs] == [(None, 3), (None, 4)]


def test_refusals():
    with pytest.raises(ValueError, match="mode to be one of 'sum', .*, received 'add'"):
        merge([keras.Input((2,)), keras.Input((2,))], mode="add")
    with pytest.raises(ValueError, match="two or more layers, received 1"):
        Merge([branch()])
    with pytest.raises(TypeError, match="Tensors go to merge"):
        Merge([keras.Input((2,)), keras.Input((2,))])
    with pytest.raises(ValueError, match="does not know its input shape"):
        Merge([keras.Sequential([keras.layers.Dense(1)]), branch()])
