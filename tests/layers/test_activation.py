"""Activations that are layers: values and refusals."""

import numpy as np
import pytest

from minikeras import Input, layers
from minikeras.autodiff import Tensor


def test_the_bounds_of_relu():
    x = [-2.0, 0.25, 0.75, 3.0]
    found = layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.5)(x).numpy()
    np.testing.assert_allclose(found, [-0.25, -0.025, 0.75, 2.0], rtol=1e-6)


@pytest.mark.parametrize(
    ("cls", "kwargs"),
    [
        (layers.ReLU, {"max_value": -1.0}),
        (layers.ReLU, {"negative_slope": None}),
        (layers.ReLU, {"threshold": -0.5}),
        (layers.LeakyReLU, {"negative_slope": -0.1}),
    ],
)
def test_settings_are_not_negative(cls, kwargs):
    with pytest.raises(ValueError, match=f"{next(iter(kwargs))} must be a number of at least 0, received"):
        cls(**kwargs)


def test_an_older_spelling_of_leaky_relu():
    with pytest.warns(DeprecationWarning, match=r"write LeakyReLU\(negative_slope="):
        layer = layers.LeakyReLU(alpha=0.2)
    assert layer.negative_slope == 0.2


def test_the_slopes_of_prelu():
    layer = layers.PReLU(shared_axes=[1])
    layer.build((None, 3, 2))
    layer.set_weights([np.array([[0.5, 2.0]], "float32")])
    y = layer(np.array([[[-1, -1], [2, 2], [-4, 0]]], "float32")).numpy()
    assert y.tolist() == [[[-0.5, -2.0], [2.0, 2.0], [-2.0, 0.0]]]


def test_prelu_refuses_sizes_it_was_not_built_on():
    layer = layers.PReLU(shared_axes=[1])
    layer(np.zeros((2, 3, 4), "float32"))
    layer(np.zeros((2, 7, 4), "float32"))
    with pytest.raises(ValueError, match="PReLU"):
        layer(np.zeros((2, 3, 5), "float32"))
    with pytest.raises(ValueError, match="shared_axes must lie between 1 and 2"):
        layers.PReLU(shared_axes=[3])(Input((3, 4)))


def test_softmax_gives_nothing_to_the_masked():
    x = np.array([[1.0, 2.0, 3.0]], "float32")
    y = layers.Softmax()(x, mask=np.array([[True, True, False]])).numpy()
    np.testing.assert_allclose(y[0, :2], np.exp([1, 2]) / np.exp([1, 2]).sum(), rtol=1e-5)
    assert y[0, 2] == 0.0
    assert not layers.Softmax()(x, mask=np.zeros((1, 3), bool)).numpy().any()


def test_softmax_over_several_axes():
    y = layers.Softmax(axis=[1, 2])(np.random.default_rng(0).random((2, 3, 4)).astype("float32")).numpy()
    np.testing.assert_allclose(y.sum((1, 2)), 1, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4, 1), (4, 4)])
def test_masks_broadcast_to_the_inputs(shape):
    with pytest.raises(ValueError, match="the mask must broadcast to the inputs' shape"):
        layers.Softmax()(Tensor(np.zeros((2, 3, 4), "float32")), mask=np.ones(shape, bool))
