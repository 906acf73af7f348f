"""Decompositions of matrices into factors; batches of matrices lie in the last two axes.

Where a factor is free (the signs or phases of vectors, the rest of a basis), its gradient is right for every function
of the factors that does not depend on what is free.
"""

import numpy as np

from minikeras.autodiff import differentiable, operation
from minikeras.ops import shaping
from minikeras.ops.floating import floating
from minikeras.ops.matrices import checked, count_steps, square, transposed

__all__ = ["cholesky", "eig", "eigh", "lu_factor", "qr", "svd"]


@differentiable
def _cholesky(x, /):
    x = square(x, "cholesky")
    y = checked(np.linalg.cholesky, "cholesky", x)

    def gradient(dy):
        # Murray 2016, "Differentiation of the Cholesky decomposition", eq. 10.
        half = np.tril(transposed(y) @ dy)
        half *= 1 - 0.5 * np.eye(y.shape[-1], dtype=y.dtype)
        inverse = np.linalg.inv(y)
        dx = transposed(inverse) @ half @ inverse
        return 0.5 * (dx + transposed(dx))

    return y, (gradient,)


@operation
def cholesky(x, /, upper=False):
    """The lower (or upper) triangular factor l of symmetric positive definite matrices l · lᵀ (uᵀ · u)."""
    y = _cholesky(x)
    return shaping.swapaxes(y, -1, -2) if upper else y


@differentiable
def eigh(x, /):
    """The eigenvalues of symmetric matrices, ascending, and their eigenvectors (columns): (w, v).

    Only the lower triangle is read. The gradient (Giles 2008, section 3.1) is symmetric.
    """
    x = square(x, "eigh")
    w, v = np.linalg.eigh(x)

    def gradient(dys, into):
        dw, dv = dys
        inner = np.zeros_like(x)
        if dv is not None:
            inner += _reciprocal(w[..., None, :] - w[..., :, None]) * (transposed(v) @ dv)
        if dw is not None:
            inner += dw[..., None] * np.eye(w.shape[-1], dtype=x.dtype)
        dx = v @ inner @ transposed(v)
        return (0.5 * (dx + transposed(dx)),)

    return (w, v), gradient


def _reciprocal(x):
    """1 / x, and 0 where x is 0."""
    return np.where(x == 0, 0, 1 / np.where(x == 0, 1, x)).astype(x.dtype)


@differentiable
def eig(x, /):
    """The eigenvalues of square matrices and their eigenvectors (columns, of length 1), complex: (w, v).

    Gradient: Boeddeker et al. 2017, eq. 4.77, for distinct eigenvalues and functions in which a vector's phase is free.
    """
    x = square(x, "eig")
    kind = np.result_type(x.dtype, np.complex64)
    w, v = (part.astype(kind) for part in np.linalg.eig(x))

    def gradient(dys, into):
        dw, dv = dys
        inner = np.zeros_like(v)
        if dv is not None:
            slope = transposed(v) @ dv
            lengths = np.real(np.diagonal(slope, axis1=-2, axis2=-1))[..., None, :]
            overlaps = transposed(v) @ np.conj(v)
            inner += _reciprocal(w[..., None, :] - w[..., :, None]) * (slope - lengths * overlaps)
        if dw is not None:
            inner += dw[..., None] * np.eye(w.shape[-1], dtype=kind)
        return (np.real(transposed(np.linalg.inv(v)) @ inner @ transposed(v)).astype(x.dtype),)

    return (w, v), gradient


