"""What must hold for each loss class; a class without a row in loss_rows.py fails."""

import copy
import inspect
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from central_differences import assert_gradient
from loss_rows import BASES, ROWS

import minikeras
from minikeras import losses, ops, registry
from minikeras.autodiff import GradientTape, SymbolicTensor, Tensor

VECTORS = dict(np.load(Path(__file__).parents[1] / "golden" / "extra" / "losses.npz"))
CASES = json.loads(str(VECTORS["cases"]))

every_class = pytest.mark.parametrize("name", ROWS)


def class_of(name):
    return registry.find_class(name, "loss")


def made(name, **kwargs):
    return class_of(name)(**{**ROWS[name].get("kwargs", {}), **kwargs})


def data(name):
    rng = np.random.default_rng(3)
    y_pred = ROWS[name]["y_pred"](rng)
    return ROWS[name]["y_true"](rng), y_pred


def test_every_class_has_a_row():
    assert {name for name, _ in registry.classes("loss")} - set(BASES) == set(ROWS)


def test_every_function_has_a_class():
    """A loss's function and its class stand in one file."""
    of_classes = {made(name).fn: type(made(name)).__module__ for name in ROWS}
    for name, function in registry.functions("loss").items():
        assert of_classes[function] == function.__module__, name


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{i}-{c['cls']}" for i, c in enumerate(CASES)])
def test_values_and_gradients_are_those_of_keras(number):
    case = CASES[number]
    kwargs = {k: tuple(v) if isinstance(v, list) else v for k, v in case["kwargs"].items()}
    y_pred = Tensor(VECTORS[case["y_pred"]])
    if case["mask"]:
        y_pred.mask = Tensor(VECTORS[case["mask"]])
    weight = VECTORS[case["weight"]] if case["weight"] else None
    with GradientTape() as tape:
        tape.watch(y_pred)
        value = class_of(case["cls"])(**kwargs)(VECTORS[case["y_true"]], y_pred, sample_weight=weight)
    assert value.dtype == "float32"
    np.testing.assert_allclose(value.numpy(), VECTORS[f"value{number}"], rtol=3e-5, atol=3e-6)
    gradient = tape.gradient(value, y_pred).numpy()
    np.testing.assert_allclose(gradient, VECTORS[f"gradient{number}"], rtol=1e-4, atol=1e-5)


@every_class
def test_gradient_by_the_predictions(name):
    y_true, y_pred = data(name)
    for reduction in ("sum_over_batch_size", "none"):
        loss = made(name, dtype="float64", reduction=reduction)
        assert_gradient(lambda p, loss=loss: loss(y_true, p), y_pred)


@pytest.mark.parametrize("name", [n for n in ROWS if not ROWS[n].get("labels")])
def test_gradient_by_the_targets(name):
    y_true, y_pred = data(name)
    y_true = y_true + 0.01 * np.arange(y_true.size).reshape(y_true.shape) / y_true.size
    loss = made(name, dtype="float64", reduction="sum_over_batch_size")
    assert_gradient(lambda t: loss(t, y_pred), y_true)


@pytest.mark.parametrize(
    ("name", "kwargs"), [(n, kwargs) for n in ROWS for kwargs in ROWS[n].get("also", ())]
)
def test_gradient_with_other_arguments(name, kwargs):
    y_true, y_pred = data(name)
    loss = made(name, dtype="float64", **kwargs)
    assert_gradient(lambda p: loss(y_true, p), y_pred)
    if not ROWS[name].get("labels"):
        assert_gradient(
            lambda t: loss(t, y_pred), y_true + 0.01 * np.linspace(0, 1, y_true.size).reshape(y_true.shape)
        )


@every_class
@pytest.mark.parametrize("masked", [False, True])
def test_gradient_with_weights_and_a_mask(name, masked):
    y_true, y_pred = data(name)
    values = made(name, reduction="none")(y_true, y_pred).shape
    weights = np.linspace(0.3, 1.7, int(np.prod(values))).reshape(values)
    mask = Tensor(np.arange(weights.size).reshape(values) % 3 != 1)
    for reduction in ("sum_over_batch_size", "mean_with_sample_weight", "sum"):
        loss = made(name, dtype="float64", reduction=reduction)

        def value(p, w, loss=loss):
            if masked:
                p = ops.multiply(p, 1.0)
                p.mask = mask
            return loss(y_true, p, sample_weight=w)

        assert_gradient(lambda p, value=value: value(p, weights), y_pred)
        assert_gradient(lambda w, value=value: value(Tensor(y_pred), w), weights)


@every_class
def test_the_quick_mean_is_the_mean_of_the_values(name):
    """The mean that training takes in one step, against the values one by one; value and gradient."""
    y_true, y_pred = data(name)
    found = []
    for reduction in ("sum_over_batch_size", "none"):
        p = Tensor(y_pred)
        with GradientTape() as tape:
            tape.watch(p)
            value = ops.mean(made(name, dtype="float64", reduction=reduction)(y_true, p))
        found.append((value.numpy(), tape.gradient(value, p).numpy()))
    if not (ROWS[name].get("masks") or "ignore_class" in ROWS[name].get("kwargs", {})):
        np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-12)
        np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-9, atol=1e-12)


@every_class
def test_configuration_round_trip(name):
    loss = made(name)
    config = json.loads(json.dumps(losses.serialize(loss)))
    assert (config["module"], config["class_name"], config["registered_name"]) == ("keras.losses", name, None)
    parameters = inspect.signature(class_of(name).__init__).parameters
    defaults = {key: p.default for key, p in parameters.items() if key not in ("self", "dtype")}
    assert config["config"] == {**defaults, **ROWS[name].get("kwargs", {})}
    copies = [losses.deserialize(config), type(loss).from_config(config["config"])]
    y_true, y_pred = data(name)
    for other in [*copies, pickle.loads(pickle.dumps(loss)), copy.deepcopy(loss)]:
        assert type(other) is type(loss)
        assert other.get_config() == loss.get_config()
        assert other(y_true, y_pred).numpy() == loss(y_true, y_pred).numpy()


@pytest.mark.parametrize("name", [n for n in ROWS if ROWS[n].get("symbolic", True)])
def test_by_name_and_symbolic(name):
    loss = losses.get(name)
    y_true, y_pred = data(name)
    targets = SymbolicTensor((None, *y_true.shape[1:]), "float32" if y_true.dtype.kind == "f" else "int32")
    value = loss(targets, SymbolicTensor((None, *y_pred.shape[1:])))
    assert (value.shape, value.dtype) == ((), "float32")


@every_class
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_computes_in_its_dtype(name, dtype):
    y_true, y_pred = data(name)
    value = made(name, dtype=dtype)(y_true, y_pred.astype("float32"))
    assert value.dtype == dtype
    assert np.isfinite(value.numpy())


@every_class
def test_a_compiled_model_keeps_it_in_its_file(name, tmp_path):
    model = minikeras.Sequential([minikeras.Input((3,)), minikeras.layers.Dense(2)])
    model.compile(loss=made(name))
    model.save(tmp_path / "model.keras")
    again = minikeras.saving.load_model(tmp_path / "model.keras")
    assert type(again.loss) is class_of(name)
    assert again.loss.get_config() == made(name).get_config()
