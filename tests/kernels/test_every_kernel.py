"""Every kernel there is: all sizes from 1 to 40 at batches of 1, 7 and 33, strided and read-only inputs, any shape."""

from functools import cache

import numpy as np
import pytest
from every_kernel import CALLS, CASES, IN_PLACE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_checks import awkward, close, numbers

from minikeras.kernels import reference


def double(*shape, **named):
    return numbers(*shape, **named).astype(np.float64)


def arrays_of(value):
    """The arrays and numbers in a result, in order; integers that only their own gradient reads are left out."""
    if isinstance(value, tuple):
        return [array for part in value for array in arrays_of(part)]
    return [] if value is None or getattr(value, "dtype", None) in (np.uint8, np.bool_) else [value]


def results(kernels, name, n, size, number=numbers, wrap=lambda array: array):
    """What a call returns, and what it leaves in the arrays it updates; every other argument must stay as it was."""
    kernel, arguments = CALLS[name]
    given = tuple(wrap(a) if isinstance(a, np.ndarray) else a for a in arguments(kernels, n, size, number))
    before = [a.copy() if isinstance(a, np.ndarray) else a for a in given]
    received = arrays_of(getattr(kernels, kernel)(*given))
    for position, (one, other) in enumerate(zip(given, before, strict=True)):
        if isinstance(one, np.ndarray) and not (kernel in IN_PLACE and position != 1):
            np.testing.assert_array_equal(one, other)
    if kernel in IN_PLACE:
        received += [a for a in given if isinstance(a, np.ndarray)]
    return [np.array(value) for value in received if not is_saved(kernel, value, received)]


def is_saved(kernel, value, received):
    """What a recurrent kernel keeps for its gradient is its own affair, and checked by the gradient."""
    counts = {"lstm": 3, "gru": 2, "simple_rnn": 2}
    return kernel in counts and not any(value is kept for kept in received[: counts[kernel]])


@cache
def expected(name, n, size):
    return results(reference, name, n, size, double)


def agrees(kernels, name, n, size):
    received, goals = results(kernels, name, n, size), expected(name, n, size)
    assert len(received) == len(goals)
    for value, goal in zip(received, goals, strict=True):
        close(value, goal, 2e-5)


def test_the_table_is_complete():
    assert sorted(CASES) == reference.__all__


@pytest.mark.parametrize("n", [1, 7, 33])
@pytest.mark.parametrize("name", CALLS)
def test_every_size(kernels, name, n):
    for size in range(1, 41):
        agrees(kernels, name, n, size)


def strided(array):
    return awkward(array) if array.ndim else array


@pytest.mark.parametrize("name", CALLS)
def test_strided_and_read_only_inputs(kernels, name):
    plain = results(kernels, name, 7, 19)
    kernel, _ = CALLS[name]
    wrap = (lambda array: np.repeat(array, 2)[::2]) if kernel in IN_PLACE else strided
    for value, goal in zip(results(kernels, name, 7, 19, wrap=wrap), plain, strict=True):
        close(value, goal, 1e-6)


@pytest.mark.parametrize("name", CALLS)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=st.integers(1, 70), size=st.integers(1, 100))
def test_any_shape(kernels, name, n, size):
    agrees(kernels, name, n, size)
