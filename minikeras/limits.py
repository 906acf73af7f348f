"""Limits on what reading a file may allocate.

A configuration of a few bytes can describe a model of any size, so while one from a stranger is read, every weight is
charged against what the file really holds, and shapes are not tried out on arrays beyond all measure.
"""

import contextlib
import contextvars
import math

# Numbers in the largest array that finding out the shape of a layer's output by trying may take or make.
MOST_TRIED = 1 << 26
_left = contextvars.ContextVar("elements left", default=None)


class LimitError(ValueError):
    """What is being read would allocate more than its file accounts for."""


@contextlib.contextmanager
def limited(elements):
    """Within the block, weights of at most so many numbers are made."""
    token = _left.set(elements)
    try:
        yield
    finally:
        _left.reset(token)


def charge(shape, name):
    """Count a weight that is about to be made; a LimitError if it is one too many."""
    left = _left.get()
    if left is None:
        return
    left -= math.prod(shape)
    if left < 0:
        raise LimitError(
            f"the weight '{name}' of shape {tuple(shape)} is larger than all that the file stores."
        )
    _left.set(left)


def active():
    """Whether a file is being read, so that there is anything to check."""
    return _left.get() is not None


def check_trial(shape):
    """Refuse an array of a shape that only a file could ask for, to try a function on or as what it makes.

    Functions whose settings alone decide how large their results are (`repeat`, `one_hot`, `resize`, ...) call this
    before they make them.
    """
    if _left.get() is not None and math.prod(shape) > MOST_TRIED:
        raise LimitError(
            f"an array of shape {tuple(shape)} would be needed to find out the shapes of the model."
        )
