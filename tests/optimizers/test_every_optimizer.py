"""What must hold for each optimizer class; a class without a row in optimizer_rows.py fails."""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from optimizer_rows import ROWS, WRAPPERS

from minikeras import constraints, kernels, optimizers, registry
from minikeras.autodiff import Variable

EXTRA = Path(__file__).parents[1] / "golden" / "extra" / "optimizers.npz"
VECTORS = dict(np.load(EXTRA))
CASES = json.loads(str(VECTORS["cases"]))
NAMES = ("kernel", "bias", "embedding", "conv", "tall", "gain")

every_class = pytest.mark.parametrize("name", ROWS)


def made(class_name, **kwargs):
    return getattr(optimizers, class_name)(**{**ROWS[class_name]["kwargs"], "learning_rate": 0.05, **kwargs})


def variables(dtype="float32"):
    rng = np.random.default_rng(0)
    return [
        Variable(rng.normal(size=(2, 3)).astype(dtype), name="kernel"),
        Variable(np.arange(3, dtype=dtype), name="bias"),
    ]


def gradients(step, dtype="float32"):
    rng = np.random.default_rng(step + 1)
    return [rng.normal(size=(2, 3)).astype(dtype), rng.normal(size=3).astype(dtype)]


def train(optimizer, given, steps, start=0):
    for step in range(start, start + steps):
        optimizer.apply(gradients(step, given[0].dtype), given)
    return [v.numpy() for v in given]


def assert_layout_does_not_matter(found, expected):
    """The same bits from the NumPy kernels; native ones may round full vectors and remainders in another order."""
    for a, b in zip(found, expected, strict=True):
        if kernels.implementation() == "reference":
            np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def assert_identical(found, expected):
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_class_has_a_row():
    known = {name for name, _ in registry.classes("optimizer")} - {"Optimizer", *WRAPPERS}
    assert known == set(ROWS)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{i}-{c['cls']}" for i, c in enumerate(CASES)])
def test_trajectory_state_and_configuration_are_those_of_keras(number):
    case = CASES[number]
    dtype = case.get("dtype", "float32")
    kwargs = dict(case["kwargs"])
    if isinstance(kwargs.get("learning_rate"), dict):
        kwargs["learning_rate"] = optimizers.schedules.deserialize(kwargs["learning_rate"])
    optimizer = getattr(optimizers, case["cls"])(**kwargs)
    given = {name: Variable(VECTORS[f"start_{name}"].astype(dtype), name=name) for name in NAMES}
    if case.get("constraint"):
        given["kernel"].constraint = constraints.NonNeg()
    if "exclude_names" in case:
        chosen = [given[name] for name in case["exclude_variables"]]
        optimizer.exclude_from_weight_decay(var_list=chosen, var_names=case["exclude_names"])
    found = {name: [] for name in NAMES}
    for step in range(6):
        missing = case.get("missing", {}).get(str(step), [])
        grads = [None if n in missing else VECTORS[f"gradient_{n}"][step].astype(dtype) for n in NAMES]
        if missing:
            with pytest.warns(UserWarning, match="Gradients do not exist for variables"):
                optimizer.apply(grads, given.values())
        else:
            optimizer.apply(grads, given.values())
        for name in NAMES:
            found[name].append(given[name].numpy())
    if case.get("finalize"):
        optimizer.finalize_variable_values(list(given.values()))
        for name in NAMES:
            found[name].append(given[name].numpy())
    tolerance = {"rtol": 1e-5, "atol": 4e-6}
    together = np.concatenate([np.stack(found[name]).reshape(-1) for name in NAMES])
    assert together.dtype == dtype
    np.testing.assert_allclose(together, VECTORS[f"case{number}"], **tolerance)
    assert [list(v.shape) for v in optimizer.variables] == case["state"]
    state = np.concatenate([v.numpy().astype("float64").reshape(-1) for v in optimizer.variables])
    np.testing.assert_allclose(state, VECTORS[f"state{number}"], **tolerance)
    config = optimizer.get_config()
    assert config.pop("name") == optimizer.name
    assert_configuration(config, case["config"])


def assert_configuration(found, expected):
    assert set(found) == set(expected)
    for key, value in expected.items():
        if isinstance(value, dict):
            assert found[key]["class_name"] == value["class_name"]
            assert_configuration(found[key]["config"], value["config"])
        else:
            assert found[key] == value, key


@every_class
def test_configuration_goes_through_json(name):
    optimizer = made(
        name, clipnorm=0.5, use_ema=True, ema_momentum=0.7, gradient_accumulation_steps=3, name="mine"
    )
    data = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert (data["module"], data["class_name"], data["registered_name"]) == ("keras.optimizers", name, None)
    again = optimizers.deserialize(data)
    assert type(again) is type(optimizer)
    assert again.get_config() == optimizer.get_config()
    assert again.get_config()["name"] == "mine"
    assert {key: again.get_config()[key] for key in ROWS[name]["kwargs"]} == ROWS[name]["kwargs"]
    schedule = optimizers.schedules.ExponentialDecay(0.1, 5, 0.9)
    again = optimizers.deserialize(
        json.loads(json.dumps(optimizers.serialize(made(name, learning_rate=schedule))))
    )
    assert again._learning_rate.get_config() == schedule.get_config()


