"""Rows of the core layers."""

from layer_row import Row

from minikeras.layers import Dense, Identity

ROWS = [
    Row(Dense, (3, 4), {"units": 2}, [(4, 2), (2,)]),
    Row(Dense, (2, 3, 4), {"units": 5, "activation": "tanh"}, [(4, 5), (5,)], mask=(2, 3)),
    Row(Dense, (3, 4), {"units": 2, "use_bias": False, "activation": "softmax"}, [(4, 2)]),
    Row(Dense, (3, 4), {"units": 2, "kernel_regularizer": "l2", "bias_initializer": "ones"}, [(4, 2), (2,)]),
    Row(Dense, (3, 4), {"units": 2, "kernel_constraint": "non_neg", "trainable": False}, [(4, 2), (2,)]),
    Row(Identity, (2, 3), mask=(2,)),
]
