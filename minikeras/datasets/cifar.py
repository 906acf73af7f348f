"""What CIFAR-10 and CIFAR-100 share: pickled batches of colour images in a tar archive."""

import math
import tarfile
import zlib

import numpy as np

from minikeras.config import image_data_format
from minikeras.datasets.pickles import read_pickle
from minikeras.files import DamagedFileError

_IMAGE_SHAPE = (3, 32, 32)


def read_batches(path, names, label_key):
    """The images and labels of the batches `names` in a gzipped tar archive, each batch a pair of arrays.

    Members are read by their names, in one pass, and never extracted; links and folders of those names are
    refused. Images are uint8 of shape (n, 32, 32, 3), or (n, 3, 32, 32) when `image_data_format` says
    channels first; labels are a list of integers.

    Raises DamagedFileError (a ValueError) for a file that is damaged, lacks a batch, or holds anything else.
    """
    batches = {}
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if member.name in names and member.isreg():
                    batches[member.name] = _read_batch(archive.extractfile(member), member.name, label_key)
        missing = [name for name in names if name not in batches]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise DamagedFileError(path, f"it is not a sound CIFAR archive ({error})") from error
    return [batches[name] for name in names]


def _read_batch(file, name, label_key):
    batch = read_pickle(file, name)
    if not isinstance(batch, dict):
        raise ValueError(f"{name} is not a dictionary")
    images, labels = batch.get(b"data"), batch.get(label_key)
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or not isinstance(labels, list):
        raise ValueError(f"{name} has no images or no {label_key.decode()}")
    if images.shape != (len(labels), math.prod(_IMAGE_SHAPE)) or not set(map(type, labels)) <= {int}:
        raise ValueError(f"{name} has images of shape {images.shape} for {len(labels)} labels")
    images = images.reshape(-1, *_IMAGE_SHAPE)
    if image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    # A copy, because an array over the pickle's bytes would refuse to be written to.
    return np.array(images, order="C"), labels
