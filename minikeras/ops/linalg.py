"""Products of matrices and tensors."""

import numpy as np

from minikeras import kernels
from minikeras.autodiff import as_array, differentiable
from minikeras.ops import elementwise, shape


@differentiable(operator="matmul", promote=True)
def matmul(x1, x2, /):
    """The matrix product over the last two axes, the others broadcast; a vector counts as a row or a column."""
    if x1.ndim == 1 or x2.ndim == 1:
        return np.matmul(x1, x2), (lambda dy: _left(dy, x1, x2), lambda dy: _right(dy, x1, x2))
    return np.matmul(x1, x2), (
        lambda dy: np.matmul(dy, np.swapaxes(x2, -1, -2)),
        lambda dy: np.matmul(np.swapaxes(x1, -1, -2), dy),
    )


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


def dot(x1, x2):
    """NumPy's dot: the sum over the last axis of x1 and the second-to-last of x2."""
    x1, x2 = _as_operand(x1), _as_operand(x2)
    if not x1.ndim or not x2.ndim:
        return elementwise.multiply(x1, x2)
    if x2.ndim <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, axes=([x1.ndim - 1], [x2.ndim - 2]))


def tensordot(x1, x2, axes=2):
    """The sum of products over the named axes of x1 and x2."""
    x1, x2 = _as_operand(x1), _as_operand(x2)
    if isinstance(axes, int):
        axes = (list(range(x1.ndim - axes, x1.ndim)), list(range(axes)))
    first, second = [[a] if isinstance(a, int) else list(a) for a in axes]
    first, second = [a % x1.ndim for a in first], [a % x2.ndim for a in second]
    letters = [chr(ord("a") + i) for i in range(x1.ndim + x2.ndim)]
    left, right = letters[: x1.ndim], letters[x1.ndim :]
    for a, b in zip(first, second, strict=True):
        right[b] = left[a]
    result = [c for i, c in enumerate(left) if i not in first] + [c for i, c in enumerate(right) if i not in second]
    return einsum(f"{''.join(left)},{''.join(right)}->{''.join(result)}", x1, x2)


@differentiable(promote=True)
def _einsum(*operands, subscripts):
    inputs, output = subscripts
    y = np.einsum(",".join(inputs) + "->" + output, *operands, optimize=len(operands) > 1)

    def by(i):
        def gradient(dy):
            others = [s for j, s in enumerate(inputs) if j != i]
            available = set(output).union(*others) if others else set(output)
            kept = "".join(c for c in inputs[i] if c in available)
            terms = ",".join([output, *others])
            dx = np.einsum(f"{terms}->{kept}", dy, *[o for j, o in enumerate(operands) if j != i], optimize=True)
            # An axis that was summed over alone comes back by repetition.
            place = tuple([slice(None) if c in available else None for c in inputs[i]])
            return np.broadcast_to(dx[place], operands[i].shape)

        return gradient

    return y, tuple([by(i) for i in range(len(operands))])


def einsum(subscripts, *operands, **kwargs):
    """Einstein's summation, such as einsum("bij,bjk->bik", x, y); an ellipsis stands for the leading axes."""
    ranks = [len(shape.shape(o)) for o in operands]
    return _einsum(*operands, subscripts=_expand(subscripts, ranks))


def _expand(subscripts, ranks):
    """The inputs' letters and the output's, with ellipses written out."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"einsum {subscripts!r} names {len(terms)} operands, received {len(ranks)}.")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in subscripts]
    widths = [rank - len(term.replace("...", "")) for term, rank in zip(terms, ranks, strict=True)]
    widest = max([w for w, t in zip(widths, terms, strict=True) if "..." in t], default=0)
    dots = "".join(spare[:widest])
    terms = [t.replace("...", dots[widest - w :] if w else "") for t, w in zip(terms, widths, strict=True)]
    if not arrow:
        together = "".join(terms)
        output = dots + "".join(sorted({c for c in together if together.count(c) == 1 and c not in dots}))
    return tuple(terms), output.replace("...", dots)


def outer(x1, x2):
    """All products of an element of x1 with an element of x2."""
    return elementwise.multiply(shape.reshape(x1, (-1, 1)), shape.reshape(x2, (1, -1)))


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


def _as_operand(x):
    return x if hasattr(x, "ndim") else as_array(x)
