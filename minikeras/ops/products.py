"""Products of vectors, matrices and tensors."""

import numpy as np

from minikeras import kernels, limits
from minikeras.autodiff import convert_to_tensor, differentiable, operation
from minikeras.ops import elementwise, joining, shaping

__all__ = ["cross", "dot", "einsum", "inner", "kron", "matmul", "outer", "tensordot", "vander", "vdot"]


@differentiable(operator="matmul", promote=True)
def matmul(x1, x2, /):
    """The matrix product over the last two axes, the others broadcast; a vector counts as a row or a column."""
    if x1.dtype.kind == "i" and x1.dtype.itemsize == 1:
        x1, x2 = x1.astype("int32"), x2.astype("int32")
    if limits.reading:
        _count_steps(x1, x2)
    if x1.ndim == 1 or x2.ndim == 1:
        return np.matmul(x1, x2), (lambda dy: _left(dy, x1, x2), lambda dy: _right(dy, x1, x2))
    return np.matmul(x1, x2), (
        lambda dy: np.matmul(dy, np.swapaxes(x2, -1, -2)),
        lambda dy: np.matmul(np.swapaxes(x1, -1, -2), dy),
    )


def _count_steps(x1, x2):
    """Refuse a product that is too large to be tried for the shapes of a model that is read from a file."""
    if x1.ndim > 1 and x2.ndim > 1:
        batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
        limits.check_trial((*batch, x1.shape[-2], x2.shape[-1]))
        limits.check_steps(*batch, *x1.shape[-2:], x2.shape[-1])


def _left(dy, x1, x2):
    if x2.ndim == 1:
        return np.expand_dims(dy, -1) * x2
    # x1 is a vector: a row against the last two axes of x2.
    return np.matmul(np.expand_dims(dy, -2), np.swapaxes(x2, -1, -2))[..., 0, :]


def _right(dy, x1, x2):
    if x1.ndim == 1 and x2.ndim == 1:
        return dy * x1
    if x1.ndim == 1:
        return np.expand_dims(x1, -1) * np.expand_dims(dy, -2)
    return np.sum(x1 * np.expand_dims(dy, -1), axis=tuple(range(x1.ndim - 1)))


@operation
def dot(x1, x2, /):
    """NumPy's dot: the sum over the last axis of x1 and the second-to-last of x2."""
    if not x1.ndim or not x2.ndim:
        return elementwise.multiply(x1, x2)
    if x2.ndim <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, axes=([x1.ndim - 1], [x2.ndim - 2]))


@operation
def tensordot(x1, x2, /, axes=2):
    """The sum of products over the named axes of x1 and x2: a number of last and first axes, or a pair of lists."""
    if isinstance(axes, int):
        axes = (list(range(x1.ndim - axes, x1.ndim)), list(range(axes)))
    first, second = [[a] if isinstance(a, int) else list(a) for a in axes]
    first, second = [a % x1.ndim for a in first], [a % x2.ndim for a in second]
    if [x1.shape[a] for a in first] != [x2.shape[a] for a in second]:
        raise ValueError(
            f"tensordot expected axes of the same sizes, received shapes {x1.shape} and {x2.shape} with axes={axes!r}."
        )
    free1, free2 = ([a for a in range(x.ndim) if a not in used] for x, used in ((x1, first), (x2, second)))
    size = int(np.prod([x1.shape[a] for a in first]))
    left = shaping.reshape(
        shaping.transpose(x1, (*free1, *first)), (int(np.prod([x1.shape[a] for a in free1])), size)
    )
    right = shaping.reshape(
        shaping.transpose(x2, (*second, *free2)), (size, int(np.prod([x2.shape[a] for a in free2])))
    )
    return shaping.reshape(
        matmul(left, right), [*(x1.shape[a] for a in free1), *(x2.shape[a] for a in free2)]
    )


# Einstein's summation


@differentiable(promote=True)
def _einsum(*operands, subscripts):
    inputs, output = subscripts
    if limits.reading:
        axes = {c: s for i, x in zip(inputs, operands, strict=True) for c, s in zip(i, x.shape, strict=True)}
        limits.check_trial([axes[c] for c in output])
        limits.check_steps(*axes.values())
    y = np.einsum(",".join(inputs) + "->" + output, *operands, optimize=len(operands) > 1)

    def by(i):
        def gradient(dy):
            others = [s for j, s in enumerate(inputs) if j != i]
            available = set(output).union(*others) if others else set(output)
            letters = list(dict.fromkeys(inputs[i]))
            kept = "".join(c for c in letters if c in available)
            terms = ",".join([output, *others])
            dx = np.einsum(
                f"{terms}->{kept}", dy, *[o for j, o in enumerate(operands) if j != i], optimize=True
            )
            # An axis that was summed over alone comes back by repetition.
            place = tuple([slice(None) if c in available else None for c in letters])
            sizes = dict(zip(inputs[i], operands[i].shape, strict=True))
            dx = np.broadcast_to(dx[place], tuple([sizes[c] for c in letters]))
            if len(letters) == len(inputs[i]):
                return np.broadcast_to(dx, operands[i].shape)
            # A repeated letter reads a diagonal: the gradient goes there, and nowhere else.
            for position, c in enumerate(inputs[i]):
                if inputs[i].index(c) != position:
                    letters.insert(position, c)
                    first = letters.index(c)
                    eye = np.eye(sizes[c], dtype=bool).reshape(
                        [sizes[c] if a in (first, position) else 1 for a in range(len(letters))]
                    )
                    dx = np.expand_dims(dx, position) * eye.astype(dx.dtype)
            return dx

        return gradient

    return y, tuple([by(i) for i in range(len(operands))])


