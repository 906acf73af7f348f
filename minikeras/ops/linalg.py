"""Linear algebra: decompositions, solutions, norms; batches of matrices lie in the last two axes."""

import numpy as np

from minikeras.autodiff import GradientTape, Tensor, as_array, differentiable, operation
from minikeras.autodiff.tensor import state
from minikeras.nest import flatten, pack_like
from minikeras.ops import elementwise, products, reduce, shaping
from minikeras.ops.floating import floating, floating_tensor

__all__ = [
    "cholesky",
    "cholesky_inverse",
    "det",
    "eig",
    "eigh",
    "inv",
    "jvp",
    "logdet",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
]


def _t(x):
    return np.swapaxes(x, -1, -2)


def _square(x, name):
    """A matrix, or a batch of them, as floats; where only shapes are asked for, one that can be inverted."""
    x = floating(x)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"{name} expected square matrices in the last two axes, received shape {x.shape}.")
    if x.dtype == np.float16:
        raise TypeError(f"{name} works in float32 and float64, received float16. Cast x to float32 first.")
    return x + np.eye(x.shape[-1], dtype=x.dtype) if state.probing else x


# Inverses and solutions


@differentiable
def inv(x, /):
    """The inverse of square matrices; singular ones raise a ValueError."""
    x = _square(x, "inv")
    y = _checked(np.linalg.inv, "inv", x)
    return y, (lambda dy: -np.matmul(np.matmul(_t(y), dy), _t(y)),)


def _checked(function, name, *matrices):
    try:
        return function(*matrices)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"{name} failed on matrices of shape {matrices[0].shape}: {error}.") from None


@differentiable(promote=True)
def _solve(a, b, /):
    a, b = _square(a, "solve"), floating(b)
    x = _checked(np.linalg.solve, "solve", a, b)
    return x, (
        lambda dy: -np.matmul(np.linalg.solve(_t(a), dy), _t(x)),
        lambda dy: np.linalg.solve(_t(a), dy),
    )


@operation
def solve(a, b, /):
    """x with a · x = b, for square matrices a and vectors (one axis less than a) or matrices b."""
    if b.ndim == a.ndim - 1:
        return shaping.squeeze(_solve(a, shaping.expand_dims(b, -1)), -1)
    return _solve(a, b)


@operation
def solve_triangular(a, b, /, lower=False):
    """x with a · x = b, where only the upper (or lower) triangle of a is read."""
    triangle = _lower(floating_tensor(a)) if lower else _upper(floating_tensor(a))
    return solve(triangle, b)


@differentiable
def _lower(x, /):
    return np.tril(x), (lambda dy: np.tril(dy),)


@differentiable
def _upper(x, /):
    return np.triu(x), (lambda dy: np.triu(dy),)


@differentiable
def pinv(x, /, rcond=None):
    """The Moore-Penrose inverse; singular values up to rcond times the largest count as 0.

    Gradient: Golub & Pereyra 1973, for matrices whose rank stays as it is.
    """
    x = floating(x)
    rcond = max(x.shape[-2:]) * np.finfo(x.dtype).eps if rcond is None else rcond
    y = np.linalg.pinv(x, rcond)

    def gradient(dy):
        rest_left = np.eye(x.shape[-2], dtype=x.dtype) - x @ y
        rest_right = np.eye(x.shape[-1], dtype=x.dtype) - y @ x
        return -_t(y) @ dy @ _t(y) + rest_left @ _t(dy) @ y @ _t(y) + _t(y) @ y @ _t(dy) @ rest_right

    return y, (gradient,)


@operation
def lstsq(a, b, /, rcond=None):
    """The shortest x that minimizes |a · x - b|², for a matrix a and a vector or matrix b."""
    a, b = floating_tensor(a), floating_tensor(b)
    if a.ndim != 2 or b.ndim not in (1, 2) or a.shape[0] != b.shape[0]:
        raise ValueError(
            f"lstsq expected a matrix and a vector or matrix with as many rows, received shapes {a.shape} and {b.shape}."
        )
    return products.matmul(pinv(a, rcond), b)


