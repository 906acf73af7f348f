"""Constraints: what a weight is brought back to after each step of training."""

from minikeras import config, lookup, ops, serialization, spellings
from minikeras.ops.floating import floating_tensor
from minikeras.serialization import Registered


class Constraint(Registered, family="constraint"):
    """Base of the constraints: a function of a weight that returns the nearest allowed one.

    A subclass implements `__call__(w)`; its constructor's arguments, kept under their names, are its configuration.
    """

    module = "keras.constraints"

    def __call__(self, w):
        """The allowed weight in place of `w`."""
        return w


def _norms(w, axis):
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


def _rescaled(w, norms, desired):
    """`w` with its norms changed to the desired ones."""
    factor = ops.divide(desired, ops.add(norms, config.epsilon()))
    return ops.multiply(w, factor)


class MaxNorm(Constraint):
    """Vectors along `axis` (an integer or several) no longer than `max_value` (Srivastava et al. 2014).

    >>> [round(v.item(), 4) for v in MaxNorm(1.0)([[3.0], [4.0]])]
    [0.6, 0.8]
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w):
        w = floating_tensor(w)
        norms = _norms(w, self.axis)
        return _rescaled(w, norms, ops.clip(norms, 0, self.max_value))


class NonNeg(Constraint):
    """Negative weights become 0.

    >>> NonNeg()([1.0, -1.0]).tolist()
    [1.0, 0.0]
    """

    def __call__(self, w):
        return ops.maximum(w, 0)


class UnitNorm(Constraint):
    """Vectors along `axis` of length 1.

    >>> [round(v.item(), 4) for v in UnitNorm()([[3.0], [4.0]])]
    [0.6, 0.8]
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        w = floating_tensor(w)
        return ops.divide(w, ops.add(_norms(w, self.axis), config.epsilon()))


class MinMaxNorm(Constraint):
    """Vectors along `axis` with a length between min_value and max_value, approached at `rate` (1 at once).

    >>> [round(v.item(), 4) for v in MinMaxNorm(2.0, 3.0)([[0.6], [0.8]])]
    [1.2, 1.6]
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w):
        w = floating_tensor(w)
        norms = _norms(w, self.axis)
        clipped = ops.multiply(ops.clip(norms, self.min_value, self.max_value), self.rate)
        return _rescaled(w, norms, ops.add(clipped, ops.multiply(norms, 1 - self.rate)))


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm

# Keras 2's spellings, which old files name.
_ALIASES = {"nonneg": "NonNeg", "maxnorm": "MaxNorm", "unitnorm": "UnitNorm", "minmaxnorm": "MinMaxNorm"}


def serialize(constraint):
    """A constraint as data that JSON can hold."""
    return serialization.serialize(constraint)


def deserialize(config, custom_objects=None):
    """The constraint that a configuration describes."""
    return lookup.read(config, "constraint", custom_objects, _ALIASES)


def get(identifier):
    """The constraint that a name ('max_norm'), class, object, function or configuration means; None stays None.

    >>> get("non_neg")
    NonNeg()
    """
    return lookup.look_up(identifier, "constraint", _ALIASES)


__getattr__ = spellings.fallback(__name__)
