"""Normalizing layers: statistics, moving averages, masks, refusals."""

import numpy as np
import pytest

from minikeras import Input, layers
from minikeras.autodiff import Tensor


def batch(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32") * 2 + 1


# Batch normalization


def test_training_normalizes_and_moves_the_averages():
    layer = layers.BatchNormalization(momentum=0.9, epsilon=0.0)
    x = batch(50, 3)
    y = layer(x, training=True).numpy()
    np.testing.assert_allclose(y.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(y.var(0), 1, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.1 * x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.9 + 0.1 * x.var(0), rtol=1e-5)


def test_afterwards_the_averages_are_used_and_stay():
    layer = layers.BatchNormalization()
    layer.build((None, 2))
    layer.set_weights([np.array(v, "float32") for v in ([2, 3], [1, 0], [4, 5], [9, 1])])
    x = batch(6, 2)
    expected = (x - [4, 5]) / np.sqrt(np.array([9, 1]) + 1e-3) * [2, 3] + [1, 0]
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-4, atol=1e-5)
    assert layer.moving_mean.numpy().tolist() == [4.0, 5.0]


def test_a_frozen_layer_is_in_inference_mode():
    layer = layers.BatchNormalization()
    x = batch(6, 2)
    layer.build(x.shape)
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True).numpy(), layer(x, training=False).numpy())
    assert layer.moving_mean.numpy().tolist() == [0.0, 0.0]
    assert layer.trainable_weights == []


@pytest.mark.parametrize("axis", [1, -2, 2, -1])
def test_the_axis_says_where_the_channels_are(axis):
    x = batch(5, 3, 4)
    layer = layers.BatchNormalization(axis=axis, epsilon=0.0)
    others = tuple({0, 1, 2} - {axis % 3})
    y = layer(x, training=True).numpy()
    np.testing.assert_allclose(y.mean(others), 0, atol=1e-5)
    np.testing.assert_allclose(y.var(others), 1, atol=1e-4)


def test_masked_steps_do_not_count():
    x = batch(2, 4, 3)
    mask = np.array([[True, True, False, False], [True, True, True, False]])
    one, other = layers.BatchNormalization(), layers.BatchNormalization()
    y = one(x, mask=mask, training=True).numpy()[mask]
    np.testing.assert_allclose(y, other(x[mask], training=True).numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(one.moving_mean.numpy(), other.moving_mean.numpy(), rtol=1e-5)
    np.testing.assert_allclose(one.moving_variance.numpy(), other.moving_variance.numpy(), rtol=1e-5)


def test_probing_a_shape_moves_nothing():
    layer = layers.BatchNormalization()
    layer(Input((3,)), training=True)
    assert layer.moving_variance.numpy().tolist() == [1.0, 1.0, 1.0]


def test_half_precision_is_widened_inside():
    layer = layers.BatchNormalization(dtype="mixed_float16")
    y = layer(np.full((4, 2), 300.0, "float16") * np.arange(4)[:, None], training=True)
    assert y.dtype == "float16"
    assert np.isfinite(y.numpy()).all()
    assert np.isfinite(layer.moving_variance.numpy()).all()


def test_renormalization_within_its_bounds_is_that_of_the_moving_statistics():
    """r and d unclipped: the output is (x - renorm_mean) / renorm_stddev, as inference would compute it."""
    layer = layers.BatchNormalization(renorm=True, epsilon=1e-6)
    x = batch(40, 2)
    layer.build(x.shape)
    before = layer.renorm_mean.numpy(), layer.renorm_stddev.numpy()
    y = layer(x, training=True).numpy()
    np.testing.assert_allclose(y, (x - before[0]) / before[1], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(layer.renorm_mean.numpy(), 0.01 * x.mean(0), rtol=1e-4)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"synchronized": True}, "synchronized=True is not available"),
        ({"renorm": True, "renorm_clipping": {"a": 1}}, "the keys of renorm_clipping are"),
        ({"renorm": True, "renorm_clipping": {"rmax": 1, "rmin": 2}}, "rmin up to rmax"),
        ({"renorm": True, "renorm_clipping": {"dmax": -1}}, "dmax of at least 0"),
    ],
)
def test_arguments_of_batch_normalization(kwargs, message):
    with pytest.raises(ValueError, match=message):
        layers.BatchNormalization(**kwargs)


def test_axes_of_batch_normalization():
    with pytest.raises(TypeError, match=r"axis must be an integer, received \[1\]"):
        layers.BatchNormalization(axis=[1])
    with pytest.raises(ValueError, match="axis=4 does not exist in inputs of shape"):
        layers.BatchNormalization(axis=4)(batch(2, 3))
    with pytest.raises(ValueError, match="needs to know the size of axis -1"):
        layers.BatchNormalization()(Input((None,)))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 4, 3)])
def test_a_mask_that_does_not_fit(shape):
    layer = layers.BatchNormalization()
    with pytest.raises(
        ValueError, match=r"the mask must have the shape of the inputs without the last axis, \(2, 4\)"
    ):
        layer(batch(2, 4, 3), mask=np.ones(shape, bool), training=True)


# Each sample by itself


