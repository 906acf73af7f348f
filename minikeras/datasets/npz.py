"""Reading members of NumPy's .npz archives by their names, without running anything that is in them."""

import math
import struct
import zipfile
import zlib

import numpy as np

from minikeras.datasets.pickles import read_sequences
from minikeras.files import DamagedFileError

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, EOFError, ValueError, NotImplementedError)


def read_npz(path, *names):
    """The members `names` of an archive; arrays of objects come as lists of lists of integers.

    Raises DamagedFileError (a ValueError) for a file that is damaged, lacks a member, or holds anything else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_read_member(archive, name) for name in names]
    except _DAMAGE as error:
        failure = f"it is not a sound archive with the arrays {', '.join(names)} ({error})"
        raise DamagedFileError(path, failure) from error


def _read_member(archive, name):
    member = archive.getinfo(f"{name}.npy")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in _HEADERS:
            raise ValueError(f"the array {name!r} has the unknown format version {version}")
        shape, fortran_order, dtype = _HEADERS[version](file)
        if dtype.kind == "O":
            return read_sequences(file, f"the array {name!r}")
        if dtype.kind not in "biuf":
            raise ValueError(f"the array {name!r} holds {dtype} in place of numbers")
        size = math.prod(shape) * dtype.itemsize
        if size != member.file_size - file.tell():
            raise ValueError(f"the array {name!r} has another size than its header promises")
        content = file.read()
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran_order else "C").copy()
