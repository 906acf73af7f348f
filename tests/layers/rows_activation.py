"""Rows of the activations that are layers."""

import numpy as np
from layer_row import Row

from minikeras.layers import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax

MASK = np.array([[True, True, False, True], [True, False, False, True]])

ROWS = [
    Row(Activation, (2, 4, 3), {"activation": "tanh"}, mask=(2, 4)),
    Row(ReLU, (2, 4, 3), mask=(2, 4)),
    Row(ReLU, (2, 9), {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.1}),
    Row(LeakyReLU, (2, 4, 3), {"negative_slope": 0.1}, mask=(2, 4)),
    Row(ELU, (2, 4, 3), {"alpha": 0.7}, mask=(2, 4)),
    Row(PReLU, (2, 4, 3), {}, [(4, 3)], mask=(2, 4)),
    Row(PReLU, (2, 3, 4, 2), {"shared_axes": [1, 2], "alpha_initializer": "ones"}, [(1, 1, 2)]),
    Row(Softmax, (2, 4)),
    Row(Softmax, (2, 4), call={"mask": MASK}),
    Row(Softmax, (2, 4), mask=(2, 4)),
    Row(Softmax, (2, 3, 4), {"axis": 1}),
    Row(Softmax, (2, 3, 4), {"axis": [1, 2]}),
]
