"""Rows of the layers over images."""

import numpy as np
from layer_row import Row

from minikeras.layers import (
    AugMix,
    AutoContrast,
    CenterCrop,
    ContrastLimitedAdaptiveHistogramEqualization,
    CutMix,
    Equalization,
    MaxNumBoundingBoxes,
    MixUp,
    RandAugment,
    RandomBrightness,
    RandomColorDegeneration,
    RandomColorJitter,
    RandomContrast,
    RandomCrop,
    RandomElasticTransform,
    RandomErasing,
    RandomFlip,
    RandomGaussianBlur,
    RandomGrayscale,
    RandomHue,
    RandomInvert,
    RandomPerspective,
    RandomPosterization,
    RandomRotation,
    RandomSaturation,
    RandomSharpness,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    Resizing,
    Solarization,
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
        gradient="integers",
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
    *_both(RandomHue, factor=0.2),
    *_both(RandomSaturation, factor=(0.2, 0.6), value_range=(0, 1)),
    *_both(RandomColorDegeneration, factor=0.5),
    *_both(RandomGrayscale, factor=0.5),
    *_both(RandomColorJitter, brightness_factor=0.2, contrast_factor=0.2, hue_factor=0.1),
    *_both(RandomInvert, factor=0.5),
    *_both(RandomPosterization, factor=5),
    *_both(Solarization, addition_factor=0.2, threshold_factor=(0.1, 0.4)),
    *_both(RandomSharpness, factor=0.5),
    *_both(RandomGaussianBlur, kernel_size=(5, 3), sigma=(0.2, 0.8)),
    *_both(RandomErasing, scale=(0.1, 0.4)),
    *_both(RandomPerspective, scale=0.3),
    *_both(RandomElasticTransform, scale=(0.5, 1.0)),
    *_both(MixUp, alpha=0.3),
    *_both(CutMix, factor=0.8),
    *_both(RandAugment, num_ops=3),
    *_both(AugMix, num_chains=2),
    Row(AutoContrast, LAST),
    Row(AutoContrast, FIRST, {"data_format": "channels_first", "value_range": (-3, 3)}),
    Row(Equalization, LAST, {"bins": 16, "value_range": (-3, 3)}, gradient="levels are looked up in a table"),
    Row(Equalization, FIRST, {"data_format": "channels_first"}, training=False),
    Row(
        ContrastLimitedAdaptiveHistogramEqualization,
        LAST,
        {"tile_grid_size": (2, 3), "value_range": (-3, 3)},
        gradient="levels are looked up in a table",
    ),
    Row(
        ContrastLimitedAdaptiveHistogramEqualization,
        FIRST,
        {"tile_grid_size": (2, 2), "data_format": "channels_first"},
        gradient="levels are looked up in a table",
    ),
    Row(Resizing, LAST, {"height": 3, "width": 4, "antialias": True, "interpolation": "bicubic"}),
    Row(AugMix, LAST, {"all_ops": False, "seed": 1}, random=True),
    *[
        Row(cls, LAST, {**kwargs, "interpolation": "nearest", "seed": 2}, random=True)
        for cls, kwargs in (
            (RandomRotation, {"factor": 0.2}),
            (RandomShear, {"x_factor": 0.2}),
            (RandomTranslation, {"height_factor": 0.2, "width_factor": 0.2}),
        )
    ],
    Row(RandomZoom, LAST, {"height_factor": 0.2, "seed": 2}, random=True),
    Row(MaxNumBoundingBoxes, LAST, {"max_number": 3}),
    Row(MaxNumBoundingBoxes, FIRST, {"max_number": 3, "data_format": "channels_first"}),
]
