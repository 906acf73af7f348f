"""Derivatives by central differences in float64, and the gradients of the tape beside them."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import GradientTape, Tensor

STEP = 1e-6


def central_differences(function, x):
    """The derivative of a scalar function of an array by each of its elements."""
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += STEP
        below[index] -= STEP
        result[index] = (function(above) - function(below)) / (2 * STEP)
    return result


def weights_for(shape):
    """Upstream gradients that differ from element to element."""
    return np.cos(np.arange(max(int(np.prod(shape)), 1), dtype=np.float64)).reshape(shape) + 1.5


def gradient(function, x):
    """The tape's gradient of the weighted sum of function(x), a float64 array."""
    source = Tensor(x)
    with GradientTape() as tape:
        tape.watch(source)
        y = function(source)
        total = ops.sum(ops.multiply(y, weights_for(y.shape)))
    found = tape.gradient(total, source)
    return np.zeros_like(x) if found is None else found.numpy()


def assert_gradient(function, x, rtol=1e-6, atol=1e-8):
    """Hold the tape's gradient of a function of a float64 array against central differences."""

    def total(value):
        y = function(Tensor(value)).numpy()
        return float((y * weights_for(y.shape)).sum())

    np.testing.assert_allclose(gradient(function, x), central_differences(total, x), rtol=rtol, atol=atol)


def assert_second_gradient(function, x, rtol=1e-5, atol=1e-7):
    """Hold the gradient of Σ(gradient · weights) against central differences of the first gradient."""

    def first(value):
        g = gradient(function, value)
        return float((g * weights_for(g.shape)).sum())

    source = Tensor(x)
    with GradientTape() as outer:
        outer.watch(source)
        with GradientTape() as inner:
            inner.watch(source)
            y = function(source)
            total = ops.sum(ops.multiply(y, weights_for(y.shape)))
        g = inner.gradient(total, source)
        total = ops.sum(ops.multiply(g, weights_for(x.shape)))
    found = outer.gradient(total, source)
    found = np.zeros_like(x) if found is None else found.numpy()
    np.testing.assert_allclose(found, central_differences(first, x), rtol=rtol, atol=atol)
