"""Copies of models: with functions that change layers or calls, on other inputs; and models of a user's own class made as graphs."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.models import clone_model


@keras.saving.register_keras_serializable("clones")
class Counted(keras.Model):
    """Made as Model(inputs, outputs), with a step of its own."""

    steps = 0

    def train_step(self, data):
        Counted.steps += 1
        return super().train_step(data)


@keras.saving.register_keras_serializable("clones")
class Fixed(keras.Model):
    """Makes its graph itself."""

    def __init__(self, units, **kwargs):
        x = keras.Input((3,))
        super().__init__(inputs=x, outputs=layers.Dense(units)(x), **kwargs)
        self.units = units

    def get_config(self):
        return {"units": self.units, "name": self.name}


X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")


def graph_model(cls=keras.Model):
    x = keras.Input((3,), name="x")
    shared = layers.Dense(3, activation="relu", name="shared")
    inner = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, name="deep"), layers.Dropout(0.5)], name="inner"
    )
    return cls(x, {"y": inner(shared(shared(x)) + 1.0), "z": keras.ops.tanh(x)}, name="outer")


def test_graph_is_copied():
    model = graph_model()
    clone = clone_model(model)
    assert clone.get_layer("shared") is not model.get_layer("shared")
    assert [w.shape for w in clone.weights] == [w.shape for w in model.weights]
    clone.set_weights(model.get_weights())
    for key, value in model(X).items():
        np.testing.assert_array_equal(clone(X)[key].numpy(), value.numpy())


@pytest.mark.parametrize("recursive", [False, True])
def test_clone_function(recursive):
    seen = []

    def wider(layer):
        seen.append(layer.name)
        config = layer.get_config()
        if layer.name == "deep":
            config["units"] = 7
        return type(layer).from_config(config)

    clone = clone_model(graph_model(), clone_function=wider, recursive=recursive)
    assert ("deep" in seen) == recursive
    assert ("inner" in seen) == (not recursive)
    assert clone.output_shape["y"] == (None, 7 if recursive else 4)


def test_clone_function_of_a_row():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dropout(0.5)])
    clone = clone_model(model, clone_function=lambda layer: type(layer).from_config(layer.get_config()))
    assert clone.built
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(X).numpy(), model(X).numpy())
    on_other = clone_model(model, input_tensors=keras.Input((3,), batch_size=6))
    assert on_other.input_shape == (6, 3)


def test_call_function():
    calls = []

    def doubled(function, *args, **kwargs):
        calls.append(getattr(function, "name", None) or function.__name__)
        outputs = function(*args, **kwargs)
        return outputs * 2 if calls[-1].startswith("inner") else outputs

    model = graph_model()
    clone = clone_model(model, call_function=doubled)
    assert calls.count("shared") == 2
    assert "tanh" in calls
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(X)["y"].numpy(), 2 * model(X)["y"].numpy())


def test_input_tensors():
    x = keras.Input((3,), name="other")
    clone = clone_model(graph_model(), input_tensors=x * 2.0)
    assert clone(X)["z"].shape == (6, 3)
    np.testing.assert_allclose(clone(X)["z"].numpy(), np.tanh(X), rtol=1e-6)
    assert clone_model(graph_model(), input_tensors=x).input_names == ["other"]


def test_compiled_models_have_compiled_copies():
    model = graph_model()
    model.compile(keras.optimizers.Adam(0.02), loss={"y": "mse", "z": "mae"}, metrics={"y": ["mae"]})
    clone = clone_model(model)
    assert float(clone.optimizer.learning_rate) == pytest.approx(0.02)
    clone.fit(X, {"y": np.zeros((6, 4)), "z": X}, verbose=0)


def test_own_class_made_as_a_graph(tmp_path):
    model = graph_model(Counted)
    model.compile("sgd", {"y": "mse", "z": "mse"})
    before = Counted.steps
    model.fit(X, {"y": np.zeros((6, 4)), "z": X}, epochs=2, verbose=0)
    assert Counted.steps == before + 2
    model.save(tmp_path / "own.keras")
    loaded = keras.models.load_model(tmp_path / "own.keras")
    for copy in (
        loaded,
        clone_model(model),
        Counted.from_config(model.get_config()),
        keras.models.model_from_json(model.to_json()),
    ):
        assert type(copy) is Counted
    np.testing.assert_array_equal(loaded(X)["y"].numpy(), model(X)["y"].numpy())
    assert type(keras.Model.from_config(model.get_config())) is keras.models.Functional


def test_own_class_that_makes_its_graph(tmp_path):
    model = Fixed(2)
    model.save(tmp_path / "own.keras")
    loaded = keras.models.load_model(tmp_path / "own.keras")
    assert type(loaded) is Fixed
    np.testing.assert_array_equal(loaded(X).numpy(), model(X).numpy())
    assert set(model.get_config()) == {"units", "name"}


def test_errors():
    row = keras.Sequential([keras.Input((3,)), layers.Dense(2)])

    class Coded(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(ValueError, match="call_function is for functional models"):
        clone_model(row, call_function=lambda layer, x: layer(x))
    with pytest.raises(ValueError, match="decides in its own code"):
        clone_model(Coded(), clone_function=lambda layer: layer)
    with pytest.raises(ValueError, match="must be 1 symbolic tensors"):
        clone_model(graph_model(), input_tensors=[keras.Input((3,)), keras.Input((3,))])
    with pytest.raises(ValueError, match="expected a model, received Dense"):
        clone_model(layers.Dense(2))
    with pytest.raises(ValueError, match=r"does not know the arguments \['shape'\]"):
        clone_model(row, shape=3)
    with pytest.raises(TypeError, match="constructor takes other arguments"):
        Fixed.from_config(graph_model().get_config())
