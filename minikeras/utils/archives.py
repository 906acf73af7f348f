"""Unpacking archives from strangers: plain files and folders below one folder, and nothing else."""

import contextlib
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

_MOST_BYTES = 1 << 36


def extract(path, folder, archive_format="auto"):
    """Unpack a tar or zip file into `folder`, all or nothing; True if it was an archive.

    Refused with a ValueError: absolute names, names with '..', links, devices, and more than 64 GiB.
    archive_format: 'auto', 'tar', 'zip' or a list of them.
    """
    formats = ["tar", "zip"] if archive_format == "auto" else archive_format
    formats = [formats] if isinstance(formats, str) else list(formats or [])
    if unknown := sorted(set(formats) - {"tar", "zip"}):
        raise ValueError(f"archive_format must be 'auto', 'tar' or 'zip', received {unknown[0]!r}.")
    for name in formats:
        if name == "tar" and tarfile.is_tarfile(path):
            opened, members = tarfile.open, _tar_members
        elif name == "zip" and zipfile.is_zipfile(path):
            opened, members = zipfile.ZipFile, _zip_members
        else:
            continue
        try:
            with opened(path) as archive:
                _unpack(members(archive), Path(folder), path)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise ValueError(f"The archive {path} is damaged: {error}. Download it again.") from error
        return True
    return False


def _tar_members(archive):
    for member in archive:
        kind = "folder" if member.isdir() else "file" if member.isreg() else "link or device"
        yield member.name, kind, member.size, lambda member=member: archive.extractfile(member)


def _zip_members(archive):
    for member in archive.infolist():
        mode = stat.S_IFMT(member.external_attr >> 16)
        kind = "folder" if member.is_dir() else "file" if mode in (0, stat.S_IFREG) else "link or device"
        yield member.filename, kind, member.file_size, lambda member=member: archive.open(member)


def _unpack(members, folder, path):
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{os.urandom(16).hex()}.part")
    temporary.mkdir()
    try:
        left = _MOST_BYTES
        for name, kind, size, open_member in members:
            target = temporary / _safe(name, kind, path)
            left -= size
            if left < 0:
                raise ValueError(
                    f"The archive {path} holds more than {_MOST_BYTES:,} bytes; unpack it yourself."
                )
            if kind == "folder":
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with open_member() as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file)
        if folder.exists():
            shutil.copytree(temporary, folder, dirs_exist_ok=True)
        else:
            temporary.rename(folder)
    finally:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(temporary)


def _safe(name, kind, path):
    """The relative path of a member that stays below the folder."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if kind == "link or device":
        raise ValueError(f"The archive {path} holds {name!r}, a link or a device; only files are unpacked.")
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\0" in name:
        raise ValueError(f"The archive {path} holds {name!r}, a name that leads out of the folder.")
    return parts
