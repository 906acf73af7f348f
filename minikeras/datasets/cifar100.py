"""CIFAR-100: 60,000 colour photographs, 32 by 32, of a hundred kinds of things in twenty groups."""

import numpy as np

from minikeras.datasets.cifar import read_batches
from minikeras.datasets.source import Source

ARCHIVE = Source(
    "cifar-100-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    sha256="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
)
_BATCHES = ["cifar-100-python/train", "cifar-100-python/test"]


def load_data(label_mode="fine"):
    """Images and classes as `(x_train, y_train), (x_test, y_test)`.

    Images are uint8 of the shapes (50000, 32, 32, 3) and (10000, 32, 32, 3), red, green and blue last (first
    when `config.image_data_format()` says so). Classes are int64 of the shapes (50000, 1) and (10000, 1): the
    100 kinds when `label_mode` is 'fine', the 20 groups when it is 'coarse'.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009,
    https://www.cs.toronto.edu/~kriz/cifar.html.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f"cifar100.load_data expected label_mode 'fine' or 'coarse', received {label_mode!r}."
        )
    batches = read_batches(ARCHIVE.fetch(), _BATCHES, f"{label_mode}_labels".encode())
    (x_train, y_train), (x_test, y_test) = (
        (images, np.asarray(labels, np.int64)[:, None]) for images, labels in batches
    )
    return (x_train, y_train), (x_test, y_test)
