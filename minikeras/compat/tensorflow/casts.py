"""Casts under the names of TensorFlow 1, and `tf.compat`'s casts of strings."""

import os

from minikeras.compat.tensorflow.basics import cast


def to_float(x, name="ToFloat"):
    """x as float32."""
    return cast(x, "float32")


def to_double(x, name="ToDouble"):
    """x as float64."""
    return cast(x, "float64")


def to_int32(x, name="ToInt32"):
    """x as int32."""
    return cast(x, "int32")


def to_int64(x, name="ToInt64"):
    """x as int64."""
    return cast(x, "int64")


def as_bytes(bytes_or_text, encoding="utf-8"):
    """Text or bytes as bytes."""
    return bytes_or_text.encode(encoding) if isinstance(bytes_or_text, str) else bytes(bytes_or_text)


def as_text(bytes_or_text, encoding="utf-8"):
    """Text or bytes as text."""
    return bytes_or_text if isinstance(bytes_or_text, str) else bytes(bytes_or_text).decode(encoding)


as_str = as_text


def path_to_str(path):
    """A path as text."""
    return os.fspath(path)
