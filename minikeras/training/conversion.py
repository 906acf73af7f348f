"""What people keep numbers in (arrays, frames, tensors of other libraries, files) as something whose rows can be read."""

import array as python_array
from collections.abc import Mapping

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor
from minikeras.training.columns import is_read_in_parts


def as_data(value, name):
    """One user's array as a NumPy array, or as it is if its rows are read in parts (see `columns`); or a clear error.

    name: what errors call it. Arrays and memory maps are not copied.
    """
    if isinstance(value, Tensor):
        value = value.array
    if type(value) is np.ndarray and value.dtype.kind in "biufc" and value.ndim:
        return value
    if is_read_in_parts(value):
        return _checked(value.tocsr() if hasattr(value, "tocsr") else value, name)
    if hasattr(value, "to_numpy") and not isinstance(value, np.ndarray):
        return _checked(_from_frame(value, name), name)
    if hasattr(value, "detach"):
        value = _from_torch(value)
    elif hasattr(value, "numpy") and not hasattr(value, "__array__"):
        value = value.numpy()
    if not isinstance(value, np.ndarray):
        _refuse_what_is_no_array(value, name)
        try:
            value = np.asarray(value)
        except ValueError:
            raise ValueError(
                f"{name}: the rows have different lengths, so they do not form an array. "
                "Pad them to one length first (minikeras.utils.pad_sequences)."
            ) from None
    if value.dtype.kind == "O":
        if value.size and all(type(text) is bytes for text in value.flat):
            return value  # a string tensor's texts, for a model that begins with a layer of texts
        value = _from_objects(value, name)
    return _checked(value, name)


def texts_as_bytes(value):
    """Texts, in an array, a list or dictionaries of them, as the arrays of bytes that string tensors hold; else as it is.

    >>> texts_as_bytes(["good", "bad"])
    array([b'good', b'bad'], dtype=object)
    """
    if isinstance(value, dict):
        return {name: texts_as_bytes(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        if not _is_text(np.asarray(value[0]) if len(value) else None):
            return value
        value = np.asarray(value, dtype=object)
    if not _is_text(value):
        return value
    texts = [text if isinstance(text, bytes) else str(text).encode() for text in value.flat]
    array = np.empty(len(texts), object)
    array[:] = texts
    return array.reshape(value.shape)


def _is_text(value):
    if not isinstance(value, np.ndarray):
        return False
    return value.dtype.kind in "US" or (
        value.dtype.kind == "O" and value.size > 0 and all(isinstance(t, (str, bytes)) for t in value.flat)
    )


def as_rows(value, name):
    """As `as_data`, and always a NumPy array, however large."""
    value = as_data(value, name)
    if isinstance(value, np.ndarray):
        return value
    return value.toarray() if hasattr(value, "toarray") else np.asarray(value[:])


def is_array(value):
    """Whether a value is one array rather than a list of numbers."""
    return (
        isinstance(value, (np.ndarray, Tensor))
        or (hasattr(value, "shape") and hasattr(value, "dtype"))
        or hasattr(value, "to_numpy")
    )


def is_frame(value):
    """Whether a value is a table with named columns (pandas, polars)."""
    return hasattr(value, "to_numpy") and hasattr(value, "columns") and hasattr(value, "__getitem__")


def is_stream(x):
    """Whether x yields batches by itself: generators, data loaders, data sets; not arrays, lists or frames."""
    if isinstance(
        x, (np.ndarray, Tensor, list, tuple, str, bytes, range, set, frozenset, python_array.array)
    ):
        return False
    if isinstance(x, Mapping) or is_read_in_parts(x) or is_array(x) or hasattr(x, "__array__"):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__")


def _checked(value, name):
    if value.dtype.kind in "USTMmVO":
        kinds = {"M": "dates", "m": "dates", "V": "records", "O": "strings or objects"}
        kind = kinds.get(value.dtype.kind, "strings")
        raise ValueError(
            f"{name} expected numbers, received an array of {kind} "
            f"(dtype {value.dtype}). Encode them as numbers first, for example with StringLookup, "
            "np.unique(..., return_inverse=True) or .astype('float32')."
        )
    if not value.shape:
        raise ValueError(
            f"{name} expected an array with a batch axis, received the single number {value}. Use [{value}]."
        )
    return value


def _from_objects(value, name):
    if not value.shape:
        raise TypeError(
            f"{name} expected arrays of numbers, received {value.item()!r:.80} of type {type(value.item()).__name__}. "
            "Convert it to a NumPy array first."
        )
    try:
        return value.astype(config.floatx())
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} expected numbers, received an array of Python objects (dtype object, first element "
            f"{value.flat[0]!r:.60}). Convert it to numbers first: np.asarray(rows, dtype='float32'), with rows of one length."
        ) from None


def _from_frame(value, name):
    """A table, or one column of one, as an array with rows that are contiguous."""
    array = value.to_numpy()
    if array.dtype.kind == "O":
        columns = [(f"column {c!r}", value[c]) for c in value.columns] if is_frame(value) else [("it", value)]
        wrong = [text for text in (_what_is_wrong(label, column) for label, column in columns) if text]
        if wrong:
            raise ValueError(
                f"{name} expected a {type(value).__name__} of numbers, but {'; '.join(wrong)}. Encode texts and dates as "
                "numbers, fill or drop what is missing, or leave these columns out."
            )
        parts = [column.to_numpy().astype(config.floatx()) for _, column in columns]
        return np.stack(parts, axis=1) if is_frame(value) else parts[0]
    return np.ascontiguousarray(array) if array.ndim > 1 else array


def _what_is_wrong(label, column):
    """Why a column of a frame is no column of numbers; None if it is."""
    values = column.to_numpy()
    if values.dtype.kind in "biufc":
        return None
    if values.dtype.kind in "Mm":
        return f"{label} holds dates (dtype {column.dtype})"
    missing = sum(v is None or type(v).__name__ == "NAType" for v in values.tolist())
    if missing:
        return f"{label} misses {missing} of {len(values)} values"
    try:
        values.astype(config.floatx())
    except (TypeError, ValueError):
        return f"{label} holds {values.tolist()[0]!r:.40} (dtype {column.dtype})"
    return None


def _from_torch(tensor):
    tensor = tensor.detach().cpu()
    try:
        return tensor.numpy()
    except TypeError:  # bfloat16, which NumPy has not
        return tensor.float().numpy()


def _refuse_what_is_no_array(value, name):
    if isinstance(value, (set, frozenset)):
        raise TypeError(f"{name} expected arrays, received a set, which has no order. Use a list.")
    if callable(value) and not hasattr(value, "__array__"):
        called = getattr(value, "__name__", type(value).__name__)
        raise TypeError(
            f"{name} expected data, received the function or class {called}. Call it, {called}(), so that it yields batches."
        )
    if hasattr(value, "collect") and hasattr(value, "collect_schema"):
        raise TypeError(
            f"{name} expected data, received a {type(value).__name__} that has not been computed. Call .collect() first."
        )
    sized = hasattr(value, "__getitem__") and hasattr(value, "__len__")
    plain = isinstance(value, (list, tuple, str, bytes, bytearray, range, memoryview, python_array.array))
    if sized and not plain and not hasattr(value, "__array__") and not hasattr(value, "dtype"):
        raise TypeError(
            f"{name} expected arrays or batches, received a {type(value).__name__}, which gives single samples by index. "
            "Wrap it in what makes batches of them, for example torch.utils.data.DataLoader(data, batch_size=32)."
        )
