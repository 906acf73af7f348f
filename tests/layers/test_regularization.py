"""Layers of chance: nothing outside training, the right statistics within."""

import numpy as np
import pytest

from minikeras import Input, layers

ONES = np.ones((200, 300), "float32")


def normal(*shape):
    return np.random.default_rng(5).standard_normal(shape).astype("float32")


@pytest.mark.parametrize(
    "cls", [layers.Dropout, layers.AlphaDropout, layers.GaussianDropout, layers.GaussianNoise]
)
def test_outside_training_the_input_itself_comes_out(cls):
    layer = cls(0.5)
    x = layer(ONES)  # a tensor
    assert layer(x) is x
    assert layer(x, training=False) is x


def test_dropout_keeps_the_mean():
    y = layers.Dropout(0.25, seed=1)(ONES, training=True).numpy()
    np.testing.assert_allclose(np.unique(y), [0.0, 4 / 3], rtol=1e-6)
    assert abs((y == 0).mean() - 0.25) < 0.01


def test_each_call_draws_anew_and_a_seed_repeats_the_run():
    one, other = layers.Dropout(0.5, seed=3), layers.Dropout(0.5, seed=3)
    first, second = one(ONES, training=True).numpy(), one(ONES, training=True).numpy()
    assert (first != second).any()
    np.testing.assert_array_equal(other(ONES, training=True).numpy(), first)
    np.testing.assert_array_equal(other(ONES, training=True).numpy(), second)


def test_probing_a_shape_draws_nothing():
    layer = layers.Dropout(0.5, seed=3)
    before = layer.seed_generator.state.numpy()
    layer(Input((4,)), training=True)
    np.testing.assert_array_equal(layer.seed_generator.state.numpy(), before)


@pytest.mark.parametrize(
    ("layer", "shape", "shared"),
    [
        (layers.Dropout(0.5, noise_shape=(None, 1, None), seed=1), (4, 5, 60), (1,)),
        (layers.SpatialDropout1D(0.5, seed=1), (4, 5, 60), (1,)),
        (layers.SpatialDropout2D(0.5, seed=1), (4, 3, 5, 60), (1, 2)),
        (layers.SpatialDropout2D(0.5, "channels_first", seed=1), (4, 60, 3, 5), (2, 3)),
        (layers.SpatialDropout3D(0.5, seed=1), (4, 2, 3, 2, 60), (1, 2, 3)),
        (layers.SpatialDropout3D(0.5, "channels_first", seed=1), (4, 60, 2, 3, 2), (2, 3, 4)),
    ],
)
def test_whole_channels_are_dropped_together(layer, shape, shared):
    y = layer(np.ones(shape, "float32"), training=True).numpy()
    np.testing.assert_array_equal(y.max(shared), y.min(shared))
    assert 0.3 < (y == 0).mean() < 0.7


def test_gaussian_noise_has_its_deviation():
    noise = layers.GaussianNoise(0.3, seed=1)(ONES, training=True).numpy() - 1
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 0.3) < 0.01


def test_gaussian_dropout_has_the_variance_of_dropout():
    y = layers.GaussianDropout(0.2, seed=1)(ONES, training=True).numpy()
    assert abs(y.mean() - 1) < 0.01
    assert abs(y.var() - 0.2 / 0.8) < 0.01


def test_alpha_dropout_keeps_mean_and_variance():
    y = layers.AlphaDropout(0.3, seed=1)(normal(400, 300), training=True).numpy()
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1) < 0.02
    values, counts = np.unique(y, return_counts=True)
    assert abs(counts.max() / y.size - 0.3) < 0.01
    assert values[counts.argmax()] < -1


def test_everything_may_be_dropped():
    assert not layers.Dropout(1.0)(ONES, training=True).numpy().any()
    assert not layers.AlphaDropout(1.0)(ONES, training=True).numpy().any()


@pytest.mark.parametrize(
    ("cls", "name"),
    [(layers.Dropout, "rate"), (layers.GaussianNoise, "stddev"), (layers.SpatialDropout2D, "rate")],
)
@pytest.mark.parametrize("value", [-0.1, 1.5, "a", None, True])
def test_rates_lie_between_0_and_1(cls, name, value):
    with pytest.raises(
        ValueError, match=f"{cls.__name__} 'd': {name} must be a number between 0 and 1, received"
    ):
        cls(value, name="d")


def test_infinite_noise():
    with pytest.raises(ValueError, match="rate must be less than 1"):
        layers.GaussianDropout(1.0)


@pytest.mark.parametrize("value", [3, "a", (0, 1), (None, 1.5)])
def test_noise_shapes(value):
    with pytest.raises(ValueError, match="noise_shape must be a tuple of positive integers and None"):
        layers.Dropout(0.5, noise_shape=value)


def test_the_penalty_on_activities():
    layer = layers.ActivityRegularization(l1=0.1, l2=0.2)
    layer(np.array([[1.0, -2.0], [3.0, 0.0]], "float32"))
    (loss,) = layer.losses
    np.testing.assert_allclose(float(loss), (0.1 * 6 + 0.2 * 14) / 2, rtol=1e-6)  # the mean over the batch
    assert "activity_regularizer" not in layer.get_config()
