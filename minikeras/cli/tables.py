"""Data in files: arrays (.npy, .npz) and tables of numbers (.csv), read with errors that name the line and column."""

import contextlib
import csv
import io
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np

from minikeras.cli.errors import CommandError
from minikeras.files import atomic_write
from minikeras.registry import suggest

READABLE = (".npy", ".npz", ".csv", ".tsv")
# What NumPy raises at a file that is damaged, or that holds Python objects.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, ValueError, MemoryError, EOFError, KeyError, NotImplementedError,
)  # fmt: skip


class Table:
    """The columns of a CSV file by name; without a header they are called by their numbers, from 0."""

    def __init__(self, path):
        self.path = path
        self.names, self._rows, self._first_line = _read_rows(path)

    def column_number(self, name):
        """The position of a column given by its name or number."""
        if name in self.names:
            return self.names.index(name)
        if name.lstrip("-").isdigit() and -len(self.names) <= int(name) < len(self.names):
            return int(name) % len(self.names)
        raise CommandError(f"{self.path} has no column {name!r}. {suggest(name, self.names)}")

    def numbers(self, columns):
        """The values of the columns at those positions, float32 of shape (rows, columns)."""
        try:
            return np.array([[row[c] for c in columns] for row in self._rows], dtype=np.float32)
        except ValueError:
            raise self._not_a_number(columns) from None

    def _not_a_number(self, columns):
        for number, row in enumerate(self._rows, self._first_line):
            for c in columns:
                try:
                    float(row[c])
                except ValueError:
                    what = f"{row[c]!r}, not a number" if row[c].strip() else "no value"
                    return CommandError(
                        f"{self.path}, line {number}: column {self.names[c]!r} has {what}. "
                        "Fill it, number its categories from 0, or leave the column out with --drop."
                    )
        return CommandError(f"{self.path} holds numbers that cannot be read.")


def read_array(path):
    """The array of an .npy file."""
    with _reading(path):
        return _plain(np.load(path, allow_pickle=False), path)


def read_arrays(path):
    """The arrays of an .npz file, by name."""
    with _reading(path), np.load(path, allow_pickle=False) as file:
        if not hasattr(file, "files"):
            raise CommandError(f"{path} is a single array: call it {Path(path).stem}.npy.")
        return {name: _plain(file[name], path) for name in file.files}


def kind(path):
    """The ending of a data file, checked: it exists and is one that can be read."""
    suffix = Path(path).suffix.lower()
    if not Path(path).is_file():
        raise CommandError(f"{path}: no such file.")
    if suffix not in READABLE:
        raise CommandError(f"{path}: expected a file that ends in {', '.join(READABLE)}.")
    return suffix


def write(path, columns):
    """Write arrays of equal lengths, {name: array}: into one .npy or .npz file, or as a CSV (None: on stdout)."""
    suffix = ".csv" if path is None else Path(path).suffix.lower()
    if suffix == ".npy":
        if len(columns) > 1:
            raise CommandError(
                f"the model has {len(columns)} outputs ({', '.join(columns)}): write an .npz or .csv."
            )
        with atomic_write(path) as file:
            np.save(file, next(iter(columns.values())))
    elif suffix == ".npz":
        with atomic_write(path) as file:
            np.savez(file, **columns)
    else:
        text = _as_csv(columns)
        if path is None:
            sys.stdout.write(text)
            return
        with atomic_write(path, "w") as file:
            file.write(text)


def check_writable(path):
    """Refuse an output of unknown kind before anything is computed."""
    if path is not None and Path(path).suffix.lower() not in (".npy", ".npz", ".csv"):
        raise CommandError(f"{path}: expected an output that ends in .npy, .npz or .csv.")


def _as_csv(columns):
    header, parts = [], []
    for name, array in columns.items():
        if array.ndim > 2:
            raise CommandError(
                f"the output '{name}' has samples of shape {array.shape[1:]}: write an .npy or .npz."
            )
        flat = array.reshape(len(array), -1)
        header += (
            [name] if array.ndim == 1 or flat.shape[1] == 1 else [f"{name}_{i}" for i in range(flat.shape[1])]
        )
        parts.append(flat)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for rows in zip(*parts, strict=True):
        writer.writerow([_shortest(value) for row in rows for value in row])
    return text.getvalue()


def _shortest(value):
    """A number in the fewest digits that give the same float32 again."""
    return np.format_float_positional(value, trim="0") if isinstance(value, np.floating) else value


def _read_rows(path):
    """(names of the columns, rows of texts, number of the first row's line)"""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            delimiter = max(",;\t", key=first.count) if Path(path).suffix.lower() != ".tsv" else "\t"
            file.seek(0)
            rows = [row for row in csv.reader(file, delimiter=delimiter) if row]
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is no text in UTF-8 ({error.reason} at byte {error.start}).") from None
    except csv.Error as error:
        raise CommandError(f"{path} is no CSV file: {error}.") from None
    if not rows:
        raise CommandError(f"{path} is empty.")
    width = len(rows[0])
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise CommandError(f"{path}, line {number}: {len(row)} columns, the first line has {width}.")
    second = rows[1] if len(rows) > 1 else rows[0]
    if not any(
        _is_number(below) and not _is_number(text) for text, below in zip(rows[0], second, strict=True)
    ):
        if len(rows) == 1 and not any(map(_is_number, rows[0])):
            raise CommandError(f"{path} has a header and no rows.")
        return [str(i) for i in range(width)], rows, 1
    return [name.strip() for name in rows[0]], rows[1:], 2


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _plain(array, path):
    if array.dtype.kind not in "biuf":
        raise CommandError(f"{path} holds {array.dtype} values: expected numbers.")
    return array.astype(np.float32) if array.dtype.kind == "f" else array


@contextlib.contextmanager
def _reading(path):
    """A `with` block in which a damaged or hostile array file becomes a CommandError."""
    try:
        yield
    except _DAMAGE as error:
        raise CommandError(
            f"{path} holds no plain arrays of numbers ({type(error).__name__}). "
            "Expected a file that numpy.save or numpy.savez wrote, without Python objects."
        ) from None
