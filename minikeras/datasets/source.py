"""Where the file of a data set is: in the checkout, in the cache, or at the address that publishes it."""

from dataclasses import dataclass
from pathlib import Path

from minikeras import files

KERAS_ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True)
class Source:
    """A published file: its name below the data folders, its address, and its checksum in hexadecimal.

    SHA-256 wherever it is known; MD5 only where that alone is published.
    """

    name: str
    url: str
    sha256: str | None = None
    md5: str | None = None

    def fetch(self, path=None):
        """The path of the checked file: in the checkout, else in the cache, else downloaded into the cache.

        `path` is used in place of the name: relative to the data folders, or absolute.
        """
        name = Path(self.name if path is None else path).expanduser()
        found = find(name)
        if found is None:
            found = cache_folder() / name
            files.download(self.url, found, sha256=self.sha256, md5=self.md5)
        else:
            files.check(found, sha256=self.sha256, md5=self.md5)
        return found


def find(name):
    """The first file of that name in the data folders, or None; an absolute name is looked at alone."""
    return next((folder / name for folder in folders() if (folder / name).is_file()), None)


def folders():
    """The data folders in the order in which they are searched."""
    return [folder for folder in (checkout_folder(), cache_folder()) if folder is not None]


def cache_folder():
    """The folder for downloaded data sets; it need not exist yet."""
    return files.home() / "datasets"


def checkout_folder():
    """The data folder of the checkout this package runs from, or None when it is installed elsewhere.

    The list of checksums tells it from another package's folder that happens to be called `datasets`, too.
    """
    folder = Path(__file__).resolve().parents[2] / "datasets"
    return folder if (folder / "SHA256SUMS").is_file() else None