@every_class
def test_state_has_the_order_of_keras_files(name):
    optimizer = made(name, use_ema=True, gradient_accumulation_steps=2)
    optimizer.build(variables())
    both = [(2, 3), (3,)]
    assert [v.shape for v in optimizer.variables] == [(), (), *both, *both, *ROWS[name]["state"]]
    assert [v.dtype for v in optimizer.variables[:2]] == ["int32", "float32"]


@every_class
def test_saved_state_resumes_to_the_same_bits(name):
    options = {
        "use_ema": True,
        "ema_overwrite_frequency": 4,
        "gradient_accumulation_steps": 2,
        "global_clipnorm": 1.0,
    }
    given, optimizer = variables(), made(name, **options)
    train(optimizer, given, 3)
    store = {}
    optimizer.save_own_variables(store)
    resumed = [Variable(v.numpy(), name=v.name) for v in given]
    expected = train(optimizer, given, 4, start=3)
    other = made(name, **options)
    other.build(resumed)
    other.load_own_variables(store)
    assert_identical(train(other, resumed, 4, start=3), expected)
    assert_identical([v.numpy() for v in other.variables], [v.numpy() for v in optimizer.variables])


@every_class
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))], ids=["deepcopy", "pickle"]
)
def test_copy_goes_on_by_itself(name, copied):
    given, optimizer = variables(), made(name)
    train(optimizer, given, 2)
    other, resumed = copied((optimizer, given))
    expected = train(optimizer, given, 3, start=2)
    assert_identical(train(other, resumed, 3, start=2), expected)
    assert_identical([v.numpy() for v in other.variables], [v.numpy() for v in optimizer.variables])


@every_class
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_together_or_one_by_one_is_the_same(name, dtype):
    options = {"weight_decay": 0.1, "clipnorm": 0.9, "use_ema": True, "ema_overwrite_frequency": 2}
    together = train(made(name, **options), variables(dtype), 4)
    alone = variables(dtype)
    single = [made(name, **options) for _ in alone]
    for step in range(4):
        for optimizer, variable, gradient in zip(single, alone, gradients(step, dtype), strict=True):
            optimizer.apply([gradient], [variable])
    assert_layout_does_not_matter([v.numpy() for v in alone], together)


@every_class
def test_destinations_and_step_all_do_what_apply_does(name):
    expected = train(made(name), variables(), 3)
    given, optimizer = variables(), made(name)
    for step in range(3):
        places = optimizer.destinations(given)
        for variable, gradient in zip(given, gradients(step), strict=True):
            places[id(variable)][...] = gradient
        optimizer.step_all(given)
    assert_identical([v.numpy() for v in given], expected)
    assert int(optimizer.iterations) == 3


@every_class
def test_mixed_dtypes(name):
    kernel, bias = variables()[0], variables("float64")[1]
    optimizer = made(name)
    expected = train(made(name), variables(), 3)
    for step in range(3):
        optimizer.apply(gradients(step), [kernel, bias])
    assert (kernel.dtype, bias.dtype) == ("float32", "float64")
    np.testing.assert_allclose(kernel.numpy(), expected[0], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(bias.numpy(), expected[1], rtol=1e-5, atol=1e-6)
    assert [v.shape for v in optimizer.variables[2:]] == ROWS[name]["state"]


@every_class
def test_goes_downhill(name):
    given = [Variable(np.full((2, 2), 2.0, "float32"))]
    optimizer = made(name, learning_rate=0.05)
    for _ in range(200):
        optimizer.apply([given[0].numpy()], given)  # the gradient of Σ w² / 2
    assert np.abs(given[0].numpy()).mean() < 1.0


@every_class
def test_learning_rate_of_a_schedule_is_used(name):
    halving = optimizers.schedules.ExponentialDecay(0.05, 1, 0.5)
    with_schedule = train(made(name, learning_rate=halving), variables(), 3)
    given, optimizer = variables(), made(name)
    for step in range(3):
        if name == "Adafactor":
            optimizer.learning_rate = lambda step=step: 0.05 * 0.5**step
        else:
            optimizer.learning_rate = 0.05 * 0.5**step
        train(optimizer, given, 1, start=step)
    assert_identical([v.numpy() for v in given], with_schedule)


@settings(max_examples=40, deadline=None)
@drawn(
    name=st.sampled_from(["SGD", "Adam", "RMSprop", "Adadelta", "Ftrl", "Lamb", "Adafactor"]),
    shapes=st.lists(st.lists(st.integers(1, 4), max_size=3).map(tuple), min_size=1, max_size=5),
    present=st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4),
    seed=st.integers(0, 100),
)
def test_any_choice_of_variables_steps_as_each_would_alone(name, shapes, present, seed):
    rng = np.random.default_rng(seed)
    starts = [rng.normal(size=shape).astype("float32") for shape in shapes]
    together, alone = [Variable(s) for s in starts], [Variable(s) for s in starts]
    optimizer = getattr(optimizers, name)(learning_rate=0.01, weight_decay=0.1)
    optimizer.build(together)
    single = getattr(optimizers, name)(learning_rate=0.01, weight_decay=0.1)
    for flags in present:
        gradients = [rng.normal(size=shape).astype("float32") for shape in shapes]
        chosen = [i for i in range(len(shapes)) if flags[i]]
        if not chosen:
            continue
        optimizer.apply([gradients[i] for i in chosen], [together[i] for i in chosen])
        step = int(single.iterations)
        for i in chosen:
            single._iterations.assign(step)
            single.apply([gradients[i]], [alone[i]])
    assert_layout_does_not_matter([v.numpy() for v in together], [v.numpy() for v in alone])
