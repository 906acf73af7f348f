"""Global settings: the default float type, the fuzz factor, the image layout, the kernels in use."""

import os

import numpy as np

_FLOAT_TYPES = ("float16", "float32", "float64")
_DATA_FORMATS = ("channels_last", "channels_first")

_settings = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}
_kernels: dict = {}
_policies: dict = {}


def floatx():
    """Name of the float type that new variables and converted Python floats get.

    >>> floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value):
    """Choose the default float type: 'float16', 'float32' or 'float64'."""
    if value not in _FLOAT_TYPES:
        raise ValueError(f"set_floatx expected one of {list(_FLOAT_TYPES)}, received {value!r}.")
    _settings["floatx"] = str(value)


def epsilon():
    """The small number that keeps logarithms and divisions finite (1e-7 by default)."""
    return _settings["epsilon"]


def set_epsilon(value):
    """Choose the fuzz factor, a positive float."""
    if not isinstance(value, (int, float, np.number)) or not 0 < value < 1:
        raise ValueError(f"set_epsilon expected a number between 0 and 1, received {value!r}.")
    _settings["epsilon"] = float(value)


def image_data_format():
    """Where images keep their channels: 'channels_last' (the default) or 'channels_first'."""
    return _settings["image_data_format"]


def set_image_data_format(data_format):
    """Choose the default image layout."""
    _settings["image_data_format"] = standardize_data_format(data_format)


def standardize_data_format(data_format):
    """The data format meant by an argument: None is the global default; anything unknown is an error."""
    if data_format is None:
        return image_data_format()
    name = str(data_format).lower()
    if name not in _DATA_FORMATS:
        raise ValueError(
            f"data_format must be 'channels_last' (batch, height, width, channels) or 'channels_first' "
            f"(batch, channels, height, width), received {data_format!r}."
        )
    return name


def backend():
    """Name of the array library underneath, as Keras's `keras.config.backend()` gives it.

    >>> backend()
    'numpy'
    """
    return "numpy"


def attach_policies(get, set_):
    """Let the module of dtype policies say, once at import, how to read and choose the global one."""
    _policies.update(get=get, set=set_)


def dtype_policy():
    """The DTypePolicy that layers take when they name none."""
    return _policies["get"]()


def set_dtype_policy(policy):
    """Choose the policy that layers take when they name none: a name such as 'mixed_float16', or a DTypePolicy."""
    _policies["set"](policy)


def attach_kernels(name, get_num_threads=None, set_num_threads=None):
    """Let the kernels package say, once at import, which implementation it chose and how to set its threads."""
    _kernels.update(name=name, get=get_num_threads, set=set_num_threads)


def kernels():
    """Name of the kernels in use: 'reference' (NumPy) or 'native' with its instruction set."""
    return _kernels.get("name", "reference")


def num_threads():
    """How many threads the kernels use."""
    get = _kernels.get("get")
    return (
        get()
        if get is not None
        else int(os.environ.get("MINIKERAS_NUM_THREADS", len(os.sched_getaffinity(0))))
    )


def set_num_threads(count):
    """Choose how many threads the native kernels use; results do not depend on it.

    NumPy's own matrix products, which the reference kernels call, keep the threads of its BLAS
    (set `OPENBLAS_NUM_THREADS` before Python starts to change those).
    """
    if not isinstance(count, (int, np.integer)) or count < 1:
        raise ValueError(f"set_num_threads expected an integer of at least 1, received {count!r}.")
    set_ = _kernels.get("set")
    if set_ is not None:
        set_(int(count))
