"""TensorFlow's names over minikeras: `import minikeras.compat.tensorflow as tf`.

What `import tensorflow as tf` is for scripts under `minikeras run`. `tf.keras` is minikeras itself; tensors print, and
answer, as TensorFlow's do. Programs of TensorFlow 1 (sessions, placeholders, `minimize`) run too. Names are loaded when
they are first used; what does not exist says so, with the nearest thing that does.

Where it is more lenient than TensorFlow: tensors of different dtypes combine by Keras's rule instead of raising, functions
of real numbers take integers, tensors may be keys of dictionaries, and `tf.function` runs the Python function.
"""

import sys

from minikeras.compat.tensorflow import appearance, era, names, names_v1
from minikeras.compat.tensorflow.graph import mode
from minikeras.compat.tensorflow.namespace import build
from minikeras.spellings import older

# The version of TensorFlow whose names these are; the local part says who answers.
__version__ = "2.21.0+minikeras"
VERSION = __version__
newaxis = None


def _older(name):
    modern = names_v1.OLDER.get(name)
    if modern is not None:
        older(f"tf.{name}", modern)


_spaces = build(names.NAMES, names_v1, sys.modules[__name__], _older)
_top = _spaces[""]
_spaces["compat.v1"].__version__ = __version__


def __getattr__(name):
    value = getattr(_top, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*dir(_top), "__version__"})


appearance.put_on()
mode.deferring = era.is_written_for_graphs(era.source_of_program())
