"""One row for each registered activation, and what must hold for all of them."""

import inspect
import json
import math
from pathlib import Path

import numpy as np
import pytest
from central_differences import assert_gradient, assert_second_gradient

from minikeras import activations, ops, registry
from minikeras.autodiff import GradientTape, SymbolicTensor, Tensor

REFERENCE = json.loads((Path(__file__).parent / "golden" / "extra" / "activations.json").read_text())
X = np.array(REFERENCE["x"])

# Arguments without a default, and the shape of the output for inputs of shape (None, 4) if it is another.
ROWS = {
    "celu": {},
    "elu": {},
    "exponential": {},
    "gelu": {},
    "glu": {"shape": (None, 2)},
    "hard_shrink": {},
    "hard_sigmoid": {},
    "hard_silu": {},
    "hard_tanh": {},
    "leaky_relu": {},
    "linear": {},
    "log_sigmoid": {},
    "log_softmax": {},
    "mish": {},
    "relu": {},
    "relu6": {},
    "selu": {},
    "sigmoid": {},
    "silu": {},
    "soft_shrink": {},
    "softmax": {},
    "softplus": {},
    "softsign": {},
    "sparse_plus": {},
    "sparse_sigmoid": {},
    "sparsemax": {},
    "squareplus": {},
    "tanh": {},
    "tanh_shrink": {},
    "threshold": {"kwargs": {"threshold": 0.5, "default_value": -1.0}},
}

every_name = pytest.mark.parametrize("name", ROWS)


def function_of(name):
    function, kwargs = getattr(activations, name), ROWS[name].get("kwargs", {})
    return lambda x: function(x, **kwargs)


def test_every_activation_has_a_row():
    assert set(registry.functions("activation")) == set(ROWS)


@pytest.mark.parametrize(
    "case", REFERENCE["cases"], ids=[f"{c['name']}-{'-'.join(c['kwargs'])}" for c in REFERENCE["cases"]]
)
def test_values_and_gradients_are_those_of_keras(case):
    function = getattr(activations, case["name"])
    y = function(X, **case["kwargs"])
    y = y.numpy() if isinstance(y, Tensor) else y
    np.testing.assert_allclose(y, case["value"], rtol=1e-12, atol=1e-12)

    x = Tensor(X)
    with GradientTape() as tape:
        tape.watch(x)
        total = ops.sum(function(x, **case["kwargs"]) * np.arange(1.0, y.size + 1))
    # PyTorch keeps celu's alpha and hard_sigmoid's 1/6 in float32.
    np.testing.assert_allclose(tape.gradient(total, x).numpy(), case["gradient"], rtol=2e-7, atol=1e-10)


@every_name
def test_gradient(name):
    assert_gradient(function_of(name), np.random.default_rng(1).normal(size=(3, 4)) * 2)


@every_name
def test_second_gradient(name):
    assert_second_gradient(function_of(name), np.random.default_rng(2).normal(size=(2, 4)) * 2)


@every_name
def test_symbolic_shape_and_dtype(name):
    y = function_of(name)(SymbolicTensor((None, 4)))
    assert (y.shape, y.dtype) == (ROWS[name].get("shape", (None, 4)), "float32")


@every_name
def test_configuration_round_trip(name):
    function = getattr(activations, name)
    config = json.loads(json.dumps(activations.serialize(function)))
    assert config == name
    assert activations.deserialize(config) is function
    keras_config = {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": "function",
    }
    assert activations.deserialize(keras_config) is function
    assert activations.get(name) is activations.get(function) is activations.get(keras_config) is function


@every_name
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_keeps_the_dtype_and_stays_finite(name, dtype):
    x = np.array([[-60.0, -1.0, 0.0, 8.0]], dtype)
    y = np.asarray(function_of(name)(x))
    assert y.dtype == dtype
    assert np.isfinite(y).all()


@every_name
def test_takes_lists_and_keyword(name):
    function, kwargs = getattr(activations, name), ROWS[name].get("kwargs", {})
    assert next(iter(inspect.signature(function).parameters)) == "x"
    if name != "linear":
        assert function(x=[1.0, 2.0], **kwargs).dtype == "float32"


def test_softmax_along_several_axes():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    expected = np.exp(x) / np.exp(x).sum(axis=(0, 2), keepdims=True)
    np.testing.assert_allclose(activations.softmax(x, axis=(0, 2)).numpy(), expected)


def test_none_is_linear_and_older_names_are_known():
    assert activations.get(None) is activations.linear
    assert activations.get("swish") is activations.swish is activations.silu
    assert activations.get("hard_swish") is activations.hard_silu


def test_an_unknown_name_is_an_error_that_suggests():
    with pytest.raises(ValueError, match=r"^Unknown activation 'reul'\. Did you mean 'relu'\?$"):
        activations.get("reul")
    with pytest.raises(
        ValueError,
        match=r"^Expected an activation: .* received 3",
    ):
        activations.get(3)


def test_a_registered_function_of_the_user():
    @registry.register_keras_serializable("Mine")
    def twice(x):
        return 2 * x

    config = json.loads(json.dumps(activations.serialize(twice)))
    assert config["registered_name"] == "Mine>twice"
    assert activations.deserialize(config) is twice


def test_an_activation_by_custom_objects():
    def third(x):
        return x / 3

    assert activations.deserialize("third", custom_objects={"third": third}) is third


def test_glu_wants_an_even_size():
    with pytest.raises(ValueError, match=r"even number of elements along axis -1, received shape \(2, 3\)"):
        activations.glu(np.zeros((2, 3)))


def test_erf_to_the_last_digits():
    x = np.concatenate([np.linspace(-7, 7, 4001), [0.46875, 4.0, 1e-300, 1e-10]])
    expected = np.array([math.erf(v) for v in x])
    np.testing.assert_allclose(ops.erf(x).numpy(), expected, rtol=1e-15)
    np.testing.assert_array_equal(ops.erf(np.array([np.inf, -np.inf, np.nan])).numpy(), [1, -1, np.nan])