@operation
def cholesky_inverse(x, /, upper=False):
    """The inverse of a · aᵀ (with upper: aᵀ · a), given its Cholesky factor a."""
    if upper:
        a = _upper(floating_tensor(x))
        return inv(products.matmul(shaping.swapaxes(a, -1, -2), a))
    a = _lower(floating_tensor(x))
    return inv(products.matmul(a, shaping.swapaxes(a, -1, -2)))


# Determinants


@differentiable
def det(x, /):
    """The determinant of square matrices."""
    x = _square(x, "det")
    if isinstance(x, Tensor):
        y = det(x)
        return y, (lambda dy: (dy * y)[..., None, None] * _t(inv(x)),)
    return np.linalg.det(x), (lambda dy: dy[..., None, None] * _cofactors(x),)


def _cofactors(x):
    """The derivative of the determinant, of singular matrices too: from the products of all singular values but one."""
    u, s, vt = np.linalg.svd(x)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]).prod(-1)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    return sign[..., None, None] * (u * others[..., None, :]) @ vt


@differentiable
def _slogdet(x, /):
    x = _square(x, "slogdet")
    sign, logarithm = np.linalg.slogdet(x)

    def gradient(dys, into):
        dy = dys[1]
        return (None if dy is None else dy[..., None, None] * _t(np.linalg.inv(x)),)

    return (sign, logarithm), gradient


@operation
def slogdet(x, /):
    """The sign of the determinant and the logarithm of its absolute value."""
    return _slogdet(x)


@operation
def logdet(x, /):
    """The logarithm of the determinant, NaN where that is negative."""
    sign, logarithm = _slogdet(x)
    return elementwise.where(sign < 0, np.nan, logarithm)


# Decompositions


@differentiable
def _cholesky(x, /):
    x = _square(x, "cholesky")
    y = _checked(np.linalg.cholesky, "cholesky", x)

    def gradient(dy):
        # Murray 2016, "Differentiation of the Cholesky decomposition", eq. 10.
        half = np.tril(_t(y) @ dy)
        half *= 1 - 0.5 * np.eye(y.shape[-1], dtype=y.dtype)
        inverse = np.linalg.inv(y)
        dx = _t(inverse) @ half @ inverse
        return 0.5 * (dx + _t(dx))

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
    x = _square(x, "eigh")
    w, v = np.linalg.eigh(x)

    def gradient(dys, into):
        dw, dv = dys
        inner = np.zeros_like(x)
        if dv is not None:
            inner += _reciprocal(w[..., None, :] - w[..., :, None]) * (_t(v) @ dv)
        if dw is not None:
            inner += dw[..., None] * np.eye(w.shape[-1], dtype=x.dtype)
        dx = v @ inner @ _t(v)
        return (0.5 * (dx + _t(dx)),)

    return (w, v), gradient


def _reciprocal(x):
    """1 / x, and 0 where x is 0."""
    return np.where(x == 0, 0, 1 / np.where(x == 0, 1, x)).astype(x.dtype)


@differentiable
def eig(x, /):
    """The eigenvalues of square matrices and their eigenvectors (columns), complex: (w, v).

    Gradients flow through the eigenvalues; the vectors' scale is arbitrary.
    """
    x = _square(x, "eig")
    kind = np.result_type(x.dtype, np.complex64)
    w, v = (part.astype(kind) for part in np.linalg.eig(x))

    def gradient(dys, into):
        dw, dv = dys
        if dv is not None:
            raise ValueError("eig has no gradient through eigenvectors. Use eigh for symmetric matrices.")
        return (_t(np.linalg.inv(v)) @ (dw[..., None] * _t(v)),)

    return (w, v), gradient


