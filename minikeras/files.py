"""Files here and on the network: the home folder, writing all or nothing, checksums, downloads."""

import contextlib
import errno
import os
import re
import sys
import time
from pathlib import Path

ATTEMPTS = 3
PAUSE_SECONDS = 1.0
TIMEOUT_SECONDS = 30.0
_CHUNK_BYTES = 1 << 18
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # a full disk, a quota, a limit on the size of files
_PASSING_STATUSES = (408, 429, 500, 502, 503, 504)


class DownloadError(OSError):
    """A download that could not be completed; nothing of it is left on the disk."""


class NoRoomError(OSError):
    """A file that could not be written because the disk is full; what was there before is still there."""


class DamagedFileError(ValueError):
    """A data file that is not what it should be; the text says which file, in what way, and what to do."""

    def __init__(self, path, why):
        super().__init__(
            f"The file {path} is damaged or is another file: {why}. Delete it, so that it is downloaded "
            "again, or put the published file in its place."
        )


def home():
    """The folder for what is kept between runs: `MINIKERAS_HOME` or `~/.minikeras`; it need not exist."""
    return Path(os.environ.get("MINIKERAS_HOME") or "~/.minikeras").expanduser()


@contextlib.contextmanager
def atomic_write(path, mode="wb"):
    """Write a whole file or nothing: the old file stays until the new one is complete and on the disk.

    Gives an open file, a temporary one in the same folder (so that renaming it is one step of the file
    system). When the block ends, it is flushed, synchronized and renamed to `path`, and the folder is
    synchronized; when the block raises, it is removed. A symbolic link keeps pointing where it did; an
    existing file keeps its permissions. `mode` is 'wb' (bytes) or 'w' (text, in UTF-8). A full disk is a
    NoRoomError (an OSError).

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "note.txt"
    >>> with atomic_write(path, "w") as file:
    ...     _ = file.write("complete")
    >>> path.read_text()
    'complete'
    """
    if mode not in ("wb", "w"):
        raise ValueError(f"atomic_write expected mode 'wb' or 'w', received {mode!r}.")
    path = Path(os.path.realpath(path))
    if path.is_dir():
        raise IsADirectoryError(f"atomic_write expected the path of a file, received the folder {path}.")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"atomic_write cannot write {path}: its folder does not exist. Create it first."
        )
    temporary = path.with_name(f".{os.urandom(16).hex()}.part")
    text = {"encoding": "utf-8", "newline": "\n"} if mode == "w" else {}
    with room_for(path):
        try:
            # 'x' in place of 'w': a file that is already there (which only an attacker could arrange) is never
            # opened.
            with open(temporary, mode.replace("w", "x"), **text) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                temporary.chmod(path.stat().st_mode & 0o7777)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    _synchronize_folder(path.parent)


@contextlib.contextmanager
def room_for(path):
    """Turn the error of a full disk inside the block into one that says which file it met and what to do.

    >>> with room_for("model.keras"):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
        ...
    minikeras.files.NoRoomError: [Errno 28] model.keras could not be written: expected room for it, received
    'No space left on device' ...
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM or isinstance(error, NoRoomError):
            raise
        raise NoRoomError(
            error.errno,
            f"{path} could not be written: expected room for it, received '{os.strerror(error.errno)}' from the "
            "system. What was there before is left as it was. Free some space, or choose another folder, and save again.",
        ) from error


def _synchronize_folder(folder):
    """Make a rename survive a power cut; Windows has no such call and needs none."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path):
    """The SHA-256 checksum of a file, as 64 hexadecimal digits."""
    return _digest(path, "sha256")


def check(path, sha256=None, md5=None):
    """Raise a DamagedFileError (a ValueError) unless a file has the given checksums (hexadecimal)."""
    for algorithm, expected in (("sha256", sha256), ("md5", md5)):
        if expected is None:
            continue
        received = _digest(path, algorithm)
        if received != expected.lower():
            raise DamagedFileError(path, f"expected {algorithm} {expected}, received {received}")


def _digest(path, algorithm):
    import hashlib

    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def download(url, path, sha256=None, md5=None):
    """Download `url` (http or https) to the file `path`, all or nothing, with a progress bar on stderr.

    The checksums (hexadecimal) are computed while the bytes arrive, and the file appears under its name only
    when they agree and as many bytes came as the server announced. Missing folders are made.

    What is tried again, up to `ATTEMPTS` times in all, after `PAUSE_SECONDS`, then twice that: an answer that
    broke off or stood still for `TIMEOUT_SECONDS`, and the statuses 408, 429, 500, 502, 503 and 504. A new
    attempt resumes where the last one broke off when the server can promise that the file is still the same
    (by a strong ETag or a Last-Modified date), else it starts over; a resumed file whose checksum disagrees
    starts over, too. What is not: no connection at all, any other status, and a whole answer whose checksum
    disagrees; trying again would not help.

    Raises ValueError for an address that is not http or https, DownloadError (an OSError) for everything that
    the network or the server did, with the checksum and the place for a file fetched by other means.
    """
    _require_web_address(url)
    path = Path(path).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with atomic_write(path) as file:
            _Transfer(url, file, path.name, {"sha256": sha256, "md5": md5}).run()
    except _FailedError as error:
        sums = [f"{name} {value}" for name, value in (("SHA-256", sha256), ("MD5", md5)) if value]
        raise DownloadError(
            f"Could not download {url}: {error}. Without a network, fetch that address on another machine "
            f"and put the file here: {path}{' with ' if sums else ''}{', '.join(sums)}."
        ) from error.__cause__


