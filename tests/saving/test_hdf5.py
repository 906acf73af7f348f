"""The reader of HDF5 files against h5py, which wrote them."""

import io

import h5py
import numpy as np
import pytest

from minikeras.saving import ModelFileError
from minikeras.saving.hdf5 import Group, HDF5File


def written(write, **options):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        write(file)
    return buffer


def assert_same(ours, theirs):
    assert sorted(ours) == sorted(theirs)
    for name, value in theirs.attrs.items():
        expected = (
            [v.decode() if isinstance(v, bytes) else v for v in value.tolist()]
            if isinstance(value, np.ndarray)
            else value
        )
        found = ours.attribute(name)
        assert (found.tolist() if isinstance(found, np.ndarray) else found) == expected
    for name in theirs:
        one, other = ours[name], theirs[name]
        if isinstance(one, Group):
            assert_same(one, other)
        else:
            np.testing.assert_array_equal(one.read(), other[()])
            assert one.read().dtype == other.dtype.newbyteorder("=")


def many_groups(file):
    for i in range(300):
        file.create_group(f"group_{i}/inner")["array"] = np.arange(i % 7, dtype="float32").reshape(-1, 1)


def all_dtypes(file):
    for dtype in [
        "bool",
        "int8",
        "uint8",
        "int16",
        ">i4",
        "uint32",
        "int64",
        "uint64",
        "float16",
        "float32",
        ">f8",
    ]:
        file[dtype] = np.arange(6).reshape(2, 3).astype(dtype)
    file["scalar"], file["empty"] = 3.5, np.zeros((0, 4))


def all_attributes(file):
    file.attrs["text"], file.attrs["umlaut"], file.attrs["long"] = "abc", "äöü", "x" * 100_000
    file.attrs["fixed"], file.attrs["texts"] = [b"abc", b"defg"], ["a", "bb", "ccc" * 1000]
    file.attrs["number"], file.attrs["numbers"] = 3, [1.5, 2.5]
    for i in range(100):
        file.attrs[f"further_{i}"] = b"x" * 500


@pytest.mark.parametrize("write", [many_groups, all_dtypes, all_attributes], ids=lambda w: w.__name__)
def test_what_h5py_wrote_is_read(write):
    buffer = written(write)
    assert_same(HDF5File(buffer).root, h5py.File(buffer, "r"))


def test_bfloat16_is_read_as_float32():
    def write(file):
        bits = (np.array([1.5, -2.0, 0.1], "float32").view("uint32") >> 16).astype("uint16")
        file.create_dataset("x", data=bits.view("V2")).attrs["dtype"] = "bfloat16"

    np.testing.assert_allclose(HDF5File(written(write)).root["x"].read(), [1.5, -2.0, 0.1], rtol=1e-2)


def test_the_newer_layout_is_refused_with_a_remedy():
    with pytest.raises(ModelFileError, match=r"libver='latest'.*Save it again with the defaults of h5py"):
        HDF5File(written(many_groups, libver="latest"))


def test_a_missing_member_is_a_key_error():
    root = HDF5File(written(many_groups)).root
    assert root.find("group_1/nothing") is None
    assert "group_1" in root
    with pytest.raises(KeyError):
        root["nothing"]
    with pytest.raises(ModelFileError, match="is a dataset where a group was expected"):
        root.group("group_1/inner/array")


def test_every_truncation_is_refused_or_read():
    data = written(all_dtypes).getvalue()
    for size in range(0, len(data), 37):
        try:
            root = HDF5File(io.BytesIO(data[:size])).root
            for name in root:
                root[name].read()
        except ModelFileError:
            continue
