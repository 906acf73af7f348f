"""Arrays as training data: cut into batches as they are needed."""

import warnings

import numpy as np

from minikeras import config, seeds
from minikeras.autodiff import Tensor
from minikeras.nest import flatten, map_structure
from minikeras.training.columns import batch_dtype, column_of, mapping_of, part_of_rows
from minikeras.training.conversion import as_rows, is_array


class ArraySource:
    """Nested arrays (x, y, weights) as batches of tensors.

    shuffle: True visits the rows in an order drawn anew each epoch from (seed, epoch), for which eight bytes a row are
    needed; 'batch' cuts batches of neighbouring rows and shuffles these, which is what files are fast at. Rows are
    gathered and converted batch by batch: the data set is never copied whole.
    """

    def __init__(self, x, y=None, sample_weight=None, batch_size=None, shuffle=False, x_dtypes=None, seed=0):
        self.structure = tuple(part for part in (x, y, sample_weight))
        self.size = check_lengths(x, y, sample_weight)
        self.batch_size = batch_size
        if isinstance(shuffle, str) and shuffle != "batch":
            raise ValueError(
                f"shuffle expected True, False or 'batch', received {shuffle!r}. Use one of these."
            )
        self.shuffle = shuffle if shuffle == "batch" else bool(shuffle)
        self.seed = seed
        wanted = x_dtypes or [None] * len(flatten(x))
        if len(wanted) != len(flatten(x)):
            wanted = [None] * len(flatten(x))
        dtypes = [*wanted, *([None] * (len(flatten(y)) + len(flatten(sample_weight))))]
        leaves = [leaf for part in self.structure for leaf in flatten(part)]
        columns = [
            None if a is None else column_of(a, batch_dtype(a, d))
            for a, d in zip(leaves, dtypes, strict=True)
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
            order = seeds.permutation(self.seed, number, size)
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
            or not isinstance(leaf, np.ndarray)
            or leaf.dtype.kind != "f"
            or mapping_of(leaf) is not None
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

    def cut(start, stop):
        return tuple(
            [
                map_structure(lambda a: None if a is None else part_of_rows(a, start, stop), part)
                for part in (x, y, sample_weight)
            ]
        )

    return cut(0, at), cut(at, size)


def class_weights(y, class_weight):
    """One weight for each sample, by its class: integer labels, or the position of the 1 in one-hot rows."""
    if isinstance(y, (list, tuple, dict)):
        raise ValueError(
            "class_weight needs a model with one output. Pass sample_weight for several outputs."
        )
    array = as_rows(y, "y")
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
    parts = unpack(batch)
    if parts[0] is None:
        raise ValueError("A batch must be x, (x, y) or (x, y, sample_weight), received one whose x is None.")
    return tuple([None if part is None else _as_tensors(part) for part in parts])


def _as_tensors(part):
    if isinstance(part, dict) and not is_array(part):
        return {name: _as_tensors(one) for name, one in part.items()}
    if isinstance(part, (list, tuple)) and any(
        one is None or is_array(one) or isinstance(one, dict) for one in part
    ):
        return type(part)(None if one is None else _as_tensors(one) for one in part)
    array = as_rows(part, "batch")
    return Tensor(np.asarray(array.astype(batch_dtype(array), copy=False)))
