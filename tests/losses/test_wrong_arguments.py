"""What losses and metrics say of arguments and data that cannot be."""

import numpy as np
import pytest

from minikeras import losses, metrics

Y = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")


@pytest.mark.parametrize(
    "loss",
    [
        losses.BinaryCrossentropy,
        losses.CategoricalCrossentropy,
        losses.BinaryFocalCrossentropy,
        losses.CategoricalFocalCrossentropy,
    ],
)
def test_label_smoothing(loss):
    with pytest.raises(
        ValueError, match=f"{loss.__name__} expected label_smoothing to be a number, received 'x'"
    ):
        loss(label_smoothing="x")
    assert loss(label_smoothing=None).label_smoothing is None


def test_numbers():
    with pytest.raises(
        ValueError, match="BinaryFocalCrossentropy expected gamma to be a number, received None"
    ):
        losses.BinaryFocalCrossentropy(gamma=None)
    with pytest.raises(
        ValueError, match="CategoricalGeneralizedCrossEntropy expected q to be a number, received 'x'"
    ):
        losses.CategoricalGeneralizedCrossEntropy(q="x")


@pytest.mark.parametrize("metric", [metrics.AUC, metrics.Precision, metrics.F1Score, metrics.R2Score])
def test_strings_as_data(metric):
    with pytest.raises(ValueError, match="could not convert") as caught:
        metric().update_state(np.array(["a", "b"]), np.array(["a", "b"]))
    assert caught.value.__notes__[0] == (
        "Tensors hold numbers, received an array of shape (2,) and dtype <U1: convert strings and objects to numbers "
        "first."
    )
