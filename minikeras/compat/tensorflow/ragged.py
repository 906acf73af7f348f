"""Rows of different lengths, as far as splitting strings makes them."""

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import of_array
from minikeras.compat.tensorflow.shapes import TensorShape


class RaggedTensor:
    """Rows of different lengths; `to_tensor` fills them up to one."""

    def __init__(self, rows):
        self.rows = [as_tensor(row if len(row) else np.zeros(0)) for row in rows]

    @classmethod
    def from_row_lengths(cls, values, row_lengths):
        """Rows cut from values, by their lengths."""
        ends = np.cumsum(np.asarray(row_lengths))
        values = as_tensor(values)
        return cls([values[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)])

    @property
    def shape(self):
        """(rows, None)."""
        return TensorShape([len(self.rows), None])

    @property
    def dtype(self):
        """The DType."""
        filled = next((row for row in self.rows if row.array.size), None)
        return of_array(filled.array.dtype if filled is not None else np.dtype("float32"))

    @property
    def flat_values(self):
        """All values, row behind row."""
        filled = [row.array for row in self.rows if row.array.size]
        return Tensor(np.concatenate(filled) if filled else np.zeros(0, np.float32))

    values = flat_values

    def row_lengths(self, axis=1, out_type="int64", name=None):
        """The lengths of the rows."""
        return Tensor(np.array([len(row) for row in self.rows], out_type))

    def nrows(self, out_type="int64", name=None):
        """The number of rows."""
        return Tensor(np.asarray(len(self.rows), out_type))

    def to_list(self):
        """Nested lists."""
        return [row.array.tolist() for row in self.rows]

    def to_tensor(self, default_value=None, name=None, shape=None):
        """A tensor, the rows filled up to the longest (or to `shape[1]`) with default_value, 0 or ''."""
        width = max([len(row) for row in self.rows], default=0)
        if shape is not None and shape[1] is not None:
            width = int(shape[1])
        dtype = self.flat_values.array.dtype
        fill = (b"" if dtype.kind == "O" else 0) if default_value is None else default_value
        made = np.full((len(self.rows), width), fill, dtype)
        for i, row in enumerate(self.rows):
            made[i, : min(len(row), width)] = row.array[:width]
        return Tensor(made)

    def numpy(self):
        """An array of arrays."""
        made = np.empty(len(self.rows), object)
        made[...] = [row.array for row in self.rows]
        return made

    def merge_dims(self, outer_axis=0, inner_axis=1):
        """All values, row behind row."""
        return self.flat_values

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        found = self.rows[index] if not isinstance(index, tuple) else None
        if found is None:
            raise TypeError("A RaggedTensor is indexed by rows here. Use to_tensor() first.")
        return RaggedTensor([r.array for r in found]) if isinstance(index, slice) else found

    def __iter__(self):
        return iter(self.rows)

    def __repr__(self):
        return f"<tf.RaggedTensor {self.to_list()}>"


def constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, name=None, row_splits_dtype="int64"):
    """Rows of different lengths from nested lists."""
    return RaggedTensor([as_tensor(row, dtype) for row in pylist])
