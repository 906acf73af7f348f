"""One row for each constraint class, and what must hold for all of them."""

import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minikeras import constraints, registry
from minikeras.autodiff import SymbolicTensor, Tensor

W = np.array([[3.0, 0.3], [4.0, -0.4]])

# Arguments other than the defaults, and what becomes of W.
ROWS = {
    "MaxNorm": {"kwargs": {"max_value": 1.5, "axis": 0}, "value": [[0.9, 0.3], [1.2, -0.4]]},
    "NonNeg": {"kwargs": {}, "value": [[3.0, 0.3], [4.0, 0.0]]},
    "UnitNorm": {"kwargs": {"axis": [0, 1]}, "value": W / np.sqrt(25.25)},
    "MinMaxNorm": {
        "kwargs": {"min_value": 1.0, "max_value": 2.0, "rate": 0.5, "axis": 0},
        "value": [[2.1, 0.45], [2.8, -0.6]],
    },
}

every_class = pytest.mark.parametrize("name", ROWS)


def made(name):
    return getattr(constraints, name)(**ROWS[name]["kwargs"])


def test_every_class_has_a_row():
    assert {name for name, _ in registry.classes("constraint")} - {"Constraint"} == set(ROWS)


@every_class
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value(name, dtype):
    value = made(name)(Tensor(W.astype(dtype)))
    assert value.dtype == dtype
    np.testing.assert_allclose(value.numpy(), ROWS[name]["value"], rtol=2e-6)
    np.testing.assert_allclose(made(name)(W.tolist()).numpy(), ROWS[name]["value"], rtol=2e-6)


@every_class
def test_zeros_stay_finite(name):
    assert np.isfinite(made(name)(np.zeros((2, 2))).numpy()).all()


@every_class
def test_configuration_round_trip(name):
    config = json.loads(json.dumps(constraints.serialize(made(name))))
    assert config == {
        "module": "keras.constraints",
        "class_name": name,
        "config": ROWS[name]["kwargs"],
        "registered_name": None,
    }
    for other in (
        constraints.deserialize(config),
        constraints.get(config),
        copy.deepcopy(made(name)),
        pickle.loads(pickle.dumps(made(name))),
    ):
        assert type(other) is type(made(name))
        np.testing.assert_array_equal(other(W).numpy(), made(name)(W).numpy())


@every_class
def test_by_name_and_symbolic(name):
    for identifier in (name, registry.snake_case(name), getattr(constraints, name)):
        assert type(constraints.get(identifier)) is getattr(constraints, name)
    assert getattr(constraints, registry.snake_case(name)) is getattr(constraints, name)
    assert made(name)(SymbolicTensor((None, 2))).shape == (None, 2)


@given(arrays("float64", (3, 4), elements=st.floats(-100, 100)))
def test_norms_end_within_their_bounds(w):
    norms = np.linalg.norm(constraints.MaxNorm(1.5)(w).numpy(), axis=0)
    assert (norms <= 1.5).all()
    norms = np.linalg.norm(constraints.MinMaxNorm(0.5, 1.5)(w).numpy(), axis=0)
    long_enough = np.linalg.norm(w, axis=0) > 0.01
    assert (norms <= 1.5).all()
    assert (norms[long_enough] >= 0.5 * (1 - 1e-4)).all()


def test_older_names():
    assert type(constraints.get("maxnorm")) is constraints.MaxNorm
    assert type(constraints.get("nonneg")) is constraints.NonNeg
    assert constraints.get(None) is None


def test_errors():
    with pytest.raises(ValueError, match=r"^Unknown constraint 'max_nrom'\. Did you mean 'max_norm'"):
        constraints.get("max_nrom")
    with pytest.raises(ValueError, match=r"^Expected a constraint: .* received 2"):
        constraints.get(2)


def test_a_subclass_of_the_user():
    class Capped(constraints.Constraint):
        def __init__(self, cap=1.0):
            self.cap = cap

        def __call__(self, w):
            return np.minimum(w, self.cap)

    config = json.loads(json.dumps(constraints.serialize(Capped(2.0))))
    restored = constraints.deserialize(config, custom_objects={"Capped": Capped})
    assert restored(W).max() == 2.0
    assert constraints.Constraint()(W) is W
