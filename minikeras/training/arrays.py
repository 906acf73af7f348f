"""Arrays as training data: checked once at the boundary, cut into batches as they are needed."""

import warnings

import numpy as np

from minikeras import config, kernels, seeds
from minikeras.autodiff import Tensor
from minikeras.nest import flatten, map_structure


def as_data(value, name):
    """One user's array (array, list of numbers, data frame, tensor) as a NumPy array, or a clear error."""
    if isinstance(value, Tensor):
        value = value.array
    if hasattr(value, "to_numpy") and not isinstance(value, np.ndarray):
        value = value.to_numpy()
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if not isinstance(value, np.ndarray) and not _lazy_array(value):
        try:
            value = np.asarray(value)
        except ValueError:
            raise ValueError(
                f"{name}: the rows have different lengths, so they do not form an array. "
                "Pad them to one length first (minikeras.utils.pad_sequences)."
            ) from None
    if value.dtype.kind == "O":
        value = _from_objects(value, name)
    if value.dtype.kind in "USM":
        raise ValueError(
            f"{name} expected numbers, received an array of {'strings' if value.dtype.kind in 'US' else 'dates'} "
            f"(dtype {value.dtype}). Encode them as numbers first, for example with StringLookup, "
            "np.unique(..., return_inverse=True) or .astype('float32')."
        )
    if not value.shape:
        raise ValueError(
            f"{name} expected an array with a batch axis, received the single number {value}. Use [{value}]."
        )
    if (value.dtype == np.float16 and not value.dtype.isnative) or not value.dtype.isnative:
        value = value.astype(value.dtype.newbyteorder("="))
    return value


def _lazy_array(value):
    """Arrays on disk (h5py, zarr): they have a shape and a dtype and are read by slices."""
    return all(hasattr(value, a) for a in ("shape", "dtype", "__getitem__")) and hasattr(value, "chunks")


def _from_objects(value, name):
    try:
        return value.astype(config.floatx())
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} expected numbers, received an array of Python objects (dtype object, first element "
            f"{value.flat[0]!r:.60}). Convert it to numbers first: np.asarray(rows, dtype='float32'), with rows of one length."
        ) from None


def batch_dtype(array, wanted=None):
    """The dtype a batch of this array is converted to: the model's, else floats to the default float, the rest as is."""
    if wanted is not None:
        return np.dtype(wanted)
    if array.dtype.kind == "f":
        return np.dtype(config.floatx())
    return array.dtype


class Column:
    """One array of the data set, which gives batches of its rows in one dtype."""

    def __init__(self, array, dtype):
        self.array = array
        self.dtype = dtype
        self.lazy = not isinstance(array, np.ndarray)

    def slice(self, start, stop):
        """The rows from start to stop, as a tensor."""
        return Tensor(np.asarray(self.array[start:stop]).astype(self.dtype, copy=False))

    def rows(self, indices):
        """The rows at the given indices, as a tensor."""
        if self.lazy:  # files are read in ascending order
            order = np.argsort(indices)
            rows = np.asarray(self.array[indices[order]])
            return Tensor(rows[np.argsort(order)].astype(self.dtype, copy=False))
        return Tensor(kernels.gather(self.array, indices, self.dtype))


