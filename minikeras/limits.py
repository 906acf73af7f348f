"""Limits on what reading a file may cost.

A configuration of a few bytes can describe a model of any size, so while one from a stranger is read, an account is
kept: of the bytes of weights, which may not exceed what the file really stores; of the layers made and the calls
recorded; and of the numbers that are computed with to find out shapes by trying. None of it counts for a model that a
user builds.
"""

import contextlib
import contextvars
import math
import threading

# Numbers in the largest array that finding out the shape of a layer's output by trying may take or make.
MOST_TRIED = 1 << 21
# The same, and the numbers in all, for one layer of a class that the user wrote and let the file mention.
MOST_TRIED_OF_A_USER = 1 << 26
# Numbers that all trials of one model may take and make.
MOST_TRIED_IN_ALL = 1 << 22
# Multiplications and additions, or comparisons, for one number that is counted.
STEPS_PER_NUMBER = 64
# What a value among the arguments of a call, or of `compile`, costs.
STEPS_OF_A_VALUE = 2_500
# Layers made, and calls recorded, of one model.
MOST_CALLS = 5_000
# Bytes of weights and of metrics' states that no file need hold, and how many of these there may be.
UNACCOUNTED = 1 << 25
UNACCOUNTED_ARRAYS = 1_000

# How many files are being read, by all threads: what is asked before anything that takes longer to ask.
reading = 0
_counting = threading.Lock()
_account = contextvars.ContextVar("account", default=None)

_STORED = "all that the file stores"
_FRESH = (
    "what a text may ask for. If you know where it is from, call model_from_config(json.loads(text)), "
    "which has no limit"
)


class LimitError(ValueError):
    """What is being read would cost more than its file accounts for."""


class TrialError(LimitError):
    """A shape can only be found by computing with more numbers than are tried."""


class Account:
    """What may still be spent on one file."""

    __slots__ = ("allowance", "arrays", "bytes", "calls", "deferred", "fresh", "most", "numbers")

    def __init__(self, bytes, arrays, fresh=False):
        self.fresh = fresh
        self.allowance = _FRESH if fresh else _STORED
        self.bytes = bytes
        self.arrays = arrays
        self.calls = MOST_CALLS
        self.most = MOST_TRIED
        self.numbers = MOST_TRIED_IN_ALL
        self.deferred = {}


@contextlib.contextmanager
def limited(stored_bytes, stored_arrays, fresh=False):
    """Within the block so many weights, of so many bytes, are made (and a few); their first values come at its end.

    What the file then gave a value needs no other: initializers run for the rest only. fresh: there is no file to give
    values, so that they run at once.
    """
    global reading
    account = Account(stored_bytes + UNACCOUNTED, stored_arrays + UNACCOUNTED_ARRAYS, fresh)
    token = _account.set(account)
    with _counting:
        reading += 1
    try:
        yield
    finally:
        _account.reset(token)
        with _counting:
            reading -= 1
    for variable, fill in account.deferred.values():
        fill(variable)


@contextlib.contextmanager
def trusting():
    """Within the block more is tried: a class of the user's own is, of which only the file's sizes are a stranger's."""
    account = _account.get()
    before = account.most, account.numbers
    account.most, account.numbers = MOST_TRIED_OF_A_USER, MOST_TRIED_OF_A_USER
    try:
        yield
    finally:
        account.most, account.numbers = before


def active():
    """Whether a file is being read, so that there is anything to check."""
    return _account.get() is not None


def deferring():
    """Whether variables get their first values later: a file is being read that is to give them others."""
    account = _account.get()
    return account is not None and not account.fresh


def charge(shape, itemsize, name):
    """Count a weight that is about to be made; a LimitError if it is one too many."""
    account = _account.get()
    if account is None:
        return
    account.bytes -= math.prod(shape) * itemsize
    account.arrays -= 1
    if account.arrays < 0:
        raise LimitError(f"the weight '{name}' is one beyond {account.allowance}.")
    if account.bytes < 0:
        raise LimitError(f"the weight '{name}' of shape {tuple(shape)} goes beyond {account.allowance}.")


def count_call():
    """Count a layer that is made, or a call that is recorded."""
    account = _account.get()
    if account is None:
        return
    account.calls -= 1
    if account.calls < 0:
        raise LimitError(
            f"the model has more than {MOST_CALLS} layers and calls. Build it in Python and load its weights with "
            "load_weights()."
        )


def defer(variable, fill):
    """Leave a variable's first values to the end of reading, when `fill(variable)` is called unless it has others."""
    _account.get().deferred[id(variable)] = variable, fill


def received(variable):
    """Note that a variable was given a value."""
    account = _account.get()
    if account is not None:
        account.deferred.pop(id(variable), None)


def settle(variable):
    """Give a variable its first values now, if they were left to the end."""
    account = _account.get()
    if account is not None and id(variable) in account.deferred:
        _, fill = account.deferred.pop(id(variable))
        token = _account.set(None)
        try:
            fill(variable)
        finally:
            _account.reset(token)


def check_trial(shape):
    """Refuse an array of a shape that only a file could ask for, to try a function on or as what it makes.

    Functions whose settings alone decide how large their results are (`repeat`, `one_hot`, `resize`, ...) call this
    before they make them.
    """
    account = _account.get()
    if account is not None and math.prod(shape) > account.most:
        raise TrialError(
            f"an array of shape {tuple(shape)} would be needed to find out the shapes of the model. Build it in Python "
            "and load its weights with load_weights()."
        )


def check_broadcast(values):
    """Refuse arrays that are small alone and not together: a column and a row make a matrix."""
    if _account.get() is None:
        return
    sizes = [1] * max(len(getattr(value, "shape", ())) for value in values)
    for value in values:
        shape = getattr(value, "shape", ())
        for axis in range(-len(shape), 0):
            sizes[axis] = max(sizes[axis], shape[axis])
    check_trial(sizes)


def check_steps(*factors):
    """Count computing of another order than what it takes and makes: the product of `factors` steps."""
    account = _account.get()
    if account is not None:
        _count(account, math.prod(factors) // STEPS_PER_NUMBER)


def check_values(values):
    """Count values of a configuration that are looked at again and again."""
    check_steps(len(values), STEPS_OF_A_VALUE)


def count_numbers(numbers):
    """Count numbers that a trial took and made."""
    account = _account.get()
    if account is not None:
        _count(account, numbers)


def _count(account, numbers):
    if numbers > account.numbers:
        raise TrialError(
            f"computing with more than {MOST_TRIED_IN_ALL} numbers would be needed to find out the shapes of the model. "
            "Build it in Python and load its weights with load_weights()."
        )
    account.numbers -= numbers
