"""Regularizers: penalties on weights or activities, added to the loss."""

import math

import numpy as np

from minikeras import kernels, lookup, ops, serialization, spellings
from minikeras.autodiff import differentiable
from minikeras.ops.floating import floating_tensor
from minikeras.serialization import Registered


class Regularizer(Registered, family="regularizer"):
    """Base of the regularizers: a function of a tensor that returns a scalar penalty.

    A subclass implements `__call__(x)`; its constructor's arguments, kept under their names, are its configuration.
    """

    module = "keras.regularizers"

    def __call__(self, x):
        """The penalty on `x`, a scalar."""
        return 0.0


def _factor(name, value):
    """A penalty's factor, checked."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < 0:
        raise ValueError(
            f"A regularizer expected {name} to be a finite number of at least 0, received {value!r}. "
            "Penalties on large weights have positive factors, such as 0.01."
        )
    return float(value)


def _l1_l2_composed(x, l1, l2):
    absolute = ops.multiply(ops.sum(ops.absolute(x)), l1)
    return ops.add(absolute, ops.multiply(ops.sum(ops.square(x)), l2))


@differentiable(composed=_l1_l2_composed)
def _l1_l2(x, /, l1, l2):
    def gradient(dy, into):
        return (kernels.penalty_gradient(dy, x, l1, l2, into[0]),)

    return kernels.penalty(x, l1, l2), gradient


class L1L2(Regularizer):
    """l1 Σ|x| + l2 Σx².

    >>> float(L1L2(l1=1.0, l2=1.0)([[1.0, -2.0]]))
    8.0
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1 = _factor("l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", 0.0 if l2 is None else l2)

    def __call__(self, x):
        return _l1_l2(floating_tensor(x), l1=self.l1, l2=self.l2)


class L1(Regularizer):
    """l1 Σ|x|, which drives weights to zero.

    >>> float(L1(0.5)([1.0, -2.0]))
    1.5
    """

    def __init__(self, l1=0.01):
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x):
        return _l1_l2(floating_tensor(x), l1=self.l1, l2=0.0)


class L2(Regularizer):
    """l2 Σx², which keeps weights small.

    >>> float(L2(0.5)([1.0, -2.0]))
    2.5
    """

    def __init__(self, l2=0.01):
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x):
        return _l1_l2(floating_tensor(x), l1=0.0, l2=self.l2)


class OrthogonalRegularizer(Regularizer):
    """factor · the mean |cosine| between the rows (or columns) of a matrix, which makes them orthogonal.

    >>> float(OrthogonalRegularizer(factor=1.0)([[1.0, 0.0], [0.0, 2.0]]))
    0.0
    """

    def __init__(self, factor=0.01, mode="rows"):
        if mode not in ("rows", "columns"):
            raise ValueError(f"OrthogonalRegularizer expected mode='rows' or 'columns', received {mode!r}.")
        self.factor = _factor("factor", factor)
        self.mode = mode

    def __call__(self, inputs):
        inputs = floating_tensor(inputs)
        if len(inputs.shape) != 2:
            raise ValueError(
                f"OrthogonalRegularizer expected a matrix, received a tensor of shape {tuple(inputs.shape)}. "
                "Use it on kernels with two axes, such as Dense's."
            )
        vectors = ops.normalize(inputs, axis=1 if self.mode == "rows" else 0)
        other = ops.transpose(vectors)
        cosines = ops.matmul(vectors, other) if self.mode == "rows" else ops.matmul(other, vectors)
        count = inputs.shape[0 if self.mode == "rows" else 1]
        apart = 1.0 - ops.eye(count, dtype=inputs.dtype).array
        pairs = count * (count - 1) / 2
        total = ops.sum(ops.absolute(ops.multiply(cosines, apart)))
        return ops.multiply(total, self.factor * 0.5 / pairs)


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_ALIASES = {"l1_l2": "L1L2"}


def serialize(regularizer):
    """A regularizer as data that JSON can hold."""
    return serialization.serialize(regularizer)


def deserialize(config, custom_objects=None):
    """The regularizer that a configuration describes."""
    return lookup.read(config, "regularizer", custom_objects, _ALIASES)


def get(identifier):
    """The regularizer that a name ('l2'), class, object, function or configuration means; None stays None.

    >>> get("l2")
    L2()
    """
    return lookup.look_up(identifier, "regularizer", _ALIASES)


__getattr__ = spellings.fallback(__name__)
