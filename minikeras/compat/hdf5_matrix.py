"""HDF5Matrix of Keras 2: a dataset in an HDF5 file, read batch by batch while a model trains."""

import h5py
import numpy as np

__all__ = ["HDF5Matrix"]


class HDF5Matrix:
    """The rows from `start` to `end` of a dataset in an HDF5 file, as an array that is read when it is indexed.

    datapath: the file. dataset: its name in there. normalizer: a function applied to what was read. `fit`, `evaluate` and
    `predict` take it; today an h5py dataset itself serves as well.
    """

    def __init__(self, datapath, dataset, start=0, end=None, normalizer=None):
        self.file = h5py.File(datapath, "r")
        self.data = _own(self.file, dataset, datapath)
        size = self.data.shape[0]
        self.start = start
        self.end = size if end is None else end
        if not 0 <= self.start <= self.end <= size:
            raise ValueError(
                f"HDF5Matrix expected 0 <= start <= end <= {size}, received start={start!r} and end={end!r}."
            )
        self.normalizer = normalizer

    def __len__(self):
        return self.end - self.start

    def __getitem__(self, key):
        if isinstance(key, slice):
            first, last, step = key.indices(len(self))
            if step < 0:  # which files do not read
                return self[range(first, last, step)]
            rows = self.data[self.start + first : self.start + last : step]
        elif isinstance(key, (int, np.integer)):
            rows = self.data[self._place(int(key))]
        else:
            places = np.array([self._place(int(k)) for k in key], int)
            # Files are read in ascending order, each row once.
            unique, back = np.unique(places, return_inverse=True)
            rows = self.data[unique][back]
        return rows if self.normalizer is None else self.normalizer(rows)

    def _place(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(f"HDF5Matrix has {len(self)} rows, there is no number {index}.")
        return self.start + index % len(self)

    @property
    def shape(self):
        """The sizes of the axes, normalizer included."""
        return (len(self), *self._row.shape)

    @property
    def dtype(self):
        """The dtype of what is read."""
        return self._row.dtype

    @property
    def _row(self):
        """One row, as it comes out."""
        if not len(self.data):
            return np.zeros(self.data.shape[1:], self.data.dtype)
        row = self.data[:1] if self.normalizer is None else self.normalizer(self.data[:1])
        return np.asarray(row)[0]

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self):
        """The number of elements."""
        return int(np.prod(self.shape))

    @property
    def chunks(self):
        """How the file stores it; says to training that this is read piece by piece."""
        return self.data.chunks

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self[:], dtype)


def _own(file, name, path):
    """A dataset of the file itself: links and storage that lead to other files are refused."""
    parts = [part for part in name.split("/") if part]
    group = file
    for part in parts:
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) else None
        if link is None:
            raise KeyError(f"{path} has no dataset {name!r}. Its names: {', '.join(file)}.")
        if not isinstance(link, h5py.HardLink):
            raise ValueError(
                f"{path}: {name!r} is a link, which may lead to another file. It is not followed."
            )
        group = group[part]
    if not isinstance(group, h5py.Dataset):
        raise KeyError(f"{path}: {name!r} is no dataset.")
    if group.is_virtual or group.external:
        raise ValueError(f"{path}: {name!r} keeps its data in other files, which are not opened.")
    return group
