"""Whole models in the older format: those that Keras 2 wrote (keras2/README.md), and our own."""

from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import ModelFileError
from minikeras.saving.legacy_config import modern

FILES = Path(__file__).parent / "keras2"


@pytest.mark.parametrize("name", ["images", "graph", "binary"])
def test_a_model_of_keras_2_predicts_and_trains_on_as_there(name):
    model = keras.saving.load_model(FILES / f"{name}.h5")
    with np.load(FILES / f"{name}.npz") as data:
        x, y, expected, after = (data[key] for key in ("x", "y", "predict", "after"))
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-4, atol=1e-5)
    assert int(model.optimizer.iterations) == 3
    for _ in range(3):
        model.train_on_batch(x, y)
    np.testing.assert_allclose(model.predict(x, verbose=0), after, rtol=1e-4, atol=1e-5)


def test_metrics_keep_their_names():
    assert keras.saving.load_model(FILES / "images.h5").get_compile_config()["metrics"] == [["accuracy"]]


def test_models_in_models_that_made_no_step():
    model = keras.saving.load_model(FILES / "nested.h5")
    with np.load(FILES / "nested.npz") as data:
        x, expected = data["x"], [data["p0"], data["p1"]]
    for one, other in zip(model.predict(x, verbose=0), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert int(model.optimizer.iterations) == 0


@pytest.mark.parametrize("source", ["graph-weights.h5", "graph.h5"])
@pytest.mark.parametrize("by_name", [False, True])
def test_weights_in_order_or_by_name(source, by_name):
    model = keras.saving.load_model(FILES / "graph.h5", compile=False)
    expected = model.get_weights()
    model.set_weights([np.zeros_like(w) for w in expected])
    model.load_weights(FILES / source, by_name=by_name)
    for one, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_weights_that_do_not_fit():
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(2, name="a"), keras.layers.Dense(1, name="dense_2")]
    )
    with pytest.raises(
        ModelFileError,
        match=r"Dense 'a' has weights of shapes \[\(4, 2\), \(2,\)\], the file \[\(4, 4\), \(4,\)\]",
    ):
        model.load_weights(FILES / "binary.h5")
    with pytest.warns(UserWarning, match="They were left as they are"):
        model.load_weights(FILES / "binary.h5", skip_mismatch=True)
    with pytest.raises(
        ModelFileError, match=r"holds 4 layers with weights \(lstm, gru, shared, dense_1\), the model has 2"
    ):
        model.load_weights(FILES / "graph.h5")
    with pytest.raises(ModelFileError, match=r"holds no model.*load_weights"):
        keras.saving.load_model(FILES / "graph-weights.h5")


def test_our_own_files_in_that_format_come_back(tmp_path):
    model = keras.saving.load_model(FILES / "graph.h5")
    model.save(tmp_path / "one.h5")
    loaded = keras.saving.load_model(tmp_path / "one.h5")
    variables = (
        [*model.weights, *model.optimizer.variables],
        [*loaded.weights, *loaded.optimizer.variables],
    )
    for one, other in zip(*variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    model.save(tmp_path / "without.h5", include_optimizer=False)
    assert not keras.saving.load_model(tmp_path / "without.h5").compiled


def test_a_model_of_many_layers_lists_them_in_parts(tmp_path):
    names = [f"{'long' * 50}_{i}" for i in range(400)]
    model = keras.Sequential([keras.Input((1,)), *(keras.layers.Dense(1, name=name) for name in names)])
    model.save(tmp_path / "model.h5")
    loaded = keras.saving.load_model(tmp_path / "model.h5")
    assert [layer.name for layer in loaded.layers] == names
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_sequential_of_the_oldest_kind_gets_its_input():
    dense = {
        "class_name": "Dense",
        "config": {"name": "d", "units": 2, "batch_input_shape": [None, 3], "implementation": 1},
    }
    model = keras.models.model_from_config(modern({"class_name": "Sequential", "config": [dense]}))
    assert model.input_shape == (None, 3)
    assert model.output_shape == (None, 2)
