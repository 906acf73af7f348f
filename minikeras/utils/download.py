"""A file from the network, kept for the next time."""

import os
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from minikeras import files
from minikeras.utils.archives import extract as extract_archive


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
):
    """Download `origin` unless it is there already, and return the path (a string) of the file or the folder.

    fname: the file's name in the cache, the address's last part when None. file_hash: its checksum, checked before
    the file appears (hash_algorithm 'sha256', 'md5', or 'auto': by the length). extract: unpack a tar or zip
    archive (plain files below one folder only) and return the folder. cache_dir: `MINIKERAS_HOME` or ~/.minikeras.
    """
    if not origin:
        raise ValueError('get_file needs origin, the address of the file, such as "https://...".')
    name = os.fspath(fname) if fname else Path(urlsplit(origin).path).name
    if not name:
        raise ValueError(f"get_file finds no file name in {origin!r}. Pass fname.")
    if "/" in name or os.sep in name or name in (".", ".."):
        raise ValueError(f"get_file expected a file name without folders, received {name!r}. Use cache_dir.")
    if hash_algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(f"hash_algorithm must be 'auto', 'sha256' or 'md5', received {hash_algorithm!r}.")
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    algorithm = hash_algorithm
    if algorithm == "auto":
        algorithm = "sha256" if file_hash is not None and len(file_hash) == 64 else "md5"
    checksum = {} if file_hash is None else {algorithm: file_hash}
    folder = Path(cache_dir).expanduser() if cache_dir is not None else files.home()
    folder = folder / cache_subdir
    target, unpacked = folder / name, None
    if extract or untar:
        dotted = bool(fname) and "." in name
        unpacked = folder / (f"{name.partition('.')[0]}_extracted" if dotted else name)
        target = folder / (name if dotted else f"{name}_archive")
    if force_download or not _is_kept(target, checksum):
        files.download(origin, target, **checksum)
    if unpacked is None:
        return str(target)
    if not extract_archive(target, unpacked, "tar" if untar else archive_format):
        warnings.warn(
            f"{target} is not an archive of the format {archive_format!r}; it was not unpacked.", stacklevel=2
        )
    return str(unpacked)


def _is_kept(path, checksum):
    """Whether the file is there and is the right one."""
    if not path.is_file():
        return False
    try:
        files.check(path, **checksum)
    except files.DamagedFileError:
        return False
    return True