def _require_web_address(url):
    from urllib.parse import urlsplit

    if not isinstance(url, str):
        raise TypeError(f"download expected an address as a string, received {url!r}.")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"download expected an address that begins with https:// or http://, received {url!r}."
        )


class _FailedError(Exception):
    """The transfer cannot succeed; the text says why."""


class _InterruptedError(Exception):
    """An attempt failed in a way that may pass; the text says how."""


class _Transfer:
    """One file on its way from a server, over as many attempts as it takes."""

    def __init__(self, url, file, name, checksums):
        self.url, self.file, self.name = url, file, name
        self.checksums = {algorithm: value.lower() for algorithm, value in checksums.items() if value}
        self.opener = _web_opener()
        self._start_over()

    def run(self):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                resumed = self._receive()
                return self._check(resumed)
            except _InterruptedError as error:
                if attempt == ATTEMPTS:
                    raise _FailedError(f"{error}, {ATTEMPTS} times") from error.__cause__
                time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))

    def _start_over(self):
        import hashlib

        self.file.seek(0)
        self.file.truncate()
        self.received, self.total, self.validator = 0, None, None
        self.digests = {name: hashlib.new(name, usedforsecurity=False) for name in self.checksums}

    def _receive(self):
        """Make one attempt; True when it resumed an earlier one."""
        from http.client import HTTPException

        answer = self._open()
        with answer:
            resumed = self._place(answer)
            total = self.total
            with _progress_bar(self.name, self.url, self.received, total) as bar:
                while True:
                    try:
                        chunk = answer.read(_CHUNK_BYTES)
                    except (OSError, HTTPException) as error:
                        raise _InterruptedError(f"the answer broke off ({error!r})") from error
                    if not chunk:
                        break
                    self.file.write(chunk)
                    self.received += len(chunk)
                    for digest in self.digests.values():
                        digest.update(chunk)
                    bar.update(len(chunk))
        if total is not None and self.received != total:
            raise _InterruptedError(f"the answer broke off after {self.received:,} of {total:,} bytes")
        return resumed

    def _open(self):
        """The server's answer, when it is a good one."""
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        request = Request(self.url, headers={"User-Agent": "minikeras"})
        if self.received and self.validator:
            request.add_header("Range", f"bytes={self.received}-")
            request.add_header("If-Range", self.validator)
        elif self.received:
            self._start_over()
        try:
            return self.opener.open(request, timeout=TIMEOUT_SECONDS)
        except HTTPError as error:
            error.close()
            failure = f"the server answered {error.code} ({error.reason})"
            if error.code == 416:
                self._start_over()
            elif error.code not in _PASSING_STATUSES:
                raise _FailedError(failure) from error
            raise _InterruptedError(failure) from error
        except URLError as error:
            if isinstance(error.reason, (TimeoutError, ConnectionResetError, BrokenPipeError)):
                raise _InterruptedError(f"the server did not answer ({error.reason})") from error
            raise _FailedError(f"no connection to the server ({error.reason})") from error
        except (OSError, HTTPException) as error:
            raise _InterruptedError(f"the server did not answer ({error!r})") from error

    def _place(self, answer):
        """Bring the file to where this answer begins; True when that is where the last attempt broke off."""
        if answer.status == 206:
            first, total = _announced_part(answer)
            if first == self.received:
                self.total = total
                return True
            self._start_over()
            raise _InterruptedError("the server answered with another part of the file than was asked for")
        if answer.status != 200:
            raise _FailedError(f"the server answered {answer.status} ({answer.reason})")
        self._start_over()
        self.total = _announced_length(answer)
        tag = answer.headers.get("ETag", "")
        self.validator = tag if tag.startswith('"') else answer.headers.get("Last-Modified")
        return False

    def _check(self, resumed):
        for algorithm, digest in self.digests.items():
            expected, received = self.checksums[algorithm], digest.hexdigest()
            if received == expected:
                continue
            failure = f"the {self.received:,} bytes received have {algorithm} {received}, expected {expected}"
            if resumed:
                self._start_over()
                raise _InterruptedError(failure)
            raise _FailedError(failure)


def _announced_length(answer):
    """The bytes this answer will have, as the server says; None when it does not say."""
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _announced_part(answer):
    """Where this answer begins in the file, and the length of the whole file; None for what is not said."""
    part = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if part is None:
        return None, None
    return int(part[1]), None if part[2] == "*" else int(part[2])


def _web_opener():
    """An opener that knows http and https (through the system's proxies) and no other kind of address."""
    from urllib import request

    class Redirect(request.HTTPRedirectHandler):
        def redirect_request(self, req, fp, code, msg, headers, newurl):
            if req.full_url.startswith("https://") and not newurl.startswith("https://"):
                raise _FailedError(f"the server redirects from https to {newurl!r}, which is not encrypted")
            if not newurl.startswith(("https://", "http://")):
                raise _FailedError(f"the server redirects to {newurl!r}, which is neither http nor https")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        Redirect(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _progress_bar(name, url, received, total):
    """A bar of bytes on a terminal; elsewhere (a log file) one line that says what is being fetched."""
    from tqdm import tqdm

    if not sys.stderr.isatty():
        size = "" if total is None else f" ({total:,} bytes)"
        print(f"Downloading {name}{size} from {url}", file=sys.stderr, flush=True)
    return tqdm(
        desc=name, initial=received, total=total, unit="B", unit_scale=True, file=sys.stderr, disable=None
    )
