"""Whether containers hold the same objects: natively and in Python, with the same answers."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras.kernels import contents
from minikeras.kernels.contents import ANY, contents_of

IMPLEMENTATIONS = {"native": contents._native_is_unchanged, "python": contents._is_unchanged}


class EqualToAll:
    """What calls itself equal to anything, as a stranger's object may."""

    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.fixture(params=IMPLEMENTATIONS)
def is_unchanged(request):
    return lambda noted: IMPLEMENTATIONS[request.param](noted, ANY)


def change_value(held):
    held["b"] = [*held["b"]]


def add(held):
    held["d"] = None


def remove(held):
    del held["c"]


def rename(held):
    held["x"] = held.pop("c")


def reorder(held):
    held["a"] = held.pop("a")


def put_what_is_equal_to_all(held):
    held["a"] = EqualToAll()


@pytest.mark.parametrize(
    "change", [change_value, add, remove, rename, reorder, put_what_is_equal_to_all, dict.clear]
)
def test_a_dictionary_that_changed(is_unchanged, change):
    held = {"a": 1.5, "b": [1, 2], "c": np.ones(3)}
    noted = [contents_of({}), contents_of(held)]
    assert is_unchanged(noted)
    change(held)
    assert not is_unchanged(noted)


def test_values_that_may_change(is_unchanged):
    held = {"a": 1.5, "calls": 0}
    noted = [contents_of(held, ignored={"calls", "other"})]
    held["calls"] = 7
    assert is_unchanged(noted)
    held["other"] = None
    assert not is_unchanged(noted)


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_lists_are_unchanged_if_they_hold_the_same_objects(before, after):
    objects = [object(), EqualToAll(), np.ones(2), "text"]
    held = [objects[i] for i in before]
    noted = [contents_of(held)]
    held[:] = [objects[i] for i in after]
    for implementation in IMPLEMENTATIONS.values():
        assert implementation(noted, ANY) == (before == after)


@pytest.mark.skipif(
    contents._native_is_unchanged is contents._is_unchanged, reason="there is no native module"
)
@pytest.mark.parametrize(
    "noted",
    [
        [1],
        [(1, 2)],
        [({}, None, ())],
        [({}, ("a",), ())],
        [([], (), ())],
        [("a", None, ())],
        [([], None, [])],
    ],
)
def test_the_native_one_refuses_what_it_cannot_read(noted):
    with pytest.raises(TypeError, match="is_unchanged expected"):
        contents._native_is_unchanged(noted, ANY)


def test_nothing_is_kept_alive_or_let_go(is_unchanged):
    held = {"a": object()}
    noted = [contents_of(held)]
    counts = [sys.getrefcount(x) for x in (held, held["a"], noted[0])]
    for _ in range(100):
        is_unchanged(noted)
    assert [sys.getrefcount(x) for x in (held, held["a"], noted[0])] == counts
