"""The mean of losses, penalties on weights and hits of a classifier, with their gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_checks import awkward, check_gradients, close, numbers, wide

SHAPES = [(1,), (3,), (4,), (5,), (33,), (2, 3), (7, 40), (3, 1, 17), (100, 101)]


@pytest.mark.parametrize("shape", SHAPES)
def test_mean(kernels, shape):
    x, dy = numbers(*shape), np.float32(0.7)
    close(kernels.mean(x), wide(x)[0].mean())
    assert kernels.mean(x).shape == ()
    close(kernels.mean(awkward(x)), wide(x)[0].mean())
    gradient = kernels.mean_gradient(np.asarray(dy), x)
    assert gradient.dtype == np.float32
    close(gradient, np.full(shape, 0.7 / x.size))


@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.01), (0.3, 0.0), (0.5, 0.25), (0.0, 0.0)])
@pytest.mark.parametrize("shape", SHAPES)
def test_penalty(kernels, shape, l1, l2):
    x = numbers(*shape)
    x.flat[0] = 0  # where |x| has no slope
    (x64,) = wide(x)
    close(kernels.penalty(x, l1, l2), l1 * np.abs(x64).sum() + l2 * (x64**2).sum(), tolerance=4e-6)
    expected = 2 * (l1 * np.sign(x64) + 2 * l2 * x64)
    dy = np.asarray(np.float32(2))
    close(kernels.penalty_gradient(dy, x, l1, l2), expected)
    close(kernels.penalty_gradient(dy, awkward(x), l1, l2), expected)
    into = np.empty_like(x)
    assert kernels.penalty_gradient(dy, x, l1, l2, into) is into
    close(into, expected)


def test_gradients_against_differences(kernels):
    (x,) = wide(numbers(4, 5))
    dy = np.asarray(1.0)
    check_gradients(
        lambda x: kernels.penalty(x, 0.3, 0.2), (x,), (kernels.penalty_gradient(dy, x, 0.3, 0.2),), dy
    )
    check_gradients(kernels.mean, (x,), (kernels.mean_gradient(dy, x),), dy)


@pytest.mark.parametrize("labels_in", [np.int64, np.int32, np.float32])
@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (32, 10), (33, 7), (2, 5, 4)])
def test_hits(kernels, shape, labels_in):
    y = numbers(*shape)
    labels = np.random.default_rng(0).integers(0, shape[-1], shape[:-1]).astype(labels_in)
    assert kernels.hits(labels, y) == np.sum(labels == y.argmax(-1))
    assert kernels.hits(labels, awkward(y)) == np.sum(labels == y.argmax(-1))


def test_hits_with_ties_and_nan_are_those_of_argmax(kernels):
    y = np.array([[1, 1, 0], [0, np.nan, 2], [np.nan, np.nan, 3], [-np.inf, -np.inf, -np.inf]], np.float32)
    for labels in ([0, 1, 0, 0], [1, 2, 1, 2], [0, 2, 2, 1]):
        assert kernels.hits(np.array(labels), y) == np.sum(np.array(labels) == y.argmax(-1))


@settings(max_examples=50, deadline=None)
@given(size=st.integers(1, 200), scale=st.sampled_from([1e-20, 1.0, 1e18]), seed=st.integers(0, 99))
def test_sums_do_not_depend_on_the_length(size, scale, seed):
    from minikeras import kernels

    x = (np.random.default_rng(seed).normal(size=size) * scale).astype(np.float32)
    np.testing.assert_allclose(kernels.mean(x), x.astype(np.float64).mean(), rtol=1e-5, atol=scale * 1e-6)
