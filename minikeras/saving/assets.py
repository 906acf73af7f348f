"""Assets: files that layers keep in a model's archive beside their arrays, such as vocabularies.

A layer with assets writes and reads them in a folder (`save_assets(folder)`, `load_assets(folder)`). The folder is a
temporary one of its own: what a file calls its assets decides over nothing else.
"""

import re
import tempfile
from pathlib import Path

from minikeras.saving.archive import ASSETS
from minikeras.saving.errors import UnsafeFileError

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")
# What Windows takes for devices, with any ending, in any folder.
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(\..*)?", re.IGNORECASE)
_MOST_BYTES = 1 << 28


def written_assets(layer, path):
    """{name in the archive: content} of what a layer's `save_assets` writes."""
    with tempfile.TemporaryDirectory() as folder:
        layer.save_assets(folder)
        files = sorted(file for file in Path(folder).rglob("*") if file.is_file())
        return {_prefix(path) + file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def read_assets(layer, path, archive):
    """Call a layer's `load_assets` on a folder with its assets from the archive; not at all if there are none."""
    prefix = _prefix(path)
    members = [name for name in archive.names() if name.startswith(prefix) and not name.endswith("/")]
    places = {member: _place(member.removeprefix(prefix), member, archive.name) for member in members}
    if not members:
        return
    with tempfile.TemporaryDirectory() as folder:
        for member, place in places.items():
            file = Path(folder, *place)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(member, _MOST_BYTES))
        layer.load_assets(folder)


def _place(relative, member, archive_name):
    """The folders and the file that an asset goes to, by name."""
    parts = relative.split("/")
    if any(not _NAME.fullmatch(part) or _DEVICE.fullmatch(part) for part in parts):
        raise UnsafeFileError(
            f"{archive_name} holds an asset named {member!r}; letters, digits, '.', '_' and '-' are allowed, names of "
            "devices are not."
        )
    return parts


def _prefix(path):
    return f"{ASSETS}{path}/" if path else ASSETS
