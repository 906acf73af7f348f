"""Layers that spread the values of each image over the whole range."""

import numpy as np

from minikeras import ops
from minikeras.layers.core import positive_integer
from minikeras.layers.image_layer import ImageLayer, in_range, value_range_of
from minikeras.layers.spec import who

__all__ = ["AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "Equalization"]

_BYTES = (0, 255)
_LEVELS = 256


class AutoContrast(ImageLayer):
    """Each channel of each image stretched, so that its lowest and highest values are those of the range.

    A channel of one value stays as it is. value_range: of a pixel.

    >>> import numpy as np
    >>> AutoContrast()(np.array([[[[100.0], [110.0], [120.0]]]])).tolist()
    [[[[0.0], [127.5], [255.0]]]]
    """

    def __init__(self, value_range=(0, 255), **kwargs):
        super().__init__(**kwargs)
        self.value_range = value_range_of(value_range, self)

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        # Values below the range's lowest, or an image of one value, divide nothing by nothing.
        values = in_range(images, self.value_range, _BYTES)
        # Keras looks along these two axes in either data format.
        low = ops.min(values, axis=(1, 2), keepdims=True)
        span = ops.max(values, axis=(1, 2), keepdims=True) - low
        scale = 255.0 / ops.where(span > 0, span, 1.0)
        stretched = in_range(ops.clip(values * scale - low * scale, *_BYTES), _BYTES, self.value_range)
        return ops.where(span > 0, stretched, images)


class Equalization(ImageLayer):
    """In training, each channel of the batch mapped so that its values are spread evenly over the range.

    The values are counted over the whole batch. bins: how finely. value_range: of a pixel.

    >>> import numpy as np
    >>> Equalization()(np.array([[[[100.0], [110.0], [120.0]]]])).tolist()
    [[[[0.0], [128.0], [255.0]]]]
    """

    def __init__(self, value_range=(0, 255), bins=256, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range, self)
        self.bins = positive_integer(bins, "bins", self)

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training:
            return images
        values = in_range(images, self.value_range, _BYTES)
        channels = ops.unstack(values, axis=self.channel_axis)
        values = ops.stack([self._equalized(channel) for channel in channels], axis=self.channel_axis)
        return in_range(values, _BYTES, self.value_range)

    def _equalized(self, channel):
        places = channel.numpy() * (self.bins - 1) / 255
        places = np.clip(places.astype("int32"), 0, self.bins - 1)
        counts = np.bincount(places.reshape(-1), minlength=self.bins)
        total = np.cumsum(counts)
        lowest = total[np.flatnonzero(total)[0]]
        table = np.clip(np.round((total - lowest) * 255 / max(total[-1] - lowest, 1)), *_BYTES)
        single = np.count_nonzero(counts) <= 1
        return ops.where(single, channel, table[places].astype(channel.dtype))


class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Each tile of each image equalized by its own histogram, the tiles' mappings blended between their centres.

    Images keep their dtype. (Zuiderveld 1994, "Contrast limited adaptive histogram equalization".) clip_limit: the highest
    count of a level, in multiples of the mean count; what exceeds it is shared among all levels; 0 for no limit.
    tile_grid_size: how many tiles down and across. value_range: of a pixel.

    >>> import numpy as np
    >>> ContrastLimitedAdaptiveHistogramEqualization()(np.ones((2, 16, 16, 3), "float32")).shape
    (2, 16, 16, 3)
    """

    def __init__(
        self, value_range=(0, 255), clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, **kwargs
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range, self)
        self.clip_limit = clip_limit
        if not isinstance(tile_grid_size, (tuple, list)) or len(tile_grid_size) != 2:
            raise ValueError(
                f"{who(self)}: tile_grid_size must be two integers, received {tile_grid_size!r}."
            )
        self.tile_grid_size = tuple(positive_integer(n, "tile_grid_size", self) for n in tile_grid_size)

    def transform_images(self, images, transformation=None, training=True):
        images = ops.convert_to_tensor(images)
        values = in_range(images.numpy().astype("float32"), self.value_range, _BYTES)
        if self.data_format == "channels_first":
            values = np.moveaxis(values, 1, 3)
        values = in_range(self._equalized(values), _BYTES, self.value_range)
        if self.data_format == "channels_first":
            values = np.moveaxis(values, 3, 1)
        return ops.convert_to_tensor(np.ascontiguousarray(values).astype(images.dtype))

    def _equalized(self, images):
        _, height, width, channels = images.shape
        rows, columns = self.tile_grid_size
        tile_height, tile_width = -(-height // rows), -(-width // columns)
        below, right = tile_height * rows - height, tile_width * columns - width
        padded = np.pad(images, [(0, 0), (0, below), (0, right), (0, 0)], mode="symmetric")
        levels = np.clip(padded.astype("int32"), *_BYTES)
        tiles = levels.reshape(-1, rows, tile_height, columns, tile_width, channels)
        tables = self._mappings(
            tiles.transpose(0, 1, 3, 5, 2, 4).reshape(-1, rows, columns, channels, tile_height * tile_width)
        )
        # One more mapping beyond each border, so that every pixel lies between four of them.
        tables = np.pad(tables, [(0, 0), (1, 1), (1, 1), (0, 0), (0, 0)], mode="edge")
        above, down = _between(tile_height, rows)
        left, across = _between(tile_width, columns)
        batch = np.arange(len(images))[:, None, None, None]
        channel = np.arange(channels)

        def mapped(row, column):
            return tables[batch, row[:, None, None], column[:, None], channel, levels]

        down, across = down[:, None, None], across[:, None]
        top = mapped(above, left) * (1 - across) + mapped(above, left + 1) * across
        bottom = mapped(above + 1, left) * (1 - across) + mapped(above + 1, left + 1) * across
        return (top * (1 - down) + bottom * down)[:, :height, :width]

    def _mappings(self, tiles):
        """What each level becomes in each tile, (batch, rows, columns, channels, levels)."""
        size = tiles.shape[-1]
        flat = tiles.reshape(-1, size) + _LEVELS * np.arange(tiles.size // size)[:, None]
        counts = np.bincount(flat.reshape(-1), minlength=_LEVELS * len(flat)).astype("float32")
        counts = counts.reshape(*tiles.shape[:-1], _LEVELS)
        if self.clip_limit > 0:
            clipped = np.minimum(counts, np.float32(self.clip_limit * size / _LEVELS))
            counts = clipped + np.sum(counts - clipped, axis=-1, keepdims=True) / _LEVELS
        total = np.cumsum(counts, axis=-1)
        lowest = np.min(total, axis=-1, keepdims=True)
        span = size - lowest
        return np.clip((total - lowest) * 255 / np.where(span == 0, 1, span), *_BYTES)


def _between(size, count):
    """For each of count tiles' pixels along an axis: the centre before it, counted from beyond the border, and how far on."""
    place = ((np.arange(size * count) - size / 2) / size + 1).astype("float32")
    before = np.floor(place)
    return before.astype("int32"), place - before
