"""Rows of normalization."""

import numpy as np
from layer_row import Row

from minikeras.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    SpectralNormalization,
    UnitNormalization,
)

THREE = [(3,)] * 4
MASK = np.array([[True, True, False, True], [True, False, False, False]])

ROWS = [
    Row(BatchNormalization, (5, 3), {}, THREE),
    Row(BatchNormalization, (5, 3), {}, THREE, training=True),
    Row(BatchNormalization, (3, 2, 4, 3), {"epsilon": 0.1, "momentum": 0.5}, THREE, training=True),
    Row(BatchNormalization, (4, 3, 2, 2), {"axis": 1}, THREE, training=True),
    Row(BatchNormalization, (4, 3, 2), {"axis": 1, "center": False}, [(3,)] * 3),
    Row(BatchNormalization, (4, 3), {"center": False, "scale": False}, [(3,)] * 2, training=True),
    Row(BatchNormalization, (2, 4, 3), {}, THREE, mask=(2, 4)),
    Row(BatchNormalization, (2, 4, 3), {}, THREE, training=True, call={"mask": MASK}),
    Row(
        BatchNormalization,
        (6, 3),
        {"renorm": True, "renorm_clipping": {"rmax": 3.0, "rmin": 0.2, "dmax": 5.0}},
        [(3,)] * 7,
        training=True,
        gradient="the corrections count as constants",
    ),
    Row(BatchNormalization, (6, 3), {"renorm": True}, [(3,)] * 7),
    Row(LayerNormalization, (3, 5), {}, [(5,)] * 2, mask=(3,)),
    Row(LayerNormalization, (2, 4, 5), {"axis": [1, 2], "epsilon": 0.1}, [(4, 5)] * 2, mask=(2, 4)),
    Row(LayerNormalization, (2, 4, 5), {"axis": [2, 1]}, [(4, 5)] * 2),
    Row(LayerNormalization, (2, 4, 5), {"axis": 1, "scale": False}, [(4,)]),
    Row(LayerNormalization, (2, 4, 5), {"center": False}, [(5,)]),
    Row(LayerNormalization, (2, 3, 4, 2), {"axis": [-1, 1]}, [(2, 3)] * 2, symbolic=True),
    Row(GroupNormalization, (2, 3, 3, 4), {"groups": 2}, [(4,)] * 2),
    Row(GroupNormalization, (2, 6, 3), {"groups": 3, "axis": 1, "epsilon": 0.1}, [(6,)] * 2, mask=(2, 6)),
    Row(GroupNormalization, (2, 5, 4), {"groups": -1, "scale": False}, [(4,)]),
    Row(GroupNormalization, (3, 4), {"groups": 1, "center": False}, [(4,)]),
    Row(RMSNormalization, (3, 5), {}, [(5,)]),
    Row(RMSNormalization, (2, 4, 5), {"axis": [1, 2], "epsilon": 0.1}, [(4, 5)]),
    Row(UnitNormalization, (3, 5), mask=(3,)),
    Row(UnitNormalization, (2, 3, 4), {"axis": [1, 2]}),
    Row(UnitNormalization, (2, 3, 4), {"axis": 1}),
    Row(SpectralNormalization, (3, 4), lambda: {"layer": Dense(2)}, [(4, 2), (1, 2), (2,)]),
    Row(
        SpectralNormalization,
        (2, 5, 5, 2),
        lambda: {"layer": Conv2D(3, 3), "power_iterations": 2},
        [(3, 3, 2, 3), (1, 3), (3,)],
        training=True,
        random=True,  # each call goes on with the iteration
        gradient="each call replaces the kernel",
    ),
]
