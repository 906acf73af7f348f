"""Rows of products, linear algebra, signals and control flow."""

import numpy as np
from op_row import Row, Using, generators

numbers, whole = generators(23)

A, B, V, W = numbers(2, 3, 4), numbers(2, 4, 2), numbers(4), numbers(3)
S = numbers(2, 3, 3) + np.array([[3.0, 0.2, 0.1], [0.3, -2.0, 0.4], [0.1, 0.5, 4.0]])
POSITIVE = S @ np.swapaxes(S, -1, -2) + np.eye(3)
TALL, WIDE = numbers(4, 3), numbers(3, 4)
numbers_of, _ = generators(25)
BIG = numbers_of(2, 2, 4, 4) + 2 * np.eye(4)
BIG_POSITIVE = BIG @ np.swapaxes(BIG, -1, -2) + np.eye(4)
SIGNAL = numbers(2, 16)
PAIR = (numbers(2, 6), numbers(2, 6))


def parts(function):
    """A function of a complex array on pairs of parts."""

    def expected(x, *args):
        y = function(x[0] + 1j * x[1], *args)
        return y.real, y.imag

    return expected


def by_matrix(function):
    """A check of a gradient by a function (ops, matrix) -> results of symmetric matrices only: x is mirrored first."""
    return Using(lambda ops: lambda x, **_: function(ops, (x + ops.swapaxes(x, -1, -2)) / 2))


def restored(ops, u, s, vt):
    """u · diag(s) · vᵀ, in which the signs of the vectors cancel."""
    count = s.shape[-1]
    return ops.matmul(u[..., :count] * s[..., None, :], vt[..., :count, :])


def spanned(ops, vectors):
    """The projection on what the columns span: whichever basis of it they are."""
    return ops.matmul(vectors, ops.swapaxes(vectors, -1, -2))


def _eigh(ops, x):
    w, v = ops.eigh(x)
    return [w, restored(ops, v, ops.exp(w * 0.1), ops.swapaxes(v, -1, -2)), ops.square(v)]


def _eig(ops):
    def check(x):
        w, v = ops.eig(x)
        inverse = ops.conj(ops.swapaxes(v, -1, -2))
        return [w, ops.absolute(v), ops.matmul(v * ops.exp(w * 0.2)[..., None, :], inverse),
                ops.einsum("...ij,...kj->...jik", v, ops.conj(v))]  # fmt: skip

    return check


def _svd(ops):
    def check(x, **options):
        u, s, vt = ops.svd(x, **options)
        count = s.shape[-1]
        parts = [s, restored(ops, u, s * s, vt), ops.square(u[..., :count]), ops.square(vt[..., :count, :])]
        if u.shape[-1] > count:
            parts.append(spanned(ops, u[..., count:]))
        if vt.shape[-2] > count:
            parts.append(spanned(ops, ops.swapaxes(vt, -1, -2)[..., count:]))
        return parts

    return check


def _qr(ops):
    def check(x, **options):
        q, r = ops.qr(x, **options)
        count = min(x.shape[-2:])
        parts = [q[..., :count], r]
        return [*parts, spanned(ops, q[..., count:])] if q.shape[-1] > count else parts

    return check


