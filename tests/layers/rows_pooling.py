"""Rows of pooling."""

import numpy as np
from layer_row import Row

from minikeras.layers import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)

FIRST = {"data_format": "channels_first"}
STEPS, IMAGE, VOLUME = (2, 7, 3), (2, 5, 6, 3), (2, 4, 5, 3, 2)
MASK = np.array([[True, True, False, True, False, True, True], [True] + [False] * 6])

ROWS = [
    *[
        Row(cls, shape, kwargs)
        for one, two, three in (
            (MaxPooling1D, MaxPooling2D, MaxPooling3D),
            (AveragePooling1D, AveragePooling2D, AveragePooling3D),
        )
        for cls, shape, kwargs in (
            (one, STEPS, {"pool_size": 2}),
            (one, (2, 3, 7), {"pool_size": 3, "strides": 2, "padding": "same", **FIRST}),
            (two, IMAGE, {"pool_size": (2, 2)}),
            (two, IMAGE, {"pool_size": 3, "strides": (1, 2), "padding": "same"}),
            (two, (2, 3, 5, 6), {"pool_size": (2, 3), **FIRST}),
            (three, VOLUME, {"pool_size": 2, "strides": 1}),
            (three, (1, 2, 4, 5, 3), {"pool_size": 2, "padding": "same", **FIRST}),
        )
    ],
    *[
        Row(cls, shape, kwargs)
        for one, two, three in (
            (GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D),
            (GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D),
        )
        for cls, shape in ((one, STEPS), (two, IMAGE), (three, VOLUME))
        for kwargs in ({}, {"keepdims": True}, FIRST)
    ],
    Row(GlobalAveragePooling1D, STEPS, call={"mask": MASK}),
    Row(GlobalAveragePooling1D, STEPS, mask=(2, 7), mask_out=None),
    Row(GlobalAveragePooling1D, (2, 3, 7), {"keepdims": True, **FIRST}, call={"mask": MASK}),
    *[
        Row(cls, shape, kwargs)
        for one, two, three in (
            (AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D),
            (AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D),
        )
        for cls, shape, kwargs in (
            (one, STEPS, {"output_size": 3}),
            (two, IMAGE, {"output_size": (2, 4)}),
            (two, (2, 3, 5, 6), {"output_size": 1, **FIRST}),
            (three, VOLUME, {"output_size": (4, 2, 1)}),
        )
    ],
    *[
        Row(cls, (1, 2, *sizes), {"output_size": 2, **FIRST})
        for cls, sizes in (
            (AdaptiveMaxPooling1D, (5,)),
            (AdaptiveAveragePooling1D, (5,)),
            (AdaptiveMaxPooling3D, (3, 4, 5)),
            (AdaptiveAveragePooling3D, (3, 4, 5)),
        )
    ],
    *[
        Row(cls, VOLUME, {"pool_size": 3, "strides": (1, 2, 1), "padding": "same"})
        for cls in (MaxPooling3D, AveragePooling3D)
    ],
]
