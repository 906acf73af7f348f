"""Warping: images read at other places than those of their pixels."""

import functools
import itertools

import numpy as np

from minikeras.autodiff import operation
from minikeras.ops import elementwise, joining, shaping
from minikeras.ops.floating import floating_tensor
from minikeras.ops.image.filters import gaussian_blur
from minikeras.ops.image.layout import batched
from minikeras.ops.inverses import solve
from minikeras.ops.random import normal

__all__ = ["affine_transform", "elastic_transform", "map_coordinates", "perspective_transform"]

_ORDERS = {"nearest": 0, "bilinear": 1}


def _mirrored(index, size):
    """Places reflected at the outermost elements: d c b | a b c d | c b a."""
    return np.abs((index + size - 1) % max(2 * (size - 1), 1) - (size - 1)) if size > 1 else index * 0


# Where a place beyond the borders reads.
_FILL_MODES = {
    "constant": lambda index, size: np.clip(index, 0, size - 1),
    "nearest": lambda index, size: np.clip(index, 0, size - 1),
    "wrap": lambda index, size: index % size,
    "mirror": _mirrored,
    "reflect": lambda index, size: (_mirrored(2 * index + 1, 2 * size + 1) - 1) // 2,
}


def _check(interpolation, fill_mode, name):
    if interpolation not in _ORDERS:
        raise ValueError(
            f"{name} expected interpolation 'nearest' or 'bilinear', received {interpolation!r}."
        )
    if fill_mode not in _FILL_MODES:
        raise ValueError(
            f"{name} expected fill_mode to be one of {sorted(_FILL_MODES)}, received {fill_mode!r}."
        )


def _nodes(coordinate, order):
    """The places around a coordinate along one axis, and their weights (None: one)."""
    if order == 0 or coordinate.dtype.kind != "f":
        return [(elementwise.round(coordinate).array.astype("int64"), None)]
    lower = elementwise.floor(coordinate)
    share = coordinate - elementwise.stop_gradient(lower)
    place = lower.array.astype("int64")
    return [(place, 1.0 - share), (place + 1, share)]


def _sampled(x, coordinates, order, fill_mode, fill_value, lead=()):
    """x read at coordinates of its axes after those that the indices `lead` fix; further axes are read whole."""
    sizes = x.shape[len(lead) :]
    total = None
    for corner in itertools.product(*[_nodes(c, order) for c in coordinates]):
        places = [place for place, _ in corner]
        fixed = [_FILL_MODES[fill_mode](place, size) for place, size in zip(places, sizes, strict=False)]
        value = x[(*lead, *fixed)]
        extra = (1,) * (value.ndim - fixed[0].ndim)
        if fill_mode == "constant":
            valid = functools.reduce(
                np.logical_and, [(p >= 0) & (p < size) for p, size in zip(places, sizes, strict=False)]
            )
            value = elementwise.where(valid.reshape(valid.shape + extra), value, fill_value)
        weights = [weight for _, weight in corner if weight is not None]
        if weights:
            weight = functools.reduce(elementwise.multiply, weights)
            value = value * shaping.reshape(weight, weight.shape + extra)
        total = value if total is None else total + value
    if x.dtype.kind == "f" or total.dtype == x.dtype:
        return elementwise.cast(total, x.dtype)
    return elementwise.cast(elementwise.round(total), x.dtype)


@operation
def map_coordinates(inputs, coordinates, /, order, fill_mode="constant", fill_value=0):
    """inputs read at coordinates: coordinates[a] says where along axis a each element of the result lies.

    order: 0 reads the nearest element, 1 interpolates linearly. fill_mode: what lies beyond the borders: fill_value
    ('constant'), the outermost elements ('nearest'), the other end ('wrap'), or the image mirrored, with ('reflect') or
    without ('mirror') its outermost elements repeated.
    """
    if coordinates.shape[0] != inputs.ndim or coordinates.ndim < 2:
        raise ValueError(
            f"map_coordinates expected coordinates of shape ({inputs.ndim}, ...), one row for each axis of inputs of "
            f"shape {inputs.shape}; received {coordinates.shape}."
        )
    if order not in (0, 1):
        raise ValueError(f"map_coordinates expected order 0 or 1, received {order!r}.")
    _check("nearest", fill_mode, "map_coordinates")
    if inputs.dtype.kind != "f":
        fill_value = int(fill_value)
    return _sampled(inputs, joining.unstack(coordinates), order, fill_mode, fill_value)


def _grid(height, width, dtype):
    """The rows and the columns of all pixels, (1, height, width) each."""
    rows, columns = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    return rows[None].astype(dtype), columns[None].astype(dtype)


def _warped(x, rows, columns, interpolation, fill_mode, fill_value):
    """Images (batch, height, width, channels) read at rows and columns (batch, height, width)."""
    batch = np.arange(x.shape[0]).reshape(-1, 1, 1)
    return _sampled(x, [rows, columns], _ORDERS[interpolation], fill_mode, fill_value, lead=(batch,))


