"""The state between models, and stand-ins for what older versions kept: sessions, graphs, scopes of names."""

import contextlib

from minikeras import config, registry
from minikeras.autodiff import SymbolicTensor, Tensor
from minikeras.backend.functions import Function
from minikeras.backend.phase import LearningPhase, forget_learning_phase
from minikeras.nest import flatten, map_structure
from minikeras.utils import session

__all__ = [
    "control_dependencies", "get_session", "image_dim_ordering", "manual_variable_initialization", "name_scope",
    "normalize_data_format", "py_all", "py_any", "py_slice", "py_sum", "reset_uids", "set_image_dim_ordering", "set_session",
]  # fmt: skip

_DATA_FORMATS = {"th": "channels_first", "tf": "channels_last"}

_current: dict = {}


def clear_session(free_memory=True):
    """Start the numbering of automatic names again and undo `set_learning_phase`.

    >>> clear_session()
    """
    forget_learning_phase()
    _current.clear()
    session.clear_session(free_memory)


def get_uid(prefix=""):
    """A number that counts up for each prefix, from 1.

    >>> get_uid("block"), get_uid("block")
    (1, 2)
    """
    name = registry.unique_name(f"uid {prefix}")
    return 1 if name == f"uid {prefix}" else int(name.rpartition("_")[2]) + 1


def reset_uids():
    """Start the numbering of automatic names again."""
    registry.forget_names()


class Session:
    """What `get_session` returns: values are there at once, so `run` has only symbolic tensors to compute."""

    graph = None

    def __init__(self, *args, **kwargs):
        self.closed = False

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """The values of tensors; feed_dict: {symbolic tensor: value}."""
        feed = dict(feed_dict or {})
        symbolic = {id(leaf): leaf for leaf in flatten(fetches) if isinstance(leaf, SymbolicTensor)}
        inputs = [key for key in feed if isinstance(key, (SymbolicTensor, LearningPhase))]
        values = Function(inputs, list(symbolic.values()))([feed[key] for key in inputs]) if symbolic else []
        found = dict(zip(symbolic, values, strict=True))

        def value_of(leaf):
            if id(leaf) in found:
                return found[id(leaf)]
            return leaf.numpy()[()] if isinstance(leaf, Tensor) else None

        return map_structure(value_of, fetches)

    def close(self):
        """Nothing is held open."""
        self.closed = True

    def as_default(self):
        """The session as a block."""
        return self

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.close()


def get_session(op_input_list=()):
    """The session set last, or one that answers `run`: there is no graph to keep, values are computed at once."""
    return _current.setdefault("session", Session())


def set_session(session):
    """Let `get_session` return this one; nothing else depends on it."""
    _current["session"] = session


def manual_variable_initialization(value):
    """Variables have their values when they are made; nothing is left to do by hand."""


@contextlib.contextmanager
def name_scope(name):
    """A block under a name; names of layers do not depend on it."""
    yield name


@contextlib.contextmanager
def control_dependencies(inputs):
    """A block; what is written first happens first."""
    yield


# Image layouts by the names of Keras 1


def image_dim_ordering():
    """'tf' where images keep their channels last, 'th' where first."""
    return next(
        old for old, data_format in _DATA_FORMATS.items() if data_format == config.image_data_format()
    )


def set_image_dim_ordering(dim_ordering):
    """Choose the default image layout: 'tf' (channels last) or 'th' (channels first)."""
    if dim_ordering not in _DATA_FORMATS:
        raise ValueError(f"set_image_dim_ordering expected 'tf' or 'th', received {dim_ordering!r}.")
    config.set_image_data_format(_DATA_FORMATS[dim_ordering])


def normalize_data_format(value):
    """'channels_first' or 'channels_last' for a data format, None being the default one."""
    return config.standardize_data_format(value)


# Python's own functions, whose names the backend's hide

py_all, py_any, py_sum, py_slice = all, any, sum, slice