rows = [
    # Products
    Row("matmul", A, B, expected=np.matmul, second=True),
    Row("matmul", A, B[0], expected=np.matmul, second=True),
    Row("matmul", V, B, expected=np.matmul, second=True),
    Row("matmul", A, V, expected=np.matmul, second=True),
    Row("matmul", V, V * 2, expected=np.matmul, second=True),
    Row("matmul", whole(2, 3), whole(3, 2), expected=np.matmul, gradient="integers"),
    Row("dot", A, V, expected=np.dot, second=True),
    Row("dot", A, B, expected=np.dot, keras=False, why="with torch Keras takes the matrix product"),
    Row("dot", A, 3.0, expected=np.dot),
    Row("tensordot", A, B, axes=([0, 2], [0, 1]), expected=np.tensordot, second=True),
    Row("tensordot", A, numbers(3, 4, 2), expected=np.tensordot, second=True),
    Row("tensordot", V, W, axes=0, expected=np.tensordot),
    Row("einsum", "bij,bjk->bik", A, B, expected=np.einsum, second=True),
    Row("einsum", "...ij,kj->...ki", A, numbers(5, 4), expected=np.einsum, second=True),
    Row("einsum", "bij->j", A, expected=np.einsum, second=True),
    Row("einsum", "bii->bi", S, expected=np.einsum, second=True),
    Row("einsum", "i,j,ij", W, V, WIDE, expected=np.einsum, second=True),
    Row("outer", WIDE, V, expected=np.outer, second=True),
    Row("inner", A, WIDE, expected=np.inner, second=True),
    Row("vdot", WIDE, TALL, expected=np.vdot, second=True, keras=False, why="torch takes vectors alone"),
    Row("cross", W, numbers(2, 3), axis=-1, expected=np.cross, second=True, keras=False, why="torch does not broadcast here"),
    Row("cross", numbers(2, 3), numbers(2, 3), axis=1, expected=np.cross),
    Row("cross", numbers(3, 2), numbers(2, 3), axisa=0, axisb=1, axisc=0, expected=np.cross, keras=False, why="torch takes axis alone"),
    Row("kron", WIDE, numbers(2, 2), expected=np.kron, second=True),
    Row("vander", W, expected=np.vander, second=True),
    Row("vander", W, 5, increasing=True, expected=np.vander),
    Row("cdist", A, numbers(2, 5, 4), second=True,
        expected=lambda x, y: np.sqrt(((x[:, :, None] - y[:, None]) ** 2).sum(-1))),
    # Linear algebra
    Row("inv", S, expected=np.linalg.inv, second=True), Row("det", S, expected=np.linalg.det, second=True),
    Row("det", np.array([[1.0, 2.0], [2.0, 4.0]]), expected=np.linalg.det),
    Row("slogdet", S, expected=lambda x: tuple(np.linalg.slogdet(x))),
    Row("logdet", POSITIVE, expected=lambda x: np.log(np.linalg.det(x))),
    Row("solve", S, numbers(2, 3, 2), expected=np.linalg.solve),
    Row("solve", S, numbers(2, 3), expected=lambda a, b: np.linalg.solve(a, b[..., None])[..., 0]),
    Row("solve_triangular", S, numbers(2, 3, 2), expected=lambda a, b: np.linalg.solve(np.triu(a), b)),
    Row("solve_triangular", S, numbers(2, 3), lower=True,
        expected=lambda a, b, lower: np.linalg.solve(np.tril(a), b[..., None])[..., 0]),
    Row("pinv", TALL, expected=np.linalg.pinv), Row("pinv", WIDE, expected=np.linalg.pinv),
    Row("lstsq", TALL, numbers(4), expected=lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0]),
    Row("lstsq", TALL, numbers(4, 2), expected=lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0]),
    Row("matrix_rank", S, expected=np.linalg.matrix_rank, gradient="an integer"),
    Row("cholesky", POSITIVE, expected=np.linalg.cholesky, gradient=by_matrix(lambda ops, x: ops.cholesky(x))),
    Row("cholesky", POSITIVE, upper=True, expected=lambda x, upper: np.swapaxes(np.linalg.cholesky(x), -1, -2),
        gradient=by_matrix(lambda ops, x: ops.cholesky(x, upper=True))),
    Row("cholesky_inverse", np.linalg.cholesky(POSITIVE), expected=lambda x: np.linalg.inv(x @ np.swapaxes(x, -1, -2)),
        keras=False, why="torch reads one matrix at a time"),
    Row("cholesky_inverse", np.linalg.cholesky(POSITIVE[0]).T, upper=True, expected=lambda x, upper: np.linalg.inv(x.T @ x)),
    Row("eigh", POSITIVE, expected=lambda x: tuple(np.linalg.eigh(x)), gradient=by_matrix(_eigh), keras=False, why="the signs of vectors are free"),
    Row("eig", S, gradient=Using(_eig), keras=False, why="the order and the vectors' scale are free",
        expected=lambda x: tuple(part.astype(complex) for part in np.linalg.eig(x))),
    Row("qr", TALL, expected=lambda x: tuple(np.linalg.qr(x))), Row("qr", WIDE, expected=lambda x: tuple(np.linalg.qr(x))),
    Row("qr", TALL, mode="complete", expected=lambda x, mode: tuple(np.linalg.qr(x, mode)), gradient=Using(_qr)),
    Row("svd", TALL, full_matrices=False, expected=lambda x, **_: tuple(np.linalg.svd(x, full_matrices=False)), keras=False,
        why="the signs of vectors are free", gradient=Using(_svd)),
    Row("svd", WIDE, full_matrices=False, expected=lambda x, **_: tuple(np.linalg.svd(x, full_matrices=False)), keras=False,
        why="the signs of vectors are free", gradient=Using(_svd)),
    Row("svd", TALL, compute_uv=False, expected=lambda x, **_: np.linalg.svd(x, compute_uv=False)),
    Row("svd", TALL, expected=lambda x: tuple(np.linalg.svd(x)), gradient=Using(_svd), keras=False, why="the signs of vectors are free"),
    Row("lu_factor", S), Row("lu_factor", TALL), Row("lu_factor", WIDE),
    Row("norm", A, expected=np.linalg.norm, second=True),
    *[Row("norm", WIDE, ord=o, axis=1, expected=np.linalg.norm) for o in (1, 2, 3, 0.5, np.inf, -np.inf)],
    Row("norm", WIDE, ord=0, axis=1, expected=np.linalg.norm, gradient="a count"),
    *[Row("norm", A, ord=o, axis=(0, 2), keepdims=True, expected=np.linalg.norm)
      for o in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)],
    Row("jvp", Using(lambda ops: lambda x, y: ops.sin(x) * y), (W, W + 1), (W * 2, W - 1), symbolic=False,
        expected=lambda f, p, t: (np.sin(p[0]) * p[1], np.cos(p[0]) * p[1] * t[0] + np.sin(p[0]) * t[1])),
    # Signals
    Row("fft", PAIR, expected=parts(np.fft.fft)), Row("fft2", PAIR, expected=parts(np.fft.fft2)),
    Row("ifft2", PAIR, expected=parts(np.fft.ifft2)),
    *[Row("rfft", SIGNAL, n, expected=lambda x, n: (np.fft.rfft(x, n).real, np.fft.rfft(x, n).imag)) for n in (None, 9, 20)],
    *[Row("irfft", PAIR, n, expected=lambda x, n: np.fft.irfft(x[0] + 1j * x[1], n)) for n in (None, 7, 8, 14)],
    Row("extract_sequences", SIGNAL, 5, 3, expected=lambda x, n, s: np.lib.stride_tricks.sliding_window_view(x, n, -1)[:, ::s]),
    Row("stft", SIGNAL, 6, 2, 8), Row("stft", SIGNAL, 4, 3, 8, window="hamming", center=False),
    Row("stft", SIGNAL, 4, 2, 4, window=None),
    Row("istft", (numbers(9, 5), numbers(9, 5)), 8, 2, 8), Row("istft", (numbers(9, 5), numbers(9, 5)), 8, 2, 8, length=12),
    # Control
    Row("cond", True, Using(lambda ops: lambda: ops.ones((2,))), Using(lambda ops: lambda: ops.zeros((2,))), gradient="constant",
        symbolic=False, expected=lambda p, t, f: np.ones(2)),
    Row("switch", 5, [Using(lambda ops: lambda x: x + 1), Using(lambda ops: lambda x: x * 3)], W, symbolic=False,
        expected=lambda i, b, x: x * 3),
    Row("while_loop", lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), (np.array(0), W), expected=lambda c, b, v: (3, v[1] * 8),
        symbolic=True),
    Row("fori_loop", 1, 4, lambda i, x: x * i, W, expected=lambda a, b, f, x: x * 6),
    Row("scan", lambda c, x: (c * 0.5 + x, c * x), V, numbers(3, 4)),
    Row("scan", lambda c, x: (c * 0.5 + x, c * x), V, numbers(3, 4), reverse=True),
    Row("scan", lambda c, x: (c * 2.0, c), V, length=3, expected=lambda f, c, length: (c * 8, np.stack([c, c * 2, c * 4]))),
    *[Row("associative_scan", lambda a, b: a * b, numbers(n, 3), expected=lambda f, x: np.cumprod(x, 0)) for n in (1, 2, 5, 8)],
    Row("associative_scan", lambda a, b: a + b, numbers(3, 7), reverse=True, axis=1, keras=False, why="fails with torch",
        expected=lambda f, x, **_: np.cumsum(x[:, ::-1], 1)[:, ::-1]),
    Row("map", lambda x: x * x, A, expected=lambda f, x: x * x),
    Row("vectorized_map", lambda x: x * 2.0, A, expected=lambda f, x: x * 2),
    Row("vectorize", lambda x: x, gradient="makes a function", symbolic=False, keras=False, why="a function", expected=None),
    Row("custom_gradient", lambda x: x, gradient="makes a function", symbolic=False, keras=False, why="a function", expected=None),
    # Batches of batches, wide and tall, matrices alone
    Row("inv", BIG, expected=np.linalg.inv), Row("det", BIG, expected=np.linalg.det),
    Row("slogdet", -BIG[0, 0, :3, :3], expected=lambda x: tuple(np.linalg.slogdet(x))),
    Row("solve", BIG, numbers_of(2, 2, 4, 3), expected=np.linalg.solve), Row("solve", BIG[0, 0], numbers_of(4), expected=np.linalg.solve),
    Row("solve_triangular", BIG[0, 1], numbers_of(4, 2), lower=True, expected=lambda a, b, lower: np.linalg.solve(np.tril(a), b)),
    *[Row("pinv", numbers_of(2, *shape), expected=np.linalg.pinv) for shape in ((4, 2), (2, 4), (3, 3))],
    Row("lstsq", numbers_of(3, 4), numbers_of(3), expected=lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0]),
    Row("lstsq", numbers_of(3, 3), numbers_of(3, 2), expected=lambda a, b: np.linalg.lstsq(a, b, rcond=None)[0]),
    Row("cholesky", BIG_POSITIVE, expected=np.linalg.cholesky, gradient=by_matrix(lambda ops, x: ops.cholesky(x))),
    Row("eigh", BIG_POSITIVE[0, 0], expected=lambda x: tuple(np.linalg.eigh(x)), gradient=by_matrix(_eigh), keras=False,
        why="the signs of vectors are free"),
    Row("eig", numbers_of(2, 4, 4), gradient=Using(_eig), keras=False, why="the order and the vectors' scale are free",
        expected=lambda x: tuple(part.astype(complex) for part in np.linalg.eig(x))),
    *[Row("qr", numbers_of(2, *shape), mode=mode, gradient=Using(_qr), expected=lambda x, mode: tuple(np.linalg.qr(x, mode)))
      for shape in ((5, 3), (3, 5), (3, 3)) for mode in ("reduced", "complete")],
    *[Row("svd", numbers_of(2, *shape), full_matrices=full, gradient=Using(_svd), keras=False, why="the signs of vectors are free",
          expected=lambda x, full_matrices: tuple(np.linalg.svd(x, full_matrices=full_matrices)))
      for shape in ((5, 3), (3, 5), (3, 3)) for full in (True, False)],
    *[Row("lu_factor", numbers_of(2, *shape)) for shape in ((5, 2), (2, 5), (4, 4), (3, 1), (1, 3))],
]  # fmt: skip
