"""The optimizer updates, against the formulas in float64."""

import numpy as np
import pytest
from kernel_checks import close, numbers, wide

SIZES = [1, 3, 15, 16, 17, 33, 1000, 40_001]


def slots(size, count):
    """Slots as training leaves them; the first is at least the square of any other (RMSprop takes v - avg^2)."""
    values = [np.abs(numbers(size, seed=10 + index)) * np.float32(0.1) for index in range(count)]
    return [values[0] + np.float32(0.5), *values[1:]] if values else values


def run(kernel, size, count, *arguments, **named):
    """Call a kernel twice on (w, g, slots...): the float32 arrays after it."""
    w, g = numbers(size), numbers(size, seed=1)
    held = slots(size, count)
    before = g.copy()
    g.flags.writeable = False
    kernel(w, g, *held, *arguments, **named)
    np.testing.assert_array_equal(g, before)
    return w, *held


@pytest.mark.parametrize("size", SIZES)
def test_sgd(kernels, size):
    (w,) = run(kernels.sgd, size, 0, 0.1)
    close(w, numbers(size).astype(np.float64) - 0.1 * numbers(size, seed=1))


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_momentum(kernels, size, nesterov):
    received = run(kernels.momentum, size, 1, 0.1, 0.9, nesterov)
    w, g, v = wide(numbers(size), numbers(size, seed=1), *slots(size, 1))
    v = 0.9 * v - 0.1 * g
    w = w + (0.9 * v - 0.1 * g if nesterov else v)
    close(received[0], w)
    close(received[1], v)


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("step", [1, 10, 100_000])
@pytest.mark.parametrize("size", SIZES)
def test_adam(kernels, size, step, amsgrad):
    received = run(
        lambda w, g, m, v, vhat: kernels.adam(
            w, g, m, v, 0.01, 0.9, 0.999, 1e-7, step, vhat if amsgrad else None
        ),
        size,
        3,
    )
    w, g, m, v, vhat = wide(numbers(size), numbers(size, seed=1), *slots(size, 3))
    m = m + 0.1 * (g - m)
    v = v + 0.001 * (g * g - v)
    vhat = np.maximum(vhat, v) if amsgrad else vhat
    alpha = 0.01 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    w = w - alpha * m / (np.sqrt(vhat if amsgrad else v) + 1e-7)
    for value, goal in zip(received, (w, m, v, vhat), strict=True):
        close(value, goal, 2e-5)


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("size", SIZES)
def test_rmsprop(kernels, size, momentum, centered):
    received = run(
        lambda w, g, v, mom, avg: kernels.rmsprop(
            w, g, v, 0.01, 0.9, 1e-7, momentum, mom if momentum else None, avg if centered else None
        ),
        size,
        3,
    )
    w, g, v, mom, avg = wide(numbers(size), numbers(size, seed=1), *slots(size, 3))
    v = 0.9 * v + 0.1 * g * g
    avg = 0.9 * avg + 0.1 * g if centered else avg
    update = 0.01 * g / np.sqrt(v - avg * avg + 1e-7 if centered else v + 1e-7)
    mom = momentum * mom + update if momentum else mom
    w = w - (mom if momentum else update)
    for value, goal in zip(received, (w, v, mom, avg), strict=True):
        close(value, goal, 2e-5)


@pytest.mark.parametrize("size", SIZES)
def test_adagrad(kernels, size):
    received = run(kernels.adagrad, size, 1, 0.01, 1e-7)
    w, g, a = wide(numbers(size), numbers(size, seed=1), *slots(size, 1))
    a = a + g * g
    close(received[1], a)
    close(received[0], w - 0.01 * g / np.sqrt(a + 1e-7))


@pytest.mark.parametrize("size", SIZES)
def test_adadelta(kernels, size):
    received = run(kernels.adadelta, size, 2, 0.5, 0.9, 1e-7)
    w, g, a, d = wide(numbers(size), numbers(size, seed=1), *slots(size, 2))
    a = 0.9 * a + 0.1 * g * g
    delta = -g * np.sqrt(d + 1e-7) / np.sqrt(a + 1e-7)
    d = 0.9 * d + 0.1 * delta * delta
    for value, goal in zip(received, (w + 0.5 * delta, a, d), strict=True):
        close(value, goal, 4e-6)


@pytest.mark.parametrize("size", [*SIZES, 300_001])
def test_squared_norm(kernels, size):
    g = numbers(size)
    norm = kernels.squared_norm(g)
    assert isinstance(norm, float)
    assert norm == pytest.approx(float((g.astype(np.float64) ** 2).sum()), rel=1e-5)


def test_views_are_updated_in_place(kernels):
    arena = np.ones(100, np.float32)
    kernels.sgd(arena[3:50], np.ones(47, np.float32), 0.25)
    assert (arena[3:50] == 0.75).all()
    assert (arena[:3] == 1).all()
    assert (arena[50:] == 1).all()
    kernels.sgd(arena[::2], np.ones(50, np.float32), 1.0)
    assert (arena[52::2] == 0).all()
    assert (arena[51::2] == 1).all()


def test_float64(kernels):
    w, g, m, v = wide(numbers(20), numbers(20, seed=1), np.zeros(20), np.zeros(20))
    expected = w - 0.01 * np.sign(g)
    kernels.adam(w, g, m, v, 0.01, 0.9, 0.999, 0.0, 1)
    np.testing.assert_allclose(w, expected, rtol=1e-12)


UPDATES = {
    "sgd": (0, (0.01,)),
    "momentum": (1, (0.01, 0.9, True)),
    "adam": (2, (1e-3, 0.9, 0.999, 1e-7, 3)),
    "rmsprop": (1, (1e-3, 0.9, 1e-7)),
    "adagrad": (1, (1e-3, 1e-7)),
    "adadelta": (2, (1e-3, 0.95, 1e-7)),
}


@pytest.mark.parametrize("name", UPDATES)
def test_a_weight_does_not_depend_on_its_place(kernels, name):
    count, arguments = UPDATES[name]
    whole = [np.abs(numbers(1000, seed=index)) for index in range(2 + count)]
    pieces = [array.copy() for array in whole]
    random = np.random.default_rng(0)
    for _ in range(3):
        getattr(kernels, name)(*whole, *arguments)
        start = 0
        while start < 1000:
            end = start + int(random.integers(1, 41))
            getattr(kernels, name)(*[piece[start:end] for piece in pieces], *arguments)
            start = end
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one, other)
