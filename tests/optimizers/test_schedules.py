"""Learning rate schedules: one row a class, against the values of real Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

from minikeras import optimizers, registry
from minikeras.autodiff import Variable
from minikeras.optimizers import schedules

VECTORS = dict(np.load(Path(__file__).parents[1] / "golden" / "extra" / "schedules.npz"))
CASES = json.loads(str(VECTORS["cases"]))
every_case = pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{i}-{c['cls']}" for i, c in enumerate(CASES)]
)


def test_every_class_has_a_case():
    known = {name for name, _ in registry.classes("schedule")} - {"LearningRateSchedule"}
    assert known == {case["cls"] for case in CASES}


@every_case
@pytest.mark.parametrize(
    "as_step", [int, np.int64, lambda step: Variable(step, dtype="int32")], ids=["int", "numpy", "variable"]
)
def test_values_are_those_of_keras(number, as_step):
    case = CASES[number]
    schedule = getattr(schedules, case["cls"])(**case["kwargs"])
    values = [schedule(as_step(step)) for step in range(40)]
    assert {(v.shape, v.dtype.name) for v in values} == {((), "float32")}
    np.testing.assert_allclose([float(v) for v in values], VECTORS[f"case{number}"], rtol=2e-6, atol=1e-7)


@every_case
def test_many_steps_at_once(number):
    case = CASES[number]
    schedule = getattr(schedules, case["cls"])(**case["kwargs"])
    np.testing.assert_allclose(
        schedule(np.arange(40)).numpy(), VECTORS[f"case{number}"], rtol=2e-6, atol=1e-7
    )


@every_case
def test_configuration_goes_through_json(number):
    case = CASES[number]
    schedule = getattr(schedules, case["cls"])(**case["kwargs"])
    assert schedule.get_config() == case["config"]
    data = json.loads(json.dumps(schedules.serialize(schedule)))
    assert data["module"] == "keras.optimizers.schedules"
    again = schedules.deserialize(data)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()


class Halving(schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start * 0.5 ** float(step)


def test_own_schedule_serves_an_optimizer_and_its_configuration():
    optimizer = optimizers.SGD(Halving(1.0))
    variable = Variable([0.0])
    for _ in range(3):
        optimizer.apply([np.ones(1, "float32")], [variable])
    np.testing.assert_allclose(variable.numpy(), [-1.75])
    assert float(optimizer.learning_rate) == 0.125
    again = optimizers.deserialize(optimizers.serialize(optimizer), custom_objects={"Halving": Halving})
    assert float(again.learning_rate) == 1.0


def test_float_steps_meet_float_boundaries():
    schedule = schedules.PiecewiseConstantDecay([2.5], [1.0, 0.5])
    assert [float(schedule(step)) for step in (2.4, 2.5, 2.6)] == [1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: schedules.ExponentialDecay(0.1, 0, 0.5),
            "ExponentialDecay: decay_steps must be positive, received",
        ),
        (lambda: schedules.CosineDecay(0.1, -1), "CosineDecay: decay_steps must be positive"),
        (lambda: schedules.CosineDecayRestarts(0.1, 0), "first_decay_steps must be positive"),
        (
            lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1]),
            "one fewer than values, received 2 boundaries",
        ),
        (
            lambda: schedules.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3]),
            r"must increase, received \[2, 1\]",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_schedule_without_call_says_so():
    with pytest.raises(NotImplementedError, match="must override `__call__"):
        schedules.LearningRateSchedule()(0)
