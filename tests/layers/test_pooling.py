"""Pooling layers: what wins, what counts, what they refuse."""

import re

import numpy as np
import pytest

from minikeras import GradientTape, Input, layers
from minikeras.autodiff import Tensor

KINDS = [(name, rank) for rank in (1, 2, 3) for name in ("MaxPooling", "AveragePooling")]
EACH = pytest.mark.parametrize(("name", "rank"), KINDS)


def test_by_hand():
    x = np.array([1.0, 5.0, 2.0, 0.0, 7.0], "float32").reshape(1, 5, 1)
    assert layers.MaxPooling1D(2)(x).numpy().ravel().tolist() == [5.0, 2.0]
    assert layers.MaxPooling1D(2, padding="same")(x).numpy().ravel().tolist() == [5.0, 2.0, 7.0]
    assert layers.AveragePooling1D(2, padding="same")(x).numpy().ravel().tolist() == [3.0, 1.0, 7.0]
    assert layers.MaxPooling1D(3, strides=1)(x).numpy().ravel().tolist() == [5.0, 5.0, 7.0]


def test_padding_never_wins():
    x = np.full((1, 3, 3, 1), -9.0, "float32")
    assert (layers.MaxPooling2D(2, padding="same")(x).numpy() == -9.0).all()


def test_the_first_of_equals_gets_the_gradient():
    x = Tensor(np.ones((1, 4, 1), "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = layers.MaxPooling1D(2)(x)
    assert tape.gradient(y, x).numpy().ravel().tolist() == [1.0, 0.0, 1.0, 0.0]


def test_a_nan_passes():
    x = np.zeros((1, 4, 1), "float32")
    x[0, 1] = np.nan
    assert np.isnan(layers.MaxPooling1D(2)(x).numpy().ravel()).tolist() == [True, False]


@EACH
def test_both_data_formats_agree(name, rank):
    cls = getattr(layers, f"{name}{rank}D")
    x = np.random.default_rng(0).standard_normal((2, *[5] * rank, 3)).astype("float32")
    y = cls(2, padding="same")(x).numpy()
    other = cls(2, padding="same", data_format="channels_first")(np.moveaxis(x, -1, 1)).numpy()
    np.testing.assert_array_equal(np.moveaxis(other, 1, -1), y)


@EACH
def test_unknown_sizes_stay_unknown(name, rank):
    layer = getattr(layers, f"{name}{rank}D")(100)
    assert layer(Input((*[None] * rank, 3))).shape == (None, *[None] * rank, 3)


@EACH
def test_a_window_larger_than_the_inputs_names_both(name, rank):
    layer = getattr(layers, f"{name}{rank}D")(9, name="p")
    sizes = re.escape(str((9,) * rank)) + ".*" + re.escape(str((4,) * rank))
    with pytest.raises(ValueError, match=f"{name}{rank}D 'p'.*pool_size={sizes}"):
        layer(np.zeros((1, *[4] * rank, 2), "float32"))


@pytest.mark.parametrize("kwargs", [{"pool_size": 0}, {"pool_size": (2, 2, 2)}, {"strides": -1}])
def test_sizes_are_positive_integers(kwargs):
    with pytest.raises(ValueError, match="must be a positive integer or a tuple of 2 positive integers"):
        layers.MaxPooling2D(**kwargs)


def test_an_image_without_channels_is_told_how_to_get_them():
    with pytest.raises(ValueError, match=r"rank 4.*x\[\.\.\., None\]"):
        layers.MaxPooling2D()(np.zeros((2, 8, 8), "float32"))


def test_whole_images_of_integers_keep_their_type():
    x = np.arange(16).reshape(1, 4, 4, 1).astype("int32")
    y = layers.MaxPooling2D()(x)
    assert y.dtype == "int32"
    assert y.numpy().ravel().tolist() == [5, 7, 13, 15]


def test_the_mean_over_steps_leaves_out_the_masked():
    x = np.array([[[1.0], [3.0], [50.0]], [[2.0], [np.nan], [np.inf]]], "float32")
    mask = np.array([[True, True, False], [True, False, False]])
    assert layers.GlobalAveragePooling1D()(x, mask=mask).tolist() == [[2.0], [2.0]]
    kept = layers.GlobalAveragePooling1D(keepdims=True)(x, mask=mask)
    assert kept.shape == (2, 1, 1)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 7, 9])
def test_adaptive_windows_cover_the_inputs(count):
    """Window i of `count` goes from floor(i n / count) up to ceil((i + 1) n / count)."""
    x = np.random.default_rng(2).standard_normal((1, 7, 1)).astype("float32")
    windows = [x[0, i * 7 // count : -(-(i + 1) * 7 // count), 0] for i in range(count)]
    means = layers.AdaptiveAveragePooling1D(count)(x).numpy().ravel()
    np.testing.assert_allclose(means, [w.mean() for w in windows], rtol=1e-5, atol=1e-6)
    assert layers.AdaptiveMaxPooling1D(count)(x).numpy().ravel().tolist() == [w.max() for w in windows]


def test_aliases():
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert layers.AvgPool3D is layers.AveragePooling3D
    assert layers.GlobalAvgPool1D is layers.GlobalAveragePooling1D
    assert layers.GlobalMaxPool2D is layers.GlobalMaxPooling2D
    assert isinstance(layers.Convolution2D(1, 2), layers.Conv2D)
