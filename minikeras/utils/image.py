"""Images as files, as Pillow's objects and as arrays."""

import io
import os
import warnings
from pathlib import Path

import numpy as np

from minikeras import config
from minikeras.files import atomic_write

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def pillow():
    """The module PIL.Image."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "Images need Pillow, which is not installed. Run: pip install minikeras-nn[images]"
        ) from error
    return Image


def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """An image file as a Pillow image; path: a path or a BytesIO; target_size: (height, width).

    color_mode: 'rgb', 'rgba' or 'grayscale'. keep_aspect_ratio: cut the middle of the target's shape out first.
    """
    if color_mode not in _MODES:
        raise ValueError(
            f"load_img expected color_mode 'grayscale', 'rgb' or 'rgba', received {color_mode!r}."
        )
    content = path.getvalue() if isinstance(path, io.BytesIO) else Path(os.fsdecode(path)).read_bytes()
    image = pillow().open(io.BytesIO(content))
    keeps = color_mode == "grayscale" and image.mode in ("L", "I;16", "I")
    if not keeps and image.mode != _MODES[color_mode]:
        image = image.convert(_MODES[color_mode])
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    return resized(image, target_size, interpolation, keep_aspect_ratio)


def resized(image, size, interpolation, keep_aspect_ratio):
    """A Pillow image in another size (height, width)."""
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(
            f"interpolation must be one of {', '.join(_INTERPOLATIONS)}, received {interpolation!r}."
        )
    method = pillow().Resampling[interpolation.upper()]
    height, width = size
    box = middle(image.height, image.width, height, width) if keep_aspect_ratio else None
    return image.resize((width, height), method, box=box)


def middle(height, width, target_height, target_width):
    """The largest box (left, top, right, bottom) in the middle of an image that has the target's proportions."""
    box_height = min(height, (width * target_height) // target_width)
    box_width = min(width, (height * target_width) // target_height)
    top, left = (height - box_height) // 2, (width - box_width) // 2
    return left, top, left + box_width, top + box_height


def img_to_array(img, data_format=None, dtype=None):
    """A Pillow image as an array (height, width, channels), or (channels, height, width).

    >>> img_to_array(np.zeros((2, 3))).shape
    (2, 3, 1)
    """
    array = np.asarray(img, dtype=dtype or config.floatx())
    if array.ndim not in (2, 3):
        raise ValueError(f"img_to_array expected 2 or 3 axes, received an image of shape {array.shape}.")
    if array.ndim == 2:
        array = array[:, :, None]
    channels_first = config.standardize_data_format(data_format) == "channels_first"
    return array.transpose(2, 0, 1) if channels_first else array


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array of one image, with 1, 3 or 4 channels, as a Pillow image; scale: stretch its values to 0 ... 255."""
    image_of = pillow().fromarray
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(f"array_to_img expected one image, an array with 3 axes, received shape {x.shape}.")
    if config.standardize_data_format(data_format) == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(f"array_to_img expected 1, 3 or 4 channels, received {x.shape[2]}.")
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    if x.shape[2] > 1:
        return image_of(np.ascontiguousarray(x.astype("uint8")))
    return image_of(x[:, :, 0].astype("int32" if x.max() > 255 else "uint8"))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Write an array as an image file, in the format of its ending or `file_format`; the rest goes to Pillow's save."""
    if file_format is None and isinstance(path, (str, Path)):
        file_format = Path(path).suffix[1:]
    file_format = {"jpg": "jpeg"}.get((file_format or "").lower(), file_format)
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and (file_format or "").lower() == "jpeg":
        warnings.warn(
            "JPEG files have no transparency: it was dropped. Save as PNG to keep it.", stacklevel=2
        )
        image = image.convert("RGB")
    if not isinstance(path, (str, Path)):
        image.save(path, format=file_format or None, **kwargs)
        return
    buffer = io.BytesIO()
    image.save(buffer, format=file_format or "png", **kwargs)
    with atomic_write(path) as file:
        file.write(buffer.getbuffer())