@operation
def einsum(subscripts, *operands, **kwargs):
    """Einstein's summation, such as einsum("bij,bjk->bik", x, y); an ellipsis stands for the leading axes.

    Operands of int8 are summed as int32. `optimize`, as in NumPy, is accepted: the order of products is always chosen.
    """
    unknown = sorted(set(kwargs) - {"optimize"})
    if unknown:
        raise TypeError(f"einsum received unknown arguments {unknown}; it takes `optimize` alone.")
    operands = [convert_to_tensor(o) for o in operands]
    if all(o.dtype == np.int8 for o in operands):
        operands = [elementwise.cast(o, "int32") for o in operands]
    return _einsum(*operands, subscripts=_expand(subscripts, [o.ndim for o in operands]))


def _expand(subscripts, ranks):
    """The inputs' letters and the output's, with ellipses written out."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"einsum {subscripts!r} names {len(terms)} operands, received {len(ranks)}.")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in subscripts]
    widths = [rank - len(term.replace("...", "")) for term, rank in zip(terms, ranks, strict=True)]
    for term, width in zip(terms, widths, strict=True):
        if width < 0 or (width and "..." not in term):
            raise ValueError(
                f"einsum {subscripts!r}: {term!r} does not name the axes of its operand one by one."
            )
    widest = max([w for w, t in zip(widths, terms, strict=True) if "..." in t], default=0)
    dots = "".join(spare[:widest])
    terms = [t.replace("...", dots[widest - w :] if w else "") for t, w in zip(terms, widths, strict=True)]
    if not arrow:
        together = "".join(terms)
        output = dots + "".join(sorted({c for c in together if together.count(c) == 1 and c not in dots}))
    return tuple(terms), output.replace("...", dots)


# Products of vectors


@operation
def outer(x1, x2, /):
    """All products of an element of x1 with an element of x2."""
    return elementwise.multiply(shaping.reshape(x1, (-1, 1)), shaping.reshape(x2, (1, -1)))


@operation
def inner(x1, x2, /):
    """The sum of products over the last axes of x1 and x2."""
    if not x1.ndim or not x2.ndim:
        return elementwise.multiply(x1, x2)
    return tensordot(x1, x2, axes=([x1.ndim - 1], [x2.ndim - 1]))


@operation
def vdot(x1, x2, /):
    """The sum of products of the elements of the flattened x1 (its conjugate, if complex) and x2."""
    if x1.dtype.kind == "c":
        x1 = elementwise.conj(x1)
    return matmul(shaping.ravel(x1), shaping.ravel(x2))


@operation
def cross(x1, x2, /, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """The cross product of vectors of 3 (or 2) elements along axisa and axisb; the result's lie along axisc.

    axis: one value for all three. Two vectors of 2 elements give the third component alone.
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = shaping.moveaxis(x1, axisa, -1), shaping.moveaxis(x2, axisb, -1)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ValueError(
            f"cross expected vectors of 2 or 3 elements, received shapes {x1.shape} and {x2.shape}."
        )
    third = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    if a.shape[-1] == b.shape[-1] == 2:
        return third
    a2 = a[..., 2] if a.shape[-1] == 3 else elementwise.multiply(a[..., 0], 0)
    b2 = b[..., 2] if b.shape[-1] == 3 else elementwise.multiply(b[..., 0], 0)
    parts = [a[..., 1] * b2 - a2 * b[..., 1], a2 * b[..., 0] - a[..., 0] * b2, third]
    return shaping.moveaxis(joining.stack(parts, axis=-1), -1, axisc)


@operation
def kron(x1, x2, /):
    """The Kronecker product: x2 multiplied by each element of x1, in blocks."""
    ndim = max(x1.ndim, x2.ndim)
    sizes1, sizes2 = ((1,) * (ndim - x.ndim) + x.shape for x in (x1, x2))
    left = shaping.reshape(x1, [s for size in sizes1 for s in (size, 1)])
    right = shaping.reshape(x2, [s for size in sizes2 for s in (1, size)])
    return shaping.reshape(left * right, [a * b for a, b in zip(sizes1, sizes2, strict=True)])


@operation
def vander(x, /, N=None, increasing=False):
    """The Vandermonde matrix: powers of the elements of a vector, from N - 1 down to 0 (or up, if increasing)."""
    if x.ndim != 1:
        raise ValueError(f"vander expected a vector, received shape {x.shape}.")
    N = x.shape[0] if N is None else N
    limits.check_trial((x.shape[0], N))
    powers = np.arange(N, dtype=x.dtype) if increasing else np.arange(N, dtype=x.dtype)[::-1]
    return elementwise.power(x[:, None], powers)


# The product of dense layers


def _dense_composed(x, kernel, bias, activation=None):
    y = matmul(x, kernel)
    if bias is not None:
        y = elementwise.add(y, bias)
    return _ACTIVATIONS[activation](y)


@differentiable(composed=_dense_composed)
def dense(x, kernel, bias, /, activation=None):
    """activation(x · kernel + bias), in one kernel; activation is None, 'relu', 'sigmoid' or 'tanh'."""
    y = kernels.dense(x, kernel, bias, activation)
    return y, lambda dy, into: kernels.dense_gradient(dy, x, kernel, y, activation, into)


_ACTIVATIONS = {
    None: lambda y: y,
    "relu": lambda y: elementwise.multiply(y, elementwise.cast(elementwise.greater(y, 0), y.dtype)),
    "sigmoid": lambda y: elementwise.reciprocal(elementwise.add(elementwise.exp(elementwise.negative(y)), 1)),
    "tanh": elementwise.tanh,
}
