"""Frames: cutting margins off images, and adding them."""

from minikeras import config
from minikeras.autodiff import operation
from minikeras.ops import shaping
from minikeras.ops.image.layout import check

__all__ = ["crop_images", "pad_images"]


def _third(before, after, target, size, sign, names):
    """(before, after) of one axis from two of the three settings before, after and target."""
    if [before, after, target].count(None) != 1:
        raise ValueError(
            f"Exactly two of {', '.join(names)} must be given, received {before}, {after} and {target}. "
            "The third follows from them."
        )
    if before is None:
        before = sign * (target - size) - after
    elif after is None:
        after = sign * (target - size) - before
    for name, value in zip(names, (before, after, target), strict=True):
        if value is not None and value < 0:
            raise ValueError(f"{name} must be at least 0 for an axis of size {size}, received {value}.")
    return before, after


def _margins(images, vertical, horizontal, data_format, sign, name):
    check(images, name)
    first = config.standardize_data_format(data_format) == "channels_first"
    height, width = images.shape[-2:] if first else images.shape[-3:-1]
    noun = "padding" if sign > 0 else "cropping"
    rows = _third(*vertical, height, sign, (f"top_{noun}", f"bottom_{noun}", "target_height"))
    columns = _third(*horizontal, width, sign, (f"left_{noun}", f"right_{noun}", "target_width"))
    if sign < 0 and (sum(rows) > height or sum(columns) > width):
        raise ValueError(
            f"{name} cannot cut {rows} rows and {columns} columns off images of {height} x {width}."
        )
    pairs = [(0, 0), rows, columns] if first else [rows, columns, (0, 0)]
    return [(0, 0)] * (images.ndim - 3) + pairs


@operation
def pad_images(
    images,
    /,
    top_padding=None,
    left_padding=None,
    bottom_padding=None,
    right_padding=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Images with margins of zeros: for each direction two of the two margins and the resulting size are given."""
    vertical, horizontal = (
        (top_padding, bottom_padding, target_height),
        (left_padding, right_padding, target_width),
    )
    return shaping.pad(images, _margins(images, vertical, horizontal, data_format, 1, "pad_images"))


@operation
def crop_images(
    images,
    /,
    top_cropping=None,
    left_cropping=None,
    bottom_cropping=None,
    right_cropping=None,
    target_height=None,
    target_width=None,
    data_format=None,
):
    """Images without margins: for each direction two of the two margins and the resulting size are given."""
    vertical = (top_cropping, bottom_cropping, target_height)
    horizontal = (left_cropping, right_cropping, target_width)
    pairs = _margins(images, vertical, horizontal, data_format, -1, "crop_images")
    return images[tuple([slice(a, size - b) for (a, b), size in zip(pairs, images.shape, strict=True)])]
