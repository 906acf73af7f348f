"""Dtype policies under the names of `keras.mixed_precision`."""

from minikeras import spellings
from minikeras.dtypes import DTypePolicy, dtype_policy, set_dtype_policy
from minikeras.optimizers import LossScaleOptimizer

Policy = DTypePolicy
global_policy, set_global_policy = dtype_policy, set_dtype_policy

__all__ = [
    "DTypePolicy", "LossScaleOptimizer", "Policy", "dtype_policy", "global_policy", "set_dtype_policy",
    "set_global_policy",
]  # fmt: skip

__getattr__ = spellings.fallback(__name__)
