"""Rows of convolution."""

from layer_row import Row

from minikeras.layers import (
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    DepthwiseConv1D,
    DepthwiseConv2D,
    SeparableConv1D,
    SeparableConv2D,
)

FIRST = {"data_format": "channels_first"}

ROWS = [
    Row(Conv1D, (2, 7, 3), {"filters": 4, "kernel_size": 3}, [(3, 3, 4), (4,)]),
    Row(
        Conv1D,
        (2, 7, 3),
        {"filters": 2, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        [(3, 3, 2), (2,)],
    ),
    Row(
        Conv1D,
        (2, 3, 8),
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", **FIRST},
        [(3, 3, 2), (2,)],
    ),
    Row(
        Conv2D,
        (2, 5, 6, 2),
        {"filters": 3, "kernel_size": (2, 3), "activation": "tanh"},
        [(2, 3, 2, 3), (3,)],
    ),
    Row(
        Conv2D,
        (2, 5, 5, 2),
        {"filters": 2, "kernel_size": 3, "padding": "same", "use_bias": False},
        [(3, 3, 2, 2)],
    ),
    Row(
        Conv2D,
        (2, 6, 5, 2),
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"},
        [(3, 3, 2, 2), (2,)],
    ),
    Row(
        Conv2D, (2, 6, 6, 2), {"filters": 2, "kernel_size": 2, "dilation_rate": (2, 3)}, [(2, 2, 2, 2), (2,)]
    ),
    Row(Conv2D, (2, 4, 5, 5), {"filters": 6, "kernel_size": 3, "groups": 2, **FIRST}, [(3, 3, 2, 6), (6,)]),
    Row(
        Conv2D, (2, 4, 4, 2), {"filters": 3, "kernel_size": 1, "activation": "softmax"}, [(1, 1, 2, 3), (3,)]
    ),
    Row(
        Conv2D,
        (1, 2, 4, 4),
        {"filters": 3, "kernel_size": 3, "activation": "softmax", **FIRST},
        [(3, 3, 2, 3), (3,)],
    ),
    Row(
        Conv3D,
        (1, 4, 4, 5, 2),
        {"filters": 2, "kernel_size": 2, "strides": (1, 2, 2)},
        [(2, 2, 2, 2, 2), (2,)],
    ),
    Row(
        Conv3D,
        (1, 2, 3, 3, 4),
        {"filters": 2, "kernel_size": 3, "padding": "same", **FIRST},
        [(3, 3, 3, 2, 2), (2,)],
    ),
    Row(Conv1DTranspose, (2, 4, 3), {"filters": 2, "kernel_size": 3, "strides": 2}, [(3, 2, 3), (2,)]),
    Row(
        Conv1DTranspose, (2, 3, 4), {"filters": 2, "kernel_size": 2, "strides": 3, **FIRST}, [(2, 2, 3), (2,)]
    ),
    Row(
        Conv2DTranspose,
        (2, 3, 4, 2),
        {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "sigmoid"},
        [(3, 3, 3, 2), (3,)],
    ),
    Row(
        Conv2DTranspose,
        (2, 2, 3, 3),
        {"filters": 2, "kernel_size": (4, 3), "strides": (2, 3), "output_padding": (1, 2), **FIRST},
        [(4, 3, 2, 2), (2,)],
    ),
    Row(
        Conv2DTranspose,
        (1, 4, 4, 2),
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "padding": "same", "use_bias": False},
        [(2, 2, 2, 2)],
    ),
    Row(
        Conv3DTranspose,
        (1, 2, 2, 3, 2),
        {"filters": 2, "kernel_size": 2, "strides": 2},
        [(2, 2, 2, 2, 2), (2,)],
    ),
    Row(DepthwiseConv1D, (2, 7, 3), {"kernel_size": 3, "depth_multiplier": 2}, [(3, 3, 2), (6,)]),
    Row(
        DepthwiseConv1D,
        (2, 3, 7),
        {"kernel_size": 3, "strides": 2, "padding": "same", **FIRST},
        [(3, 3, 1), (3,)],
    ),
    Row(
        DepthwiseConv2D,
        (2, 5, 6, 3),
        {"kernel_size": 3, "strides": 2, "padding": "same", "activation": "tanh"},
        [(3, 3, 3, 1), (3,)],
    ),
    Row(
        DepthwiseConv2D,
        (2, 3, 6, 6),
        {"kernel_size": 2, "dilation_rate": 2, "depth_multiplier": 2, "use_bias": False, **FIRST},
        [(2, 2, 3, 2)],
    ),
    Row(SeparableConv1D, (2, 7, 3), {"filters": 4, "kernel_size": 3}, [(3, 3, 1), (1, 3, 4), (4,)]),
    Row(
        SeparableConv2D,
        (2, 5, 5, 2),
        {
            "filters": 3,
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "depth_multiplier": 2,
            "activation": "tanh",
        },
        [(3, 3, 2, 2), (1, 1, 4, 3), (3,)],
    ),
    Row(
        SeparableConv2D,
        (2, 2, 5, 5),
        {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "use_bias": False, **FIRST},
        [(2, 2, 2, 1), (1, 1, 2, 3)],
    ),
    Row(Conv1D, (2, 7, 4), {"filters": 4, "kernel_size": 2, "groups": 2, "use_bias": False}, [(2, 2, 4)]),
    Row(
        Conv1D,
        (2, 2, 7),
        {"filters": 2, "kernel_size": 3, "padding": "causal", "activation": "softplus", **FIRST},
        [(3, 2, 2), (2,)],
    ),
    Row(
        Conv1DTranspose,
        (2, 4, 3),
        {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "same", "use_bias": False},
        [(3, 2, 3)],
    ),
    Row(
        Conv1DTranspose,
        (2, 3, 3),
        {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same", **FIRST},
        [(3, 2, 3), (2,)],
    ),
    Row(
        Conv3D,
        (1, 4, 4, 3, 2),
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "groups": 2, "use_bias": False},
        [(2, 2, 2, 1, 2)],
    ),
    Row(
        Conv3DTranspose,
        (1, 2, 2, 2, 2),
        {
            "filters": 2,
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "output_padding": 1,
            "use_bias": False,
            **FIRST,
        },
        [(3, 3, 3, 2, 2)],
    ),
    Row(
        Conv3DTranspose,
        (1, 2, 3, 2, 1),
        {"filters": 2, "kernel_size": 2, "dilation_rate": (1, 2, 1), "activation": "tanh"},
        [(2, 2, 2, 2, 1), (2,)],
    ),
    Row(
        DepthwiseConv1D,
        (2, 7, 3),
        {"kernel_size": 2, "dilation_rate": 2, "use_bias": False, "activation": "sigmoid"},
        [(2, 3, 1)],
    ),
    Row(
        SeparableConv1D,
        (2, 3, 7),
        {
            "filters": 2,
            "kernel_size": 2,
            "dilation_rate": 2,
            "depth_multiplier": 2,
            "use_bias": False,
            **FIRST,
        },
        [(2, 3, 2), (1, 6, 2)],
    ),
    Row(
        SeparableConv1D,
        (2, 7, 3),
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"},
        [(3, 3, 1), (1, 3, 2), (2,)],
    ),
]
