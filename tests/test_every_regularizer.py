"""One row for each regularizer class, and what must hold for all of them."""

import copy
import json
import math
import pickle

import numpy as np
import pytest
from central_differences import assert_gradient, assert_second_gradient

from minikeras import ops, registry, regularizers
from minikeras.autodiff import SymbolicTensor, Tensor

W = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
_COSINE = (0.25 - 6.0 - 0.5) / math.sqrt((1 + 4 + 0.25) * (0.0625 + 9 + 1))

# Arguments other than the defaults, and the penalty on W.
ROWS = {
    "L1": {"kwargs": {"l1": 0.1}, "value": 0.1 * 7.75},
    "L2": {"kwargs": {"l2": 0.1}, "value": 0.1 * 15.3125},
    "L1L2": {"kwargs": {"l1": 0.1, "l2": 0.2}, "value": 0.1 * 7.75 + 0.2 * 15.3125},
    "OrthogonalRegularizer": {"kwargs": {"factor": 0.1, "mode": "rows"}, "value": 0.1 * abs(_COSINE)},
}

every_class = pytest.mark.parametrize("name", ROWS)


def made(name):
    return getattr(regularizers, name)(**ROWS[name]["kwargs"])


def test_every_class_has_a_row():
    assert {name for name, _ in registry.classes("regularizer")} - {"Regularizer"} == set(ROWS)


@every_class
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_value(name, dtype):
    penalty = made(name)(Tensor(W.astype(dtype)))
    assert (penalty.shape, penalty.dtype) == ((), dtype)
    assert float(penalty) == pytest.approx(ROWS[name]["value"], rel=1e-6)


@every_class
def test_gradient(name):
    assert_gradient(made(name), W)
    assert_second_gradient(made(name), W)


@every_class
def test_configuration_round_trip(name):
    config = json.loads(json.dumps(regularizers.serialize(made(name))))
    assert config == {
        "module": "keras.regularizers",
        "class_name": name,
        "config": ROWS[name]["kwargs"],
        "registered_name": None,
    }
    for other in (
        regularizers.deserialize(config),
        regularizers.get(config),
        copy.deepcopy(made(name)),
        pickle.loads(pickle.dumps(made(name))),
    ):
        assert type(other) is type(made(name))
        assert float(other(W)) == float(made(name)(W))


@every_class
def test_by_name_and_symbolic(name):
    for identifier in (name, registry.snake_case(name), getattr(regularizers, name)):
        assert type(regularizers.get(identifier)) is getattr(regularizers, name)
    assert made(name)(SymbolicTensor((2, 3))).shape == ()


def test_short_names_are_the_classes():
    assert regularizers.l1 is regularizers.L1
    assert regularizers.l2 is regularizers.L2
    assert regularizers.l1_l2 is regularizers.L1L2
    assert regularizers.orthogonal_regularizer is regularizers.OrthogonalRegularizer
    assert type(regularizers.get("l1_l2")) is regularizers.L1L2
    assert regularizers.get(None) is None


def test_columns_of_orthogonal_vectors():
    penalty = regularizers.OrthogonalRegularizer(factor=1.0, mode="columns")
    assert float(penalty([[1.0, 0.0], [0.0, 3.0]])) == 0.0
    assert float(penalty([[1.0, 2.0], [1.0, 2.0]])) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: regularizers.L2(-1.0), "l2 to be a finite number of at least 0, received -1.0"),
        (lambda: regularizers.L1(float("nan")), "l1 to be a finite number of at least 0, received nan"),
        (lambda: regularizers.L1L2("a"), "l1 to be a finite number of at least 0, received 'a'"),
        (lambda: regularizers.OrthogonalRegularizer(mode="all"), "mode='rows' or 'columns', received 'all'"),
        (
            lambda: regularizers.OrthogonalRegularizer()(np.zeros(3)),
            r"expected a matrix, received .* shape \(3,\)",
        ),
        (lambda: regularizers.get("l3"), r"^Unknown regularizer 'l3'\. (Did you mean|Known)"),
        (lambda: regularizers.get(0.01), "^Expected a regularizer: .* received 0.01"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_subclass_and_a_function_of_the_user():
    class Cubes(regularizers.Regularizer):
        def __init__(self, factor=1.0):
            self.factor = factor

        def __call__(self, x):
            return self.factor * ops.sum(ops.abs(x) ** 3)

    config = json.loads(json.dumps(regularizers.serialize(Cubes(2.0))))
    restored = regularizers.deserialize(config, custom_objects={"Cubes": Cubes})
    assert float(restored(np.array([1.0, -2.0]))) == 18.0

    def total(x):
        return ops.sum(x)

    assert regularizers.get(total) is total
    assert regularizers.Regularizer()(W) == 0.0
