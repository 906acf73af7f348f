"""What layers say of arguments and inputs that they cannot take: in the names that users know."""

import numpy as np
import pytest

from minikeras import layers, losses, metrics


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (layers.AveragePooling2D, r"^AveragePooling2D\(\) is missing .*'pool_size'. Write AveragePooling2D\(pool_size=...\)"),
        (layers.Conv1DTranspose, r"Write Conv1DTranspose\(filters=..., kernel_size=...\)"),
        (layers.CenterCrop, r"Write CenterCrop\(height=..., width=...\)"),
        (metrics.MeanIoU, r"Write MeanIoU\(num_classes=...\)"),
        (lambda: layers.Dense(2, units=3), r"^Dense\(\) got multiple values for argument 'units'"),
        (lambda: losses.Huber(1.0, "sum", "a", None, 5), r"^Huber\(\) takes from 1 to 5 positional arguments"),
        (lambda: layers.Dense(3)(None), r"Dense 'dense.*' expected a tensor, an array or numbers, received None"),
        (lambda: layers.ReLU()(object()), r"ReLU .* expected a tensor, .* received <object"),
        (lambda: layers.Dropout(0.5)("text"), r"received 'text' \(str\). Pass an array, or keras.Input"),
    ],
)  # fmt: skip
def test_calls_are_refused_by_the_public_name(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.LSTM(3, dropout=np.nan), "dropout must be a number, received nan"),
        (lambda: layers.ConvLSTM2D(3, 2, recurrent_dropout="half"), "recurrent_dropout must be a number, received 'half'"),
        (lambda: layers.BatchNormalization(momentum="x"), "momentum must be a number, received 'x'"),
        (lambda: layers.GroupNormalization(epsilon=[1.0]), r"epsilon must be a number of at least 0, received \[1.0\]"),
        (lambda: layers.LayerNormalization(epsilon=-1), "epsilon must be a number of at least 0, received -1"),
        (lambda: layers.LeakyReLU("0.1"), "negative_slope must be a number of at least 0, received '0.1'"),
        (lambda: layers.ELU(None), "alpha must be a number, received None"),
    ],
)  # fmt: skip
def test_numbers_are_looked_at_when_a_layer_is_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()
