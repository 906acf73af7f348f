"""Rows of the layers over images."""

import numpy as np
from layer_row import Row

from minikeras.layers import (
    CenterCrop,
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    Resizing,
)

LAST, FIRST = (2, 6, 5, 3), (2, 3, 6, 5)


def _both(cls, **kwargs):
    """A random layer in training, in both data formats and on one image; and as it is without training."""
    return [
        Row(cls, LAST, {**kwargs, "seed": 1}, random=True),
        Row(cls, FIRST, {**kwargs, "seed": 1, "data_format": "channels_first"}, random=True),
        Row(cls, LAST, {**kwargs, "seed": 1}, training=False),
    ]


ROWS = [
    Row(Resizing, LAST, {"height": 4, "width": 7}),
    Row(
        Resizing,
        FIRST,
        {"height": 4, "width": 7, "data_format": "channels_first", "crop_to_aspect_ratio": True},
    ),
    Row(Resizing, LAST, {"height": 3, "width": 3, "interpolation": "nearest", "pad_to_aspect_ratio": True}),
    Row(
        Resizing,
        data=lambda: np.arange(2 * 6 * 5 * 3).reshape(LAST).astype("uint8"),
        kwargs={"height": 3, "width": 3},
        gradient=False,
    ),
    Row(CenterCrop, LAST, {"height": 3, "width": 2}),
    Row(CenterCrop, FIRST, {"height": 8, "width": 8, "data_format": "channels_first"}),
    *_both(RandomCrop, height=3, width=2),
    Row(RandomCrop, LAST, {"height": 8, "width": 4, "seed": 1}),
    *_both(RandomFlip),
    *_both(RandomRotation, factor=0.2),
    *_both(RandomTranslation, height_factor=0.2, width_factor=(-0.1, 0.3), fill_mode="constant"),
    *_both(RandomZoom, height_factor=0.2, interpolation="nearest"),
    *_both(RandomShear, x_factor=0.2, y_factor=(0.1, 0.2)),
    *_both(RandomBrightness, factor=0.2),
    *_both(RandomContrast, factor=0.2),
]
