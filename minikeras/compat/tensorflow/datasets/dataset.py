"""`tf.data.Dataset`: a chain of steps over elements, walked anew by each loop."""

import glob
import itertools

import numpy as np

from minikeras import seeds
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.datasets import elements
from minikeras.compat.tensorflow.datasets.grouping import Grouping
from minikeras.compat.tensorflow.datasets.iterators import Iterator, Options
from minikeras.compat.tensorflow.dtype import as_dtype
from minikeras.compat.tensorflow.errors import InvalidArgumentError
from minikeras.compat.tensorflow.randomness import next_key
from minikeras.compat.tensorflow.shapes import TensorShape, TensorSpec
from minikeras.nest import flatten, map_structure

INFINITE, UNKNOWN = -1, -2
AUTOTUNE = -1


class Dataset(Grouping):
    """Elements, nests of tensors, one after the other; each method gives another data set.

    >>> from minikeras.compat.tensorflow import appearance
    >>> data = Dataset.from_tensor_slices([1, 2, 3, 4]).map(lambda x: x * 10).batch(3)
    >>> [batch.tolist() for batch in data], len(data)
    ([[10, 20, 30], [40]], 2)
    """

    def __init__(self, walk, count, spec=None, kind="Dataset", rows=None):
        self._walk = walk  # a function that begins a loop: an iterator over nests of arrays
        self._count = count  # how many elements: a number, INFINITE, UNKNOWN
        self._spec = spec  # a function that gives the specs, or None: those of the first element
        self._kind = kind
        self._rows = rows  # (arrays, function that gives an order), where elements are rows of arrays

    # Sources

    @classmethod
    def from_tensor_slices(cls, tensors, name=None):
        """The rows of arrays (of a tuple or dictionary of arrays, one row of each)."""
        structure = elements.arrays_of(tensors)
        count = elements.length_of(structure)

        def walk():
            return (elements.rows_of(structure, i) for i in range(count))

        spec = elements.spec_without_batch(elements.spec_of(structure))
        return cls(walk, count, lambda: spec, "_TensorSliceDataset", (structure, lambda: np.arange(count)))

    @classmethod
    def from_tensors(cls, tensors, name=None):
        """One element."""
        structure = elements.arrays_of(tensors)
        return cls(lambda: iter([structure]), 1, None, "_TensorDataset")

    @classmethod
    def from_generator(
        cls, generator, output_types=None, output_shapes=None, args=None, output_signature=None, name=None
    ):
        """What a function's generator yields, in the dtypes of output_signature or output_types."""
        if not callable(generator):
            raise TypeError(
                f"from_generator expected a function that returns an iterator, received {type(generator).__name__}. "
                "Pass the generator function itself, without calling it."
            )
        if output_types is None and output_signature is None:
            raise TypeError("from_generator needs output_signature= (TensorSpecs) or output_types= (dtypes).")
        signature = output_signature
        if signature is None:
            if output_shapes is None:
                signature = map_structure(lambda t: TensorSpec(None, t), output_types)
            else:
                signature = _shaped(output_types, output_shapes)

        def convert(element):
            if isinstance(signature, (tuple, list)):
                return tuple([as_tensor(e, s.dtype).array for e, s in zip(element, signature, strict=True)])
            if isinstance(signature, dict):
                return {key: as_tensor(element[key], spec.dtype).array for key, spec in signature.items()}
            return as_tensor(element, signature.dtype).array

        def walk():
            arguments = [as_tensor(a).array[()] for a in args or ()]
            return map(convert, generator(*arguments))

        return cls(walk, UNKNOWN, lambda: signature, "_FlatMapDataset")

    @classmethod
    def range(cls, *args, output_type="int64", name=None):
        """Integers, with the arguments of Python's range."""
        bounds = [int(a) for a in args]
        values = np.arange(*bounds, dtype=as_dtype(output_type).dtype)
        return cls(
            lambda: iter(values), len(values), lambda: TensorSpec((), output_type), "_RangeDataset",
            (values, lambda: np.arange(len(values))),
        )  # fmt: skip

    @classmethod
    def random(cls, seed=None, rerandomize_each_iteration=None, name=None):
        """Random integers without end."""
        key = next_key(seed)

        def walk():
            rng = seeds.generator(*key)
            while True:
                yield rng.integers(0, 2**32)

        return cls(walk, INFINITE, lambda: TensorSpec((), "int64"), "_RandomDataset")

    @classmethod
    def counter(cls, start=0, step=1, dtype="int64", name=None):
        """Integers without end."""
        number = as_dtype(dtype).dtype.type
        return cls(
            lambda: map(number, itertools.count(start, step)),
            INFINITE,
            lambda: TensorSpec((), dtype),
            "_Counter",
        )

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None, name=None):
        """The paths that match patterns, in random order unless shuffle=False."""
        patterns = as_tensor(file_pattern).array.reshape(-1).tolist()
        paths = sorted({path for pattern in patterns for path in glob.glob(pattern.decode())})
        if not paths:
            raise InvalidArgumentError(f"No files matched pattern: {', '.join(p.decode() for p in patterns)}")
        dataset = cls.from_tensor_slices(paths)
        return dataset.shuffle(len(paths), seed) if shuffle in (None, True) else dataset

    @classmethod
    def of_batches(cls, batches):
        """The data set of an iterable that can be walked again and again, such as those of `keras.utils`."""

        def walk():
            return map(elements.arrays_of, iter(batches))

        try:
            count = len(batches)
        except TypeError:
            count = UNKNOWN
        return cls(walk, count, None, "_PrefetchDataset")

    # Looking at it

    def __iter__(self):
        return Iterator(self._walk(), self)

    def __len__(self):
        if self._count == INFINITE:
            raise TypeError("The dataset is infinite.")
        if self._count == UNKNOWN:
            raise TypeError("The dataset length is unknown.")
        return self._count

    def __bool__(self):
        return True

    @property
    def element_spec(self):
        """The specs of the elements."""
        if self._spec is None:
            first = next(iter(self._walk()), None)
            spec = elements.spec_of(first) if first is not None else TensorSpec(None)
            self._spec = lambda: spec
        return self._spec()

    def cardinality(self, name=None):
        """How many elements there are: -1 for infinitely many, -2 if unknown."""
        return Tensor(np.asarray(self._count, np.int64))

    def as_numpy_iterator(self):
        """The elements as NumPy arrays."""
        return (map_structure(lambda a: a[()] if isinstance(a, np.ndarray) else a, e) for e in self._walk())

    def get_single_element(self, name=None):
        """The only element."""
        found = list(itertools.islice(self._walk(), 2))
        if len(found) != 1:
            raise InvalidArgumentError(f"Dataset had {'no' if not found else 'more than one'} element.")
        return elements.tensors_of(found[0])

    def __repr__(self):
        return f"<{self._kind} element_spec={self.element_spec!r}>"

    # Element by element

    def _like(self, walk, count=None, kind="Dataset", rows=None):
        """Another data set with elements of the same specs."""
        return Dataset(walk, self._count if count is None else count, lambda: self.element_spec, kind, rows)

    def map(self, map_func, num_parallel_calls=None, deterministic=None, synchronous=None, name=None):
        """A function applied to each element."""

        def walk():
            return (elements.arrays_of(elements.call(map_func, e)) for e in self._walk())

        mapped = Dataset(
            walk, self._count, None, "_ParallelMapDataset" if num_parallel_calls else "_MapDataset"
        )

        def spec():
            first = next(iter(walk()), None)
            found = elements.spec_of(first) if first is not None else TensorSpec(None)
            found = _with_unknown_batch(self, found)
            mapped._spec = lambda: found
            return found

        mapped._spec = spec
        return mapped

    def filter(self, predicate, name=None):
        """The elements for which a function holds."""

        def walk():
            return (e for e in self._walk() if bool(elements.call(predicate, e)))

        return self._like(walk, UNKNOWN, "_FilterDataset")

    def take(self, count, name=None):
        """The first elements."""
        count = int(count)
        if count == -1:
            return self._like(self._walk, None, "_TakeDataset")
        known = count if self._count == INFINITE else min(count, self._count) if self._count >= 0 else UNKNOWN
        return self._like(lambda: itertools.islice(self._walk(), count), known, "_TakeDataset")

    def skip(self, count, name=None):
        """All but the first elements."""
        count = int(count)
        if count == -1:
            return self._like(lambda: iter(()), 0, "_SkipDataset")
        known = max(self._count - count, 0) if self._count >= 0 else self._count
        return self._like(lambda: itertools.islice(self._walk(), count, None), known, "_SkipDataset")

    def take_while(self, predicate, name=None):
        """The elements up to the first for which a function does not hold."""

        def walk():
            return itertools.takewhile(lambda e: bool(elements.call(predicate, e)), self._walk())

        return self._like(walk, UNKNOWN, "_TakeWhileDataset")

    def repeat(self, count=None, name=None):
        """The elements, again and again: so many times, or without end."""
        count = -1 if count is None else int(count)

        def walk():
            for _ in itertools.count() if count < 0 else range(count):
                empty = True
                for element in self._walk():
                    empty = False
                    yield element
                if empty:
                    return

        known = (
            (INFINITE if self._count else 0)
            if count < 0
            else self._count * count
            if self._count >= 0
            else self._count
        )
        return self._like(walk, known, "_RepeatDataset")

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=True, name=None):
        """Elements in random order: each is drawn from a buffer of the next buffer_size ones."""
        buffer_size = int(buffer_size)
        if buffer_size < 1:
            raise InvalidArgumentError(f"buffer_size must be at least 1, received {buffer_size}.")
        key, loops = next_key(seed), itertools.count()
        again = reshuffle_each_iteration is not False

        def rng():
            return seeds.generator(key[0], key[1] * 1_000_003 + (next(loops) if again else 0))

        rows = None
        if self._rows is not None and buffer_size >= self._count:
            arrays, order = self._rows
            rows = arrays, lambda: rng().permutation(order())

        def walk():
            if rows is not None:
                return (elements.rows_of(rows[0], i) for i in rows[1]().tolist())
            return _shuffled(self._walk(), buffer_size, rng())

        return self._like(walk, None, "_ShuffleDataset", rows)

    def batch(self, batch_size, drop_remainder=False, num_parallel_calls=None, deterministic=None, name=None):
        """Elements stacked, batch_size at a time; the last batch may be smaller unless drop_remainder."""
        size = int(batch_size)
        if size < 1:
            raise InvalidArgumentError(f"batch_size must be at least 1, received {size}.")

        def walk():
            if self._rows is not None:
                yield from self._batches_of_rows(size, drop_remainder)
                return
            walked = self._walk()
            while parts := list(itertools.islice(walked, size)):
                if len(parts) == size or not drop_remainder:
                    yield elements.stacked(parts)

        known = self._count
        if known >= 0:
            known = known // size if drop_remainder else -(-known // size)
        kind = "_ParallelBatchDataset" if num_parallel_calls else "_BatchDataset"
        return Dataset(
            walk,
            known,
            lambda: elements.batched_spec(self.element_spec, size if drop_remainder else None),
            kind,
        )

    def _batches_of_rows(self, size, drop_remainder):
        arrays, order = self._rows
        order = order()
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            if len(chosen) == size or not drop_remainder:
                yield elements.rows_of(arrays, chosen)

    def unbatch(self, name=None):
        """The rows of each element."""

        def walk():
            for element in self._walk():
                for i in range(elements.length_of(element)):
                    yield elements.rows_of(element, i)

        return Dataset(
            walk, UNKNOWN, lambda: elements.spec_without_batch(self.element_spec), "_UnbatchDataset"
        )

    def cache(self, filename="", name=None):
        """The elements of the first whole loop, kept in memory."""
        kept = []
        complete = []

        def walk():
            if complete:
                yield from kept
                return
            seen = []
            for element in self._walk():
                seen.append(element)
                yield element
            kept[:] = seen
            complete.append(True)

        return self._like(walk, None, "CacheDataset")

    def prefetch(self, buffer_size=None, name=None):
        """The same elements: they are made when they are needed."""
        return self._like(self._walk, None, "_PrefetchDataset", self._rows)

    def enumerate(self, start=0, name=None):
        """Pairs of number and element."""

        def walk():
            return ((np.int64(i), e) for i, e in zip(itertools.count(start), self._walk(), strict=False))

        return Dataset(walk, self._count, lambda: (TensorSpec((), "int64"), self.element_spec), "_ZipDataset")

    @staticmethod
    def zip(*args, datasets=None, name=None):
        """Elements of several data sets side by side, as long as all have some."""
        structure = datasets if datasets is not None else args[0] if len(args) == 1 else args
        if isinstance(structure, Dataset):
            structure = (structure,)
        keys = list(structure) if isinstance(structure, dict) else None
        parts = [as_dataset(p) for p in (structure.values() if keys else structure)]
        build = (lambda items: dict(zip(keys, items, strict=True))) if keys else tuple
        finite = [p._count for p in parts if p._count != INFINITE]
        known = INFINITE if not finite else UNKNOWN if UNKNOWN in finite else min(finite)

        def walk():
            return (build(items) for items in zip(*[p._walk() for p in parts], strict=False))

        return Dataset(walk, known, lambda: build([p.element_spec for p in parts]), "_ZipDataset")

    def concatenate(self, dataset, name=None):
        """The elements of this data set, then those of another."""
        other = as_dataset(dataset)
        counts = self._count, other._count
        known = INFINITE if INFINITE in counts else UNKNOWN if UNKNOWN in counts else sum(counts)
        return self._like(lambda: itertools.chain(self._walk(), other._walk()), known, "_ConcatenateDataset")

    def shard(self, num_shards, index, name=None):
        """Every num_shards-th element, from index on."""
        known = len(range(index, self._count, num_shards)) if self._count >= 0 else self._count
        return self._like(
            lambda: itertools.islice(self._walk(), index, None, num_shards), known, "_ShardDataset"
        )

    def apply(self, transformation_func, name=None):
        """What a function makes of the data set."""
        return transformation_func(self)

    def options(self):
        """The options: there are none that change anything."""
        return Options()

    def with_options(self, options, name=None):
        """The data set itself."""
        return self


