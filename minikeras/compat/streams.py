"""The data sets of `keras.utils` as those of `tf.data`, which tutorials expect them to be."""

import sys

_FACADE = "minikeras.compat.tensorflow"
_in_use = _FACADE in sys.modules

from minikeras.compat.tensorflow import appearance  # noqa: E402
from minikeras.compat.tensorflow.datasets.dataset import Dataset  # noqa: E402
from minikeras.compat.tensorflow.datasets.elements import arrays_of, tensors_of  # noqa: E402

if not _in_use:  # tensors keep their own looks where nobody asked for TensorFlow
    appearance.put_off()


def dataset(batches):
    """A `tf.data.Dataset` of batches that can be walked again and again.

    >>> from minikeras.utils.batches import Batches
    >>> squares = Batches(5, lambda indices: indices**2, batch_size=2)
    >>> [batch.tolist() for batch in dataset(squares).map(lambda x: x + 1).take(2)]
    [[1, 2], [5, 10]]
    """
    return Dataset.of_batches(batches)


def tensors(batches):
    """The batches with tensors in place of arrays."""
    return (tensors_of(arrays_of(batch)) for batch in batches)
