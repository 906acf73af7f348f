"""Settings of ImageDataGenerator whose batches stand in tests/data/keras_generators.npz.

The batches are those of Keras 3.15.1's own copy of the older generator, with SciPy 1.17: for each setting three of
`next` with a seed, two by number with a seed, and two of `next` after `np.random.seed`.
"""

import numpy as np

_random = np.random.RandomState(0)
IMAGES = (_random.rand(6, 7, 6, 3) * 255).astype("float32")
LABELS = np.arange(6)
SETTINGS = {
    "augmenting": {
        "rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2, "zoom_range": 0.2,
        "horizontal_flip": True, "fill_mode": "nearest", "rescale": 1 / 255,
    },
    "featurewise": {
        "featurewise_center": True, "featurewise_std_normalization": True, "rotation_range": 10, "width_shift_range": 2,
        "height_shift_range": [1, 2], "vertical_flip": True, "fill_mode": "reflect",
    },
    "whitening": {"zca_whitening": True, "featurewise_center": True, "zca_epsilon": 1e-2},
    "samplewise": {
        "samplewise_center": True, "samplewise_std_normalization": True, "channel_shift_range": 20.0,
        "shear_range": 30, "fill_mode": "constant", "cval": 5.0,
    },
    "bright": {"brightness_range": (0.5, 1.5), "zoom_range": [0.5, 1.2], "fill_mode": "wrap"},
}  # fmt: skip


def batches(generator):
    """[(images, labels)] of a generator, fitted to the images."""
    generator.fit(IMAGES)
    flow = generator.flow(IMAGES, LABELS, batch_size=4, seed=3)
    found = [next(flow) for _ in range(3)]
    flow = generator.flow(IMAGES, LABELS, batch_size=4, seed=5)
    found += [flow[1], flow[0]]
    np.random.seed(7)
    flow = generator.flow(IMAGES, LABELS, batch_size=4)
    return found + [next(flow) for _ in range(2)]
