"""The history as a table in a file, row by row."""

import contextlib
import csv
import os
import warnings

import numpy as np

from minikeras.callbacks import checks
from minikeras.callbacks.callback import Callback
from minikeras.files import room_for

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Write the metrics of every epoch to a CSV file as soon as they are known.

    filename: the file. separator: between values. append: go on at the end of an existing file, instead of replacing it.
    A training that BackupAndRestore resumes goes on with the rows it had.

    >>> import tempfile, minikeras as keras
    >>> path = os.path.join(tempfile.mkdtemp(), "log.csv")
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=2, callbacks=[CSVLogger(path)], verbose=0)
    >>> with open(path) as file:
    ...     file.readline()
    'epoch,loss,val_loss\\n'
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(
                f"CSVLogger expected separator to be one character such as ';', received {separator!r}."
            )
        self.sep = separator
        self.filename = checks.path("CSVLogger", "filename", filename)
        self.append = append
        self.keys = None
        self.append_header = True
        self._start = 0  # where this training's rows begin
        self.csv_file = None
        self.writer = None

    def on_train_begin(self, logs=None):
        folder = os.path.dirname(self.filename) or "."
        if not os.path.isdir(folder):
            raise FileNotFoundError(
                f"CSVLogger cannot write {self.filename!r}: there is no folder {folder!r}. Create it first."
            )
        if os.path.isdir(self.filename):
            raise IsADirectoryError(
                f"CSVLogger expected filename to be a file, received the folder {self.filename!r}. Add a name: "
                f"{os.path.join(self.filename, 'log.csv')!r}."
            )
        if self.append and os.path.exists(self.filename):
            self.append_header = os.path.getsize(self.filename) == 0
        self._close()
        if self.append:
            _end_last_line(self.filename)
        # Kept open from epoch to epoch; newline="" leaves the line ends to the writer.
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115
        self._start = self.csv_file.tell()
        self.keys = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys.extend([f"val_{key}" for key in self.keys])
            self._open_writer()
            if self.append_header:
                self._write({key: key for key in ("epoch", *self.keys)})
            elif self._start:
                self._compare_columns()
        self._write({"epoch": epoch, **{key: _as_text(logs.get(key, "NA")) for key in self.keys}})

    def _write(self, row):
        """Write a row whole or not at all."""
        end = os.path.getsize(self.filename)
        with room_for(self.filename):
            try:
                self.writer.writerow(row)
                self.csv_file.flush()
            except OSError:
                with contextlib.suppress(OSError):  # it tries once more to write what is left of the row
                    self._close()
                os.truncate(self.filename, end)
                raise

    def _compare_columns(self):
        """Say so when the file that is gone on with has other columns; its rows stay as they are."""
        with open(self.filename, newline="", encoding="utf-8", errors="replace") as file:
            found = next(csv.reader(file, delimiter=self.sep), [])
        if found != ["epoch", *self.keys]:
            warnings.warn(
                f"CSVLogger(append=True): the file {self.filename} has the columns {found}, this training has "
                f"{['epoch', *self.keys]}; its rows do not fit the header. Use another file for it.",
                stacklevel=2,
            )

    def _open_writer(self):
        self.writer = csv.DictWriter(self.csv_file, ["epoch", *self.keys], delimiter=self.sep)

    def on_train_end(self, logs=None):
        self._close()

    def on_abandon(self):
        self._close()

    def _close(self):
        file, self.csv_file, self.writer = self.csv_file, None, None
        if file is not None:
            file.close()

    def get_state(self):
        with open(self.filename, "rb") as file:
            file.seek(self._start)
            rows = file.read().decode()
        return {"keys": self.keys, "append_header": self.append_header, "start": self._start, "rows": rows}

    def set_state(self, state):
        self.keys, self.append_header, self._start = state["keys"], state["append_header"], state["start"]
        self.csv_file.seek(self._start)
        self.csv_file.truncate()
        self.csv_file.write(state["rows"])
        self.csv_file.flush()
        if self.keys is not None:
            self._open_writer()


def _end_last_line(path):
    """Give the last line of a file its end, should it lack one."""
    if not os.path.exists(path) or not os.path.getsize(path):
        return
    with open(path, "rb+") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")


def _as_text(value):
    """Numbers and texts as they are; arrays and lists in brackets."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