@differentiable
def qr(x, /, mode="reduced"):
    """Orthogonal q and upper triangular r with q · r = x; with mode='complete', q is square.

    Gradient: Walter & Lehmann 2010, for wide matrices by their left square block.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr expected mode 'reduced' or 'complete', received {mode!r}.")
    x = floating(x)
    count_steps(x)
    q, r = np.linalg.qr(x, mode=mode)
    rows, columns = x.shape[-2:]

    def square_gradient(q, r, dq, dr):
        m = r @ transposed(dr) - transposed(dq) @ q
        inner = dq + q @ (np.tril(m) + transposed(np.tril(m, -1)))
        return transposed(np.linalg.solve(r, transposed(inner)))

    def gradient(dys, into):
        dq, dr = (np.zeros_like(y) if dy is None else dy for dy, y in zip(dys, (q, r), strict=True))
        if rows >= columns:
            dq = _by_the_basis(q, dq, columns)
            return (square_gradient(q[..., :columns], r[..., :columns, :], dq, dr[..., :columns, :]),)
        rest, drest = x[..., rows:], dr[..., rows:]
        left = square_gradient(q, r[..., :rows], dq + rest @ transposed(drest), dr[..., :rows])
        return (np.concatenate([left, q @ drest], axis=-1),)

    return (q, r), gradient


def _by_the_basis(q, dq, count):
    """The gradient by the first vectors of an orthogonal matrix, whose others complete them and turn as they do."""
    first, others = q[..., :count], q[..., count:]
    return dq[..., :count] - others @ (transposed(dq[..., count:]) @ first)


@differentiable
def _svd(x, /, full_matrices):
    x = floating(x)
    count_steps(x)
    u, s, vt = np.linalg.svd(x, full_matrices=full_matrices)
    k = s.shape[-1]

    def gradient(dys, into):
        # Townsend 2016, "Differentiating the singular value decomposition".
        du, ds, dvt = dys
        p, q = u[..., :k], transposed(vt[..., :k, :])
        gaps = _reciprocal(np.square(s)[..., None, :] - np.square(s)[..., :, None])
        inner = np.zeros((*s.shape, k), x.dtype)
        outside = 0
        if ds is not None:
            inner += ds[..., None] * np.eye(k, dtype=x.dtype)
        if du is not None:
            du = _by_the_basis(u, du, k)
            slope = transposed(p) @ du
            inner += gaps * (slope - transposed(slope)) * s[..., None, :]
            outside = outside + ((du - p @ slope) * _reciprocal(s)[..., None, :]) @ transposed(q)
        if dvt is not None:
            dv = _by_the_basis(transposed(vt), transposed(dvt), k)
            slope = transposed(q) @ dv
            inner += s[..., :, None] * gaps * (slope - transposed(slope))
            outside = outside + (p * _reciprocal(s)[..., None, :]) @ transposed(dv - q @ slope)
        return (p @ inner @ transposed(q) + outside,)

    return (u, s, vt), gradient


@operation
def svd(x, /, full_matrices=True, compute_uv=True):
    """The singular value decomposition (u, s, vᵀ) of x = u · diag(s) · vᵀ; s alone without compute_uv.

    full_matrices: u and v are square.
    """
    u, s, vt = _svd(x, full_matrices=full_matrices and compute_uv)
    return (u, s, vt) if compute_uv else s


@differentiable
def lu_factor(x, /):
    """The factors l and u of rows of x in another order, in one matrix, and which row each was exchanged with.

    The unit diagonal of l is not stored. Row i was exchanged with row pivots[i], one after another (int32).
    """
    x = floating(x)
    if x.ndim < 2:
        raise ValueError(f"lu_factor expected matrices in the last two axes, received shape {x.shape}.")
    count_steps(x)
    rows, columns = x.shape[-2:]
    steps = min(rows, columns)
    y = x.reshape(-1, rows, columns).copy()
    batch = np.arange(len(y))
    pivots = np.empty((len(y), steps), "int32")
    order = np.tile(np.arange(rows), (len(y), 1))
    for i in range(steps):
        best = i + np.abs(y[:, i:, i]).argmax(-1)
        pivots[:, i] = best
        for z in (y, order):
            z[batch, best], z[:, i] = z[:, i].copy(), z[batch, best].copy()
        pivot = y[:, i, i][:, None]
        y[:, i + 1 :, i] *= np.where(pivot == 0, 0, 1 / np.where(pivot == 0, 1, pivot))
        y[:, i + 1 :, i + 1 :] -= y[:, i + 1 :, i, None] * y[:, i, None, i + 1 :]

    def gradient(dys, into):
        # The leading square block is factored by itself; what lies beside or below it is solved for with its factors.
        dy = dys[0].reshape(y.shape)
        block, dblock = y[:, :steps, :steps], dy[:, :steps, :steps].copy()
        lower, upper = np.tril(block, -1) + np.eye(steps, dtype=y.dtype), np.triu(block)
        beside = np.linalg.solve(transposed(lower), dy[:, :steps, steps:])
        below = transposed(np.linalg.solve(upper, transposed(dy[:, steps:, :steps])))
        dblock -= np.tril(beside @ transposed(y[:, :steps, steps:]), -1)
        dblock -= np.triu(transposed(y[:, steps:, :steps]) @ below)
        inner = np.tril(transposed(lower) @ np.tril(dblock, -1), -1)
        inner += np.triu(np.triu(dblock) @ transposed(upper))
        square = np.linalg.solve(transposed(lower), transposed(np.linalg.solve(upper, transposed(inner))))
        dx = np.empty_like(dy)
        left = np.concatenate([square, below], axis=1)
        dx[batch[:, None], order] = np.concatenate([left, beside], axis=2) if steps == rows else left
        return (dx.reshape(x.shape),)

    return (y.reshape(x.shape), pivots.reshape(*x.shape[:-2], steps)), gradient
