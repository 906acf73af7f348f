"""`tf.strings`: string tensors, which hold bytes."""

import csv
import hashlib
import re

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor, texts
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable
from minikeras.compat.tensorflow.ragged import RaggedTensor


def _each(function, value, dtype=object):
    """A function of bytes applied to each element."""
    array = value.array if isinstance(value, Tensor) else as_tensor(value).array
    if array.dtype.kind != "O":
        raise ValueError(f"tf.strings expected strings, received a tensor of dtype {array.dtype}.")
    made = np.empty(array.shape, dtype)
    made.reshape(-1)[...] = [function(text) for text in array.reshape(-1).tolist()] if array.size else []
    return Tensor(made)


def bytes_of(value):
    """A single string as bytes."""
    if isinstance(value, Tensor):
        value = value.array.item()
    return value.encode() if isinstance(value, str) else bytes(value)


def _python_pattern(pattern):
    """An RE2 pattern as Python's `re` reads it."""
    return re.compile(bytes_of(pattern))


@liftable
def length(input, unit="BYTE", name=None):
    """How long each string is, in bytes or characters (unit='UTF8_CHAR')."""
    count = len if unit == "BYTE" else lambda text: len(text.decode("utf-8", "replace"))
    return _each(count, input, np.int32)


@liftable
def lower(input, encoding="", name=None):
    """Lower case; letters beyond ASCII with encoding='utf-8'."""
    return _each((lambda t: t.decode().lower().encode()) if encoding else bytes.lower, input)


@liftable
def upper(input, encoding="", name=None):
    """Upper case; letters beyond ASCII with encoding='utf-8'."""
    return _each((lambda t: t.decode().upper().encode()) if encoding else bytes.upper, input)


@liftable
def strip(input, name=None):
    """Without spaces at the ends."""
    return _each(bytes.strip, input)


@liftable
def split(input, sep=None, maxsplit=-1, name=None):
    """The words of each string; of several strings, rows of different lengths."""
    sep = None if sep is None or not bytes_of(sep) else bytes_of(sep)
    array = as_tensor(input).array
    if array.ndim == 0:
        return Tensor(texts(array.item().split(sep, maxsplit)))
    return RaggedTensor([text.split(sep, maxsplit) for text in array.reshape(-1).tolist()])


@liftable
def join(inputs, separator="", name=None):
    """Strings, element by element, one behind the other."""
    arrays = np.broadcast_arrays(*[as_tensor(v).array for v in inputs])
    glue = bytes_of(separator)
    made = np.empty(arrays[0].shape, object)
    made.reshape(-1)[...] = [
        glue.join(parts) for parts in zip(*(a.reshape(-1).tolist() for a in arrays), strict=True)
    ]
    return Tensor(made)


@liftable
def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    """The strings along an axis (all of them by default), one behind the other."""
    array, glue = as_tensor(inputs).array, bytes_of(separator)
    if axis is None:
        return Tensor(np.asarray(glue.join(array.reshape(-1).tolist()), object))
    moved = np.moveaxis(array, axis, -1)
    made = np.empty(moved.shape[:-1], object)
    rows = moved.reshape(-1, moved.shape[-1]).tolist()
    made.reshape(-1)[...] = [glue.join(row) for row in rows]
    return Tensor(np.expand_dims(made, axis) if keepdims else made)


@liftable
def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    """Each match of a pattern replaced."""
    expression, new = _python_pattern(pattern), re.sub(rb"\\0", rb"\\g<0>", bytes_of(rewrite))
    return _each(lambda text: expression.sub(new, text, 0 if replace_global else 1), input)


@liftable
def regex_full_match(input, pattern, name=None):
    """Whether the whole string matches."""
    expression = _python_pattern(pattern)
    return _each(lambda text: expression.fullmatch(text) is not None, input, bool)


@liftable
def substr(input, pos, len, unit="BYTE", name=None):
    """The part of each string that begins at pos."""
    start, count = int(pos), int(len)

    def part(text):
        if unit == "BYTE":
            return text[start:][:count]
        return text.decode()[start:][:count].encode()

    return _each(part, input)


