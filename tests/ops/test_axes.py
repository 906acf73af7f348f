"""Every function that works along an axis refuses one that the array does not have: none counts round and round."""

import inspect

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops

X = np.random.default_rng(0).random((2, 3, 4)).astype("float32")
LABELS = np.zeros((2, 3), "int32")
# Inputs before the axis, where it is not one array alone.
INPUTS = {
    "append": (X, X),
    "apply_along_axis": (np.sum,),
    "argpartition": (X, 1),
    "array_split": (X, 1),
    "associative_scan": (ops.add, X),
    "batch_normalization": (X, np.zeros(4), np.ones(4)),
    "categorical_crossentropy": (X, X),
    "compress": ([True], X),
    "concatenate": ([X, X],),
    "cross": (X[..., :3], X[..., :3]),
    "delete": (X, 0),
    "geomspace": (X + 1, X + 2),
    "insert": (X, 0, 1.0),
    "linspace": (0.0, X),
    "logspace": (0.0, X),
    "multi_hot": (LABELS, 5),
    "nanpercentile": (X, 50.0),
    "nanquantile": (X, 0.5),
    "one_hot": (LABELS, 5),
    "percentile": (X, 50.0),
    "quantile": (X, 0.5),
    "repeat": (X, 2),
    "roll": (X, 1),
    "sparse_categorical_crossentropy": (LABELS, X),
    "split": (X, 1),
    "stack": ([X, X],),
    "swapaxes": (X, 0),
    "take": (X, [0, 1]),
    "take_along_axis": (X, LABELS[..., None]),
}
NAMES = [
    name
    for name in dir(ops)
    if inspect.isfunction(getattr(ops, name)) and "axis" in inspect.signature(getattr(ops, name)).parameters
]


@pytest.mark.parametrize("axis", [7, -9])
@pytest.mark.parametrize("name", NAMES)
def test_an_axis_that_is_not_there_is_refused(name, axis):
    with pytest.raises(ValueError, match="ax[ei]s"):
        getattr(ops, name)(*INPUTS.get(name, (X,)), axis=axis)


def test_there_are_functions_to_try():
    assert len(NAMES) > 60
    assert {"softmax", "sort", "sum", "take"} <= set(NAMES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda x: keras.layers.Softmax(axis=3)(x),
            r"Softmax 'softmax\w*': axis=3 does not exist in inputs of shape",
        ),
        (lambda x: keras.layers.Softmax(axis=(1, -4))(x), r"axis=-4 does not exist in inputs of shape"),
        (lambda x: keras.layers.UnitNormalization(axis=3)(x), r"axis=3 does not exist in inputs of shape"),
    ],
)
@pytest.mark.parametrize("x", [X, keras.Input((3, 4))], ids=["array", "symbolic"])
def test_layers_name_the_axis_and_the_inputs(make, message, x):
    with pytest.raises(ValueError, match=message):
        make(x)


@pytest.mark.parametrize(
    "loss", ["CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy"]
)
def test_losses_name_the_axis_and_the_predictions(loss):
    y_true = LABELS if loss.startswith("Sparse") else X
    with pytest.raises(
        ValueError, match=r"axis=3 and predictions of shape \(2, 3, 4\)\. Pass the axis of the classes"
    ):
        getattr(keras.losses, loss)(axis=3)(y_true, X)


def test_a_softmax_over_all_axes():
    y = keras.layers.Softmax(axis=None)(X).numpy()
    np.testing.assert_allclose(y, np.exp(X) / np.exp(X).sum(), rtol=1e-6)
