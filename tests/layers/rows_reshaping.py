"""Rows of reshaping."""

from layer_row import Row

from minikeras.layers import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    Flatten,
    Permute,
    RepeatVector,
    Reshape,
    UpSampling1D,
    UpSampling2D,
    UpSampling3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)

FIRST = {"data_format": "channels_first"}

ROWS = [
    Row(Flatten, (2, 3, 4)),
    Row(Flatten, (2, 3, 4, 5), FIRST),
    Row(Flatten, (4,)),
    Row(Flatten, (2, 3, 2), dtype="int32", gradient="integers"),
    Row(Reshape, (2, 3, 4), {"target_shape": (2, 6)}),
    Row(Reshape, (2, 12), {"target_shape": (3, -1, 2)}),
    Row(Reshape, (2, 1), {"target_shape": ()}),
    Row(Reshape, (2, 6), {"target_shape": (2, 3)}, dtype="int32", gradient="integers"),
    Row(Permute, (2, 3, 4, 5), {"dims": (3, 1, 2)}),
    Row(Permute, (2, 3, 4), {"dims": [2, 1]}),
    Row(RepeatVector, (2, 3), {"n": 4}),
    Row(ZeroPadding1D, (2, 4, 3)),
    Row(ZeroPadding1D, (2, 3, 4), {"padding": (0, 2), **FIRST}),
    Row(ZeroPadding2D, (2, 3, 4, 2), {"padding": 2}),
    Row(ZeroPadding2D, (2, 3, 4, 2), {"padding": (1, 3)}),
    Row(ZeroPadding2D, (2, 2, 3, 4), {"padding": ((1, 0), (2, 3)), **FIRST}),
    Row(ZeroPadding3D, (1, 2, 3, 2, 2), {"padding": ((1, 0), (2, 3), (0, 1))}),
    Row(ZeroPadding3D, (1, 2, 2, 3, 2), FIRST),
    Row(Cropping1D, (2, 6, 3)),
    Row(Cropping1D, (2, 6, 3), {"cropping": (0, 2)}),
    Row(Cropping2D, (2, 5, 6, 2), {"cropping": 1}),
    Row(Cropping2D, (2, 5, 6, 2)),
    Row(Cropping2D, (2, 2, 5, 6), {"cropping": ((1, 0), (2, 3)), **FIRST}),
    Row(Cropping3D, (1, 4, 5, 4, 2)),
    Row(Cropping3D, (1, 2, 4, 5, 4), {"cropping": (0, 1, 0), **FIRST}),
    Row(UpSampling1D, (2, 3, 4), {"size": 3}),
    Row(UpSampling2D, (2, 3, 2, 2)),
    Row(UpSampling2D, (2, 2, 3, 2), {"size": (1, 3), **FIRST}),
    *[
        Row(UpSampling2D, (1, 3, 4, 2), {"interpolation": name})
        for name in ("bilinear", "bicubic", "lanczos3")
    ],
    Row(UpSampling2D, (1, 2, 3, 4), {"interpolation": "bilinear", "size": (3, 2), **FIRST}),
    Row(UpSampling3D, (1, 2, 3, 2, 2)),
    Row(UpSampling3D, (1, 2, 2, 3, 2), {"size": (2, 1, 3), **FIRST}),
]
