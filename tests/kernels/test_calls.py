"""Calls of native kernels that are noted, and made again on the same arrays."""

import threading

import numpy as np
import pytest

from minikeras import kernels
from minikeras.kernels.calls import Noting, can_repeat, noted, repeat, root

pytestmark = pytest.mark.skipif(not can_repeat(), reason="the reference kernels cannot be repeated")


def random(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def test_a_repeated_call_writes_where_it_wrote():
    x, w, b = random(5, 3), random(3, 2), random(2)
    y, arrays = noted(kernels.dense, (x, w, b, "relu"))
    assert [a is y for a in arrays] == [True]
    x[...] += 1
    repeat([(kernels.dense, (x, w, b, "relu"), arrays)])
    np.testing.assert_array_equal(y, kernels.dense(x, w, b, "relu"))


def test_several_results_and_nested_functions_keep_their_order():
    x = random(2, 4, 4, 3)

    def both():
        y, winners = kernels.max_pool(x, (2, 2), (2, 2), ((0, 0), (0, 0)))
        return y, winners, kernels.softmax(y)

    (y, winners, p), arrays = noted(both, ())
    assert len(arrays) == 3
    x[...] = x[::-1].copy()
    repeat([(both, (), arrays)])
    expected, expected_winners = kernels.max_pool(x, (2, 2), (2, 2), ((0, 0), (0, 0)))
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(winners, expected_winners)
    np.testing.assert_array_equal(p, kernels.softmax(expected))


def test_other_shapes_than_noted_are_refused():
    x = random(5, 3)
    _, arrays = noted(kernels.softmax, (x,))
    with pytest.raises(RuntimeError, match="asked for other arrays than when it was noted"):
        repeat([(kernels.softmax, (x[:4].copy(),), arrays)])
    assert kernels.softmax(x).shape == (5, 3)  # what follows allocates as ever


def test_errors_pass_through_and_leave_nothing_behind():
    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        repeat([(fails, (), ())])
    with pytest.raises(ZeroDivisionError):
        noted(fails, ())
    a, b = kernels.softmax(random(2, 2)), kernels.softmax(random(2, 2))
    assert a is not b


@pytest.mark.parametrize("calls", [[()], [(print,)], [(print, [], ())], [(1, (), ())], [(print, (), [])]])
def test_what_is_no_list_of_calls_is_refused(calls):
    with pytest.raises(TypeError, match="expected a list of"):
        repeat(calls)


def test_noting_sees_this_thread_alone_and_ends():
    x = random(4, 4)
    before = kernels.softmax
    with Noting() as noting:
        other = threading.Thread(target=kernels.softmax, args=(x,))
        other.start()
        other.join()
        y = kernels.softmax(x)
    assert [(call[0], call[1]) for call in noting.calls] == [(before, (x,))]
    assert noting.calls[0][2][0] is y
    assert kernels.softmax is before
    with pytest.raises(KeyError), Noting():
        raise KeyError
    assert kernels.softmax is before


def test_drawing_cannot_be_repeated():
    with Noting() as noting:
        kernels.dropout(random(3, 3), 0.5, 1, 2)
    assert noting.calls is None


def test_the_root_of_a_view_owns_its_memory():
    x = random(4, 6)
    assert root(x[1:].reshape(-1)[::2]) is root(x)
