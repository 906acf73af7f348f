"""Comparisons shared by the kernel tests: with float64, with central differences, and against changed inputs."""

import numpy as np


def numbers(*shape, seed=0, low=None, dtype=np.float32):
    """Normal numbers, the same for the same arguments; at least `low` in magnitude when given (away from kinks)."""
    values = np.random.default_rng([seed, *shape]).standard_normal(shape)
    if low is not None:
        values += np.where(values >= 0, low, -low)
    return values.astype(dtype)


def wide(*arrays):
    return tuple(None if array is None else np.asarray(array, np.float64) for array in arrays)


def close(received, expected, tolerance=2e-6, terms=1):
    """Equal up to a tolerance relative to the largest magnitude, growing with the root of the terms summed."""
    received, expected = np.asarray(received), np.asarray(expected)
    assert received.shape == expected.shape
    bound = tolerance * np.sqrt(terms) * max(1.0, np.abs(expected).max(initial=0))
    np.testing.assert_allclose(received, expected, rtol=0, atol=bound)


def directional(function, x, direction, step=1e-6):
    """The derivative of a scalar function of an array along a direction, by central differences in float64."""
    return (function(x + step * direction) - function(x - step * direction)) / (2 * step)


def check_gradients(function, inputs, gradients, dy, tolerance=1e-6):
    """Hold float64 gradients against central differences of sum(function(*inputs) dy), each input in turn."""
    for index, gradient in enumerate(gradients):
        if gradient is None:
            continue
        for seed in range(3):
            direction = np.random.default_rng(seed).standard_normal(inputs[index].shape)

            def objective(value, index=index):
                return float((function(*inputs[:index], value, *inputs[index + 1 :]) * dy).sum())

            expected = directional(objective, inputs[index], direction)
            received = float((gradient * direction).sum())
            assert abs(received - expected) <= tolerance * max(1.0, abs(expected)), (
                index,
                received,
                expected,
            )


def awkward(array):
    """The same values, read-only and with a stride between elements of the last axis."""
    spread = np.zeros((*array.shape[:-1], array.shape[-1] * 2), array.dtype)
    spread[..., ::2] = array
    view = spread[..., ::2]
    view.flags.writeable = False
    return view
