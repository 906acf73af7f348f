"""`keras.tree`: nests of lists, tuples and dictionaries."""

import pytest

import minikeras as keras

NEST = {"b": [1, (2, None)], "a": 3}


def test_leaves_and_paths():
    assert keras.tree.flatten(NEST) == [3, 1, 2, None]
    paths = [("a",), ("b", 0), ("b", 1, 0), ("b", 1, 1)]
    assert keras.tree.flatten_with_path(NEST) == list(zip(paths, [3, 1, 2, None], strict=True))
    assert keras.tree.pack_sequence_as(NEST, "wxyz") == {"b": ["x", ("y", "z")], "a": "w"}
    assert [keras.tree.is_nested(value) for value in (NEST, (), [], 1, "ab", None)] == [True] * 3 + [
        False
    ] * 3
    with pytest.raises(ValueError, match="expected 4 leaves, as the structure has, received 3"):
        keras.tree.pack_sequence_as(NEST, [1, 2, 3])


def test_mapping():
    doubled = keras.tree.map_structure(lambda x, y: (x or 0) + (y or 0), NEST, NEST)
    assert doubled == {"b": [2, (4, 0)], "a": 6}
    assert keras.tree.map_structure(lambda x: -x, NEST, none_is_leaf=False) == {
        "b": [-1, (-2, None)],
        "a": -3,
    }
    assert keras.tree.map_structure_up_to({"a": 0, "b": 0}, keras.tree.flatten, NEST) == {
        "a": [3],
        "b": [1, 2, None],
    }
    assert keras.tree.lists_to_tuples(NEST) == {"b": (1, (2, None)), "a": 3}
    assert keras.tree.map_shape_structure(len, {"x": (None, 3), "y": [(2,), [1, 2, 3]]}) == {
        "x": 2,
        "y": [1, 3],
    }


def test_traverse_stops_where_something_is_returned():
    seen = []
    keras.tree.traverse(seen.append, [1, (2,)])
    assert seen == [[1, (2,)], 1, (2,), 2]
    found = keras.tree.traverse(lambda part: keras.tree.MAP_TO_NONE if part == (2,) else None, [1, (2,)])
    assert found == [1, None]


@pytest.mark.parametrize("other", [[1, 2], (1, [2]), [1, [2, 3]], [1, {"a": 2}]])
def test_other_structures_are_refused(other):
    keras.tree.assert_same_structure([1, [2]], [3, [None]])
    with pytest.raises(ValueError, match="The structures differ at"):
        keras.tree.assert_same_structure([1, [2]], other)
    with pytest.raises(ValueError, match="The structures differ at"):
        keras.tree.map_structure(max, [1, [2]], other)
    keras.tree.assert_same_paths([1, [2]], (1, (2,)))
    with pytest.raises(ValueError, match="hold leaves in different places"):
        keras.tree.assert_same_paths([1, [2]], [1, 2])
