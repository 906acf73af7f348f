"""The data sets of `keras.utils` as those of `tf.data`, which tutorials expect them to be."""

import functools
import sys


@functools.cache
def _facade():
    """The façade's data sets and their elements; tensors keep their own looks where nobody asked for TensorFlow."""
    asked_for = "minikeras.compat.tensorflow" in sys.modules
    from minikeras.compat.tensorflow import appearance
    from minikeras.compat.tensorflow.datasets import dataset, elements

    if not asked_for:
        appearance.put_off()
    return dataset, elements


def dataset(batches):
    """A `tf.data.Dataset` of batches that can be walked again and again.

    >>> from minikeras.utils.batches import Batches
    >>> squares = Batches(5, lambda indices: indices**2, batch_size=2)
    >>> [batch.tolist() for batch in dataset(squares).map(lambda x: x + 1).take(2)]
    [[1, 2], [5, 10]]
    """
    datasets, _ = _facade()
    return datasets.Dataset.of_batches(batches)


def tensors(batches):
    """The batches with tensors in place of arrays."""
    _, elements = _facade()
    return (elements.tensors_of(elements.arrays_of(batch)) for batch in batches)
