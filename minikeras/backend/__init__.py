"""`keras.backend`: what is left of it in Keras 3, and the functions that older versions had there.

An older function is loaded when its name is first used, with one `DeprecationWarning` that names the modern one. They
work on arrays, tensors, variables and symbolic tensors, so that they serve in Lambda layers, losses and graphs alike.
"""

from minikeras import lazy
from minikeras.backend.session import clear_session, get_uid
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
from minikeras.spellings import older
from minikeras.spellings.backend import MODERN
from minikeras.utils.session import is_keras_tensor

__all__ = [
    "backend", "clear_session", "epsilon", "floatx", "get_uid", "image_data_format", "is_float_dtype", "is_int_dtype",
    "is_keras_tensor", "result_type", "set_epsilon", "set_floatx", "set_image_data_format", "standardize_dtype",
]  # fmt: skip

# The older functions, by the files that export them.
OLDER = lazy.Names(__name__, __file__)


def is_int_dtype(dtype):
    """Whether a dtype (or its name) is an integer one, bool aside.

    >>> is_int_dtype("uint8"), is_int_dtype("bool")
    (True, False)
    """
    return standardize_dtype(dtype).startswith(("int", "uint"))


def __getattr__(name):
    value = None if name.startswith("__") else OLDER.load(name)
    if value is None:
        raise AttributeError(
            f"module 'minikeras.backend' has no attribute {name!r}. The functions of Keras 3 are in minikeras.ops."
        )
    if name in MODERN:
        older(f"keras.backend.{name}", MODERN[name])
    globals()[name] = value
    return value


def __dir__():
    return sorted({*__all__, *OLDER.homes})
