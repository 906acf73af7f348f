"""Anything a user trains on, as one kind of source: so many steps an epoch, and an iterator over batches."""

from collections.abc import Mapping

import numpy as np

from minikeras import seeds
from minikeras.autodiff import Tensor
from minikeras.nest import flatten
from minikeras.training.arrays import ArraySource, as_batch, class_weights
from minikeras.training.columns import is_read_in_parts
from minikeras.training.conversion import as_data, is_array, is_stream
from minikeras.training.pydataset import PyDataset, PyDatasetSource


def source_of(
    x,
    y=None,
    sample_weight=None,
    batch_size=None,
    shuffle=False,
    steps=None,
    class_weight=None,
    x_dtypes=None,
):
    """The source of batches for what was passed to fit, evaluate or predict."""
    if class_weight is not None and sample_weight is not None:
        raise ValueError(
            "class_weight and sample_weight cannot be given at the same time. Multiply them into sample_weight."
        )
    if x is None:
        raise ValueError("x expected data, received None. Pass arrays, or something that yields batches.")
    if isinstance(x, PyDataset):
        _refuse_beside(x, y, sample_weight)
        return Weighted.of(PyDatasetSource(x, shuffle), class_weight)
    if is_stream(x):
        _refuse_beside(x, y, sample_weight)
        return Weighted.of(StreamSource(x), class_weight)
    x, y, sample_weight = as_arrays(x, y, sample_weight)
    if isinstance(x, dict):
        x_dtypes = None  # in the order of the inputs, not of their names
    if class_weight is not None:
        sample_weight = class_weights(y, class_weight)
    if batch_size is None:
        batch_size = 32
    if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer, received {batch_size!r}.")
    return ArraySource(
        x, y, sample_weight, int(batch_size), shuffle, x_dtypes, seeds.make_default_seed() if shuffle else 0
    )


def as_arrays(x, y=None, sample_weight=None):
    """x, y and weights as nests of arrays (NumPy's, or such as are read in parts)."""

    def convert(part, name):
        if part is None:
            return None
        if isinstance(part, Mapping) and not is_read_in_parts(part):  # files of arrays too (h5py, np.load)
            return {k: convert(part[k], f"{name}[{k!r}]") for k in part}
        if isinstance(part, (list, tuple)) and part and all(is_array(p) or p is None for p in part):
            return type(part)(convert(p, f"{name}[{i}]") for i, p in enumerate(part))
        return as_data(part, name)

    return convert(x, "x"), convert(y, "y"), convert(sample_weight, "sample_weight")


class StreamSource:
    """An iterable of batches; with a length it is walked anew each epoch, a generator goes on where it stood."""

    batch_size = None

    def __init__(self, iterable):
        self.iterable = iterable
        self.once = hasattr(iterable, "__next__")
        try:
            self.steps = len(iterable)
        except TypeError:
            self.steps = None

    def epoch(self, number):
        """The batches of one epoch."""
        whole = self.iterable
        batches = whole.as_numpy_iterator() if hasattr(whole, "as_numpy_iterator") else whole
        return (as_batch(batch) for batch in batches)


class Weighted:
    """A source whose batches get weights by their labels' classes."""

    def __init__(self, source, class_weight):
        self.source = source
        self.class_weight = class_weight
        self.batch_size = source.batch_size

    @classmethod
    def of(cls, source, class_weight):
        """The source itself if there are no class weights."""
        return source if class_weight is None else cls(source, class_weight)

    @property
    def seed(self):
        """The seed that the order of the batches depends on; None if there is none."""
        return getattr(self.source, "seed", None)

    @seed.setter
    def seed(self, value):
        self.source.seed = value

    @property
    def steps(self):
        """How many batches make an epoch."""
        return self.source.steps

    @steps.setter
    def steps(self, value):
        self.source.steps = value

    @property
    def once(self):
        """Whether the batches can be had only once."""
        return getattr(self.source, "once", False)

    def __getattr__(self, name):
        """What else the source has: `begin_epoch`, `end_epoch`, `close`."""
        return getattr(vars(self)["source"], name)

    def epoch(self, number):
        """The batches of one epoch."""
        for x, y, _ in self.source.epoch(number):
            yield x, y, Tensor(class_weights(y, self.class_weight))


def batch_length(x):
    """The number of samples in a batch."""
    if type(x) is Tensor and x.array.ndim:
        return len(x.array)
    leaf = next(leaf for leaf in flatten(x) if leaf is not None)
    return leaf.shape[0] if leaf.shape else 1


def _refuse_beside(x, y, sample_weight):
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"{name} must not be given when x is a {type(x).__name__}: it yields (x, y) or (x, y, sample_weight) itself."
            )