@liftable
def to_number(input, out_type="float32", name=None):
    """The numbers that strings spell."""
    dtype = numpy_dtype(out_type)
    return _each(float if dtype.kind == "f" else int, input, dtype)


@liftable
def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers as strings; floats with six digits after the point unless `precision` says otherwise."""
    array = as_tensor(input).array

    def spelled(number):
        if isinstance(number, bool):
            text = "true" if number else "false"
        elif isinstance(number, float):
            kind = "e" if scientific else "g" if shortest else "f"
            text = format(number, f".{6 if precision < 0 else precision}{kind}")
        else:
            text = str(number)
        return (text.rjust(width, fill or " ") if width > 0 else text).encode()

    made = np.empty(array.shape, object)
    made.reshape(-1)[...] = [spelled(v) for v in array.reshape(-1).tolist()]
    return Tensor(made)


@liftable
def unicode_split(input, input_encoding="UTF-8", errors="replace", replacement_char=65533, name=None):
    """The characters of each string."""
    array = as_tensor(input).array
    if array.ndim == 0:
        return Tensor(texts(list(array.item().decode(input_encoding, errors))))
    rows = [[c.encode() for c in t.decode(input_encoding, errors)] for t in array.reshape(-1).tolist()]
    return RaggedTensor(rows)


@liftable
def unicode_decode(input, input_encoding="UTF-8", errors="replace", replacement_char=65533, name=None):
    """The code points of each string."""
    array = as_tensor(input).array
    if array.ndim == 0:
        return Tensor(np.array([ord(c) for c in array.item().decode(input_encoding, errors)], np.int32))
    return RaggedTensor(
        [[ord(c) for c in t.decode(input_encoding, errors)] for t in array.reshape(-1).tolist()]
    )


@liftable
def bytes_split(input, name=None):
    """The bytes of each string."""
    array = as_tensor(input).array
    if array.ndim == 0:
        return Tensor(texts([bytes([b]) for b in array.item()]))
    return RaggedTensor([[bytes([b]) for b in text] for text in array.reshape(-1).tolist()])


@liftable
def to_hash_bucket_fast(input, num_buckets, name=None):
    """A bucket for each string, by its hash (another one than TensorFlow's)."""

    def bucket(text):
        return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") % int(num_buckets)

    return _each(bucket, input, np.int64)


@liftable
def decode_raw(input_bytes, out_type, little_endian=True, name=None):
    """The numbers that bytes hold."""
    dtype = numpy_dtype(out_type).newbyteorder("<" if little_endian else ">")
    return Tensor(np.frombuffer(bytes_of(as_tensor(input_bytes)), dtype).astype(numpy_dtype(out_type)))


@liftable
def decode_csv(
    records, record_defaults, field_delim=",", use_quote_delim=True, na_value="", select_cols=None, name=None
):
    """The columns of lines of comma-separated values, each in the dtype of its default."""
    array = as_tensor(records).array
    lines = [text.decode() for text in array.reshape(-1).tolist()]
    rows = list(csv.reader(lines, delimiter=field_delim))
    columns = []
    wanted = range(len(record_defaults)) if select_cols is None else select_cols
    for column, default in zip(wanted, record_defaults, strict=True):
        kind = as_tensor(default) if not hasattr(default, "as_numpy_dtype") else None
        dtype = numpy_dtype(default) if kind is None else kind.array.dtype
        fallback = None if kind is None or not kind.array.size else kind.array.reshape(-1)[0]
        cells = [row[column] if row[column] != na_value else fallback for row in rows]
        if any(cell is None for cell in cells):
            raise ValueError(f"Field {column} is required but missing in a record!")
        made = (
            texts(cells)
            if dtype.kind == "O"
            else np.array([float(c) if dtype.kind == "f" else int(c) for c in cells], dtype)
        )
        columns.append(Tensor(made.reshape(array.shape)))
    return columns