class ArraySource:
    """Nested arrays (x, y, weights) as batches of tensors.

    shuffle: True visits the rows in an order drawn anew each epoch from (seed, epoch); 'batch' shuffles only whole
    batches. Rows are gathered and converted batch by batch: the data set is never copied whole.
    """

    def __init__(self, x, y=None, sample_weight=None, batch_size=None, shuffle=False, x_dtypes=None, seed=0):
        self.structure = tuple(part for part in (x, y, sample_weight))
        self.size = check_lengths(x, y, sample_weight)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        wanted = x_dtypes or [None] * len(flatten(x))
        if len(wanted) != len(flatten(x)):
            wanted = [None] * len(flatten(x))
        dtypes = [*wanted, *([None] * (len(flatten(y)) + len(flatten(sample_weight))))]
        leaves = [leaf for part in self.structure for leaf in flatten(part)]
        columns = [
            None if a is None else Column(a, batch_dtype(a, d)) for a, d in zip(leaves, dtypes, strict=True)
        ]
        by_leaf = iter(columns)
        self._columns = tuple(
            [map_structure(lambda _: next(by_leaf), _in_order(part)) for part in self.structure]
        )
        self._flat = (
            self._columns if all(not isinstance(c, (list, tuple, dict)) for c in self._columns) else None
        )

    @property
    def steps(self):
        """How many batches make an epoch."""
        return -(-self.size // self.batch_size)

    def epoch(self, number):
        """The batches (x, y, weights) of one epoch."""
        size, batch = self.size, self.batch_size
        if self.shuffle is True and size > 1:
            order = seeds.generator(self.seed, number).permutation(size)
            for start in range(0, size, batch):
                yield self._gather("rows", order[start : start + batch])
            return
        starts = np.arange(0, size, batch)
        if self.shuffle == "batch":
            starts = seeds.generator(self.seed, number).permutation(starts)
        for start in starts.tolist():
            yield self._gather("slice", start, min(start + batch, size))

    def _gather(self, method, *where):
        if self._flat is not None:
            return tuple([None if c is None else getattr(c, method)(*where) for c in self._flat])
        return map_structure(lambda c: None if c is None else getattr(c, method)(*where), self._columns)


def check_lengths(x, y, sample_weight):
    """The number of samples, which all arrays must share."""
    lengths = {}
    for name, part in (("x", x), ("y", y), ("sample_weight", sample_weight)):
        for leaf in flatten(part):
            if leaf is not None:
                lengths.setdefault(len(leaf) if not hasattr(leaf, "shape") else leaf.shape[0], name)
    if not lengths:
        raise ValueError("x expected an array of samples, received nothing.")
    if len(lengths) > 1:
        text = ", ".join(f"{name} has {n} samples" for n, name in lengths.items())
        raise ValueError(
            f"The arrays must hold the same number of samples: {text}. Check how they were cut or loaded."
        )
    size = next(iter(lengths))
    if size == 0:
        raise ValueError("x is empty: it holds 0 samples. Check how the data was loaded or filtered.")
    return size


def warn_of_nan(x):
    """Say once which rows hold NaN, before training spreads it over all weights."""
    for leaf in flatten(x):
        if (
            leaf is None
            or isinstance(leaf, np.memmap)
            or not isinstance(leaf, np.ndarray)
            or leaf.dtype.kind != "f"
        ):
            continue
        with np.errstate(all="ignore"):
            if np.isfinite(np.sum(leaf)):
                continue
            bad = np.isnan(leaf.reshape(len(leaf), -1)).any(axis=1)
        rows = np.flatnonzero(bad)
        if rows.size:
            shown = ", ".join(str(r) for r in rows[:5].tolist()) + (", ..." if rows.size > 5 else "")
            warnings.warn(
                f"fit: x holds NaN in {rows.size} of {len(leaf)} rows ({shown}); the loss will become NaN. "
                "Fill or drop these rows first, for example x[~np.isnan(x).any(axis=1)].",
                UserWarning,
                stacklevel=4,
            )


def split_validation(x, y, sample_weight, validation_split):
    """The first rows for training, the last for validation, as Keras cuts them before any shuffling."""
    if not isinstance(validation_split, (int, float, np.number)) or not 0 < validation_split < 1:
        raise ValueError(
            f"validation_split must lie between 0 and 1, received {validation_split!r}. Use 0.2 for a fifth."
        )
    size = check_lengths(x, y, sample_weight)
    at = int(np.floor(size * (1.0 - validation_split)))
    if at in (0, size):
        raise ValueError(
            f"validation_split={validation_split} of {size} samples leaves none for "
            f"{'training' if at == 0 else 'validation'}. Use another share, or more samples."
        )
    parts = [
        (part, map_structure(lambda a: None if a is None else a[:at], part)) for part in (x, y, sample_weight)
    ]
    training = tuple([first for _, first in parts])
    held_out = tuple([map_structure(lambda a: None if a is None else a[at:], part) for part, _ in parts])
    return training, held_out


def class_weights(y, class_weight):
    """One weight for each sample, by its class: integer labels, or the position of the 1 in one-hot rows."""
    if isinstance(y, (list, tuple, dict)):
        raise ValueError(
            "class_weight needs a model with one output. Pass sample_weight for several outputs."
        )
    array = np.asarray(y.array if isinstance(y, Tensor) else y)
    if array.ndim == 2 and array.shape[1] > 1:
        labels = array.argmax(axis=1)
    else:
        labels = array.reshape(len(array), -1)[:, 0].round().astype(np.int64)
    keys = sorted(int(k) for k in class_weight)
    table = np.ones(max([*keys, int(labels.max(initial=0))]) + 1, config.floatx())
    for key, weight in class_weight.items():
        table[int(key)] = weight
    return table[labels]


def _in_order(part):
    """The structure with its dictionaries' keys in the order in which leaves are flattened."""
    if isinstance(part, dict):
        return {k: _in_order(part[k]) for k in sorted(part)}
    if isinstance(part, (list, tuple)):
        return type(part)(_in_order(p) for p in part)
    return part


def unpack(batch):
    """(x, y, sample_weight) of a batch that may leave out the last parts."""
    if isinstance(batch, list):
        batch = tuple(batch)
    if not isinstance(batch, tuple):
        return batch, None, None
    if not 1 <= len(batch) <= 3:
        raise ValueError(
            f"A batch must be x, (x, y) or (x, y, sample_weight), received a tuple of {len(batch)} parts. "
            "Put several inputs into one list or dictionary."
        )
    return (*batch, None, None)[:3]


def pack(batch):
    """A batch as `train_step` receives it: x alone, (x, y) or (x, y, sample_weight), as much as there is."""
    x, y, weight = batch
    if weight is not None:
        return batch
    if y is not None:
        return x, y
    return (x,) if isinstance(x, (list, tuple)) else x


def as_batch(batch):
    """A batch of anything as (x, y, sample_weight) of tensors."""

    def convert(leaf):
        if leaf is None:
            return None
        array = as_data(leaf, "batch")
        return Tensor(np.asarray(array).astype(batch_dtype(array), copy=False))

    x, y, w = unpack(batch)
    if isinstance(x, (list, tuple)) and not all(is_array(p) for p in x):
        x = np.asarray(x)
    if isinstance(y, (list, tuple)) and not all(is_array(p) for p in y):
        y = np.asarray(y)
    return tuple([None if part is None else map_structure(convert, part) for part in (x, y, w)])


def is_array(value):
    """Whether a value is one array rather than a list of numbers."""
    return (
        isinstance(value, (np.ndarray, Tensor))
        or (hasattr(value, "shape") and hasattr(value, "dtype"))
        or hasattr(value, "to_numpy")
    )