@differentiable
def qr(x, /, mode="reduced"):
    """Orthogonal q and upper triangular r with q · r = x; with mode='complete', q is square.

    Gradient: Walter & Lehmann 2010, for wide matrices by their left square block; none for the complete form of tall ones.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f"qr expected mode 'reduced' or 'complete', received {mode!r}.")
    x = floating(x)
    q, r = np.linalg.qr(x, mode=mode)
    rows, columns = x.shape[-2:]

    def square_gradient(q, r, dq, dr):
        m = r @ _t(dr) - _t(dq) @ q
        inner = dq + q @ (np.tril(m) + _t(np.tril(m, -1)))
        return _t(np.linalg.solve(r, _t(inner)))

    def gradient(dys, into):
        if mode == "complete" and rows > columns:
            raise ValueError(
                "qr has no gradient with mode='complete' for matrices with more rows than columns."
            )
        dq, dr = (np.zeros_like(y) if dy is None else dy for dy, y in zip(dys, (q, r), strict=True))
        if rows >= columns:
            return (square_gradient(q, r, dq, dr),)
        rest, drest = x[..., rows:], dr[..., rows:]
        left = square_gradient(q, r[..., :rows], dq + rest @ _t(drest), dr[..., :rows])
        return (np.concatenate([left, q @ drest], axis=-1),)

    return (q, r), gradient


@differentiable
def _svd(x, /, full_matrices):
    x = floating(x)
    u, s, vt = np.linalg.svd(x, full_matrices=full_matrices)
    k = s.shape[-1]

    def gradient(dys, into):
        # Townsend 2016, "Differentiating the singular value decomposition".
        du, ds, dvt = dys
        p, q = u[..., :k], _t(vt[..., :k, :])
        gaps = _reciprocal(np.square(s)[..., None, :] - np.square(s)[..., :, None])
        inner = np.zeros((*s.shape, k), x.dtype)
        outside = 0
        if ds is not None:
            inner += ds[..., None] * np.eye(k, dtype=x.dtype)
        if du is not None:
            du = du[..., :k]
            slope = _t(p) @ du
            inner += gaps * (slope - _t(slope)) * s[..., None, :]
            outside = outside + ((du - p @ slope) * _reciprocal(s)[..., None, :]) @ _t(q)
        if dvt is not None:
            dv = _t(dvt[..., :k, :])
            slope = _t(q) @ dv
            inner += s[..., :, None] * gaps * (slope - _t(slope))
            outside = outside + (p * _reciprocal(s)[..., None, :]) @ _t(dv - q @ slope)
        return (p @ inner @ _t(q) + outside,)

    return (u, s, vt), gradient


@operation
def svd(x, /, full_matrices=True, compute_uv=True):
    """The singular value decomposition (u, s, vᵀ) of x = u · diag(s) · vᵀ; s alone without compute_uv.

    full_matrices: u and v are square. Gradients flow through the columns that belong to singular values.
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
        if rows != columns:
            raise ValueError("lu_factor has a gradient for square matrices only.")
        dy = dys[0].reshape(y.shape)
        lower, upper = np.tril(y, -1) + np.eye(rows, dtype=y.dtype), np.triu(y)
        inner = np.tril(_t(lower) @ np.tril(dy, -1), -1) + np.triu(np.triu(dy) @ _t(upper))
        permuted = np.linalg.solve(_t(lower), _t(np.linalg.solve(upper, _t(inner))))
        dx = np.empty_like(permuted)
        dx[batch[:, None], order] = permuted
        return (dx.reshape(x.shape),)

    return (y.reshape(x.shape), pivots.reshape(*x.shape[:-2], steps)), gradient


@differentiable
def matrix_rank(x, /, tol=None):
    """How many singular values are above tol (by default the largest · size · the dtype's precision), int32."""
    return np.asarray(np.linalg.matrix_rank(floating(x), tol=tol), "int32"), None


# Norms


