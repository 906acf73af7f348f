"""Lambda and Pipeline."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers


def test_a_function_in_a_model_trains():
    inputs = keras.Input((2,))
    x = layers.Dense(3)(inputs)
    model = keras.Model(inputs, layers.Lambda(lambda t: keras.ops.sum(t, axis=-1, keepdims=True))(x))
    model.compile("sgd", "mse")
    history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_the_function_may_take_mask_and_training():
    seen = []

    def note(x, mask=None, training=None, extra=0):
        seen.append((mask is not None, training, extra))
        return x

    x = keras.ops.convert_to_tensor(np.ones((1, 2)))
    x.mask = keras.ops.convert_to_tensor(np.array([True]))
    layer = layers.Lambda(note, arguments={"extra": 4}, mask=lambda inputs, mask: mask)
    y = layer(x, training=True)
    assert seen == [(True, True, 4)]
    assert y.mask.tolist() == [True]


def test_an_output_shape_can_be_told():
    assert layers.Lambda(lambda x: x, output_shape=(7,))(keras.Input((3,))).shape == (None, 7)
    assert layers.Lambda(lambda x: x, output_shape=lambda s: (s[0], s[1] * 2))(keras.Input((3,))).shape == (
        None,
        6,
    )


def test_code_is_neither_stored_nor_read():
    with pytest.raises(ValueError, match="its function is code, and files hold none"):
        layers.Lambda(lambda x: x).get_config()
    for function in (
        {"class_name": "__lambda__", "config": {"code": "x", "defaults": None, "closure": None}},
        {"class_name": "Dense", "config": {"units": 1}},
        "eval",
    ):
        with pytest.raises(ValueError, match="Build the model in code and load only its weights"):
            layers.Lambda.from_config({"function": function})
    with pytest.raises(ValueError, match="Unknown object 'system'"):
        layers.Lambda.from_config(
            {"function": {"module": "os", "class_name": "function", "config": "system"}}
        )
    with pytest.raises(TypeError, match="expected a function"):
        layers.Lambda(3)


def test_a_pipeline_takes_what_its_first_layer_takes():
    pipeline = layers.Pipeline([layers.StringLookup(vocabulary=["a", "b"]), layers.CategoryEncoding(3)])
    assert pipeline(np.array([["a", "q"]])).tolist() == [[1, 1, 0]]
    flip = layers.Pipeline([layers.RandomBrightness(0.5, seed=1), layers.RandomContrast(0.5, seed=1)])
    images = np.full((2, 3, 3, 1), 100.0, "float32")
    assert (flip(images).numpy() != images).any()
    assert (flip(images, training=False).numpy() == images).all()
    with pytest.raises(ValueError, match="expected a list of layers"):
        layers.Pipeline([3])
    with pytest.raises(ValueError, match="expected a list of layers"):
        layers.Pipeline.from_config({"name": "p"})
