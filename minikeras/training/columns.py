"""One array of a data set, whose rows are read batch by batch: from memory, a memory map, a file, a sparse matrix."""

import mmap
import os

import numpy as np

from minikeras import config, kernels
from minikeras.autodiff import Tensor


def is_read_in_parts(value):
    """Whether a value is an array that is only ever read in parts: on disk (h5py, zarr) or sparse (SciPy)."""
    if isinstance(value, (np.ndarray, Tensor)) or hasattr(value, "to_numpy"):
        return False
    if type(value).__module__.startswith("h5py.") and not value:
        raise ValueError(
            f"Expected data that can be read, received a {type(value).__name__} of an HDF5 file that is closed. Train "
            "while the file is open, or take a copy of the numbers before closing it: dataset[:]."
        )
    has_shape = hasattr(value, "shape") and hasattr(value, "dtype")
    return has_shape and (
        hasattr(value, "tocsr") or (hasattr(value, "__getitem__") and hasattr(value, "chunks"))
    )


def mapping_of(array):
    """The memory map (`mmap.mmap`) that an array's numbers are in; None if they are in memory."""
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap.mmap) else None


def batch_dtype(array, wanted=None):
    """The dtype a batch of this array is converted to: the model's, else floats to the default float, the rest as is."""
    if wanted is not None:
        return np.dtype(wanted)
    if array.dtype.kind == "f":
        return np.dtype(config.floatx())
    return array.dtype.newbyteorder("=")


def column_of(array, dtype):
    """The column that reads an array."""
    if hasattr(array, "tocsr"):
        return SparseColumn(array, dtype)
    if not isinstance(array, np.ndarray):
        return StoredColumn(array, dtype)
    array = np.asarray(array)  # of a memory map the plain array, which is what kernels take
    flags = array.flags
    if flags.c_contiguous and flags.aligned and array.dtype.isnative:
        return Column(array, dtype)
    return ScatteredColumn(array, dtype)


class Column:
    """Rows that are contiguous, in memory or in a memory map."""

    def __init__(self, array, dtype):
        self.array = array
        self.dtype = dtype
        mapping = mapping_of(array)
        large = mapping is not None and hasattr(mapping, "madvise") and len(mapping) > _memory_bytes() // 2
        self._mapping = mapping if large else None

    def slice(self, start, stop):
        """The rows from start to stop, as a tensor."""
        if self._mapping is not None:
            self._mapping.madvise(mmap.MADV_NORMAL)
        return Tensor(np.asarray(self.array[start:stop]).astype(self.dtype, copy=False))

    def rows(self, indices):
        """The rows at the given indices, as a tensor."""
        if self._mapping is not None:
            # Of a file that the memory cannot hold the system would read ahead in vain, megabytes for each row.
            self._mapping.madvise(mmap.MADV_RANDOM)
        return self._gathered(indices)

    def _gathered(self, indices):
        return Tensor(kernels.gather(self.array, indices, self.dtype))


class ScatteredColumn(Column):
    """Rows of any layout or byte order; `take` would copy the whole array to make it contiguous first."""

    def _gathered(self, indices):
        return Tensor(np.asarray(self.array[indices]).astype(self.dtype, copy=False))


class StoredColumn(Column):
    """Rows in a file, whose library reads them in ascending order only."""

    def rows(self, indices):
        order = np.argsort(indices)
        array = self.array.oindex if hasattr(self.array, "oindex") else self.array
        rows = np.asarray(array[indices[order]])
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return Tensor(rows[back].astype(self.dtype, copy=False))


class SparseColumn(Column):
    """Rows of a sparse matrix in CSR format, made dense batch by batch."""

    def __init__(self, array, dtype):
        if len(array.shape) != 2:
            raise ValueError(
                f"A sparse array must have two axes to be read row by row, received shape {array.shape}. "
                "Call .toarray() or .reshape(-1, 1)."
            )
        super().__init__(array, dtype)

    def slice(self, start, stop):
        return Tensor(self.array[start:stop].toarray().astype(self.dtype, copy=False))

    def rows(self, indices):
        return Tensor(self.array[indices].toarray().astype(self.dtype, copy=False))


def _memory_bytes():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class PartOfRows:
    """The rows from start to stop of an array that is read in parts; nothing is read before it is asked for."""

    def __init__(self, array, start, stop):
        self.array = array
        self.start = start
        self.shape = (stop - start, *array.shape[1:])
        self.dtype = array.dtype
        self.chunks = array.chunks

    def __getitem__(self, rows):
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(self.shape[0])
            return self.array[self.start + start : self.start + stop]
        array = self.array.oindex if hasattr(self.array, "oindex") else self.array
        return array[rows + self.start]


def part_of_rows(array, start, stop):
    """The rows from start to stop: a view of an array, or what reads just them of a stored one."""
    if isinstance(array, np.ndarray):
        return array[start:stop]
    if hasattr(array, "tocsr"):
        return array[start:stop]
    return PartOfRows(array, start, stop)
