"""The idx reader, on sound and on damaged files."""

import gzip
import hashlib
import re
import struct

import numpy as np
import pytest
from archives import idx
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from minikeras.datasets.idx import read_idx
from minikeras.files import DamagedFileError

IMAGES = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)


def write(folder, content):
    path = folder / "images.gz"
    path.write_bytes(content)
    return path


@settings(max_examples=30, deadline=None)
@given(array=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6)))
def test_reads_what_was_written(tmp_path_factory, array):
    path = write(tmp_path_factory.mktemp("idx"), idx(array))
    received = read_idx(path, array.ndim)
    np.testing.assert_array_equal(received, array)
    assert received.dtype == np.uint8
    assert received.flags.writeable
    assert received.flags.c_contiguous


def test_the_checksum_is_of_the_unpacked_file(tmp_path):
    unpacked = gzip.decompress(idx(IMAGES))
    path = write(tmp_path, gzip.compress(unpacked, compresslevel=1))
    assert read_idx(path, 3, hashlib.sha256(unpacked).hexdigest()).shape == (5, 4, 3)
    with pytest.raises(
        ValueError, match=re.escape(f"{path} is damaged") + ".*its SHA-256 is .*, expected 00"
    ):
        read_idx(path, 3, "00")


def unpacked(shape, content, start=b"\0\0\x08\x03"):
    return gzip.compress(start + struct.pack(f">{len(shape)}I", *shape) + content)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "expected a header of 16 bytes"),
        (b"not gzip at all", "incorrect header check"),
        (idx(IMAGES)[:-12], "it holds less than the 60 bytes promised"),
        (idx(IMAGES)[:-5], "it holds less than the 60 bytes promised"),
        (idx(IMAGES)[:-8] + bytes(8), "incorrect data check"),
        (gzip.compress(b"\0\0\x08"), "expected a header of 16 bytes from 00 00 08 03, got 00 00 08"),
        (idx(IMAGES[0]), "expected a header of 16 bytes from 00 00 08 03, got 00 00 08 02"),
        (unpacked((1, 1, 1), b"1234", b"\0\0\x0d\x03"), "expected a header .* got 00 00 0d 03"),
        (unpacked((5, 4, 3), bytes(59)), "it holds less than the 60 bytes promised"),
        (unpacked((5, 4, 3), bytes(61)), "it holds more than the 60 bytes promised"),
        (
            unpacked((2**32 - 1,) * 3, bytes(60)),
            "promises 79,228,162,458,924,105,385,300,197,375 values, more than",
        ),
        (unpacked((1, 1, 1), bytes(10**6)), "it holds more than the 1 bytes promised"),
    ],
    ids=range(12),
)
def test_damage_is_a_value_error_that_names_the_file(tmp_path, content, text):
    path = write(tmp_path, content)
    with pytest.raises(
        ValueError, match=re.escape(str(path)) + ".*not a sound gzipped idx file of rank 3.*" + text
    ):
        read_idx(path, 3)


@settings(max_examples=200, deadline=None)
@given(position=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_is_found_or_harmless(tmp_path_factory, position, bit):
    content = bytearray(idx(IMAGES))
    content[position % len(content)] ^= 1 << bit
    path = write(tmp_path_factory.getbasetemp(), bytes(content))
    try:
        received = read_idx(path, 3)
    except DamagedFileError:
        return
    np.testing.assert_array_equal(received, IMAGES)
