"""Bitwise functions of integers; `&`, `|`, `^` and `~` on tensors are these (on booleans: logic)."""

import numpy as np

from minikeras.autodiff import differentiable

__all__ = [
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "left_shift",
    "right_shift",
]


@differentiable(operator="and", promote=True)
def bitwise_and(x, y, /):
    """The bits set in both."""
    return np.bitwise_and(x, y), None


@differentiable(operator="or", promote=True)
def bitwise_or(x, y, /):
    """The bits set in at least one."""
    return np.bitwise_or(x, y), None


@differentiable(operator="xor", promote=True)
def bitwise_xor(x, y, /):
    """The bits set in exactly one."""
    return np.bitwise_xor(x, y), None


@differentiable(operator="invert")
def bitwise_invert(x, /):
    """The bits that are not set."""
    return np.invert(x), None


def bitwise_not(x):
    """The bits that are not set, the same as `bitwise_invert`."""
    return bitwise_invert(x)


@differentiable(promote=True)
def bitwise_left_shift(x, y, /):
    """The bits moved up by y places."""
    if x.dtype.kind == "b":
        x, y = x.astype("int32"), y.astype("int32")
    return np.left_shift(x, y), None


def left_shift(x, y):
    """The bits moved up by y places, the same as `bitwise_left_shift`."""
    return bitwise_left_shift(x, y)


@differentiable(promote=True)
def bitwise_right_shift(x, y, /):
    """The bits moved down by y places, keeping the sign."""
    if x.dtype.kind == "b":
        x, y = x.astype("int32"), y.astype("int32")
    return np.right_shift(x, y), None


def right_shift(x, y):
    """The bits moved down by y places, the same as `bitwise_right_shift`."""
    return bitwise_right_shift(x, y)
