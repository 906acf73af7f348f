"""CIFAR-10: 60,000 colour photographs, 32 by 32, of ten kinds of things."""

import numpy as np

from minikeras.datasets.cifar import read_batches
from minikeras.datasets.source import Source

ARCHIVE = Source(
    "cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
)
_FOLDER = "cifar-10-batches-py"
_BATCHES = [
    f"{_FOLDER}/{name}" for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
]


def load_data():
    """Images and classes as `(x_train, y_train), (x_test, y_test)`, all uint8.

    Images have the shapes (50000, 32, 32, 3) and (10000, 32, 32, 3), red, green and blue last (first when
    `config.image_data_format()` says so); classes have the shapes (50000, 1) and (10000, 1): 0 airplane, 1
    automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship, 9 truck.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009,
    https://www.cs.toronto.edu/~kriz/cifar.html.
    """
    *train, (x_test, y_test) = read_batches(ARCHIVE.fetch(), _BATCHES, b"labels")
    x_train = np.concatenate([images for images, _ in train])
    y_train = np.concatenate([labels for _, labels in train])
    return (x_train, _column(y_train)), (x_test, _column(y_test))


def _column(labels):
    return np.asarray(labels, np.uint8)[:, None]
