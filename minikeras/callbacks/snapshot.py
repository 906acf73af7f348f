"""State as a file: nests of plain data and arrays, written whole or not at all, and read as data only.

The file is a NumPy archive (.npz): the arrays under their numbers, and one text in JSON that says where each belongs.
"""

import json

import numpy as np

from minikeras.files import atomic_write
from minikeras.nest import PLAIN

_FORMAT = "minikeras-state-1"


class DamagedSnapshotError(ValueError):
    """A file of state that cannot be read; the text says which and why."""


def write(path, tree):
    """Write a nest of plain data to a file, all or nothing (see `files.atomic_write`)."""
    arrays = []
    text = json.dumps({"format": _FORMAT, "tree": _encode(tree, arrays)})
    members = {f"array_{number}": array for number, array in enumerate(arrays)}
    with atomic_write(path) as file:
        np.savez(file, tree=np.frombuffer(text.encode(), np.uint8), **members)


def read(path):
    """The nest that `write` wrote; a DamagedSnapshotError (a ValueError) for anything else."""
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                content = json.loads(bytes(archive["tree"]))
                if content["format"] != _FORMAT:
                    raise ValueError(f"its format is {content['format']!r}, expected {_FORMAT!r}")
                return _decode(content["tree"], archive)
        except Exception as error:  # zipfile and NumPy have many of their own
            raise DamagedSnapshotError(
                f"The file {path} is damaged or is another file: {error or type(error).__name__}."
            ) from error


def _encode(value, arrays):
    """JSON for a value: scalars as they are, all else as {kind: content}."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        arrays.append(np.asarray(value))
        return {"array" if isinstance(value, np.ndarray) else "scalar": len(arrays) - 1}
    if type(value) is dict:
        return {"dict": [[_encode(k, arrays), _encode(v, arrays)] for k, v in value.items()]}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_encode(item, arrays) for item in value]}
    raise TypeError(f"A snapshot holds plain data, received {value!r:.80} of type {type(value).__name__}.")


def _decode(value, arrays):
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        return arrays[f"array_{content:d}"]
    if kind == "scalar":
        return arrays[f"array_{content:d}"][()]
    if kind == "dict":
        return {_decode(k, arrays): _decode(v, arrays) for k, v in content}
    items = [_decode(item, arrays) for item in content]
    return tuple(items) if kind == "tuple" else items
