"""Every size from 1 to 40, around the edges of vectors, tiles and blocks, in one axis after the other."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_checks import close, numbers, wide

from minikeras.kernels import reference

SIZES = range(1, 41)
BATCHES = [1, 7, 33]
ANY = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def dense_agrees(kernels, n, k, m):
    x, w, b, dy = numbers(n, k), numbers(k, m, seed=1), numbers(m, seed=2), numbers(n, m, seed=3)
    close(kernels.dense(x, w, b, "relu"), np.maximum(x.astype(float) @ w + b, 0), terms=k)
    dx, dw, db = kernels.dense_gradient(dy, x, w, None, None, (True,) * 3)
    close(dx, dy.astype(float) @ w.T, terms=m)
    close(dw, x.T.astype(float) @ dy, terms=n)
    close(db, dy.sum(0, dtype=float), terms=n)


@pytest.mark.parametrize("n", BATCHES)
def test_dense(kernels, n):
    for size in SIZES:
        dense_agrees(kernels, n, size, 33)
        dense_agrees(kernels, n, 9, size)
        dense_agrees(kernels, size, 5, 17)


@pytest.mark.parametrize("rows", [83, 84, 85, 97])
def test_blocked_products(kernels, rows):
    for depth in (63, 64, 65, 383, 384, 385):
        dense_agrees(kernels, rows, depth, 64 + rows % 4)


def convolution_agrees(kernels, x_shape, w_shape, strides=(1, 1), padding=((1, 1), (1, 1)), groups=1):
    geometry = strides, padding, (1, 1), groups
    x, w, b = numbers(*x_shape), numbers(*w_shape, seed=1), numbers(w_shape[-1], seed=2)
    y = reference.conv(*wide(x, w, b), *geometry)
    close(kernels.conv(x, w, b, *geometry), y, terms=np.prod(w_shape[:-1]))
    dy = numbers(*y.shape, seed=3)
    expected = reference.conv_gradient(*wide(dy, x, w, y), *geometry, None, (True,) * 3)
    received = kernels.conv_gradient(dy, x, w, None, *geometry, None, (True,) * 3)
    for value, goal in zip(received, expected, strict=True):
        close(value, goal, terms=max(dy.size // dy.shape[-1], w.size // w_shape[-2]))


@pytest.mark.parametrize("n", BATCHES)
def test_convolution(kernels, n):
    for size in SIZES:
        convolution_agrees(kernels, (n, 4, 5, size), (3, 3, size, 5))
        convolution_agrees(kernels, (n, 4, 5, 3), (3, 2, 3, size))
        convolution_agrees(kernels, (n, 3, size, 4), (3, 3, 4, 6))
        convolution_agrees(kernels, (n, 5, size + 1, 4), (3, 3, 4, 6), strides=(2, 2))
        convolution_agrees(kernels, (n, 3, size, size), (3, 3, 1, size), groups=size)
    convolution_agrees(kernels, (n, 12, 12, 6), (5, 5, 6, 16), padding=((0, 0), (0, 0)))


@pytest.mark.parametrize("n", BATCHES)
def test_pooling(kernels, n):
    edges = ((0, 0), (0, 0))
    for size in SIZES:
        for shape in ((n, 4, 6, size), (n, 5, size + 1, 3)):
            x = numbers(*shape)
            y, winners = kernels.max_pool(x, (2, 2), (2, 2), edges)
            goal, chosen = reference.max_pool(x, (2, 2), (2, 2), edges)
            np.testing.assert_array_equal(y, goal)
            dx = kernels.max_pool_gradient(goal, winners, shape, (2, 2), (2, 2), edges)
            np.testing.assert_array_equal(
                dx, reference.max_pool_gradient(goal, chosen, shape, (2, 2), (2, 2), edges)
            )
            average = kernels.average_pool(x, (2, 2), (2, 2), edges)
            close(average, reference.average_pool(*wide(x), (2, 2), (2, 2), edges))


@pytest.mark.parametrize("n", BATCHES)
def test_rows(kernels, n):
    for size in SIZES:
        x, gamma, beta = numbers(n, size), numbers(size, seed=1), numbers(size, seed=2)
        dy = numbers(n, size, seed=3)
        x64, gamma64, beta64, dy64 = wide(x, gamma, beta, dy)
        close(kernels.softmax(x), reference.softmax(x64), 4e-6)
        close(kernels.log_softmax(x), reference.log_softmax(x64), 4e-6)
        close(
            kernels.layer_norm(x, gamma, beta, 1e-3)[0],
            reference.layer_norm(x64, gamma64, beta64, 1e-3)[0],
            1e-5,
        )
        received = kernels.batch_norm(x, gamma, beta, 1e-3)
        expected = reference.batch_norm(x64, gamma64, beta64, 1e-3)
        for value, goal in zip(received, expected, strict=True):
            close(value, goal, 1e-5)
        gradient = kernels.batch_norm_gradient(dy, x, gamma, *received[1::2], (True,) * 3)
        goals = reference.batch_norm_gradient(dy64, x64, gamma64, *expected[1::2], (True,) * 3)
        for value, goal in zip(gradient, goals, strict=True):
            close(value, goal, 4e-5)
        np.testing.assert_array_equal(
            kernels.dropout(x, 0.4, 3, size)[0], reference.dropout(x, 0.4, 3, size)[0]
        )


def recurrent_agrees(kernels, n, t, k, units, reset_after):
    mask = np.random.default_rng(n).random((n, t)) < 0.7
    x, dy = numbers(n, t, k), numbers(n, t, units, seed=9)
    h, c = numbers(n, units, seed=4), numbers(n, units, seed=5)
    for name, gates, bias in (
        ("lstm", 4, (4 * units,)),
        ("gru", 3, (2, 3 * units) if reset_after else (3 * units,)),
    ):
        w = numbers(k, gates * units, seed=1) * np.float32(k**-0.5)
        u = numbers(units, gates * units, seed=2) * np.float32(units**-0.5)
        inputs = x, w, u, numbers(*bias, seed=3)
        states = (h, c) if name == "lstm" else (h,)
        more = (
            (mask, "tanh", "sigmoid", False)
            if name == "lstm"
            else (mask, "tanh", "sigmoid", reset_after, False)
        )
        *received, saved = getattr(kernels, name)(*inputs, *states, *more)
        *expected, saved64 = getattr(reference, name)(*wide(*inputs), *wide(*states), *more)
        upstream = (None,) * len(states)
        into = (True,) * (4 + len(states))
        received += getattr(kernels, f"{name}_gradient")(dy, *upstream, *inputs, saved, into)
        goals = getattr(reference, f"{name}_gradient")(*wide(dy), *upstream, *wide(*inputs), saved64, into)
        for value, goal in zip(received, (*expected, *goals), strict=True):
            close(value, goal, 6e-6, terms=n * t)


@pytest.mark.parametrize("n", BATCHES)
def test_recurrent(kernels, n):
    for size in SIZES:
        recurrent_agrees(kernels, n, 3, 4, size, size % 2 == 0)
        recurrent_agrees(kernels, n, 2, size, 5, size % 2 == 1)
    recurrent_agrees(kernels, n, 40, 3, 6, True)


@ANY
@given(st.integers(1, 60), st.integers(1, 20), st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_any_sequence(kernels, n, t, k, units, reset_after):
    recurrent_agrees(kernels, n, t, k, units, reset_after)


@ANY
@given(st.integers(1, 120), st.integers(1, 450), st.integers(1, 100))
def test_any_product(kernels, n, k, m):
    dense_agrees(kernels, n, k, m)


@ANY
@given(st.data())
def test_any_pool(kernels, data):
    small = st.integers(1, 4)
    size, strides = (data.draw(st.tuples(small, small)) for _ in range(2))
    padding = tuple((data.draw(st.integers(0, k - 1)), data.draw(st.integers(0, k - 1))) for k in size)
    spatial = tuple(data.draw(st.integers(k, k + 9)) for k in size)
    x = numbers(data.draw(st.sampled_from([1, 2, 7, 17])), *spatial, data.draw(st.integers(1, 40)))
    y, winners = kernels.max_pool(x, size, strides, padding)
    goal, chosen = reference.max_pool(x, size, strides, padding)
    np.testing.assert_array_equal(y, goal)
    close(
        kernels.max_pool_gradient(goal, winners, x.shape, size, strides, padding),
        reference.max_pool_gradient(goal, chosen, x.shape, size, strides, padding),
    )
    average = kernels.average_pool(x, size, strides, padding)
    close(average, reference.average_pool(x, size, strides, padding))
    close(
        kernels.average_pool_gradient(goal, x.shape, size, strides, padding),
        reference.average_pool_gradient(goal, x.shape, size, strides, padding),
    )
