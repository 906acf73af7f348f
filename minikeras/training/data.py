"""Anything a user trains on, as one kind of source: so many steps an epoch, and an iterator over batches."""

import warnings

import numpy as np

from minikeras import seeds
from minikeras.autodiff import Tensor
from minikeras.nest import flatten
from minikeras.training.arrays import ArraySource, as_batch, as_data, class_weights, is_array
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
    if isinstance(x, PyDataset):
        _refuse_beside(x, y, sample_weight)
        return Weighted.of(PyDatasetSource(x, shuffle), class_weight)
    if is_stream(x):
        _refuse_beside(x, y, sample_weight)
        return Weighted.of(StreamSource(x), class_weight)
    x, y, sample_weight = as_arrays(x, y, sample_weight)
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
    """x, y and weights as nests of NumPy arrays."""

    def convert(part, name):
        if part is None:
            return None
        if isinstance(part, dict):
            return {k: convert(v, f"{name}[{k!r}]") for k, v in part.items()}
        if isinstance(part, (list, tuple)) and part and all(is_array(p) or p is None for p in part):
            return type(part)(convert(p, f"{name}[{i}]") for i, p in enumerate(part))
        return as_data(part, name)

    return convert(x, "x"), convert(y, "y"), convert(sample_weight, "sample_weight")


def is_stream(x):
    """Whether x yields batches by itself: generators, data loaders, data sets; not arrays, lists or frames."""
    if (
        isinstance(x, (np.ndarray, Tensor, list, tuple, dict, str))
        or hasattr(x, "__array__")
        or hasattr(x, "to_numpy")
    ):
        return False
    if all(hasattr(x, a) for a in ("shape", "dtype", "__getitem__")):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__")


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
        return (as_batch(batch) for batch in self.iterable)


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
    def steps(self):
        """How many batches make an epoch."""
        return self.source.steps

    def epoch(self, number):
        """The batches of one epoch."""
        for x, y, _ in self.source.epoch(number):
            yield x, y, Tensor(class_weights(y, self.class_weight))


class Epochs:
    """The batches of a source, epoch after epoch; with `steps` an epoch ends after so many, and the next goes on there."""

    def __init__(self, source, steps=None):
        if steps is not None and (not isinstance(steps, (int, np.integer)) or steps < 1):
            raise ValueError(f"steps_per_epoch must be a positive integer or None, received {steps!r}.")
        self.source = source
        self.steps_asked = steps
        self._running = None
        self._passes = 0

    @property
    def steps(self):
        """How many batches the coming epoch has, None if only its end will tell."""
        return self.steps_asked or self.source.steps

    def epoch(self, number):
        """The batches of the epoch of this number."""
        if self.steps_asked is None:
            return self._whole(number)
        return self._some(number)

    def _whole(self, number):
        seen = 0
        for batch in self.source.epoch(number):
            seen += 1
            yield batch
        if seen == 0:
            _warn_ran_out()
        elif self.source.steps is None and not getattr(self.source, "once", False):
            self.source.steps = seen

    def _some(self, number):
        for _ in range(self.steps_asked):
            batch = next(self._running, None) if self._running is not None else None
            if batch is None:
                if self._running is not None and getattr(self.source, "once", False):
                    _warn_ran_out()
                    return
                self._running = iter(self.source.epoch(self._passes))
                self._passes += 1
                batch = next(self._running, None)
                if batch is None:
                    _warn_ran_out()
                    return
            yield batch


def batch_length(x):
    """The number of samples in a batch."""
    if type(x) is Tensor and x.array.ndim:
        return len(x.array)
    leaf = next(leaf for leaf in flatten(x) if leaf is not None)
    return leaf.shape[0] if leaf.shape else 1


def _warn_ran_out():
    warnings.warn(
        "Your input ran out of data; training is interrupted. Make sure that your generator can yield at least "
        "steps_per_epoch * epochs batches.",
        stacklevel=3,
    )


def _refuse_beside(x, y, sample_weight):
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"{name} must not be given when x is a {type(x).__name__}: it yields (x, y) or (x, y, sample_weight) itself."
            )
