"""Integers and booleans on their way into functions of real numbers."""

import numpy as np

from minikeras import config
from minikeras.autodiff import FUNCTIONS, as_array, convert_to_tensor


def floating(x):
    """`x` itself if it is of a float (or complex) type, else converted to the default float."""
    if not hasattr(x, "dtype"):
        x = np.asarray(x)
    return x if x.dtype.kind in "fc" else x.astype(config.floatx())


def floating_tensor(x):
    """`x` as a tensor of a float type: as it is if it has one, else cast to the default float."""
    if not hasattr(x, "dtype"):
        x = as_array(x)
    return convert_to_tensor(x) if x.dtype.kind in "fc" else FUNCTIONS["cast"](x, config.floatx())
