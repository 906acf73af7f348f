"""The native kernels behind the reference's names.

A kernel takes float32 arrays as NumPy lays them out by default. It hands every other call (other dtypes, strided
arrays, three spatial axes, wrong shapes) to `_otherwise`: strided float32 inputs come back once as contiguous
copies, all else goes to the reference, which also finds the words for what is wrong.
"""

import numpy as np

from .. import _native, reference
from .._native import instruction_set, instruction_sets, num_threads, set_num_threads, use

__all__ = [name for name in reference.__all__ if hasattr(_native, name)]

_IN_PLACE = {"adadelta", "adagrad", "adam", "momentum", "rmsprop", "sgd"}


def _otherwise(name, *arguments):
    if name not in _IN_PLACE:
        kinds = (np.float32, np.uint8) if name == "max_pool_gradient" else (np.float32,)  # winners are bytes
        plain = [_contiguous(argument, kinds) for argument in arguments]
        if any(new is not old for new, old in zip(plain, arguments, strict=True)):
            return getattr(_native, name)(*plain)
    return getattr(reference, name)(*arguments)


def _contiguous(value, kinds):
    if not isinstance(value, np.ndarray) or value.dtype not in kinds:
        return value
    return value if value.flags.c_contiguous and value.flags.aligned else np.array(value, order="C")


_native.set_fallback(_otherwise)
globals().update({name: getattr(_native, name) for name in __all__})
for _name in set(reference.__all__) - set(__all__):
    globals()[_name] = getattr(reference, _name)
