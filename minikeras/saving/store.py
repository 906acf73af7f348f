"""Where arrays of a weights file are: a mapping for each layer, below paths such as `layers/dense`."""

import io
import math

import numpy as np

from minikeras.saving.errors import ModelFileError, UnsafeFileError
from minikeras.saving.hdf5 import Group, HDF5File

_VARIABLES = "vars"


class Arrays(dict):
    """What a layer's `save_own_variables` writes into: names and arrays (tensors and variables too)."""

    def __setitem__(self, key, value):
        super().__setitem__(str(key), np.asarray(value))


class WeightsWriter:
    """The arrays of a weights file on their way to it, in memory."""

    def __init__(self):
        self._entries = {}

    def add(self, path, arrays, name=None):
        """Keep the arrays of the object at a path; its name is noted beside them, as Keras does."""
        if arrays or name is not None:
            self._entries[path] = name, arrays

    def write(self, file):
        """Write everything to an open binary file, as HDF5; equal contents give equal bytes."""
        import h5py

        with h5py.File(file, "w", libver=("earliest", "v108"), track_order=False) as hdf5:
            for path, (name, arrays) in self._entries.items():
                group = hdf5.create_group(f"{path}/{_VARIABLES}" if path else _VARIABLES)
                if name is not None:
                    group.attrs["name"] = name
                for key, array in arrays.items():
                    group.create_dataset(key, data=array, track_times=False)

    def to_bytes(self):
        """The file as a buffer."""
        buffer = io.BytesIO()
        self.write(buffer)
        return buffer.getbuffer()


class WeightsReader:
    """A weights file from a stranger; nothing is read from it but what is asked for."""

    def __init__(self, file, name="The file"):
        self.name = name
        self._root = HDF5File(file, name).root

    def __contains__(self, path):
        return self._root.find(path) is not None

    def arrays(self, path):
        """The arrays of the object at a path; empty if there are none."""
        group = self._root.group(f"{path}/{_VARIABLES}" if path else _VARIABLES)
        return StoredArrays(group, self.name)

    def stored(self):
        """(bytes that all arrays of the file take in memory, their number)."""
        return stored_in(self._root, self.name)


class StoredArrays:
    """What a layer's `load_own_variables` reads from: arrays by name, each read when it is asked for."""

    def __init__(self, group, file_name):
        self._group = group if group is not None else {}
        self._file_name = file_name

    def keys(self):
        """The names of the arrays."""
        return list(self._group)

    def __iter__(self):
        return iter(self._group)

    def __len__(self):
        return len(self._group)

    def __contains__(self, key):
        return key in self._group

    def __getitem__(self, key):
        return self._dataset(str(key)).read()

    def shape(self, key):
        """The shape of an array, which is not read for it."""
        return self._dataset(str(key)).shape

    def _dataset(self, key):
        if key not in self._group:
            raise KeyError(key)
        dataset = self._group[key]
        if isinstance(dataset, Group):
            raise ModelFileError(
                f"{self._file_name}: {dataset.path!r} is a group where an array was expected."
            )
        return dataset


def stored_in(root, name):
    """(bytes that all arrays of a file take in memory, their number); the file of that name has the group `root`."""
    needed, count, bytes = _sizes(root)
    if bytes > root.file_size:
        raise UnsafeFileError(
            f"{name} has {root.file_size} bytes and declares {bytes} (arrays that overlap)."
        )
    return needed, count


def _sizes(group):
    """(bytes in memory, number, bytes in the file) of all arrays in a group."""
    totals = 0, 0, 0
    for name in group:
        member = group[name]
        inner = _sizes(member) if isinstance(member, Group) else (_needed(member), 1, member.bytes)
        totals = tuple([a + b for a, b in zip(totals, inner, strict=True)])
    return totals


def _needed(dataset):
    """The bytes of an array in memory: half-precision floats may become single ones."""
    return math.prod(dataset.shape) * max(dataset.dtype.itemsize, 4 if dataset.dtype.kind in "fV" else 1)
