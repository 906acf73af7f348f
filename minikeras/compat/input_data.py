"""`tensorflow.examples.tutorials.mnist.input_data`: MNIST in the batches of the first TensorFlow tutorials."""

from typing import NamedTuple

import numpy as np

from minikeras import seeds
from minikeras.datasets import mnist

__all__ = ["DataSet", "Datasets", "read_data_sets"]


class DataSet:
    """Images, labels, and a place in them from which `next_batch` goes on.

    images: (examples, 784) float32 from 0 to 1, or with reshape=False (examples, 28, 28, 1). labels: (examples,)
    integers, or (examples, 10) with one_hot=True.
    """

    def __init__(self, images, labels):
        self.images = images
        self.labels = labels
        self.num_examples = len(images)
        self.epochs_completed = 0
        self._place = 0
        self._order = np.arange(self.num_examples)

    def next_batch(self, batch_size, fake_data=False, shuffle=True):
        """The next images and labels; when all were given, it begins again in another order.

        fake_data: must be False; the images of zeros that TensorFlow gave here teach nothing.
        """
        if fake_data:
            raise ValueError(
                "next_batch(fake_data=True) does not exist in minikeras. Make such a batch with np.ones."
            )
        if not 1 <= batch_size <= self.num_examples:
            raise ValueError(
                f"next_batch expected a batch size from 1 to {self.num_examples}, received {batch_size!r}."
            )
        if self._place == 0 and self.epochs_completed == 0:
            self._begin(shuffle)
        chosen = self._order[self._place : self._place + batch_size]
        self._place += len(chosen)
        missing = batch_size - len(chosen)
        if missing:
            self.epochs_completed += 1
            self._begin(shuffle)
            chosen = np.concatenate([chosen, self._order[:missing]])
            self._place = missing
        return self.images[chosen], self.labels[chosen]

    def _begin(self, shuffle):
        self._place = 0
        self._order = np.arange(self.num_examples)
        if shuffle:
            seeds.generator(seeds.make_default_seed()).shuffle(self._order)


class Datasets(NamedTuple):
    """The three parts of a data set."""

    train: DataSet
    validation: DataSet
    test: DataSet


def read_data_sets(
    train_dir=None,
    fake_data=False,
    one_hot=False,
    dtype=np.float32,
    reshape=True,
    validation_size=5000,
    seed=None,
    source_url=None,
):
    """MNIST as `train`, `validation` and `test`, each with `images`, `labels` and `next_batch`.

    train_dir, source_url: accepted as in TensorFlow; the files lie where `keras.datasets.mnist` has them. dtype:
    np.float32 for values from 0 to 1, np.uint8 for values to 255. seed: accepted; `keras.utils.set_random_seed` decides.

    >>> data = read_data_sets("MNIST_data/", one_hot=True)
    >>> data.train.num_examples, data.test.labels.shape
    (55000, (10000, 10))
    >>> images, labels = data.train.next_batch(100)
    >>> images.shape, labels.shape
    ((100, 784), (100, 10))
    """
    if fake_data:
        raise ValueError(
            "read_data_sets(fake_data=True) does not exist in minikeras. Make such data with np.ones."
        )
    (x, y), (x_test, y_test) = mnist.load_data()
    if not 0 <= validation_size <= len(x):
        raise ValueError(
            f"read_data_sets expected a validation_size from 0 to {len(x)}, received {validation_size!r}."
        )

    def part(images, labels):
        if np.dtype(dtype) != np.uint8:
            images = images.astype(np.float32) / np.float32(255)
        images = images.reshape(len(images), 784) if reshape else images[..., None]
        return DataSet(images, np.eye(10)[labels] if one_hot else labels)

    kept = slice(validation_size, None)
    first = slice(validation_size)
    return Datasets(part(x[kept], y[kept]), part(x[first], y[first]), part(x_test, y_test))