@operation
def norm(x, /, ord=None, axis=None, keepdims=False):
    """The norm of a vector (one axis, or all of x without axis and ord) or of matrices (two axes).

    ord: for vectors a number p (√ᵖ Σ |x|ᵖ, 2 by default), ±inf (the extreme of |x|) or 0 (the count of nonzero
    elements); for matrices 'fro' (√Σ x², the default), 'nuc' (the sum of the singular values), 2 or -2 (their
    extremes), 1 or -1 (the extreme sums of columns), inf or -inf (of rows). Its derivative at 0 is 0.
    """
    x = floating_tensor(x)
    if axis is None:
        if ord is None:
            y = _length(shaping.ravel(x), (0,))
            return shaping.reshape(y, (1,) * x.ndim) if keepdims else y
        axis = tuple(range(x.ndim))
    axes = reduce.axes_of(axis, x.ndim)
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError(
            f"norm expected one axis (vectors) or two (matrices), received axis={axis!r}, ord={ord!r}."
        )
    y = _matrix_norm(shaping.moveaxis(x, axes, (-2, -1)), ord)
    return shaping.expand_dims(y, tuple(sorted(axes))) if keepdims else y


def _length(x, axes, keepdims=False):
    squares = reduce.sum(elementwise.square(x), axis=axes, keepdims=keepdims)
    zero = elementwise.equal(squares, 0)
    return elementwise.where(zero, 0.0, elementwise.sqrt(elementwise.where(zero, 1.0, squares)))


def _vector_norm(x, ord, axes, keepdims):
    if ord is None or ord == 2:
        return _length(x, axes, keepdims)
    size = elementwise.absolute(x)
    if ord == np.inf:
        return reduce.max(size, axis=axes, keepdims=keepdims)
    if ord == -np.inf:
        return reduce.min(size, axis=axes, keepdims=keepdims)
    if ord == 0:
        return reduce.sum(
            elementwise.cast(elementwise.not_equal(x, 0), x.dtype), axis=axes, keepdims=keepdims
        )
    if isinstance(ord, str):
        raise ValueError(f"norm expected a number as ord for vectors, received {ord!r}.")
    if ord == 1:
        return reduce.sum(size, axis=axes, keepdims=keepdims)
    return elementwise.power(
        reduce.sum(elementwise.power(size, ord), axis=axes, keepdims=keepdims), 1.0 / ord
    )


def _matrix_norm(x, ord):
    if ord is None or ord == "fro":
        return _length(x, (-2, -1))
    if ord == "nuc":
        return reduce.sum(svd(x, compute_uv=False), axis=-1)
    if ord in (2, -2):
        return (reduce.max if ord > 0 else reduce.min)(svd(x, compute_uv=False), axis=-1)
    if ord in (1, -1, np.inf, -np.inf):
        sums = reduce.sum(elementwise.absolute(x), axis=-2 if abs(ord) == 1 else -1)
        return (reduce.max if ord > 0 else reduce.min)(sums, axis=-1)
    raise ValueError(
        f"norm expected ord to be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf for matrices, received {ord!r}."
    )


# The derivative along a direction


def jvp(fun, primals, tangents, has_aux=False):
    """The value of fun at primals, and its derivative along tangents: (outputs, derivatives), with has_aux also the
    second result of fun.

    Taken from reverse mode: the gradient is linear in the upstream gradient, and is differentiated by it.
    """
    primals = [Tensor(as_array(p)) for p in primals]
    tangents = [as_array(t, p.dtype) for t, p in zip(tangents, primals, strict=True)]
    with GradientTape() as outer:
        with GradientTape() as inner:
            inner.watch(primals)
            outputs = fun(*primals)
            outputs, aux = outputs if has_aux else (outputs, None)
        leaves = flatten(outputs)
        upstream = [Tensor(np.ones_like(leaf.array)) for leaf in leaves]
        outer.watch(upstream)
        found = inner.gradient(leaves, primals, upstream)
        kept = [(g, t) for g, t in zip(found, tangents, strict=True) if g is not None]
    derivatives = (
        outer.gradient([g for g, _ in kept], upstream, [t for _, t in kept]) if kept else [None] * len(leaves)
    )
    derivatives = [
        Tensor(np.zeros_like(o.array)) if d is None else d for o, d in zip(leaves, derivatives, strict=True)
    ]
    pair = (outputs, pack_like(outputs, derivatives))
    return (*pair, aux) if has_aux else pair
