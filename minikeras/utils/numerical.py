"""Small numerical helpers for data."""

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.spellings.calls import accepting


@accepting
def to_categorical(x, num_classes=None):
    """Integer labels as one-hot rows: shape (n,) or (n, 1) becomes (n, num_classes).

    >>> to_categorical([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = np.asarray(as_array(x))
    if labels.size and (labels.min() < 0 or (num_classes is not None and labels.max() >= num_classes)):
        raise ValueError(
            f"to_categorical expected labels from 0 to {'num_classes - 1' if num_classes is None else num_classes - 1}, "
            f"received labels from {labels.min()} to {labels.max()}."
        )
    labels = labels.astype("int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    labels = labels.reshape(-1)
    classes = int(labels.max(initial=-1)) + 1 if num_classes is None else num_classes
    rows = np.zeros((labels.size, classes))
    rows[np.arange(labels.size), labels] = 1
    rows = rows.reshape((*shape, classes))
    return Tensor(rows.astype(config.floatx())) if isinstance(x, Tensor) else rows


def normalize(x, axis=-1, order=2):
    """x divided by its norm of the given order along `axis`; zero vectors stay zero."""
    array = np.asarray(x)
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    return array / np.expand_dims(norm, axis)
