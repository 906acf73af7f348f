"""`out`: results written into what an earlier call returned."""

import numpy as np
import pytest
from kernel_checks import numbers

PLAIN = ((1, 1), ((0, 0), (0, 0)), (1, 1), 1)
HALVES = ((2, 2), (2, 2), ((0, 0), (0, 0)))


def calls(kernels, seed):
    """(name, positional arguments) of every kernel that takes `out`."""

    def random(*shape):
        return numbers(*shape, seed=seed)

    images, pooled = random(3, 6, 6, 5), random(3, 3, 3, 5)
    winners = kernels.max_pool(images, *HALVES)[1]
    rows, target = random(7, 9), np.abs(random(7, 9)) / np.float32(9)
    share = kernels.softmax(rows)
    labels, dloss, column = np.arange(7) + seed, random(7), random(5)
    mask = np.random.default_rng(seed).random((3, 4)) < 0.7
    sequence, state = random(3, 4, 2), random(3, 6)
    return [
        ("dense", (rows, random(9, 4), random(4), "tanh")),
        ("conv", (images, random(3, 3, 5, 4), None, *PLAIN, "relu")),
        ("conv_input_gradient", (random(3, 4, 4, 4), random(3, 3, 5, 4), images.shape, *PLAIN)),
        ("max_pool", (images, *HALVES)),
        ("max_pool_gradient", (pooled, winners, images.shape, *HALVES)),
        ("average_pool", (images, *HALVES)),
        ("average_pool_gradient", (pooled, images.shape, *HALVES)),
        ("softmax", (rows,)),
        ("softmax_gradient", (rows, share)),
        ("log_softmax", (rows,)),
        ("log_softmax_gradient", (rows, rows)),
        ("crossentropy", (target, share, False, 1e-7)),
        ("crossentropy_gradient", (dloss, target, share, False, 1e-7)),
        ("sparse_crossentropy", (labels, share, False, 1e-7)),
        ("sparse_crossentropy_gradient", (dloss, labels, rows, True, 1e-7)),
        ("binary_crossentropy", (target, share, False, 1e-7)),
        ("binary_crossentropy_gradient", (rows, target, share, True, 1e-7)),
        ("batch_norm", (images, column, column, 1e-3)),
        ("layer_norm", (images, column, column, 1e-3)),
        ("dropout", (rows, 0.3, 1, seed)),
        ("lstm", (sequence, random(2, 24), random(6, 24), random(24), state, state, mask)),
        ("gru", (sequence, random(2, 18), random(6, 18), random(2, 18), state, mask)),
        ("gru", (sequence, random(2, 18), random(6, 18), None, state, None, "tanh", "sigmoid", False)),
        ("simple_rnn", (sequence, random(2, 6), random(6, 6), None, state, mask)),
    ]


def arrays(results):
    if isinstance(results, np.ndarray):
        return [results]
    return [array for part in results for array in arrays(part)] if isinstance(results, tuple) else []


def test_results_go_where_earlier_ones_were(kernels):
    for (name, first), (_, second) in zip(calls(kernels, 0), calls(kernels, 1), strict=True):
        kernel = getattr(kernels, name)
        expected = [array.copy() for array in arrays(kernel(*second))]
        earlier = kernel(*first)
        received = kernel(*second, out=earlier)
        places, values = arrays(earlier), arrays(received)
        assert len(places) == len(values) == len(expected) > 0, name
        for place, value, goal in zip(places, values, expected, strict=True):
            assert value is place, name
            np.testing.assert_array_equal(value, goal)


@pytest.mark.parametrize("spoiled", ["shape", "dtype", "strides", "read-only", "kind"])
def test_what_does_not_fit_is_left_alone(kernels, spoiled):
    x = numbers(7, 9)
    expected = kernels.softmax(x)
    out = {
        "shape": np.zeros((9, 7), np.float32),
        "dtype": np.zeros((7, 9)),
        "strides": np.zeros((7, 9, 2), np.float32)[..., 0],
        "read-only": np.zeros((7, 9), np.float32),
        "kind": (1, 2),
    }[spoiled]
    if spoiled == "read-only":
        out.flags.writeable = False
    np.testing.assert_array_equal(kernels.softmax(x, out=out), expected)
    if spoiled in ("shape", "dtype", "read-only"):
        assert not out.any()
    y, scale = kernels.dropout(x, 0.5, 1, 2, out=out)
    np.testing.assert_array_equal(y, x * scale)
