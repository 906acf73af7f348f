"""Functions and operations: graphs without a model, and computations of a user's own in graphs."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops


@keras.saving.register_keras_serializable("tests")
class Power(keras.Operation):
    def __init__(self, exponent, name=None):
        super().__init__(name=name)
        self.exponent = exponent

    def call(self, x, scale=1.0):
        return ops.power(x, self.exponent) * scale


class Halves(keras.Operation):
    def call(self, x):
        middle = x.shape[-1] // 2
        return {"left": x[..., :middle], "right": x[..., middle:]}


def test_operation_on_values_and_symbols():
    cube = Power(3)
    assert cube.name == "power" or cube.name.startswith("power_")
    np.testing.assert_array_equal(cube(np.array([1.0, 2.0]), scale=2.0).numpy(), [2.0, 16.0])
    x = keras.Input((4,))
    y = cube(x)
    assert y.shape == (None, 4)
    assert cube.input is x
    assert cube.output is y
    assert cube.compute_output_spec(x).shape == (None, 4)
    parts = Halves()(x)
    assert {key: part.shape for key, part in parts.items()} == {"left": (None, 2), "right": (None, 2)}


def test_operation_is_differentiable_in_a_model():
    x = keras.Input((3,))
    model = keras.Model(x, Power(2)(keras.layers.Dense(2)(x)))
    model.compile("sgd", "mse")
    before = [w.copy() for w in model.get_weights()]
    model.fit(np.ones((4, 3)), np.zeros((4, 2)), verbose=0)
    assert all((a != b).any() for a, b in zip(before, model.get_weights(), strict=True))


def test_operation_is_saved_with_its_model(tmp_path):
    x = keras.Input((3,))
    square = Power(2, name="square")
    y = keras.layers.Dense(2)(square(x, scale=0.5) + square(x))
    model = keras.Model(x, y)
    values = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(values).numpy(), model(values).numpy())
    clone = keras.Model.from_config(model.get_config())
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(clone(values).numpy(), model(values).numpy())


def test_function():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    dense = keras.layers.Dense(3)
    function = keras.Function({"a": a, "b": b}, [dense(a), ops.add(a, b)], name="both")
    values = {"b": np.ones((4, 2), "float32"), "a": np.full((4, 2), 2.0, "float32")}
    first, second = function(values)
    np.testing.assert_array_equal(first.numpy(), dense(values["a"]).numpy())
    np.testing.assert_array_equal(second.numpy(), 3.0)
    assert [t.name for t in function.inputs] == ["a", "b"]
    assert [getattr(o, "name", None) or o.__name__ for o in function.operations] == [dense.name, "add"]
    assert function.compute_output_shape({"a": (7, 2), "b": (7, 2)}) == [(7, 3), (7, 2)]
    assert [s.shape for s in function.compute_output_spec({"a": a, "b": b})] == [(None, 3), (None, 2)]


def test_function_of_an_inner_tensor():
    x = keras.Input((2,))
    hidden = keras.layers.Dense(3)(x)
    model = keras.Model(x, keras.layers.Dense(1)(ops.relu(hidden)))
    head = keras.Function(hidden, model.output)
    values = np.random.default_rng(0).normal(size=(4, 2)).astype("float32")
    body = keras.Function(x, hidden)
    np.testing.assert_allclose(head(body(values)).numpy(), model(values).numpy(), rtol=1e-6)
    assert head.compute_output_shape((5, 3)) == (5, 1)


def test_errors():
    a, b = keras.Input((2,)), keras.Input((2,))
    with pytest.raises(ValueError, match="expected 2 inputs, received 1"):
        keras.Function([a, b], a + b)([np.ones((1, 2))])
    with pytest.raises(ValueError, match="need the input"):
        keras.Function(a, a + b)
    with pytest.raises(NotImplementedError, match="Operation has no call method"):
        keras.Operation()(1)
    with pytest.raises(ValueError, match="name must be a string without '/'"):
        Power(2, name="a/b")
    with pytest.raises(AttributeError, match="was not called on symbolic tensors"):
        print(Power(2).output)
    with pytest.raises(NotImplementedError, match="Make a Model of its inputs and outputs"):
        keras.Function(a, a * 2).get_config()
