"""Sequential, functional and subclassed models: structure, weights, shapes, configuration, summary."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, ops

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def test_sequential_by_list_and_by_add_are_the_same():
    one = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2, name="b")])
    other = keras.Sequential()
    other.add(keras.Input((4,)))
    other.add(layers.Dense(3, name="a"))
    other.add(layers.Dense(2, name="b"))
    assert [w.shape for w in one.weights] == [w.shape for w in other.weights] == [(4, 3), (3,), (3, 2), (2,)]
    other.set_weights(one.get_weights())
    np.testing.assert_array_equal(one(X), other(X))


def test_sequential_is_built_by_its_first_call():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    assert not model.built
    assert model.weights == []
    with pytest.raises(ValueError, match="has no weights yet"):
        model.count_params()
    assert model(X).shape == (6, 2)
    assert model.count_params() == 23
    assert model.output_shape == (None, 2)


def test_input_shape_of_a_first_layer_is_an_older_spelling():
    with pytest.warns(
        DeprecationWarning, match=r"input_shape=\.\.\.\) is an older spelling.*Input\(\(4,\)\)"
    ):
        model = keras.Sequential([layers.Dense(3, input_shape=(4,))])
    assert model.built
    with pytest.warns(DeprecationWarning, match="input_dim"):
        assert keras.Sequential([layers.Dense(3, input_dim=4)]).count_params() == 15


def test_add_after_building_and_pop():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2)
    model.pop()
    assert model.output_shape == (None, 3)
    assert model(X).shape == (6, 3)


def test_sequential_refuses_what_is_no_layer():
    with pytest.raises(TypeError, match="only layers can be added.*add parentheses"):
        keras.Sequential([layers.Dense])
    layer = layers.Dense(2)
    with pytest.raises(ValueError, match="is in the model already"):
        keras.Sequential([layer, layer])
    with pytest.raises(ValueError, match="two are called 'a'"):
        keras.Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")])
    with pytest.raises(TypeError, match="expected a list of layers"):
        keras.Sequential(layers.Dense(2))


def test_models_inside_models():
    inner = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(3)], name="inner")
    model = keras.Sequential([keras.Input((4,)), inner, layers.Dense(1)])
    assert model(X).shape == (6, 1)
    assert len(model.weights) == 6
    assert model.layers[0] is inner
    functional = keras.Model(inputs := keras.Input((4,)), inner(inputs) * 2.0)
    np.testing.assert_allclose(functional(X), 2 * inner(X).numpy(), rtol=1e-6)


class Residual(keras.Model):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.blocks = [layers.Dense(units, activation="tanh") for _ in range(2)]
        self.named = {"out": layers.Dense(1)}

    def call(self, inputs, training=None):
        x = inputs
        for block in self.blocks:
            x = x + block(x)
        return self.named["out"](x)


def test_subclassed_models_find_layers_in_lists_and_dictionaries():
    model = Residual()
    assert model(X).shape == (6, 1)
    assert len(model.layers) == 3
    assert [w.shape for w in model.weights] == [(4, 4), (4,), (4, 4), (4,), (4, 1), (1,)]
    model.compile("adam", "mse")
    history = model.fit(X, X[:, :1], epochs=20, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    clone = Residual.from_config(json.loads(json.dumps(model.get_config())))
    assert clone.units == 4
    assert clone(X).shape == (6, 1)


def test_forgetting_super_init():
    class Forgetful(keras.Model):
        def __init__(self):
            self.dense = layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

    with pytest.raises(RuntimeError, match=r"did not call super\(\).__init__\(\)"):
        Forgetful()(X)


def test_functional_with_several_inputs_and_shared_layers():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(3)
    model = keras.Model([a, b], ops.concatenate([shared(a), shared(b)], axis=-1))
    assert len(model.weights) == 2
    both = model([X, -X]).numpy()
    assert both.shape == (6, 6)
    np.testing.assert_allclose(model({"b": -X, "a": X}).numpy(), both)
    part = keras.Model(a, shared.output if len(shared._calls) == 1 else shared._calls[0].outputs)
    np.testing.assert_allclose(part(X).numpy(), both[:, :3], rtol=1e-6)
    with pytest.raises(ValueError, match=r"has 2 inputs \(a, b\), received 1"):
        model(X)
    with pytest.raises(ValueError, match="needs? the input"):
        keras.Model(a, model.output)


def test_layers_of_a_graph_need_different_names():
    inputs = keras.Input((4,))
    outputs = keras.layers.Dense(3, name="same")(keras.layers.Dense(3, name="same")(inputs))
    with pytest.raises(ValueError, match="all layers need different names, but two are called 'same'"):
        keras.Model(inputs, outputs)


def test_a_model_of_intermediate_outputs():
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="first"), layers.Dense(2)])
    features = keras.Model(base.inputs, base.get_layer("first").output)
    np.testing.assert_allclose(features(X), base.layers[0](X), rtol=1e-6)
    with pytest.raises(ValueError, match=r"no layer 'frist'.*\['first', "):
        base.get_layer("frist")


def test_unknown_sizes():
    x = keras.Input((None, 4))
    y = layers.Dense(3)(x)
    assert y.shape == (None, None, 3)
    assert ops.mean(y, axis=1).shape == (None, 3)
    with pytest.raises(ValueError, match="Define the input's last axis"):
        layers.Dense(3)(keras.Input((None,)))


@pytest.mark.parametrize("kind", ["sequential", "functional", "nested"])
def test_json_round_trip(kind):
    if kind == "sequential":
        model = keras.Sequential(
            [keras.Input((4,)), layers.Dense(3, "relu", kernel_regularizer="l2"), layers.Dense(2)]
        )
    else:
        x, z = keras.Input((4,)), keras.Input((4,))
        inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
        y = (inner if kind == "nested" else layers.Dense(3))(x)
        model = keras.Model([x, z], [layers.Dense(2)(y), ops.exp(y) + 1.0, z[:, 1:]])
    again = keras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    assert again.to_json() == model.to_json()
    data = [X, X] if kind != "sequential" else X
    for one, other in zip(_list(model(data)), _list(again(data)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def _list(value):
    return value if isinstance(value, (list, tuple)) else [value]


def test_clone_model_has_fresh_weights():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    clone = keras.models.clone_model(model)
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    assert clone.weights[0] is not model.weights[0]


SUMMARY = """Model: "net"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                  ┃ Output Shape           ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ a (Dense)                     │ (None, 3)              │              15 │
├───────────────────────────────┼────────────────────────┼─────────────────┤
│ b (Dense)                     │ (None, 2)              │               8 │
└───────────────────────────────┴────────────────────────┴─────────────────┘
 Total params: 23 (92.00 B)
 Trainable params: 23 (92.00 B)
 Non-trainable params: 0 (0.00 B)"""


def test_summary_is_keras_table():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2, name="b")], name="net"
    )
    lines = []
    model.summary(print_fn=lines.append)
    assert "\n".join(lines) == SUMMARY


def test_summary_of_a_subclass_knows_its_shapes_once_called():
    model = Residual(name="res")
    lines = []
    model.summary(print_fn=lines.append)
    assert any("0 (unbuilt)" in line and " ? " in line for line in lines)
    model(X)
    lines.clear()
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "(None, 4)" in text
    assert "(None, 1)" in text
    assert "Total params: 45" in text


def test_reprs_are_worth_reading():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a")], name="net")
    assert repr(model) == "<Sequential name=net, 1 layers, 15 parameters>"
    assert repr(model.layers[0]) == "<Dense name=a, units=3, built=True>"
    assert repr(ops.convert_to_tensor([1.0])) == "Tensor([1.], shape=(1,), dtype=float32)"
    assert "net/a/kernel shape=(4, 3)" in repr(model.weights[0])


def test_a_user_class_may_have_a_built_in_name():
    class Dense(layers.Layer):
        def call(self, inputs):
            return inputs * 2.0

    np.testing.assert_allclose(Dense()(X), X * 2)
    config = {
        "class_name": "Dense",
        "config": {"units": 3},
        "module": "keras.layers",
        "registered_name": None,
    }
    assert type(keras.saving.deserialize_keras_object(config)) is layers.Dense


def test_add_loss_and_add_metric_in_the_older_style():
    class Penalized(layers.Layer):
        def call(self, inputs):
            self.add_loss(0.5 * ops.sum(inputs**2))
            self.add_metric(ops.max(inputs), name="largest")
            return inputs

    model = keras.Sequential([keras.Input((4,)), Penalized()])
    model.compile("sgd", "mse", metrics=["mae"])
    result = model.evaluate(X, X, batch_size=6, verbose=0, return_dict=True)
    assert result["loss"] == pytest.approx(0.5 * np.sum(X**2), rel=1e-5)
    assert result["largest"] == pytest.approx(X.max(), rel=1e-6)
    assert result["mae"] == 0
    with pytest.raises(ValueError, match="add_metric expected name="):
        model.layers[0].add_metric(1.0)
