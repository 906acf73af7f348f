"""Decompositions: what their factors multiply to, gradients that do not depend on free signs, and refusals."""

import numpy as np
import pytest
from central_differences import assert_gradient

from minikeras import ops

random = np.random.default_rng(3)
S = random.normal(size=(2, 3, 3)) + 2 * np.eye(3)
TALL = random.normal(size=(4, 3))


def symmetric(x):
    return ops.matmul(x, ops.swapaxes(x, -1, -2)) + np.eye(3)


def test_cholesky():
    assert_gradient(lambda x: ops.cholesky(symmetric(x)), S)
    assert_gradient(lambda x: ops.cholesky(symmetric(x), upper=True), S)
    with pytest.raises(ValueError, match="cholesky failed on matrices of shape"):
        ops.cholesky(-np.eye(3))


def test_eigh_by_functions_of_the_matrix():
    """v f(w) vᵀ does not depend on the signs of the vectors."""

    def square_root(x):
        w, v = ops.eigh(symmetric(x))
        return ops.matmul(v * ops.sqrt(w)[..., None, :], ops.swapaxes(v, -1, -2))

    x = symmetric(S).numpy()
    np.testing.assert_allclose(ops.matmul(square_root(S), square_root(S)), x, rtol=1e-10)
    assert_gradient(square_root, S)
    assert_gradient(lambda x: ops.eigh(symmetric(x))[0], S)


def test_eig_by_sums_over_the_eigenvalues():
    w, v = ops.eig(S)
    np.testing.assert_allclose(S @ np.asarray(v), np.asarray(v) * np.asarray(w)[..., None, :], rtol=1e-10)
    assert w.dtype == "complex128"
    assert_gradient(lambda x: ops.sum(ops.real(ops.eig(x)[0] * ops.eig(x)[0]), axis=-1), S)


def test_svd():
    for full in (True, False):
        u, s, vt = ops.svd(TALL, full_matrices=full)
        assert u.shape == ((4, 4) if full else (4, 3))
        np.testing.assert_allclose(u.numpy()[:, :3] * s.numpy() @ vt.numpy(), TALL, rtol=1e-10)

        def polar_factor(x, full=full):
            u, _, vt = ops.svd(x, full_matrices=full)
            return ops.matmul(u[..., :3], vt[..., :3, :])

        assert_gradient(polar_factor, TALL)
        assert_gradient(polar_factor, TALL.T)
    assert_gradient(lambda x: ops.svd(x, compute_uv=False), TALL.T)


def test_lu_factor_restores_the_matrix():
    lu, pivots = ops.lu_factor(S)
    assert pivots.dtype == "int32"
    for matrix, factors, exchanges in zip(S, lu.numpy(), pivots.numpy(), strict=True):
        lower, upper = np.tril(factors, -1) + np.eye(3), np.triu(factors)
        rows = matrix.copy()
        for i, j in enumerate(exchanges):
            rows[[i, j]] = rows[[j, i]]
        np.testing.assert_allclose(lower @ upper, rows, rtol=1e-12)


@pytest.mark.parametrize("name", ["inv", "det", "cholesky", "eigh", "eig", "slogdet"])
def test_matrices_must_be_square(name):
    with pytest.raises(ValueError, match=rf"{name} expected square matrices.*received shape \(4, 3\)"):
        getattr(ops, name)(TALL)


def test_singular_matrices_are_refused():
    with pytest.raises(ValueError, match="inv failed on matrices of shape"):
        ops.inv(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="solve failed"):
        ops.solve(np.zeros((2, 2)), np.ones(2))
    with pytest.raises(TypeError, match="received float16. Cast x to float32"):
        ops.inv(np.eye(2, dtype="float16"))


def test_norms_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="expected one axis"):
        ops.norm(S, axis=(0, 1, 2))
    with pytest.raises(ValueError, match="expected ord to be 'fro'"):
        ops.norm(TALL, ord=3, axis=(0, 1))
    assert ops.norm(np.zeros(3)).item() == 0.0
    assert_gradient(lambda x: ops.norm(x * 0.0 + ops.stop_gradient(0.0)), np.ones(3))


def test_gradients_of_complex_values():
    """Through a complex value, its functions and back to real ones: the gradients are those of the real formulas."""
    x = random.normal(size=(3, 2))
    assert_gradient(lambda x: ops.absolute(ops.view_as_complex(x)), x)
    assert_gradient(lambda x: ops.angle(ops.view_as_complex(x)), x)
    assert_gradient(lambda x: ops.real(ops.exp(ops.view_as_complex(x))), x)
    assert_gradient(lambda x: ops.imag(ops.conj(ops.view_as_complex(x)) * ops.view_as_complex(x[::-1])), x)
    assert_gradient(lambda x: ops.view_as_real(ops.square(ops.view_as_complex(x))), x)
    assert_gradient(lambda x: ops.view_as_real(ops.polar(x[:, 0], x[:, 1])), x)
    assert_gradient(lambda x: ops.real(1.0 / ops.view_as_complex(x) + x[:, 0]), x)
