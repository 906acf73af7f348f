"""Arenas: many variables in one buffer."""

import numpy as np
import pytest

from minikeras.autodiff import Arena, Variable
from minikeras.autodiff.arena import pack


def test_variables_are_views_and_keep_their_values():
    variables = [Variable(np.arange(6.0).reshape(2, 3)), Variable(7.0), Variable(np.arange(20.0))]
    before = [v.numpy() for v in variables]
    arena = Arena(variables)
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
        assert np.shares_memory(variable.array, arena.values)
    assert [start % 16 for start, _ in arena.spans] == [0, 0, 0]
    variables[1].assign(9.0)
    assert arena.values[arena.spans[1][0]] == 9.0
    assert arena.into[id(variables[0])] is arena.gradient_views[0]


def test_gaps_stay_zero():
    arena = Arena([Variable(np.ones(3)), Variable(np.ones(5))])
    inside = np.zeros(arena.values.size, bool)
    for start, stop in arena.spans:
        inside[start:stop] = True
    assert not arena.values[~inside].any()


def test_arenas_take_variables_from_each_other_with_the_latest_values():
    a, b, c = Variable([1.0]), Variable([2.0]), Variable([3.0])
    first, second = Arena([a, b]), Arena([b, c])
    assert (first.complete, second.complete) == (False, True)
    b.assign([20.0])
    first.reclaim()
    assert (first.complete, second.complete) == (True, False)
    assert b.arena is first
    assert first.values[first.spans[1][0]] == 20.0
    b.assign([200.0])
    second.reclaim()
    assert second.values[second.spans[0][0]] == 200.0
    assert a.arena is first


@pytest.mark.parametrize("dtypes", [["float32"], ["float32", "float64"], ["float64", "float32", "float16"]])
def test_pack_makes_one_arena_for_each_dtype(dtypes):
    variables = [Variable(np.ones(2, dtype)) for dtype in dtypes for _ in range(2)]
    arenas = pack(variables)
    assert [arena.dtype.name for arena in arenas] == dtypes
    assert [v.dtype.name for v in variables] == [d for d in dtypes for _ in range(2)]
