"""Records what Keras's own copy of the older backend gives; run with TensorFlow, not by the tests.

    python tests/compat/record_backend.py

Writes tests/data/keras_backend.npz: one array for each output of each call in backend_cases.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).parents[1]))
from backend_cases import CASES, RNN_CASES, A, rnn_step

backend = tf.keras.backend


def tensors(value):
    """Arrays, and lists of arrays, as TensorFlow's tensors."""
    if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
        return [tensors(item) for item in value]
    return tf.constant(value) if isinstance(value, np.ndarray) else value


def leaves(value):
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (list, tuple)) else [value]


def record():
    arrays = {}

    def note(name, number, outputs):
        for position, output in enumerate(outputs):
            arrays[f"{name}/{number}/{position}"] = np.array(output)

    for name, calls in CASES.items():
        for number, (args, kwargs) in enumerate(calls):
            result = getattr(backend, name)(*map(tensors, args), **kwargs)
            note(name, number, [result] if name == "int_shape" else leaves(result))
    for number, kwargs in enumerate(RNN_CASES):
        masked = {key: tensors(value) for key, value in kwargs.items()}
        note(
            "rnn",
            number,
            leaves(backend.rnn(rnn_step(backend), tf.constant(A), [tf.zeros((2, 4))], **masked)),
        )
    np.savez_compressed(Path(__file__).parents[1] / "data" / "keras_backend.npz", **arrays)


if __name__ == "__main__":
    record()
