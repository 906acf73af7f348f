"""A folder with the members of a `.keras` file, as `save_model(..., zipped=False)` writes it."""

import contextlib
import os

from minikeras.files import atomic_write
from minikeras.saving.archive import MOST_JSON_BYTES, parse_json
from minikeras.saving.errors import ModelFileError, UnsafeFileError


class Folder:
    """The members of a saved model in a folder, read as an Archive is."""

    def __init__(self, path):
        self._path = path
        self.name = str(path)

    def names(self):
        """The names of the members."""
        files = [file for file in self._path.rglob("*") if file.is_file() and not file.is_symlink()]
        return [file.relative_to(self._path).as_posix() for file in files]

    def read(self, name, most_bytes=None):
        """A member's content; at most `most_bytes` of it."""
        file = self._path / name
        if not file.is_file() or file.is_symlink():
            raise ModelFileError(f"{self.name} has no {name}: it is not the folder of a saved model.")
        if most_bytes is not None and file.stat().st_size > most_bytes:
            raise UnsafeFileError(f"{file} has more than the {most_bytes} bytes that are read.")
        return file.read_bytes()

    def read_json(self, name):
        """A member's content as JSON."""
        return parse_json(self.read(name, MOST_JSON_BYTES), f"{self.name}: {name}")


def write_folder(path, members):
    """Write {name: bytes} into a folder: only when all are on the disk they take the places of the older ones."""
    path.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as files:
        for name, data in members.items():
            file_path = path / name
            file_path.parent.mkdir(parents=True, exist_ok=True)
            file = files.enter_context(atomic_write(file_path))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
