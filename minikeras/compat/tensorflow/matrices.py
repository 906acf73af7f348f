"""`tf.linalg`: products, decompositions, solutions."""

import collections

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.arithmetic import axis_of, operands
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable

Qr = collections.namedtuple("Qr", ("q", "r"))
LogMatrixDeterminant = collections.namedtuple("LogMatrixDeterminant", ("sign", "log_abs_determinant"))


def _swap(x):
    return ops.swapaxes(x, -1, -2)


@liftable
def matmul(
    a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, a_is_sparse=False, b_is_sparse=False,
    output_type=None, name=None,
):  # fmt: skip
    """The matrix product over the last two axes, of transposed matrices where asked for."""
    a, b = operands(a, b)
    for x, side in ((a, "a"), (b, "b")):
        if len(x.shape) < 2:
            raise ValueError(
                f"In[{'ab'.index(side)}] ndims must be >= 2: tf.matmul multiplies matrices, `{side}` has shape {tuple(x.shape)}. "
                "Use tf.linalg.matvec or tf.tensordot for vectors."
            )
    a = _swap(a) if transpose_a or adjoint_a else a
    b = _swap(b) if transpose_b or adjoint_b else b
    rows, columns = b.shape[-2], a.shape[-1]
    if None not in (rows, columns) and rows != columns:
        sizes = [str(list(x.shape)).replace(" ", "") for x in (a, b)]
        raise ValueError(f"Matrix size-incompatible: In[0]: {sizes[0]}, In[1]: {sizes[1]} [Op:MatMul]")
    return ops.matmul(a, b)


@liftable
def matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None):
    """The product of matrices with vectors."""
    a, b = operands(a, b)
    a = _swap(a) if transpose_a or adjoint_a else a
    return ops.squeeze(ops.matmul(a, ops.expand_dims(b, -1)), -1)


@liftable
def tensordot(a, b, axes, name=None):
    """The sum of products over axes: so many, or two lists of them."""
    a, b = operands(a, b)
    axes = axes if isinstance(axes, int) else [_listed(side) for side in axes]
    return ops.tensordot(a, b, axes)


def _listed(side):
    return [side] if isinstance(side, int) else list(side)


def einsum(equation, *inputs, **kwargs):
    """Sums of products in Einstein's notation."""
    return _einsum(equation, *inputs)


@liftable
def _einsum(equation, *inputs):
    return ops.einsum(equation, *[as_tensor(x) for x in inputs])


@liftable
def norm(tensor, ord="euclidean", axis=None, keepdims=None, name=None, keep_dims=None):
    """The norm of vectors or matrices; without an axis, of all elements together."""
    x, axis, keepdims = as_tensor(tensor), axis_of(axis), bool(keepdims or keep_dims)
    if axis is None:
        shape = (1,) * len(x.shape) if keepdims else ()
        y = ops.norm(ops.reshape(x, (-1,)), 2 if ord == "euclidean" else ord)
        return ops.reshape(y, shape)
    if ord == "euclidean":
        ord = "fro" if isinstance(axis, tuple) and len(axis) == 2 else 2
    return ops.norm(x, ord, axis, keepdims)


@liftable
def normalize(tensor, ord="euclidean", axis=None, name=None):
    """The tensor divided by its norm, and the norm."""
    length = norm(tensor, ord, axis, keepdims=True)
    return as_tensor(tensor) / length, length


@liftable
def inv(input, adjoint=False, name=None):
    """The inverse matrix."""
    x = as_tensor(input)
    return ops.inv(_swap(x) if adjoint else x)


@liftable
def det(input, name=None):
    """The determinant."""
    return ops.det(as_tensor(input))


@liftable
def logdet(matrix, name=None):
    """The logarithm of the determinant of a positive definite matrix."""
    return ops.logdet(as_tensor(matrix))


@liftable
def slogdet(input, name=None):
    """The sign and the logarithm of the determinant."""
    sign, log = ops.slogdet(as_tensor(input))
    return LogMatrixDeterminant(sign, log)


@liftable
def pinv(a, rcond=None, validate_args=False, name=None):
    """The pseudo-inverse."""
    return ops.pinv(as_tensor(a), rcond)


@liftable
def solve(matrix, rhs, adjoint=False, name=None):
    """x with matrix · x = rhs."""
    matrix, rhs = operands(matrix, rhs)
    return ops.solve(_swap(matrix) if adjoint else matrix, rhs)


@liftable
def triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """x with matrix · x = rhs, of a triangular matrix."""
    matrix, rhs = operands(matrix, rhs)
    if adjoint:
        matrix, lower = _swap(matrix), not lower
    return ops.solve_triangular(matrix, rhs, lower)