@pytest.mark.parametrize("axis", [-1, 1, [1, 2], [-1, 1], [2, 3]])
def test_layer_normalization_over_its_axes(axis):
    x = batch(3, 4, 5, 2)
    y = layers.LayerNormalization(axis=axis, epsilon=0.0)(x).numpy()
    axes = tuple(a % 4 for a in (axis if isinstance(axis, list) else [axis]))
    np.testing.assert_allclose(y.mean(axes), 0, atol=1e-5)
    np.testing.assert_allclose(y.var(axes), 1, atol=1e-3)


def test_root_mean_square_is_one():
    y = layers.RMSNormalization(epsilon=0.0)(batch(3, 8)).numpy()
    np.testing.assert_allclose(np.square(y).mean(-1), 1, rtol=1e-5)


def test_an_older_spelling_of_root_mean_square():
    with pytest.warns(DeprecationWarning, match="write RMSNormalization"):
        layer = layers.LayerNormalization(rms_scaling=True, scale=False)
    x = batch(3, 8)
    np.testing.assert_allclose(layer(x).numpy(), x / np.sqrt(x.var(-1, keepdims=True) + 1e-3), rtol=1e-4)
    assert [w.name for w in layer.weights] == ["gamma"]
    assert layer.get_config()["rms_scaling"] is True


@pytest.mark.parametrize("groups", [1, 2, 3, 6, -1])
def test_groups_of_channels(groups):
    x = batch(2, 4, 5, 6)
    y = layers.GroupNormalization(groups, epsilon=0.0)(x).numpy()
    y = y.reshape(2, 20, 6 if groups == -1 else groups, -1)
    np.testing.assert_allclose(y.mean((1, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(y.var((1, 3)), 1, atol=1e-4)


def test_groups_share_their_statistics():
    x = batch(2, 4, 5, 6) * np.arange(1, 7, dtype="float32")
    y = layers.GroupNormalization(2)(x).numpy()
    group = x[..., 3:]
    mean, variance = group.mean((1, 2, 3), keepdims=True), group.var((1, 2, 3), keepdims=True)
    np.testing.assert_allclose(y[..., 3:], (group - mean) / np.sqrt(variance + 1e-3), rtol=1e-4, atol=1e-5)


def test_groups_along_another_axis():
    x = batch(2, 6, 4, 5)
    last = layers.GroupNormalization(3)(np.moveaxis(x, 1, -1)).numpy()
    np.testing.assert_allclose(
        layers.GroupNormalization(3, axis=1)(x).numpy(), np.moveaxis(last, -1, 1), atol=1e-5
    )


@pytest.mark.parametrize("groups", [0, -2, 1.5, True])
def test_groups_are_a_positive_integer(groups):
    with pytest.raises(ValueError, match="groups must be a positive integer, or -1"):
        layers.GroupNormalization(groups)


def test_groups_divide_the_channels():
    with pytest.raises(ValueError, match="groups=4 must divide the inputs' 6 channels"):
        layers.GroupNormalization(4)(batch(2, 6))


def test_unit_length():
    y = layers.UnitNormalization(axis=[1, 2])(batch(3, 4, 5)).numpy()
    np.testing.assert_allclose(np.square(y).sum((1, 2)), 1, rtol=1e-5)
    np.testing.assert_allclose(
        layers.UnitNormalization()(np.full((1, 4), 1e-9, "float32")).numpy(), 0.5, rtol=1e-5
    )
    assert layers.UnitNormalization()(np.zeros((1, 3), "float32")).tolist() == [[0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    "cls", [layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization]
)
def test_axes_are_integers(cls):
    with pytest.raises(TypeError, match="axis must be an integer or a list of integers, received 'a'"):
        cls(axis="a")


# Spectral normalization


def test_the_spectral_norm_becomes_one():
    layer = layers.SpectralNormalization(layers.Conv2D(6, 3), power_iterations=50)
    layer(batch(2, 8, 8, 3), training=True)
    singular = np.linalg.svd(layer.kernel.numpy().reshape(-1, 6))[1]
    np.testing.assert_allclose(singular[0], 1, rtol=1e-3)
    assert layer.kernel is layer.layer.kernel


def test_without_training_the_kernel_stays():
    layer = layers.SpectralNormalization(layers.Dense(3))
    layer(batch(2, 4))
    before = layer.get_weights()
    layer(batch(2, 4), training=False)
    for a, b in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_kernel_of_zeros_stays():
    layer = layers.SpectralNormalization(layers.Dense(3, kernel_initializer="zeros"))
    assert not layer(batch(2, 4), training=True).numpy().any()


def test_embeddings_are_normalized_too():
    layer = layers.SpectralNormalization(layers.Embedding(5, 3), power_iterations=50)
    layer.build((None, 2))
    layer(Tensor(np.array([[0, 1]], "int32")), training=True)
    np.testing.assert_allclose(np.linalg.svd(layer.kernel.numpy())[1][0], 1, rtol=1e-3)


def test_a_layer_without_kernel():
    with pytest.raises(
        ValueError, match="SpectralNormalization 's': ReLU 'r' has neither kernel nor embeddings"
    ):
        layers.SpectralNormalization(layers.ReLU(name="r"), name="s").build((None, 3))
    with pytest.raises(ValueError, match="power_iterations must be a positive integer"):
        layers.SpectralNormalization(layers.Dense(3), power_iterations=0)