def _one_for_each(parameters, x, name):
    """A row of parameters for each image of the batch."""
    if parameters.shape[0] not in (1, x.shape[0]):
        raise ValueError(f"{name} expected one set of parameters, or one for each of {x.shape[0]} images; received "
                         f"{parameters.shape[0]}.")  # fmt: skip
    return shaping.broadcast_to(parameters, (x.shape[0], *parameters.shape[1:]))


@operation
def affine_transform(
    images,
    transform,
    /,
    interpolation="bilinear",
    fill_mode="constant",
    fill_value=0,
    data_format=None,
):
    """Images whose pixel (x, y) is read at (a0 x + a1 y + a2, b0 x + b1 y + b2).

    transform: the eight numbers a0, a1, a2, b0, b1, b2, 0, 0, once or for each image (batch, 8). fill_mode: see
    map_coordinates.
    """
    _check(interpolation, fill_mode, "affine_transform")
    if transform.ndim not in (1, 2) or transform.shape[-1] != 8:
        raise ValueError(
            f"affine_transform expected transform of shape (8,) or (batch, 8), received {transform.shape}."
        )
    x, back = batched(images, data_format, "affine_transform")
    transform = floating_tensor(transform)
    transform = transform if transform.ndim == 2 else shaping.expand_dims(transform, 0)
    a0, a1, a2, b0, b1, b2 = joining.unstack(_one_for_each(transform, x, "affine_transform"), axis=1)[:6]
    rows, columns = _grid(x.shape[1], x.shape[2], transform.dtype)
    a0, a1, a2, b0, b1, b2 = (shaping.reshape(p, (-1, 1, 1)) for p in (a0, a1, a2, b0, b1, b2))
    y = _warped(
        x, b0 * columns + b1 * rows + b2, a0 * columns + a1 * rows + a2, interpolation, fill_mode, fill_value
    )
    return back(y)


def _homography(start, end):
    """The eight numbers that carry the end points of each image to its start points, (batch, 8)."""
    (sx, sy), (ex, ey) = (joining.unstack(points, axis=-1) for points in (start, end))
    zeros, ones = elementwise.multiply(ex, 0), elementwise.multiply(ex, 0) + 1
    first = joining.stack([ex, ey, ones, zeros, zeros, zeros, -sx * ex, -sx * ey], axis=-1)
    second = joining.stack([zeros, zeros, zeros, ex, ey, ones, -sy * ex, -sy * ey], axis=-1)
    matrix = shaping.reshape(joining.stack([first, second], axis=2), (-1, 8, 8))
    target = shaping.reshape(joining.stack([sx, sy], axis=2), (-1, 8))
    return solve(matrix, target)


@operation
def perspective_transform(
    images,
    start_points,
    end_points,
    /,
    interpolation="bilinear",
    fill_value=0,
    data_format=None,
):
    """Images warped so that the four start points (x, y) come to lie at the end points.

    start_points, end_points: (4, 2), or (batch, 4, 2) for each image its own.
    """
    _check(interpolation, "constant", "perspective_transform")
    for name, points in (("start_points", start_points), ("end_points", end_points)):
        if points.shape[-2:] != (4, 2) or points.ndim not in (2, 3) or points.shape != start_points.shape:
            raise ValueError(
                f"perspective_transform expected start_points and end_points of one shape, (4, 2) or (batch, 4, 2); "
                f"received {name} of shape {points.shape}."
            )
    x, back = batched(images, data_format, "perspective_transform")
    start, end = (floating_tensor(p if p.ndim == 3 else p[None]) for p in (start_points, end_points))
    numbers = _one_for_each(_homography(start, end), x, "perspective_transform")
    a0, a1, a2, a3, a4, a5, a6, a7 = (
        shaping.reshape(p, (-1, 1, 1)) for p in joining.unstack(numbers, axis=1)
    )
    rows, columns = _grid(x.shape[1], x.shape[2], numbers.dtype)
    scale = a6 * columns + a7 * rows + 1.0
    y = _warped(
        x,
        (a3 * columns + a4 * rows + a5) / scale,
        (a0 * columns + a1 * rows + a2) / scale,
        interpolation,
        "constant",
        fill_value,
    )
    return back(y)


@operation
def elastic_transform(
    images,
    /,
    alpha=20.0,
    sigma=5.0,
    interpolation="bilinear",
    fill_mode="reflect",
    fill_value=0.0,
    seed=None,
    data_format=None,
):
    """Images whose pixels are read at places shifted by smooth noise (Simard et al. 2003).

    alpha: how far. sigma: how smooth, the width in pixels of the Gaussian window over the noise.
    """
    _check(interpolation, fill_mode, "elastic_transform")
    x, back = batched(images, data_format, "elastic_transform")
    alpha, sigma = float(alpha), float(sigma)
    width = int(6 * sigma) | 1
    dtype = x.dtype if x.dtype.kind == "f" else None
    noise = normal((*x.shape[:3], 2), stddev=sigma, dtype=dtype, seed=seed)
    noise = gaussian_blur(noise, (width, width), (sigma, sigma), "channels_last") * alpha
    rows, columns = _grid(x.shape[1], x.shape[2], noise.dtype)
    return back(
        _warped(x, rows + noise[..., 0], columns + noise[..., 1], interpolation, fill_mode, fill_value)
    )
