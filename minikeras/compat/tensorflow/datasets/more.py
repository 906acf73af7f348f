"""`tf.data.experimental` and the data sets of files."""

import numpy as np

from minikeras import seeds
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.datasets.dataset import INFINITE, UNKNOWN, Dataset, as_dataset
from minikeras.compat.tensorflow.randomness import next_key
from minikeras.compat.tensorflow.shapes import TensorSpec

INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = INFINITE, UNKNOWN


class TextLineDataset(Dataset):
    """The lines of text files."""

    def __init__(
        self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None, name=None
    ):
        names = as_tensor(filenames).array.reshape(-1).tolist()

        def walk():
            for path in names:
                with open(path, "rb") as file:
                    for line in file:
                        yield line.rstrip(b"\r\n")

        super().__init__(walk, UNKNOWN, lambda: TensorSpec((), "string"), "TextLineDatasetV2")


def cardinality(dataset):
    """How many elements: -1 for infinitely many, -2 if unknown."""
    return as_dataset(dataset).cardinality()


def assert_cardinality(expected_cardinality):
    """A step for `apply` that says how many elements there are."""

    def apply(dataset):
        return dataset._like(dataset._walk, int(expected_cardinality))

    return apply


def sample_from_datasets(datasets, weights=None, seed=None, stop_on_empty_dataset=False):
    """Elements drawn at random from several data sets."""
    parts = [as_dataset(d) for d in datasets]
    key = next_key(seed)

    def walk():
        rng = seeds.generator(*key)
        running = [p._walk() for p in parts]
        shares = np.ones(len(parts)) if weights is None else np.asarray(as_tensor(weights).array, "float64")
        while running:
            place = int(rng.choice(len(running), p=shares / shares.sum()))
            element = next(running[place], None)
            if element is not None:
                yield element
            elif stop_on_empty_dataset:
                return
            else:
                running.pop(place)
                shares = np.delete(shares, place)

    return Dataset(walk, UNKNOWN, lambda: parts[0].element_spec, "_SampleFromDatasets")


def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True):
    """Elements of several data sets, in the order that another data set of their numbers says."""
    parts = [as_dataset(d) for d in datasets]

    def walk():
        running = [p._walk() for p in parts]
        for choice in choice_dataset._walk():
            element = next(running[int(choice)], None)
            if element is not None:
                yield element
            elif stop_on_empty_dataset:
                return

    return Dataset(walk, UNKNOWN, lambda: parts[0].element_spec, "_ChooseFromDatasets")


def Counter(start=0, step=1, dtype="int64"):
    """Integers without end."""
    return Dataset.counter(start, step, dtype)


def prefetch_to_device(device, buffer_size=None):
    """A step for `apply` that changes nothing."""
    return lambda dataset: dataset


def ignore_errors(log_warning=False):
    """A step for `apply` that leaves out the elements that cannot be made."""

    def apply(dataset):
        def walk():
            walked = dataset._walk()
            while True:
                try:
                    yield next(walked)
                except StopIteration:
                    return
                except (ValueError, TypeError, OSError):
                    continue

        return dataset._like(walk, UNKNOWN)

    return apply


def unbatch():
    """A step for `apply`: the rows of each element."""
    return lambda dataset: dataset.unbatch()


def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """A step for `apply`: shuffle, then repeat."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def map_and_batch(
    map_func, batch_size, num_parallel_batches=None, drop_remainder=False, num_parallel_calls=None
):
    """A step for `apply`: map, then batch."""
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def get_single_element(dataset):
    """The only element."""
    return dataset.get_single_element()


def copy_to_device(target_device, source_device="/cpu:0"):
    """A step for `apply` that changes nothing."""
    return lambda dataset: dataset


def get_structure(dataset_or_iterator):
    """The specs of the elements."""
    return dataset_or_iterator.element_spec


def make_one_shot_iterator(dataset):
    """An iterator whose `get_next` gives the next element at each run of a graph."""
    return iter(dataset)


def make_initializable_iterator(dataset, shared_name=None):
    """As make_one_shot_iterator, with an `initializer` that begins anew."""
    return iter(dataset)
