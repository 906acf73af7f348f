"""Turning, moving, shearing, zooming and brightening one image, given as an array of three axes."""

import numpy as np

from minikeras.utils.image import array_to_img, img_to_array

__all__ = [
    "apply_affine_transform", "apply_brightness_shift", "apply_channel_shift", "flip_axis", "random_brightness",
    "random_channel_shift", "random_rotation", "random_shear", "random_shift", "random_zoom",
    "transform_matrix_offset_center",
]  # fmt: skip

FILL_MODES = ("constant", "nearest", "reflect", "wrap")

# What is drawn without a seed comes from NumPy's global generator, which `np.random.seed` seeds as tutorials expect.
_global = np.random


def flip_axis(x, axis):
    """The image mirrored along an axis."""
    return np.flip(np.asarray(x), axis)


def transform_matrix_offset_center(matrix, x, y):
    """The matrix (3, 3) of the same map about the middle of an image of x by y pixels."""
    middle = np.array([x / 2 - 0.5, y / 2 - 0.5])
    there, back = np.eye(3), np.eye(3)
    there[:2, 2], back[:2, 2] = middle, -middle
    return there @ matrix @ back


def apply_affine_transform(
    x,
    theta=0,
    tx=0,
    ty=0,
    shear=0,
    zx=1,
    zy=1,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    order=1,
):
    """The image turned by theta degrees, moved by (tx, ty) pixels, sheared by an angle in degrees and zoomed.

    fill_mode: what lies outside: 'nearest' the pixel at the edge, 'constant' cval, 'reflect' the image mirrored, 'wrap' the
    image repeated. order: 1 interpolates linearly, 0 takes the nearest pixel.

    >>> apply_affine_transform(np.arange(4.0).reshape(1, 1, 4), tx=1, fill_mode="constant").tolist()
    [[[1.0, 2.0, 3.0, 0.0]]]
    """
    x = np.asarray(x)
    if x.ndim != 3 or {row_axis, col_axis, channel_axis} != {0, 1, 2} or channel_axis == 1:
        raise ValueError(
            "apply_affine_transform expected an image of three axes, row_axis, col_axis and channel_axis being 0, 1 and 2 in some "
            f"order, channels first or last; received shape {x.shape} and axes {row_axis}, {col_axis}, {channel_axis}."
        )
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    matrix = transform_matrix_offset_center(matrix, x.shape[row_axis], x.shape[col_axis])
    if col_axis > row_axis:  # the map is written for (column, row)
        matrix[:, [0, 1]] = matrix[:, [1, 0]]
        matrix[[0, 1]] = matrix[[1, 0]]
    images = np.moveaxis(x, channel_axis, 0)
    moved = _warp(images, matrix, fill_mode, cval, order)
    return np.moveaxis(moved, 0, channel_axis)


