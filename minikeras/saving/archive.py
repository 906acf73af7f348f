"""The zip archive of a `.keras` file: read member by member under fixed names, written so that it is always the same."""

import contextlib
import json
import struct
import zipfile
import zlib

from minikeras.saving.errors import ModelFileError, UnsafeFileError

METADATA, CONFIG, WEIGHTS, ASSETS = "metadata.json", "config.json", "model.weights.h5", "assets/"
MOST_JSON_BYTES = 1 << 24
# Every value of a JSON text becomes an object of some tens of bytes (a dictionary some hundreds): their number bounds
# the memory it takes.
MOST_JSON_VALUES = 1_000_000
_VALUES_OF_A_DICTIONARY = 4
# Weights are noise to a compressor; only those of slots that are still zero shrink.
MOST_EXPANSION = 8
_MOST_EXPANSION_OF_TEXT = 25
_MOST_MEMBERS = 10_000
_FREE_BYTES = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READ_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
    OverflowError, MemoryError,
)  # fmt: skip


class Archive:
    """A zip archive from a stranger.

    Its directory is checked as a whole when it is opened: how many members there are, their names (none twice, none that
    leads anywhere), and what they unpack to. Members are only ever read into memory, by name.
    """

    def __init__(self, file, name="The file"):
        self.name = name
        with self._refusing():
            self._check_directory(file)
            self._zip = zipfile.ZipFile(file)
            self._members = self._checked_members()

    def __contains__(self, name):
        return name in self._members

    def names(self):
        """The names of the members."""
        return list(self._members)

    def read(self, name, most_bytes=None):
        """A member's content; at most `most_bytes` of it."""
        if name not in self._members:
            raise ModelFileError(
                f"{self.name} has no {name}: it is not a .keras file. Save the model again with model.save()."
            )
        info = self._members[name]
        if most_bytes is not None and info.file_size > most_bytes:
            raise UnsafeFileError(
                f"{self.name}: {name} has {info.file_size} bytes, more than the {most_bytes} that are read."
            )
        with self._refusing(), self._zip.open(info) as member:
            data = member.read(info.file_size + 1)
            if len(data) != info.file_size:
                raise UnsafeFileError(
                    f"{self.name}: {name} does not unpack to the {info.file_size} bytes it announces."
                )
            return data

    def read_json(self, name):
        """A member's content as JSON."""
        return parse_json(self.read(name, MOST_JSON_BYTES), f"{self.name}: {name}")

    def _check_directory(self, file):
        """Refuse a directory so long that reading it would fill the memory."""
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read(65_557)
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or len(tail) < place + 22:
            raise ModelFileError(
                f"{self.name} is not a .keras file (a zip archive). Save the model again with model.save()."
            )
        members, length = struct.unpack_from("<HI", tail, place + 10)
        if place >= 20 and tail[place - 20 : place - 16] == b"PK\x06\x07":
            file.seek(struct.unpack_from("<Q", tail, place - 12)[0])
            record = file.read(56)
            members, length = struct.unpack_from("<QQ", record, 32)
        if members > _MOST_MEMBERS or length > _MOST_MEMBERS * 1024:
            raise UnsafeFileError(f"{self.name} lists {members} members; at most {_MOST_MEMBERS} are read.")
        file.seek(0)

    def _checked_members(self):
        members = {}
        for info in self._zip.infolist():
            name = info.orig_filename
            if name in members:
                raise UnsafeFileError(f"{self.name} holds two members named {name!r}.")
            parts = name.rstrip("/").split("/")
            if (
                not name
                or "\\" in name
                or ":" in name
                or "\0" in name
                or any(p in ("", ".", "..") for p in parts)
            ):
                raise UnsafeFileError(
                    f"{self.name} holds a member named {name!r}, which leads out of the archive."
                )
            if info.external_attr >> 28 == 0o12:
                raise UnsafeFileError(f"{self.name} holds the symbolic link {name!r}.")
            if info.flag_bits & 1:
                raise ModelFileError(f"{self.name}: {name} is encrypted.")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ModelFileError(f"{self.name}: {name} is compressed in a way that Keras never uses.")
            expansion = _MOST_EXPANSION_OF_TEXT if name.endswith(".json") else MOST_EXPANSION
            if info.file_size > _FREE_BYTES + expansion * info.compress_size:
                raise UnsafeFileError(
                    f"{self.name}: {name} has {info.compress_size} bytes and announces {info.file_size} (a zip bomb)."
                )
            members[name] = info
        return members

    @contextlib.contextmanager
    def _refusing(self):
        try:
            yield
        except ModelFileError:
            raise
        except _READ_ERRORS as error:
            raise ModelFileError(f"{self.name} is damaged: {error}. Get or save it again.") from error


def is_archive(file):
    """Whether an open binary file begins as zip archives do."""
    beginning = file.read(4)
    file.seek(0)
    return beginning == b"PK\x03\x04"


def parse_json(text, name):
    """The value of a JSON text (bytes or str) from a stranger; `name` is what errors call it."""
    if len(text) > MOST_JSON_BYTES:
        raise UnsafeFileError(f"{name} has {len(text)} bytes; at most {MOST_JSON_BYTES} are read.")
    marks = b",[{:" if isinstance(text, bytes) else ",[{:"
    values = sum(text.count(marks[i : i + 1]) for i in range(4))
    if values + _VALUES_OF_A_DICTIONARY * text.count(marks[2:3]) > MOST_JSON_VALUES:
        raise UnsafeFileError(f"{name} holds more than {MOST_JSON_VALUES} values.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{name} is damaged: {error}. Get or save it again.") from error


def write_archive(file, members):
    """Write {name: bytes} as a zip archive that depends on nothing else: no dates, no user, no system."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o600 << 16
            info.file_size = len(data)
            with archive.open(info, "w") as member:
                member.write(data)