def as_dataset(value):
    """A data set from a data set or from an iterable of batches."""
    return value if isinstance(value, Dataset) else Dataset.of_batches(value)


def _shuffled(walked, size, rng):
    buffer = []
    for element in walked:
        if len(buffer) < size:
            buffer.append(element)
            continue
        place = int(rng.integers(size))
        chosen, buffer[place] = buffer[place], element
        yield chosen
    for place in rng.permutation(len(buffer)).tolist():
        yield buffer[place]


def _shaped(types, shapes):
    if isinstance(types, (tuple, list)):
        return tuple([TensorSpec(TensorShape(s), t) for t, s in zip(types, shapes, strict=True)])
    if isinstance(types, dict):
        return {key: TensorSpec(TensorShape(shapes[key]), t) for key, t in types.items()}
    return TensorSpec(TensorShape(shapes), types)


def _with_unknown_batch(source, found):
    """The specs of mapped elements; where the source's batch size is open, so is that of the results."""
    leaves = [
        leaf for leaf in flatten(source.element_spec) if isinstance(leaf, TensorSpec) and leaf.shape.known
    ]
    if not leaves or any(not leaf.shape or leaf.shape[0] is not None for leaf in leaves):
        return found
    size = next((np.shape(a)[0] for a in flatten(next(iter(source._walk()), ())) if np.ndim(a)), None)

    def opened(leaf):
        if isinstance(leaf, TensorSpec) and leaf.shape.known and leaf.shape and leaf.shape[0] == size:
            return TensorSpec((None, *leaf.shape[1:]), leaf.dtype)
        return leaf

    return map_structure(opened, found)
