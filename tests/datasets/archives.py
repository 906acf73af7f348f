"""Small files in the formats of the published data sets."""

import gzip
import io
import pickle
import struct
import tarfile
import zipfile

import numpy as np


def idx(array):
    """A gzipped idx file."""
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes())


def npz(**arrays):
    """An .npz archive; lists become arrays of objects, pickled as NumPy 1 did, as in the published files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", npy(array))
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    if isinstance(array, list):
        header = {"descr": "|O", "fortran_order": False, "shape": (len(array),)}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(python2_pickle(objects(array)))
    else:
        np.lib.format.write_array(file, array, allow_pickle=False)
    return file.getvalue()


def objects(items):
    array = np.empty(len(items), object)
    for row, item in enumerate(items):
        array[row] = item
    return array


class _Python2Pickler(pickle._Pickler):
    """Python 2's pickles, as CIFAR's: byte strings are plain strings."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_bytes(self, content):
        self.write(pickle.BINSTRING + struct.pack("<i", len(content)) + content)
        self.memoize(content)

    dispatch[bytes] = save_bytes


def python2_pickle(value):
    file = io.BytesIO()
    _Python2Pickler(file, protocol=2).dump(value)
    return file.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def tar(members):
    """A gzipped tar archive: bytes are files, TarInfo objects are put in as they are."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()
