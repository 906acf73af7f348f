"""Weights under a name without an ending, `./checkpoint/mnist.ckpt`, as programs for TensorFlow 2 keep them.

TensorFlow wrote several files for such a name, and programs look for two of them: `mnist.ckpt.index`, to know whether
there is something to load, and the folder's `checkpoint`, which names the newest. Both are written here too.
"""

import os
from pathlib import Path

from minikeras.files import atomic_write

_ENDINGS = (".h5", ".hdf5", ".keras")
_INDEX = "The weights are in the file of this name without '.index': an HDF5 file.\n"


def is_checkpoint(path):
    """Whether a path is such a name: it has none of the endings of weights' files.

    >>> is_checkpoint("training/cp-0001.ckpt"), is_checkpoint("w.weights.h5")
    (True, False)
    """
    return Path(path).suffix not in _ENDINGS


def write_companions(path):
    """Write the two files beside the weights at `path`."""
    with atomic_write(f"{path}.index", "w") as file:
        file.write(_INDEX)
    with atomic_write(os.path.join(os.path.dirname(path), "checkpoint"), "w") as file:
        file.write(f'model_checkpoint_path: "{os.path.basename(path)}"\n')
