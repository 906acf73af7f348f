"""max_pool, average_pool and their gradients."""

from itertools import product

import numpy as np
import pytest
from kernel_checks import awkward, check_gradients, close, numbers, wide

from minikeras.kernels import reference

CASES = {
    "halves": ((3, 8, 6, 5), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "halves, odd": ((3, 7, 9, 6), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "halves, odd, padded": ((3, 7, 9, 16), (2, 2), (2, 2), ((0, 1), (0, 1))),
    "halves, one channel": ((3, 8, 37, 1), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "halves, three channels": ((2, 5, 23, 3), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "halves, seven channels": ((2, 4, 10, 7), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "halves, wide": ((2, 6, 6, 40), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "lanes": ((33, 4, 4, 6), (2, 2), (2, 2), ((0, 0), (0, 0))),
    "overlapping": ((2, 9, 8, 17), (3, 3), (2, 2), ((1, 1), (0, 1))),
    "dense windows": ((2, 6, 6, 3), (3, 2), (1, 1), ((1, 1), (0, 1))),
    "apart": ((2, 9, 10, 3), (2, 2), (3, 4), ((0, 0), (0, 0))),
    "one": ((2, 3, 4, 3), (1, 1), (1, 1), ((0, 0), (0, 0))),
    "line": ((3, 11, 4), (3,), (2,), ((1, 1),)),
    "volume": ((2, 4, 5, 6, 3), (2, 2, 2), (2, 1, 2), ((0, 0), (0, 1), (0, 0))),
    "all": ((2, 5, 5, 7), (5, 5), (5, 5), ((0, 0), (0, 0))),
}


def windows(x_shape, size, strides, padding):
    """For each output position, the real input positions of its window in reading order."""
    lengths = x_shape[1:-1]
    outputs = [
        (n + lo + hi - k) // s + 1 for n, k, s, (lo, hi) in zip(lengths, size, strides, padding, strict=True)
    ]
    for position in product(*map(range, outputs)):
        reads = []
        for p, n, k, s, (lo, _) in zip(position, lengths, size, strides, padding, strict=True):
            reads.append([i for i in range(p * s - lo, p * s - lo + k) if 0 <= i < n])
        yield outputs, position, list(product(*reads))


def naive_max(x, size, strides, padding):
    """The pooled array and, for the gradient, a list of (sample, output, channel, input) winners."""
    y, winners = None, []
    for outputs, position, reads in windows(x.shape, size, strides, padding):
        if y is None:
            y = np.empty((len(x), *outputs, x.shape[-1]), x.dtype)
        for n in range(len(x)):
            for c in range(x.shape[-1]):
                best = max(reads, key=lambda read, n=n, c=c: x[(n, *read, c)])
                y[(n, *position, c)] = x[(n, *best, c)]
                winners.append(((n, *position, c), (n, *best, c)))
    return y, winners


def naive_average(x, size, strides, padding):
    y = None
    for outputs, position, reads in windows(x.shape, size, strides, padding):
        if y is None:
            y = np.empty((len(x), *outputs, x.shape[-1]))
        y[(slice(None), *position)] = np.mean([x[(slice(None), *read)] for read in reads], axis=0)
    return y


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_max(kernels, name, ties):
    shape, *geometry = CASES[name]
    x = numbers(*shape)
    if ties:
        x = np.round(x).astype(np.float32)
    expected, pairs = naive_max(x, *geometry)
    y, winners = kernels.max_pool(x, *geometry)
    np.testing.assert_array_equal(y, expected)
    dy = numbers(*y.shape, seed=1)
    goal = np.zeros(shape)
    for output, source in pairs:
        goal[source] += dy[output]
    dx = kernels.max_pool_gradient(dy, winners, shape, *geometry)
    assert dx.dtype == np.float32
    close(dx, goal)


@pytest.mark.parametrize("name", CASES)
def test_average(kernels, name):
    shape, *geometry = CASES[name]
    x = numbers(*shape)
    y = kernels.average_pool(x, *geometry)
    close(y, naive_average(*wide(x), *geometry))
    dy = numbers(*y.shape, seed=1)
    expected = reference.average_pool_gradient(*wide(dy), shape, *geometry)
    close(kernels.average_pool_gradient(dy, shape, *geometry), expected)


@pytest.mark.parametrize("name", CASES)
def test_average_gradient_against_differences(name):
    shape, *geometry = CASES[name]
    (x,) = wide(numbers(*shape))
    y = naive_average(x, *geometry)
    (dy,) = wide(numbers(*y.shape, seed=1))
    dx = reference.average_pool_gradient(dy, shape, *geometry)
    check_gradients(lambda x: naive_average(x, *geometry), (x,), (dx,), dy)


def test_all_negative_windows_ignore_padding(kernels):
    x = -np.ones((1, 3, 3, 1), np.float32)
    y, _ = kernels.max_pool(x, (2, 2), (2, 2), ((0, 1), (0, 1)))
    np.testing.assert_array_equal(y, -np.ones((1, 2, 2, 1)))


@pytest.mark.parametrize("position", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_nan_propagates(kernels, position):
    x = numbers(20, 2, 2, 5)
    x[3, position[0], position[1], 2] = np.nan
    y, _ = kernels.max_pool(x, (2, 2), (2, 2), ((0, 0), (0, 0)))
    assert np.isnan(y[3, 0, 0, 2])
    assert np.isnan(y).sum() == 1


def test_awkward_inputs(kernels):
    x = numbers(3, 6, 6, 5)
    geometry = (2, 2), (2, 2), ((0, 0), (0, 0))
    y, winners = kernels.max_pool(x, *geometry)
    odd, odd_winners = kernels.max_pool(awkward(x), *geometry)
    np.testing.assert_array_equal(y, odd)
    dx = kernels.max_pool_gradient(y, winners, x.shape, *geometry)
    np.testing.assert_array_equal(kernels.max_pool_gradient(awkward(y), odd_winners, x.shape, *geometry), dx)
    y = kernels.average_pool(x, *geometry)
    np.testing.assert_array_equal(kernels.average_pool(awkward(x), *geometry), y)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions(kernels, dtype):
    x = numbers(3, 6, 6, 5, dtype=dtype)
    geometry = (2, 2), (2, 2), ((0, 0), (0, 0))
    y, winners = kernels.max_pool(x, *geometry)
    assert y.dtype == dtype
    assert kernels.max_pool_gradient(y, winners, x.shape, *geometry).dtype == dtype
    assert kernels.average_pool(x, *geometry).dtype == dtype
    assert kernels.average_pool_gradient(y, x.shape, *geometry).dtype == dtype


def test_inputs_are_left_alone(kernels):
    x = numbers(2, 1, 1, 3)
    y, _ = kernels.max_pool(x, (1, 1), (1, 1), ((0, 0), (0, 0)))
    y[...] = 7
    assert not (x == 7).any()
