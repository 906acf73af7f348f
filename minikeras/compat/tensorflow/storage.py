"""`tf.io`: files as they are, images by Pillow."""

import base64
import glob as globbing
import io
import os
import shutil
from pathlib import Path

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.errors import NotFoundError
from minikeras.compat.tensorflow.images import convert_image_dtype
from minikeras.compat.tensorflow.text import bytes_of


def path_of(value):
    """A path given as a string, bytes, a Path or a string tensor."""
    if isinstance(value, Tensor):
        value = value.array.item()
    return value.decode() if isinstance(value, bytes) else os.fspath(value)


def read_file(filename, name=None):
    """The bytes of a file."""
    path = path_of(filename)
    if not os.path.isfile(path):
        raise NotFoundError(f"{path}; No such file or directory")
    return as_tensor(Path(path).read_bytes())


def write_file(filename, contents, name=None):
    """Write bytes to a file, its folder made if there is none."""
    path = Path(path_of(filename))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes_of(contents))


def matching_files(pattern, name=None):
    """The paths that match a pattern, in order."""
    return as_tensor(sorted(globbing.glob(path_of(pattern))))


# Images


def _decoded(contents, channels, kind=None):
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("Decoding images needs Pillow: pip install pillow.") from None
    image = Image.open(io.BytesIO(bytes_of(contents)))
    if kind is not None and image.format not in kind:
        raise ValueError(f"Expected an image of format {' or '.join(kind)}, received {image.format}.")
    modes = {1: "L", 3: "RGB", 4: "RGBA", 2: "LA"}
    if channels:
        image = image.convert(modes[int(channels)])
    elif image.mode not in modes.values():
        image = image.convert("RGBA" if "transparency" in image.info else "L" if image.mode == "1" else "RGB")
    array = np.asarray(image)
    return array if array.ndim == 3 else array[..., None]


def decode_image(contents, channels=None, dtype="uint8", name=None, expand_animations=True):
    """The pixels (height, width, channels) of an image of any format that Pillow reads."""
    array = _decoded(contents, channels)
    dtype = numpy_dtype(dtype)
    return Tensor(array) if dtype == np.uint8 else convert_image_dtype(Tensor(array), dtype)


def decode_png(contents, channels=0, dtype="uint8", name=None):
    """The pixels of a PNG image."""
    return Tensor(_decoded(contents, channels).astype(numpy_dtype(dtype)))


def decode_jpeg(
    contents, channels=0, ratio=1, fancy_upscaling=True, try_recover_truncated=False, name=None, **settings
):
    """The pixels of a JPEG image."""
    unknown = set(settings) - {"acceptable_fraction", "dct_method"}
    if unknown:
        raise TypeError(f"decode_jpeg got an unexpected keyword argument {sorted(unknown)[0]!r}.")
    return Tensor(_decoded(contents, channels)[:: int(ratio), :: int(ratio)])


def decode_bmp(contents, channels=0, name=None):
    """The pixels of a BMP image."""
    return Tensor(_decoded(contents, channels))


def decode_gif(contents, name=None):
    """The frames (frames, height, width, 3) of a GIF image."""
    try:
        from PIL import Image, ImageSequence
    except ImportError:
        raise ImportError("Decoding images needs Pillow: pip install pillow.") from None
    image = Image.open(io.BytesIO(bytes_of(contents)))
    return Tensor(np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]))


def _encoded(image, kind, **settings):
    try:
        from PIL import Image
    except ImportError:
        raise ImportError("Encoding images needs Pillow: pip install pillow.") from None
    array = np.asarray(as_tensor(image).array)
    made = Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)
    buffer = io.BytesIO()
    made.save(buffer, kind, **settings)
    return as_tensor(buffer.getvalue())


def encode_png(image, compression=-1, name=None):
    """A PNG image as bytes."""
    return _encoded(image, "PNG")


def encode_jpeg(image, format="", quality=95, name=None):
    """A JPEG image as bytes."""
    return _encoded(image, "JPEG", quality=int(quality))


def encode_base64(input, pad=False, name=None):
    """Bytes in web-safe base 64."""
    text = base64.urlsafe_b64encode(bytes_of(input))
    return as_tensor(text if pad else text.rstrip(b"="))


def decode_base64(input, name=None):
    """What encode_base64 encoded."""
    text = bytes_of(input)
    return as_tensor(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)))


# tf.io.gfile


class GFile:
    """A file, as Python's `open` opens it."""

    def __init__(self, name, mode="r"):
        self._file = open(path_of(name), mode)  # noqa: SIM115 -- `close` closes it

    def __enter__(self):
        return self._file

    def __exit__(self, kind, error, traceback):
        self._file.close()

    def __iter__(self):
        return iter(self._file)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def size(self):
        """How many bytes."""
        return os.fstat(self._file.fileno()).st_size


def exists(path):
    """Whether there is a file or folder."""
    return os.path.exists(path_of(path))


def isdir(path):
    """Whether there is a folder."""
    return os.path.isdir(path_of(path))


def makedirs(path):
    """Make a folder, with those above it."""
    os.makedirs(path_of(path), exist_ok=True)


def mkdir(path):
    """Make a folder."""
    os.mkdir(path_of(path))


def listdir(path):
    """What is in a folder."""
    return sorted(os.listdir(path_of(path)))


def glob(pattern):
    """The paths that match a pattern, or several, in order."""
    patterns = [pattern] if isinstance(pattern, (str, bytes, os.PathLike)) else pattern
    return sorted({p for one in patterns for p in globbing.glob(path_of(one))})


def remove(path):
    """Delete a file."""
    os.remove(path_of(path))


def rmtree(path):
    """Delete a folder with all that is in it."""
    shutil.rmtree(path_of(path))


def rename(src, dst, overwrite=False):
    """Give a file another name."""
    if os.path.exists(path_of(dst)) and not overwrite:
        raise FileExistsError(f"{path_of(dst)} exists already. Pass overwrite=True.")
    os.replace(path_of(src), path_of(dst))


def copy(src, dst, overwrite=False):
    """Copy a file."""
    if os.path.exists(path_of(dst)) and not overwrite:
        raise FileExistsError(f"{path_of(dst)} exists already. Pass overwrite=True.")
    shutil.copyfile(path_of(src), path_of(dst))


def stat(path):
    """What the system knows of a file."""
    return os.stat(path_of(path))


def walk(top, topdown=True, onerror=None):
    """The folders below one."""
    return os.walk(path_of(top), topdown, onerror)


def join(path, *parts):
    """Parts of a path as one."""
    return os.path.join(path_of(path), *[path_of(p) for p in parts])
