"""batch_norm, layer_norm and their gradients."""

import numpy as np
import pytest
from kernel_checks import awkward, check_gradients, close, numbers, wide

from minikeras.kernels import reference

SHAPES = [(2, 1), (33, 7), (32, 16), (5, 17), (300, 40), (2, 5, 6, 3), (3, 4, 4, 33)]
EPSILON = 1e-3


def naive_batch(x, gamma, beta):
    axes = tuple(range(x.ndim - 1))
    return (x - x.mean(axes)) / np.sqrt(x.var(axes) + EPSILON) * gamma + beta


def naive_layer(x, gamma, beta):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON) * gamma + beta


def inputs(shape):
    x = numbers(*shape) * 2 + 3
    return x, numbers(shape[-1], seed=1), numbers(shape[-1], seed=2), numbers(*shape, seed=3)


@pytest.mark.parametrize("shape", SHAPES)
def test_batch(kernels, shape):
    x, gamma, beta, dy = inputs(shape)
    y, mean, variance, inverse = kernels.batch_norm(x, gamma, beta, EPSILON)
    close(y, naive_batch(*wide(x, gamma, beta)), 1e-5)
    axes = tuple(range(x.ndim - 1))
    close(mean, x.mean(axes, dtype=np.float64), 4e-6)
    close(variance, x.var(axes, dtype=np.float64), 1e-5)
    close(inverse, 1 / np.sqrt(x.var(axes, dtype=np.float64) + EPSILON), 1e-5)
    close(kernels.batch_norm(x, None, None, EPSILON)[0], naive_batch(*wide(x), 1, 0), 1e-5)
    _, mean64, _, inverse64 = reference.batch_norm(*wide(x, gamma, beta), EPSILON)
    for scale in (gamma, None):
        expected = reference.batch_norm_gradient(*wide(dy, x, scale), mean64, inverse64, (True,) * 3)
        received = kernels.batch_norm_gradient(dy, x, scale, mean, inverse, (True,) * 3)
        for value, goal in zip(received, expected, strict=True):
            close(value, goal, 2e-5)
    into = (np.empty_like(x), None, np.empty_like(beta))
    dx, dgamma, dbeta = kernels.batch_norm_gradient(dy, x, gamma, mean, inverse, into)
    assert dx is into[0]
    assert dgamma is None
    assert dbeta is into[2]


@pytest.mark.parametrize("shape", [*SHAPES, (4, 100), (3, 129)])
def test_layer(kernels, shape):
    x, gamma, beta, dy = inputs(shape)
    y, mean, inverse = kernels.layer_norm(x, gamma, beta, EPSILON)
    close(y, naive_layer(*wide(x, gamma, beta)), 1e-5)
    assert mean.shape == inverse.shape == (*shape[:-1], 1)
    close(kernels.layer_norm(x, None, None, EPSILON)[0], naive_layer(*wide(x), 1, 0), 1e-5)
    _, mean64, inverse64 = reference.layer_norm(*wide(x, gamma, beta), EPSILON)
    for scale in (gamma, None):
        expected = reference.layer_norm_gradient(*wide(dy, x, scale), mean64, inverse64, (True,) * 3)
        received = kernels.layer_norm_gradient(dy, x, scale, mean, inverse, (True,) * 3)
        for value, goal in zip(received, expected, strict=True):
            close(value, goal, 2e-5)


@pytest.mark.parametrize(("naive", "name"), [(naive_batch, "batch_norm"), (naive_layer, "layer_norm")])
def test_gradients_against_differences(naive, name):
    x, gamma, beta, dy = wide(*inputs((4, 3, 5)))
    results = getattr(reference, name)(x, gamma, beta, EPSILON)
    gradients = getattr(reference, f"{name}_gradient")(dy, x, gamma, results[1], results[-1], (True,) * 3)
    check_gradients(naive, (x, gamma, beta), gradients, dy, 1e-5)


def test_constant_channels(kernels):
    x = np.full((8, 3), 5, np.float32)
    y, _, variance, _ = kernels.batch_norm(x, None, None, EPSILON)
    np.testing.assert_array_equal(y, np.zeros((8, 3)))
    np.testing.assert_array_equal(variance, np.zeros(3))


def test_a_large_mean_keeps_its_digits(kernels):
    x = numbers(4096, 3) + np.float32(1000)
    _, _, variance, _ = kernels.batch_norm(x, None, None, EPSILON)
    close(variance, x.astype(np.float64).var(0), 1e-3)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions(kernels, dtype):
    x, gamma, beta, dy = (a.astype(dtype) for a in inputs((6, 5)))
    y, mean, _, inverse = kernels.batch_norm(x, gamma, beta, EPSILON)
    assert y.dtype == dtype
    assert kernels.batch_norm_gradient(dy, x, gamma, mean, inverse, (True,) * 3)[0].dtype == dtype
    y, mean, inverse = kernels.layer_norm(x, gamma, beta, EPSILON)
    assert y.dtype == dtype
    assert kernels.layer_norm_gradient(dy, x, gamma, mean, inverse, (True,) * 3)[0].dtype == dtype


def test_awkward_inputs(kernels):
    x, gamma, beta, dy = inputs((9, 20))
    y, mean, _, inverse = kernels.batch_norm(x, gamma, beta, EPSILON)
    close(kernels.batch_norm(awkward(x), awkward(gamma), awkward(beta), EPSILON)[0], y)
    dx = kernels.batch_norm_gradient(dy, x, gamma, mean, inverse, (True,) * 3)[0]
    odd = kernels.batch_norm_gradient(awkward(dy), awkward(x), gamma, mean, inverse, (True,) * 3)[0]
    close(odd, dx)
    y, mean, inverse = kernels.layer_norm(x, gamma, beta, EPSILON)
    close(kernels.layer_norm(awkward(x), awkward(gamma), awkward(beta), EPSILON)[0], y)


@pytest.mark.parametrize("shape", SHAPES)
def test_batch_inference(kernels, shape):
    x, gamma, beta, _ = inputs(shape)
    mean, variance = numbers(shape[-1], seed=4) + 3, np.abs(numbers(shape[-1], seed=5))
    x64, mean64, variance64 = wide(x, mean, variance)
    normal = (x64 - mean64) / np.sqrt(variance64 + EPSILON)
    before = x.copy()
    close(kernels.batch_norm_inference(x, gamma, beta, mean, variance, EPSILON), normal * gamma + beta, 4e-6)
    close(kernels.batch_norm_inference(x, None, None, mean, variance, EPSILON), normal, 4e-6)
    odd = kernels.batch_norm_inference(*map(awkward, (x, gamma, beta, mean, variance)), EPSILON)
    close(odd, normal * gamma + beta, 4e-6)
    np.testing.assert_array_equal(x, before)
    half = kernels.batch_norm_inference(x.astype(np.float16), None, None, mean, variance, EPSILON)
    assert half.dtype == np.float16
