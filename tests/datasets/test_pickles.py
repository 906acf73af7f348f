"""The pickle reader: what the data sets need, and nothing that a hostile file could want."""

import io
import os
import pickle
import struct

import numpy as np
import pytest
from archives import objects, python2_pickle
from hypothesis import given, settings
from hypothesis import strategies as st

from minikeras.datasets import pickles
from minikeras.datasets.pickles import read_pickle, read_sequences

TEXTS = [[1, 2, 70000], [3], [], [4, 5]]


def read(content):
    return read_pickle(io.BytesIO(content), "The file")


DUMPS = {
    "Python 2": python2_pickle,
    "protocol 3": lambda value: pickle.dumps(value, 3),
    "protocol 4": lambda value: pickle.dumps(value, 4),
}


@pytest.mark.parametrize("dump", DUMPS.values(), ids=DUMPS)
@pytest.mark.parametrize("dtype", ["bool", "uint8", "<i4", ">i8", "<f4", "float64"])
def test_reads_arrays_of_numbers(dump, dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    received = read(dump(array))
    np.testing.assert_array_equal(received, array)
    assert received.dtype == array.dtype


@pytest.mark.parametrize(
    ("protocol", "function"), [(2, r"_codecs\.encode"), (5, r"numpy\._core\.numeric\._frombuffer")]
)
def test_refuses_the_functions_of_protocols_in_which_no_data_set_is_published(protocol, function):
    with pytest.raises(ValueError, match=f"asks for {function}, which no data set needs"):
        read(pickle.dumps(np.ones(3), protocol))


def test_reads_arrays_in_fortran_order():
    array = np.asfortranarray(np.arange(6).reshape(2, 3))
    np.testing.assert_array_equal(read(python2_pickle(array)), array)


def test_reads_a_dictionary_with_arrays():
    received = read(
        python2_pickle({b"data": np.ones((2, 2), np.uint8), b"labels": [1, 0], b"name": b"batch"})
    )
    assert (received[b"labels"], received[b"name"]) == ([1, 0], b"batch")
    np.testing.assert_array_equal(received[b"data"], np.ones((2, 2)))


@pytest.mark.parametrize("dump", [python2_pickle, lambda value: pickle.dumps(value, 4)])
def test_reads_lists_and_arrays_of_integers_in_arrays_of_objects(dump):
    assert read_sequences(io.BytesIO(dump(objects(TEXTS))), "x") == TEXTS
    same = [[1, 2], [3, 4]]
    assert read_sequences(io.BytesIO(dump(objects(same))), "x") == same
    if dump is not python2_pickle:
        arrays = objects([np.array(text, np.int64) for text in TEXTS])
        received = read_sequences(io.BytesIO(dump(arrays)), "x")
        assert received == TEXTS
        assert type(received[0][0]) is int


@pytest.mark.parametrize("item", ["text", [1.5], [True], [[1]], None, {"a": 1}, np.ones(2)])
def test_refuses_other_things_in_arrays_of_objects(item):
    content = pickle.dumps(objects([[1], item]), 4)
    with pytest.raises(ValueError, match="x holds something else than a list of integers at row 1"):
        read_sequences(io.BytesIO(content), "x")


def test_refuses_numbers_where_texts_are_expected():
    with pytest.raises(ValueError, match="x holds no array of objects"):
        read_sequences(io.BytesIO(pickle.dumps(np.ones(3), 4)), "x")


class Attack:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("place", ["alone", "in an array", "in a dictionary"])
def test_a_malicious_pickle_does_not_run(tmp_path, protocol, place):
    victim = tmp_path / "ran"
    attack = Attack(os.mkdir, str(victim))
    value = {"alone": attack, "in an array": objects([[1], [attack]]), "in a dictionary": {b"data": attack}}[
        place
    ]
    content = pickle.dumps(value, protocol)
    with pytest.raises(
        ValueError, match=r"The file is not a pickle of plain arrays: .*Nothing in it was run\."
    ):
        read(content)
    assert not victim.exists()
    # The same pickle would have run: the test is worth something.
    pickle.loads(content)
    assert victim.exists()


@pytest.mark.parametrize(
    "name",
    [
        "os\nsystem",
        "builtins\neval",
        "builtins\ngetattr",
        "numpy\nload",
        "numpy\nmemmap",
        "numpy.core.multiarray\nscalar",
    ],
)
def test_refuses_every_other_name(name):
    with pytest.raises(ValueError, match="asks for " + name.replace("\n", ".")):
        read(b"c" + name.encode() + b"\n.")


def reconstructed(shape, dtype, content):
    """The pickle of an array with a state of our choice."""
    state = pickle.dumps((1, shape, None, False, content), 2)[2:-1].replace(b"N\x89", dtype + b"\x89", 1)
    return (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R" + state + b"b."
    )


def dtype(code, order=b"<"):
    length = struct.pack("<B", len(code))
    return (
        b"cnumpy\ndtype\nU"
        + length
        + code
        + b"K\x00K\x01\x87R(K\x03U\x01"
        + order
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )


def test_the_forger_of_the_next_test_can_make_a_sound_array():
    assert read(reconstructed((2,), dtype(b"O8", b"|"), [7, 8])) == [7, 8]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (reconstructed((2**40,), dtype(b"O8", b"|"), [1]), "another shape than its content"),
        (reconstructed((-1,), dtype(b"O8", b"|"), [1]), "has the shape"),
        (reconstructed((1.5,), dtype(b"O8", b"|"), [1]), "has the shape"),
        (reconstructed((1,), dtype(b"f8"), [1]), "another shape than its content"),
        (reconstructed((1,), dtype(b"V8"), [1]), "has the dtype '<' 'V8'"),
        (reconstructed((1,), dtype(b"S99"), [1]), "has the dtype"),
        (reconstructed((1,), dtype(b"i8", b"?"), [1]), "has the dtype"),
        (b"\x80\x02cnumpy\nndarray\n(N}U\x05stateK\x01stb.", "not a pickle"),
        (b"\x80\x02cnumpy\ndtype\n.", "it holds a type"),
        (b"\x80\x02K\x01.", "it holds a int"),
        (b"\x80\x02cnumpy\nndarray\n)\x81.", "not a pickle"),
        (b"", "Ran out of input"),
        (b"\x80\x02]", "not a pickle"),
    ],
    ids=range(13),
)
def test_forged_arrays_are_refused(content, text):
    with pytest.raises(ValueError, match=text):
        read(content)


def test_a_pickle_cannot_change_the_reader():
    # BUILD with a pair sets attributes, on a class as on anything else, unless it takes its state itself.
    with pytest.raises(ValueError, match="not a pickle"):
        read(b"\x80\x02cnumpy\nndarray\nN}U\x05valueK\x01s\x86b.")
    assert callable(pickles._Array.value)


# LONG_BINPUT and BYTEARRAY8 with a large number only ask for memory, which a test should not use.
HUNGRY = pickle.LONG_BINPUT + pickle.BYTEARRAY8


@settings(max_examples=500, deadline=None)
@given(position=st.integers(0), byte=st.integers(0, 255).filter(lambda byte: byte not in HUNGRY))
def test_a_damaged_pickle_is_a_list_of_texts_or_a_value_error(position, byte):
    content = bytearray(python2_pickle(objects(TEXTS)))
    content[position % len(content)] = byte
    try:
        received = read_sequences(io.BytesIO(bytes(content)), "x")
    except ValueError:
        return
    assert all(type(word) is int for text in received for word in text)
