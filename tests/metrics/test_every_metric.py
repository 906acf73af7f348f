"""What must hold for each metric class; a class without a row in metric_rows.py fails."""

import copy
import inspect
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from metric_rows import BASES, ROWS

import minikeras
from minikeras import metrics, registry
from minikeras.autodiff import GradientTape, Tensor

VECTORS = dict(np.load(Path(__file__).parents[1] / "golden" / "extra" / "metrics.npz"))
CASES = json.loads(str(VECTORS["cases"]))

every_class = pytest.mark.parametrize("name", ROWS)


def made(name, **kwargs):
    return registry.find_class(name, "metric")(**{**ROWS[name].get("kwargs", {}), **kwargs})


def batch(name, seed=0):
    """The arguments of one update."""
    rng = np.random.default_rng(seed)
    scores = np.exp(rng.normal(size=(8, 4)))
    kinds = {
        "numbers": rng.normal(size=(8, 4)),
        "probabilities": scores / scores.sum(axis=-1, keepdims=True),
        "binary": (rng.random((8, 4)) > 0.5).astype("float64"),
        "labels": rng.integers(0, 4, 8),
        "classes": rng.integers(0, 4, 8),
        "onehot": np.eye(4)[rng.integers(0, 4, 8)],
        "yes": rng.integers(0, 2, 8),
        "single": rng.random(8),
    }
    row = ROWS[name]
    targets = [] if row["y_true"] is None else [kinds[row["y_true"]]]
    predictions = kinds[row["y_pred"]]
    if row["y_true"] == row["y_pred"]:
        predictions = predictions[::-1].copy()
    return [*targets, predictions]


def test_every_class_has_a_row():
    assert {name for name, _ in registry.classes("metric")} - set(BASES) == set(ROWS)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{i}-{c['cls']}" for i, c in enumerate(CASES)])
def test_results_are_those_of_keras(number):
    case = CASES[number]
    metric = registry.find_class(case["cls"], "metric")(**case["kwargs"])
    for b in range(3):
        arguments = [VECTORS[f"{case[key]}{b}"] for key in ("y_true", "y_pred") if case[key]]
        weight = VECTORS[f"{case['weight']}{b}"] if case["weight"] else None
        metric.update_state(*arguments, sample_weight=weight)
        expected = VECTORS[f"result{number}"][b]
        assert metric.result().dtype == expected.dtype
        np.testing.assert_allclose(metric.result().numpy(), expected, rtol=3e-5, atol=3e-6)
    assert [[v.name, list(v.shape), str(v.dtype)] for v in metric.variables] == case["variables"]


@every_class
def test_reset_starts_again(name):
    metric = made(name)
    first = metric(*batch(name)).numpy()
    metric.update_state(*batch(name, seed=1))
    metric.reset_state()
    assert all(not v.numpy().any() for v in metric.variables)
    np.testing.assert_array_equal(metric(*batch(name)).numpy(), first)


@every_class
def test_a_result_does_not_change_with_later_batches(name):
    metric = made(name)
    result = metric(*batch(name))
    kept = result.numpy()
    metric.update_state(*batch(name, seed=1))
    np.testing.assert_array_equal(result.numpy(), kept)


@every_class
def test_result_before_any_batch_is_zero(name):
    np.testing.assert_array_equal(np.nan_to_num(made(name).result().numpy()), 0)


@every_class
def test_configuration_round_trip(name):
    metric = made(name)
    config = json.loads(json.dumps(metrics.serialize(metric)))
    assert (config["module"], config["class_name"], config["registered_name"]) == (
        "keras.metrics",
        name,
        None,
    )
    given = ROWS[name].get("kwargs", {})
    assert given.items() <= config["config"].items()
    parameters = inspect.signature(type(metric).__init__).parameters
    assert set(config["config"]) <= set(parameters)
    expected = made(name)(*batch(name)).numpy()
    for other in (metrics.deserialize(config), pickle.loads(pickle.dumps(metric)), copy.deepcopy(metric)):
        assert type(other) is type(metric)
        assert other.get_config() == metric.get_config()
        np.testing.assert_array_equal(other(*batch(name)).numpy(), expected)


@every_class
def test_state_may_come_from_outside(name):
    metric, other = made(name), made(name)
    expected = other(*batch(name)).numpy()
    metric.update_state(*batch(name, seed=1))
    before = [v.numpy() for v in metric.variables]
    state = metric.stateless_update_state(metric.stateless_reset_state(), *batch(name))
    np.testing.assert_allclose(np.asarray(metric.stateless_result(state)), expected)
    for variable, value in zip(metric.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


@every_class
def test_tensors_lists_and_arrays_give_the_same(name):
    arguments = batch(name)
    expected = made(name)(*arguments).numpy()
    np.testing.assert_array_equal(made(name)(*map(Tensor, arguments)).numpy(), expected)
    lists = made(name)(*(a.tolist() for a in arguments)).numpy()
    np.testing.assert_allclose(lists, expected, rtol=1e-5)


# With ignore_class, ignored rows count as 0 unless there are weights, as in Keras.
@pytest.mark.parametrize("name", [n for n in ROWS if n != "SparseCategoricalCrossentropy"])
def test_equal_weights_change_nothing(name):
    """But for sums and counts, which double with weights of 2."""
    plain, weighted = made(name), made(name)
    integers = "int" in plain.dtype
    plain.update_state(*batch(name))
    weighted.update_state(*batch(name), sample_weight=np.full(8, 2, "int32" if integers else "float32"))
    factor = 2 if name == "Sum" or name.startswith(("True", "False")) else 1
    np.testing.assert_allclose(weighted.result().numpy(), factor * plain.result().numpy(), rtol=1e-5)


@every_class
def test_nothing_is_recorded(name):
    arguments = [Tensor(a) for a in batch(name)]
    with GradientTape() as tape:
        tape.watch(arguments[-1])
        made(name).update_state(*arguments)
    assert tape.nodes == []


@every_class
def test_by_name(name):
    required = [
        p
        for key, p in inspect.signature(type(made(name)).__init__).parameters.items()
        if p.default is p.empty and key != "self"
    ]
    if not required:
        assert type(metrics.get(name)) is type(metrics.get(registry.snake_case(name))) is type(made(name))


@every_class
def test_a_compiled_model_keeps_it_in_its_file(name, tmp_path):
    model = minikeras.Sequential([minikeras.Input((3,)), minikeras.layers.Dense(2)])
    metric = made(name)
    model.compile(loss="mse", metrics=[metric])
    model.save(tmp_path / "model.keras")
    (again,) = minikeras.saving.load_model(tmp_path / "model.keras").get_compile_config()["metrics"]
    assert again["class_name"] == name
    assert again["config"] == metrics.serialize(metric)["config"]
