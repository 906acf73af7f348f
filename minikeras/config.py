"""Global settings: the default float type, the fuzz factor, the image layout, the kernels in use."""

import os

import numpy as np

_FLOAT_TYPES = ("float16", "float32", "float64")
_DATA_FORMATS = ("channels_last", "channels_first")

_settings = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "interactive_logging": True,
}
# The most epochs of a fit and steps of an epoch, none if None; environment variables set them from outside.
_limits = {name: os.environ.get(f"KERAS_{name.upper()}") for name in ("max_epochs", "max_steps_per_epoch")}
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


def enable_interactive_logging():
    """Let progress, summaries and messages of callbacks go to the standard output, as they do from the start."""
    _settings["interactive_logging"] = True


def disable_interactive_logging():
    """Let progress, summaries and messages of callbacks go to the logger 'minikeras', as information."""
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled():
    """Whether progress, summaries and messages of callbacks go to the standard output.

    >>> is_interactive_logging_enabled()
    True
    """
    return _settings["interactive_logging"]


def max_epochs():
    """The most epochs that a call of fit runs; None for no limit."""
    return _limit("max_epochs")


def set_max_epochs(max_epochs):
    """Limit every fit to so many epochs, for a quick try of a script; None for no limit.

    The environment variable `KERAS_MAX_EPOCHS` does the same without a change in the script.
    """
    _set_limit("max_epochs", max_epochs)


def max_steps_per_epoch():
    """The most steps that an epoch of fit, or evaluate or predict, has; None for no limit."""
    return _limit("max_steps_per_epoch")


def set_max_steps_per_epoch(max_steps_per_epoch):
    """Limit every epoch of fit, and evaluate and predict, to so many steps, for a quick try of a script; None for no limit.

    The environment variable `KERAS_MAX_STEPS_PER_EPOCH` does the same without a change in the script.
    """
    _set_limit("max_steps_per_epoch", max_steps_per_epoch)


def _limit(name):
    value = _limits[name]
    if isinstance(value, str):
        if not value.isdecimal() or int(value) < 1:
            raise ValueError(
                f"The environment variable KERAS_{name.upper()} must be a positive integer, received {value!r}."
            )
        value = _limits[name] = int(value)
    return value


def _set_limit(name, value):
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"set_{name} expected a positive integer or None, received {value!r}.")
    _limits[name] = value


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
