"""The methods of data sets that gather elements, spread them, or carry something along."""

import itertools

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.datasets import elements
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.shapes import TensorShape, TensorSpec
from minikeras.nest import flatten, map_structure

UNKNOWN = -2


class Grouping:
    """What `Dataset` adds to one element after the other."""

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Windows of elements, each a data set (a tuple or dictionary of them for such elements)."""
        size, stride = int(size), int(stride)
        shift = size if shift is None else int(shift)
        span = (size - 1) * stride + 1

        def walk():
            walked, held, start = self._walk(), [], 0
            for number, element in enumerate(walked):
                if number >= start:
                    held.append(element)
                if len(held) == span:
                    yield self._windowed(held[::stride])
                    held = held[shift:]
                    start += shift
            while held and not drop_remainder:
                yield self._windowed(held[::stride])
                held = held[shift:]

        known = self._count
        if known >= 0:
            known = max((known - span) // shift + 1, 0) if drop_remainder else -(-known // shift)
        spec = self.element_spec if self._count != 0 else TensorSpec(None)
        return type(self)(walk, known, lambda: map_structure(WindowSpec, spec), "_WindowDataset")

    def _windowed(self, parts):
        first = parts[0]
        if isinstance(first, dict):
            return {key: self._windowed([p[key] for p in parts]) for key in first}
        if isinstance(first, tuple):
            return tuple([self._windowed([p[i] for p in parts]) for i in range(len(first))])
        return type(self)(lambda: iter(parts), len(parts), None, "_VariantDataset")

    def flat_map(self, map_func, name=None):
        """The elements of the data sets that a function makes of each element, one data set after the other."""

        def walk():
            for element in self._walk():
                yield from elements.call(map_func, element)._walk()

        return type(self)(walk, UNKNOWN, None, "_FlatMapDataset")

    def interleave(
        self, map_func, cycle_length=None, block_length=None, num_parallel_calls=None, deterministic=None, name=None
    ):  # fmt: skip
        """As flat_map, taking turns: block_length elements from each of cycle_length data sets."""
        cycle = 1 if cycle_length is None or cycle_length < 1 else int(cycle_length)
        block = int(block_length or 1)

        def walk():
            sources = self._walk()
            running = [elements.call(map_func, e)._walk() for e in itertools.islice(sources, cycle)]
            turn = 0
            while running:
                turn %= len(running)
                part = list(itertools.islice(running[turn], block))
                yield from part
                if len(part) == block:
                    turn += 1
                    continue
                following = next(sources, None)
                if following is None:
                    running.pop(turn)
                else:
                    running[turn] = elements.call(map_func, following)._walk()
                    turn += 1 if part else 0

        return type(self)(walk, UNKNOWN, None, "_InterleaveDataset")

    def padded_batch(
        self, batch_size, padded_shapes=None, padding_values=None, drop_remainder=False, name=None
    ):
        """Elements of different shapes, filled up to the largest of the batch (or to padded_shapes) and stacked."""
        size = int(batch_size)

        def walk():
            walked = self._walk()
            while parts := list(itertools.islice(walked, size)):
                if len(parts) == size or not drop_remainder:
                    yield _padded(parts, padded_shapes, padding_values)

        known = self._count
        if known >= 0:
            known = known // size if drop_remainder else -(-known // size)

        def spec():
            def opened(leaf, shape=None):
                wanted = leaf.shape if shape is None else shape
                sizes = [None if s in (None, -1) else s for s in wanted] if leaf.shape.known else None
                return TensorSpec(
                    None if sizes is None else (size if drop_remainder else None, *sizes), leaf.dtype
                )

            return map_structure(opened, self.element_spec)

        return type(self)(walk, known, spec, "_PaddedBatchDataset")

    def group_by_window(self, key_func, reduce_func, window_size=None, window_size_func=None, name=None):
        """Elements with one key gathered, window_size at a time, into data sets that reduce_func makes another of."""

        def walk():
            groups = {}
            for element in self._walk():
                key = int(elements.call(key_func, element))
                held = groups.setdefault(key, [])
                held.append(element)
                size = (
                    window_size if window_size is not None else int(window_size_func(Tensor(np.int64(key))))
                )
                if len(held) == int(size):
                    yield from self._reduced(reduce_func, key, groups.pop(key))
            for key, held in groups.items():
                yield from self._reduced(reduce_func, key, held)

        return type(self)(walk, UNKNOWN, None, "_GroupByWindowDataset")

    def _reduced(self, reduce_func, key, held):
        group = type(self)(lambda: iter(held), len(held))
        return reduce_func(Tensor(np.asarray(key, np.int64)), group)._walk()

    def bucket_by_sequence_length(
        self, element_length_func, bucket_boundaries, bucket_batch_sizes, padded_shapes=None, padding_values=None,
        pad_to_bucket_boundary=False, no_padding=False, drop_remainder=False, name=None,
    ):  # fmt: skip
        """Padded batches of elements of similar lengths: one bucket below each boundary and one above all."""

        def bucket(*parts):
            return int(np.searchsorted(bucket_boundaries, int(element_length_func(*parts)), side="right"))

        def batch(key, group):
            size = bucket_batch_sizes[int(key)]
            if no_padding:
                return group.batch(size, drop_remainder)
            return group.padded_batch(size, padded_shapes, padding_values, drop_remainder)

        def size_of(key):
            return bucket_batch_sizes[int(key)]

        return self.group_by_window(bucket, batch, window_size_func=size_of)

    def scan(self, initial_state, scan_func, name=None):
        """scan_func(state, element) gives the next state and an element."""

        def walk():
            state = map_structure(as_tensor, initial_state)
            for element in self._walk():
                state, output = scan_func(state, elements.tensors_of(element))
                yield elements.arrays_of(output)

        return type(self)(walk, self._count, None, "_ScanDataset")

    def reduce(self, initial_state, reduce_func, name=None):
        """reduce_func(state, element) for each element in turn: the last state."""
        state = map_structure(as_tensor, initial_state)
        for element in self._walk():
            state = map_structure(as_tensor, reduce_func(state, elements.tensors_of(element)))
        return state

    def unique(self, name=None):
        """Each different element once."""

        def walk():
            seen = set()
            for element in self._walk():
                key = repr([np.asarray(leaf).tolist() for leaf in flatten(element)])
                if key not in seen:
                    seen.add(key)
                    yield element

        return self._like(walk, UNKNOWN, "_UniqueDataset")

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """The rows of the batches in batches of another size."""
        return self.unbatch().batch(batch_size, drop_remainder)

    def snapshot(self, path=None, compression="AUTO", reader_func=None, shard_func=None, name=None):
        """The data set, its elements kept in memory."""
        return self.cache()

    # TensorFlow 1

    def make_one_shot_iterator(self):
        """An iterator whose `get_next` gives the next element at each run of a graph."""
        return iter(self)

    def make_initializable_iterator(self, shared_name=None):
        """As make_one_shot_iterator, with an `initializer` that begins anew."""
        return iter(self)

    @property
    def output_types(self):
        """The dtypes of the elements."""
        return map_structure(lambda spec: spec.dtype, self.element_spec)

    @property
    def output_shapes(self):
        """The shapes of the elements."""
        return map_structure(lambda spec: spec.shape, self.element_spec)


class WindowSpec:
    """What the data set of a window looks like."""

    def __init__(self, spec):
        self.spec = spec

    def __repr__(self):
        return f"DatasetSpec({self.spec!r}, TensorShape([]))"


def _padded(parts, shapes, values):
    first = parts[0]
    if isinstance(first, dict):
        return {
            k: _padded([p[k] for p in parts], None if shapes is None else shapes[k], _part(values, k))
            for k in first
        }
    if isinstance(first, tuple):
        return tuple(
            [
                _padded([p[i] for p in parts], None if shapes is None else shapes[i], _part(values, i))
                for i in range(len(first))
            ]
        )
    arrays = [elements.as_leaf(p).array for p in parts]
    largest = np.max([a.shape for a in arrays], axis=0, initial=0).tolist() if arrays[0].ndim else []
    if shapes is not None:
        shape = shapes.array.tolist() if isinstance(shapes, Tensor) else list(TensorShape(shapes))
        largest = [n if s in (None, -1) else int(s) for s, n in zip(shape, largest, strict=True)]
    dtype = arrays[0].dtype
    fill = (
        (b"" if dtype.kind == "O" else 0)
        if values is None
        else as_tensor(values, numpy_dtype(dtype)).array[()]
    )
    made = np.full((len(arrays), *largest), fill, dtype)
    for i, array in enumerate(arrays):
        if any(n > s for n, s in zip(array.shape, largest, strict=True)):
            raise ValueError(
                f"padded_batch: an element of shape {array.shape} does not fit padded_shapes {largest}."
            )
        made[(i, *[slice(n) for n in array.shape])] = array
    return made


def _part(values, key):
    return values[key] if isinstance(values, (dict, tuple, list)) else values
