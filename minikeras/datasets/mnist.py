"""MNIST: 70,000 grey images of handwritten digits, 28 by 28."""

from minikeras.datasets.idx import read_idx
from minikeras.datasets.npz import read_npz
from minikeras.datasets.source import KERAS_ADDRESS, Source, cache_folder, find
from minikeras.files import DownloadError

ARCHIVE = Source(
    "mnist.npz",
    KERAS_ADDRESS + "mnist.npz",
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)
# The four original files, their axes, and their SHA-256 when unpacked; in the order in which load_data
# returns them.
ORIGINALS = (
    ("train-images-idx3-ubyte.gz", 3, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ("train-labels-idx1-ubyte.gz", 1, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    ("t10k-images-idx3-ubyte.gz", 3, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    ("t10k-labels-idx1-ubyte.gz", 1, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)


def load_data(path="mnist.npz"):
    """Images and digits as `(x_train, y_train), (x_test, y_test)`, all uint8.

    Images have the shapes (60000, 28, 28) and (10000, 28, 28), 0 for paper and 255 for ink; digits have the
    shapes (60000,) and (10000,).

    The four original files are read where they lie in the folder `mnist` of the checkout's data or of the
    cache; else `path` (a name below the data folders, or absolute), the same images in one archive, which is
    downloaded if need be.

    Source: Y. LeCun, C. Cortes, C. Burges, yann.lecun.com/exdb/mnist; licence CC BY-SA 3.0.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, x_train.dtype, y_test[:3].tolist()
    ((60000, 28, 28), dtype('uint8'), [7, 2, 1])
    """
    originals = [find(f"mnist/{name}") for name, _, _ in ORIGINALS]
    if all(originals):
        x_train, y_train, x_test, y_test = (
            read_idx(original, rank, sha256)
            for original, (_, rank, sha256) in zip(originals, ORIGINALS, strict=True)
        )
    else:
        x_train, y_train, x_test, y_test = read_npz(_fetch(path), "x_train", "y_train", "x_test", "y_test")
    return (x_train, y_train), (x_test, y_test)


def _fetch(path):
    try:
        return ARCHIVE.fetch(path)
    except DownloadError as error:
        names = ", ".join(name for name, _, _ in ORIGINALS)
        raise DownloadError(
            f"{error} Or put the four original files into {cache_folder() / 'mnist'}: {names}."
        ) from error
