"""Records the batches of Keras's own copy of the older ImageDataGenerator; run with Keras 3 and SciPy, not by the tests.

    python tests/compat/record_generators.py

Writes tests/data/keras_generators.npz: the images and labels of each batch of each setting in generator_cases.
"""

import sys
from pathlib import Path

import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator

sys.path.insert(0, str(Path(__file__).parents[1]))
from generator_cases import SETTINGS, batches


def record():
    arrays = {}
    for name, settings in SETTINGS.items():
        for number, (images, labels) in enumerate(batches(ImageDataGenerator(**settings))):
            arrays[f"{name}/{number}/images"] = images
            arrays[f"{name}/{number}/labels"] = labels
    np.savez_compressed(Path(__file__).parents[1] / "data" / "keras_generators.npz", **arrays)


if __name__ == "__main__":
    record()