@liftable
def lstsq(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """x that minimizes ‖matrix · x - rhs‖² + l2_regularizer · ‖x‖²."""
    matrix, rhs = operands(matrix, rhs)
    if l2_regularizer:
        square = _swap(matrix) @ matrix
        return ops.solve(
            square + l2_regularizer * np.eye(square.shape[-1], dtype=square.dtype.name), _swap(matrix) @ rhs
        )
    return ops.lstsq(matrix, rhs)


@liftable
def cholesky(input, name=None):
    """L with L · Lᵀ = input."""
    return ops.cholesky(as_tensor(input))


@liftable
def cholesky_solve(chol, rhs, name=None):
    """x with chol · cholᵀ · x = rhs."""
    chol, rhs = operands(chol, rhs)
    return ops.solve_triangular(_swap(chol), ops.solve_triangular(chol, rhs, True), False)


@liftable
def qr(input, full_matrices=False, name=None):
    """An orthogonal and an upper triangular matrix."""
    q, r = ops.qr(as_tensor(input), "complete" if full_matrices else "reduced")
    return Qr(q, r)


@liftable
def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """Singular values, and with compute_uv the matrices u and v (not transposed): (s, u, v)."""
    if not compute_uv:
        return ops.svd(as_tensor(tensor), full_matrices, False)
    u, s, vh = ops.svd(as_tensor(tensor), full_matrices)
    return s, u, _swap(vh)


@liftable
def eigh(tensor, name=None):
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    values, vectors = ops.eigh(as_tensor(tensor))
    return values, vectors


@liftable
def eigvalsh(tensor, name=None):
    """Eigenvalues of a symmetric matrix."""
    return ops.eigh(as_tensor(tensor))[0]


@liftable
def eig(tensor, name=None):
    """Eigenvalues and eigenvectors, complex."""
    x = as_tensor(tensor).array
    values, vectors = np.linalg.eig(x)
    kind = np.complex64 if x.dtype.itemsize <= 4 else np.complex128
    return Tensor(values.astype(kind)), Tensor(vectors.astype(kind))


@liftable
def matrix_rank(a, tol=None, validate_args=False, name=None):
    """The number of singular values above the tolerance."""
    return ops.matrix_rank(as_tensor(a), tol)


@liftable
def trace(x, name=None):
    """The sum of the diagonal of the last two axes."""
    return ops.trace(as_tensor(x), axis1=-2, axis2=-1)


@liftable
def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with the given k-th diagonals."""
    x = as_tensor(diagonal)
    if len(x.shape) == 1:
        return ops.diag(x, k=int(k))
    if k:
        raise ValueError(
            "tf.linalg.diag of a batch makes main diagonals here, k=0. Use tf.linalg.diag on each vector."
        )
    return ops.expand_dims(x, -1) * np.eye(x.shape[-1], dtype=numpy_dtype(x.dtype))


@liftable
def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):
    """The k-th diagonal of matrices."""
    return ops.diagonal(as_tensor(input), int(k), -2, -1)


@liftable
def tensor_diag(diagonal, name=None):
    """A matrix with this diagonal."""
    return ops.diagflat(as_tensor(diagonal))


@liftable
def band_part(input, num_lower, num_upper, name=None):
    """The matrix with zeros away from num_lower diagonals below and num_upper above the main one (-1: all)."""
    x = as_tensor(input)
    rows, columns = x.shape[-2:]
    distance = np.arange(rows)[:, None] - np.arange(columns)
    lower, upper = int(num_lower), int(num_upper)
    kept = ((lower < 0) | (distance <= lower)) & ((upper < 0) | (-distance <= upper))
    return ops.where(kept, x, ops.zeros_like(x))


@liftable
def cross(a, b, name=None):
    """The cross product of vectors of three."""
    return ops.cross(*operands(a, b))


@liftable
def expm(input, name=None):
    """The matrix exponential, by its Padé approximant of order (6, 6) with scaling and squaring; no gradient flows."""
    x = np.asarray(as_tensor(input).array, "float64")
    squarings = max(0, int(np.ceil(np.log2(max(np.abs(x).sum(-1).max(initial=0), 1e-300)))) + 1)
    x = x / 2**squarings
    term = total = below = np.broadcast_to(np.eye(x.shape[-1]), x.shape)
    factor = 1.0
    for k in range(1, 7):
        factor *= (7 - k) / (k * (13 - k))
        term = term @ x
        total, below = total + factor * term, below + (-1) ** k * factor * term
    y = np.linalg.solve(below, total)
    for _ in range(squarings):
        y = y @ y
    return Tensor(y.astype(as_tensor(input).array.dtype))


@liftable
def matrix_transpose(a, name="matrix_transpose", conjugate=False):
    """The last two axes exchanged."""
    return _swap(as_tensor(a))


@liftable
def global_norm(t_list, name=None):
    """The norm of all tensors together."""
    return ops.sqrt(sum(ops.sum(ops.square(as_tensor(t))) for t in t_list if t is not None))
