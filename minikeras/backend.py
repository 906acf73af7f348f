"""What is left of `keras.backend` in Keras 3."""

from minikeras import registry
from minikeras.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from minikeras.dtypes import is_float as is_float_dtype
from minikeras.dtypes import result_type, standardize_dtype
from minikeras.utils.session import clear_session, is_keras_tensor

__all__ = [
    "backend", "clear_session", "epsilon", "floatx", "get_uid", "image_data_format", "is_float_dtype", "is_int_dtype",
    "is_keras_tensor", "result_type", "set_epsilon", "set_floatx", "set_image_data_format", "standardize_dtype",
]  # fmt: skip


def is_int_dtype(dtype):
    """Whether a dtype (or its name) is an integer one, bool aside.

    >>> is_int_dtype("uint8"), is_int_dtype("bool")
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("int", "uint"))


def get_uid(prefix=""):
    """A number that counts up for each prefix, from 1.

    >>> get_uid("block"), get_uid("block")
    (1, 2)
    """
    name = registry.unique_name(f"uid {prefix}")
    return 1 if name == f"uid {prefix}" else int(name.rpartition("_")[2]) + 1