def _matrix(theta, tx, ty, shear, zx, zy):
    """The product of the maps that do something; None if none does."""
    parts = []
    if theta:
        c, s = np.cos(np.deg2rad(theta)), np.sin(np.deg2rad(theta))
        parts.append([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    if tx or ty:
        parts.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear:
        angle = np.deg2rad(shear)
        parts.append([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        parts.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    if not parts:
        return None
    matrix = np.eye(3)
    for part in parts:
        matrix = matrix @ np.array(part)
    return matrix


def _warp(images, matrix, fill_mode, cval, order):
    """images (count, height, width): each pixel (i, j) is read at matrix · (i, j, 1)."""
    if fill_mode not in FILL_MODES:
        raise ValueError(f"fill_mode must be one of {', '.join(FILL_MODES)}, received {fill_mode!r}.")
    if order not in (0, 1):
        raise ValueError(
            f"interpolation_order must be 1 (linear) or 0 (nearest pixel), received {order!r}: splines need SciPy."
        )
    height, width = images.shape[1:]
    # The order of the axes of the map is that of the array: rows, then columns.
    places = np.indices((height, width)).reshape(2, -1)
    rows, columns = matrix[:2, :2] @ places + matrix[:2, 2:]
    axes = [_along(p, n, fill_mode, order) for p, n in ((rows, height), (columns, width))]
    flat = images.reshape(len(images), -1)
    y = np.zeros((len(images), height * width))
    for i, row_weight in axes[0][0]:
        for j, column_weight in axes[1][0]:
            y += flat[:, i * width + j] * (row_weight * column_weight)
    outside = axes[0][1] | axes[1][1]
    if outside.any():
        y[:, outside] = cval
    if images.dtype.kind in "iu":
        y = np.rint(y)
    return y.reshape(images.shape).astype(images.dtype)


def _along(position, size, fill_mode, order):
    """Along one axis: the (index, weight) pairs to add up, and which positions take the constant."""
    # Rounding errors of the map put whole numbers slightly beside themselves, and the edge outside.
    nearest = np.rint(position)
    position = np.where(np.abs(position - nearest) < 1e-9, nearest, position)
    outside = np.zeros(position.shape, bool)
    if fill_mode == "constant":
        outside = (position < 0) | (position > size - 1)
        position = np.clip(position, 0, size - 1)
    elif fill_mode == "nearest":
        position = np.clip(position, 0, size - 1)
    elif fill_mode == "wrap":  # the last pixel and the first are one place
        beyond = (position < 0) | (position > size - 1)
        position = np.where(beyond, np.mod(position, max(size - 1, 1)), position)
    elif fill_mode == "reflect":  # from half a pixel before the first to half a pixel after the last
        position = np.mod(position + 0.5, 2 * size)
        position = np.where(position < size, position, 2 * size - position) - 0.5
    if order == 0:
        lower = np.floor(position + 0.5)
        pairs = [(lower, np.ones_like(position))]
    else:
        lower = np.floor(position)
        share = position - lower
        pairs = [(lower, 1 - share), (lower + 1, share)]
    return [(_inside(index.astype(int), size, fill_mode), weight) for index, weight in pairs], outside


def _inside(index, size, fill_mode):
    if fill_mode != "reflect":
        return np.clip(index, 0, size - 1)
    index = np.mod(index, 2 * size)
    return np.where(index < size, index, 2 * size - 1 - index)


# At random


def random_rotation(
    x, rg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image turned by up to rg degrees to either side."""
    theta = _global.uniform(-rg, rg)
    return apply_affine_transform(
        x, theta=theta, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_shift(
    x, wrg, hrg, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image moved by up to the shares wrg of its width and hrg of its height."""
    tx = _global.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = _global.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x, tx=tx, ty=ty, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_shear(
    x, intensity, row_axis=1, col_axis=2, channel_axis=0, fill_mode="nearest", cval=0.0, interpolation_order=1
):
    """The image sheared by up to `intensity` degrees."""
    shear = _global.uniform(-intensity, intensity)
    return apply_affine_transform(
        x, shear=shear, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


def random_zoom(
    x,
    zoom_range,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """The image with rows and columns scaled by factors from zoom_range, a pair; below 1 enlarges."""
    if not isinstance(zoom_range, (tuple, list)) or len(zoom_range) != 2:
        raise ValueError(f"random_zoom expected zoom_range to be two numbers, received {zoom_range!r}.")
    low, high = zoom_range
    zx, zy = (1, 1) if low == high == 1 else _global.uniform(low, high, 2)
    return apply_affine_transform(
        x, zx=zx, zy=zy, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis, fill_mode=fill_mode, cval=cval,
        order=interpolation_order,
    )  # fmt: skip


# Colours


def apply_channel_shift(x, intensity, channel_axis=0):
    """The image with `intensity` added, kept between its own lowest and highest value."""
    x = np.asarray(x)
    return np.clip(x + intensity, x.min(), x.max())


def random_channel_shift(x, intensity_range, channel_axis=0):
    """The image with up to intensity_range added or taken away; see `apply_channel_shift`."""
    return apply_channel_shift(x, _global.uniform(-intensity_range, intensity_range), channel_axis)


def apply_brightness_shift(x, brightness, scale=True):
    """The image as Pillow brightens it by a factor, as floats from 0 to 255; needs Pillow.

    scale: whether its values are stretched to 0 ... 255 first. Values outside of that range always are, and are brought
    back to their own range if scale is False.
    """
    try:
        from PIL import ImageEnhance
    except ImportError as error:
        raise ImportError(
            "Changing the brightness needs Pillow, which is not installed. Run: pip install minikeras-nn[images]"
        ) from error
    low, high = np.min(x), np.max(x)
    stretched = bool(low < 0 or high > 255)
    image = array_to_img(x, scale=stretched or scale)
    y = img_to_array(ImageEnhance.Brightness(image).enhance(brightness))
    return y / 255 * (high - low) + low if stretched and not scale else y


def random_brightness(x, brightness_range, scale=True):
    """The image brightened by a factor from a pair; see `apply_brightness_shift`."""
    if not isinstance(brightness_range, (tuple, list)) or len(brightness_range) != 2:
        raise ValueError(
            f"random_brightness expected brightness_range to be two numbers, received {brightness_range!r}."
        )
    return apply_brightness_shift(x, _global.uniform(*brightness_range), scale)
