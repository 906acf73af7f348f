"""Functions of `ops` in functional models: Keras's entries, and the same model from them."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from minikeras.autodiff import FUNCTIONS
from minikeras.models.operations import _BY_LOWER_NAME, _MODULES, operation_from_entry


def entries(model):
    return [
        e for e in json.loads(model.to_json())["config"]["layers"] if e["module"].startswith("keras.src.ops")
    ]


def reloaded(model):
    return keras.models.model_from_json(model.to_json())


def assert_round_trip(inputs, outputs):
    model = keras.Model(inputs, outputs)
    x = np.random.default_rng(0).uniform(0.1, 0.9, (5, *inputs.shape[1:])).astype("float32")
    again = reloaded(model)
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(np.asarray(model(x)), np.asarray(again(x)))
    return model


def test_entries_are_those_of_keras():
    x = keras.Input((4,), name="x")
    model = assert_round_trip(x, ops.relu(ops.sum(x, axis=-1, keepdims=True)) + x[:, 1:3])
    history = {"shape": [None, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}
    tensor = {"class_name": "__keras_tensor__", "config": history}
    slices = [{"start": None, "stop": None, "step": None}, {"start": 1, "stop": 3, "step": None}]
    by_name = {entry["name"]: entry for entry in entries(model)}
    assert by_name["sum"] == {
        "module": "keras.src.ops.numpy",
        "class_name": "Sum",
        "config": {"name": "sum", "axis": -1, "keepdims": True},
        "registered_name": "Sum",
        "name": "sum",
        "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
    }
    assert by_name["relu"]["module"] == "keras.src.ops.nn"
    key = [{"class_name": "__slice__", "config": s} for s in slices]
    assert by_name["getitem"]["class_name"] == "GetItem"
    assert by_name["getitem"]["inbound_nodes"] == [{"args": [tensor, key], "kwargs": {}}]


def test_tensors_in_the_place_of_settings():
    x = keras.Input((4,))
    for y in (ops.clip(x, 0.2, ops.mean(x)), ops.trapezoid(x, x=ops.cumsum(x, axis=1))):
        (entry,) = [
            e
            for e in json.loads(keras.Model(x, y).to_json())["config"]["layers"]
            if e["class_name"] == "Function"
        ]
        assert entry["module"] == "minikeras.ops"
        assert_round_trip(x, y)


def test_functions_among_the_arguments():
    @keras.saving.register_keras_serializable("Sums")
    def running(total, x):
        return total + x, total * x

    x = keras.Input((4,))
    assert_round_trip(x, ops.scan(running, ops.zeros((4,)), x)[1])
    y = ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (ops.sum(x) * 0, x))[1]
    with pytest.raises(ValueError, match="A lambda cannot be stored in a configuration"):
        keras.Model(x, y).to_json()


def test_every_operation_has_its_function():
    for name in _MODULES:
        assert callable(operation_from_entry({"class_name": name, "config": {"name": "any"}}))


def test_names_do_not_clash_with_those_of_layers():
    x = keras.Input((4,))
    h = keras.layers.Dense(4, name="add")(x) + x
    model = assert_round_trip(x, ops.multiply(h + 1.0, 2.0))
    names = [entry["name"] for entry in json.loads(model.to_json())["config"]["layers"]]
    assert len(set(names)) == len(names)


UNARY = sorted(
    name
    for name in FUNCTIONS
    if name in ("softmax", "gelu", "tanh", "exp", "sqrt", "flatten", "cumsum", "argmax", "flip", "sort", "erf", "logsumexp",
                "log_softmax", "silu", "var", "prod", "squeeze", "ravel", "isnan", "sigmoid", "negative", "std", "max")
)  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tensor(name):
    assert name.replace("_", "") in _BY_LOWER_NAME
    x = keras.Input((4, 1))
    assert_round_trip(x, getattr(ops, name)(x) if hasattr(ops, name) else FUNCTIONS[name](x))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.concatenate([x, x * 2.0], axis=1),
        lambda x: ops.stack([x, x], axis=-1),
        lambda x: ops.einsum("bi,ij->bj", x, np.ones((4, 2), "float32")),
        lambda x: ops.pad(x, ((0, 0), (1, 2)), constant_values=3.0),
        lambda x: ops.clip(x, 0.2, 0.5),
        lambda x: ops.where(x > 0.5, x, 0.0),
        lambda x: ops.average(x, axis=-1, weights=np.arange(4, dtype="float32")),
        lambda x: ops.quantile(x, 0.3, axis=-1),
        lambda x: ops.take(x, np.array([0, 2]), axis=1),
        lambda x: ops.reshape(x, (-1, 2, 2))[..., 0],
        lambda x: x[:, [0, 3, 1]],
        lambda x: x[:, None, -1],
        lambda x: ops.transpose(ops.expand_dims(x, -1), (0, 2, 1)),
        lambda x: ops.logical_and(x > 0.2, ops.isclose(x, x, rtol=1e-3)),
        lambda x: 1.0 / (2.0 - x) ** 2.0,
        lambda x: ops.max(x, axis=(0, 1)),
    ],
)
def test_functions_of_several_arguments(function):
    x = keras.Input((4,))
    assert_round_trip(x, function(x))


def test_unknown_operations_are_refused():
    entry = {"module": "keras.src.ops.numpy", "class_name": "Save", "config": {"name": "save"}}
    with pytest.raises(ValueError, match="names the operation 'Save', which does not exist here"):
        operation_from_entry(entry)
