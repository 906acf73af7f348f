"""dense and dense_gradient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_checks import awkward, check_gradients, close, numbers, wide

from minikeras.kernels import reference

ACTIVATIONS = [None, "relu", "sigmoid", "tanh"]
EDGES = [
    (1, 1, 1),
    (7, 5, 3),
    (32, 4, 3),
    (33, 17, 31),
    (33, 40, 33),
    (13, 64, 32),
    (15, 33, 16),
    (14, 9, 17),
    (70, 300, 130),
]


def naive(x, w, b, activation=None):
    z = np.einsum("ij,jk->ik", x, w) + (0 if b is None else b)
    return {
        None: lambda: z,
        "relu": lambda: np.where(z > 0, z, 0),
        "sigmoid": lambda: 1 / (1 + np.exp(-z)),
        "tanh": lambda: np.tanh(z),
    }[activation]()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("n", "k", "m"), EDGES)
def test_values(kernels, n, k, m, activation):
    x, w, b = numbers(n, k), numbers(k, m, seed=1), numbers(m, seed=2)
    close(kernels.dense(x, w, b, activation), naive(*wide(x, w, b), activation), terms=k)
    close(kernels.dense(x, w), naive(*wide(x, w), None), terms=k)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("n", "k", "m"), EDGES)
def test_gradients_against_float64(kernels, n, k, m, activation):
    x, w, dy = numbers(n, k), numbers(k, m, seed=1), numbers(n, m, seed=3)
    y = naive(*wide(x, w, None), activation).astype(np.float32)
    expected = reference.dense_gradient(*wide(dy, x, w, y), activation, (True,) * 3)
    for into in [
        (True,) * 3,
        (np.empty_like(x), np.empty_like(w), np.empty(m, np.float32)),
        (None, True, None),
    ]:
        received = kernels.dense_gradient(dy, x, w, y, activation, into)
        for value, goal, entry in zip(received, expected, into, strict=True):
            assert (value is None) == (entry is None)
            if isinstance(entry, np.ndarray):
                assert value is entry
            if value is not None:
                close(value, goal, terms=n + m)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_against_differences(activation):
    x, w, b, dy = wide(numbers(5, 4), numbers(4, 3, seed=1), numbers(3, seed=2), numbers(5, 3, seed=3))
    gradients = reference.dense_gradient(dy, x, w, naive(x, w, b, activation), activation, (True,) * 3)
    check_gradients(lambda *inputs: naive(*inputs, activation), (x, w, b), gradients, dy)


@pytest.mark.parametrize("shape", [(6,), (2, 3, 6), (2, 0, 6)])
def test_any_leading_axes(kernels, shape):
    x, w, b = numbers(*shape), numbers(6, 5, seed=1), numbers(5, seed=2)
    y = kernels.dense(x, w, b, "relu")
    assert y.shape == (*shape[:-1], 5)
    close(y.reshape(-1, 5), naive(*wide(x.reshape(-1, 6), w, b), "relu"), terms=6)
    dx, dw, db = kernels.dense_gradient(y, x, w, y, "relu", (True,) * 3)
    assert dx.shape == x.shape
    assert dw.shape == w.shape
    assert db.shape == b.shape


def test_awkward_inputs(kernels):
    x, w, b, dy = numbers(9, 7), numbers(7, 20, seed=1), numbers(20, seed=2), numbers(9, 20, seed=3)
    y = kernels.dense(x, w, b, "tanh")
    np.testing.assert_array_equal(kernels.dense(awkward(x), awkward(w), awkward(b), "tanh"), y)
    plain = kernels.dense_gradient(dy, x, w, y, "tanh", (True,) * 3)
    odd = kernels.dense_gradient(awkward(dy), awkward(x), awkward(w), awkward(y), "tanh", (True,) * 3)
    for one, other in zip(plain, odd, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions(kernels, dtype):
    x, w, b = (numbers(*shape, dtype=dtype) for shape in [(9, 7), (7, 20), (20,)])
    y = kernels.dense(x, w, b, "relu")
    assert y.dtype == dtype
    close(y, naive(*wide(x, w, b), "relu"), tolerance=2e-3 if dtype == np.float16 else 1e-14)
    for gradient in kernels.dense_gradient(y, x, w, y, "relu", (True,) * 3):
        assert gradient.dtype == dtype


def test_infinity_stays_quiet_in_sigmoid(kernels):
    y = kernels.dense(np.array([[-1e5, 1e5]], np.float32), np.eye(2, dtype=np.float32), None, "sigmoid")
    np.testing.assert_allclose(y, [[0, 1]], atol=1e-30)


def test_nan_propagates(kernels):
    x = numbers(40, 20)
    x[33, 3] = np.nan
    y = kernels.dense(x, numbers(20, 35), None, "relu")
    assert np.isnan(y[33]).all()
    assert not np.isnan(np.delete(y, 33, 0)).any()


def test_unknown_activation_is_named(kernels):
    with pytest.raises(
        ValueError, match="fuse the activations None, 'relu', 'sigmoid' and 'tanh', received 'gelu'"
    ):
        kernels.dense(numbers(2, 2), numbers(2, 2), None, "gelu")


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 40), k=st.integers(1, 40), m=st.integers(1, 40))
def test_any_size(n, k, m):
    from minikeras import kernels

    x, w, b = numbers(n, k), numbers(k, m, seed=1), numbers(m, seed=2)
    close(kernels.dense(x, w, b), naive(*wide(x, w, b)), terms=k)
    dy = numbers(n, m, seed=3)
    received = kernels.dense_gradient(dy, x, w, dy, None, (True,) * 3)
    for value, goal in zip(received, wide(dy @ w.T, x.T @ dy, dy.sum(0)), strict=True):
        close(value, goal, tolerance=4e-6, terms=n + m)
