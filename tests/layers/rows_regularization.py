"""Rows of regularization."""

from layer_row import Row

from minikeras.layers import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)

ROWS = [
    *[
        Row(cls, shape, {amount: 0.4, "seed": 3}, training=training, random=bool(training), mask=shape[:2])
        for cls, shape, amount in (
            (Dropout, (2, 5, 3), "rate"),
            (AlphaDropout, (2, 5, 3), "rate"),
            (GaussianDropout, (2, 5, 3), "rate"),
            (GaussianNoise, (2, 5, 3), "stddev"),
            (SpatialDropout1D, (2, 5, 3), "rate"),
            (SpatialDropout2D, (2, 5, 3, 2), "rate"),
            (SpatialDropout3D, (2, 5, 3, 2, 2), "rate"),
        )
        for training in (None, True)
    ],
    Row(Dropout, (2, 5, 3), {"rate": 0.5, "noise_shape": (None, 1, 3)}, training=True, random=True),
    Row(Dropout, (2, 5), {"rate": 0}, training=True),
    Row(Dropout, (2, 5), {"rate": 1.0}, training=True),
    Row(AlphaDropout, (2, 5), {"rate": 0.5, "noise_shape": (None, 1)}, training=True, random=True),
    Row(
        SpatialDropout2D,
        (2, 3, 4, 4),
        {"rate": 0.5, "data_format": "channels_first"},
        training=True,
        random=True,
    ),
    Row(
        SpatialDropout3D,
        (2, 3, 2, 2, 2),
        {"rate": 0.5, "data_format": "channels_first"},
        training=True,
        random=True,
    ),
    Row(ActivityRegularization, (2, 5, 3), {"l1": 0.1, "l2": 0.2}, mask=(2, 5)),
]
