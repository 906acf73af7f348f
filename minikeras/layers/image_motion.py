"""Layers that turn, shift and distort images at random in training."""

import math

from minikeras import ops
from minikeras.layers.image_layer import ImageLayer, Seeded, Warp, affine, interval
from minikeras.layers.settings import one_of
from minikeras.layers.spec import who

__all__ = ["RandomFlip", "RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom"]

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class RandomFlip(Seeded, ImageLayer):
    """In training, half of the images mirrored: left and right, top and bottom, or both at once.

    mode: 'horizontal', 'vertical' or 'horizontal_and_vertical'.

    >>> import numpy as np
    >>> RandomFlip("horizontal", seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(self, mode="horizontal_and_vertical", seed=None, data_format=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.mode = one_of(mode, _MODES, "mode", self)

    def drawn(self, shape, seed):
        count = self.sizes_of(shape)[0]
        flips = ops.less_equal(self.draw((count, 1, 1, 1), (0, 1), seed), 0.5)
        return {"flips": flips, "input_shape": shape}

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        vertical = -2 if self.data_format == "channels_first" else -3
        axes = {"horizontal": [vertical + 1], "vertical": [vertical]}.get(self.mode, [vertical, vertical + 1])
        return ops.where(transformation["flips"], ops.flip(images, axis=tuple(axes)), images)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self.transform_images(segmentation_masks, transformation, training=training)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training or transformation is None:
            return bounding_boxes
        height, width = self.frame(transformation)
        flips = ops.reshape(transformation["flips"], (-1, 1))

        def move(x, y):
            across = width - x if "horizontal" in self.mode else x
            down = height - y if "vertical" in self.mode else y
            return ops.where(flips, across, x), ops.where(flips, down, y)

        return self.moved_boxes(bounding_boxes, transformation, move)


class RandomRotation(Warp):
    """In training, images turned about their middle by a random share of a full turn.

    factor: the share, a number for both directions or (lowest, highest), counter-clockwise. fill_mode: what lies beyond the
    borders: 'reflect', 'wrap', 'constant' (fill_value) or 'nearest'. interpolation: 'bilinear' or 'nearest'.

    >>> import numpy as np
    >>> RandomRotation(0.1, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(interpolation, fill_value, fill_mode, seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (-1, 1), "factor", self)

    def drawn(self, shape, seed):
        count, height, width = self.sizes_of(shape)
        angle = self.draw((count,), (self.factor[0] * 360.0, self.factor[1] * 360.0), seed)
        radians = ops.multiply(angle, math.pi / 180)
        cosine, sine = ops.cos(radians), ops.sin(radians)
        x, y = (width - 1) / 2, (height - 1) / 2
        matrix = affine(cosine, -sine, x - x * cosine + y * sine, sine, cosine, y - x * sine - y * cosine)
        return {
            "angle": angle,
            "rotation_matrix": matrix,
            "image_height": height,
            "image_width": width,
            "batch_size": count,
            "input_shape": shape,
        }

    def matrix(self, transformation, height, width):
        return ops.reshape(transformation["rotation_matrix"], (-1, 8))

    def frame(self, transformation):
        return transformation["image_height"], transformation["image_width"]


class RandomTranslation(Warp):
    """In training, images shifted by random shares of their height and width.

    height_factor, width_factor: the share, a number for both directions or (lowest, highest); positive is down and right.
    The other settings are those of `RandomRotation`.

    >>> import numpy as np
    >>> RandomTranslation(0.1, 0.1, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        height_factor,
        width_factor,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(interpolation, fill_value, fill_mode, seed=seed, data_format=data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._heights = interval(height_factor, (-1, 1), "height_factor", self)
        self._widths = interval(width_factor, (-1, 1), "width_factor", self)

    def drawn(self, shape, seed):
        count, height, width = self.sizes_of(shape)
        down = ops.multiply(self.draw((count, 1), self._heights, seed), height)
        right = ops.multiply(self.draw((count, 1), self._widths, seed), width)
        return {"translations": ops.concatenate([right, down], axis=1), "input_shape": shape}

    def matrix(self, transformation, height, width):
        right, down = ops.unstack(transformation["translations"], axis=1)
        ones, zeros = ops.ones_like(right), ops.zeros_like(right)
        return affine(ones, zeros, -right, zeros, ones, -down)


class RandomZoom(Warp):
    """In training, images zoomed about their middle.

    height_factor: how much higher the part is that becomes the image, a share: negative zooms in, positive out; a number
    for both, or (lowest, highest). width_factor: the same for the width; None keeps the proportions. The other settings
    are those of `RandomRotation`.

    >>> import numpy as np
    >>> RandomZoom(0.1, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        height_factor,
        width_factor=None,
        fill_mode="reflect",
        interpolation="bilinear",
        seed=None,
        fill_value=0.0,
        data_format=None,
        **kwargs,
    ):
        super().__init__(interpolation, fill_value, fill_mode, seed=seed, data_format=data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._heights = self._shares(height_factor, "height_factor")
        self._widths = None if width_factor is None else self._shares(width_factor, "width_factor")

    def _shares(self, factor, name):
        low, high = interval(factor, (-1, 1), name, self)
        if isinstance(factor, (tuple, list)) and low <= -1:
            raise ValueError(
                f"{who(self)}: {name} must be greater than -1, received {factor!r}. Nothing would be left."
            )
        return 1.0 + low, 1.0 + high

    def drawn(self, shape, seed):
        count = self.sizes_of(shape)[0]
        height = self.draw((count, 1), self._heights, seed)
        width = height if self._widths is None else self.draw((count, 1), self._widths, seed)
        return {"height_zoom": height, "width_zoom": width, "input_shape": shape}

    def matrix(self, transformation, height, width):
        x, y = transformation["width_zoom"][:, 0], transformation["height_zoom"][:, 0]
        zeros = ops.zeros_like(x)
        left, top = (width - 1) / 2 * (1 - x), (height - 1) / 2 * (1 - y)
        return affine(x, zeros, left, zeros, y, top)


class RandomShear(Warp):
    """In training, images slanted: each row shifted by a share of its place, each column likewise.

    x_factor, y_factor: the shares, from 0 to 1: a number for both directions, or (lowest, highest), whose sign is random.
    The other settings are those of `RandomRotation`.

    >>> import numpy as np
    >>> RandomShear(0.1, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        x_factor=0.0,
        y_factor=0.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        data_format=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(interpolation, fill_value, fill_mode, seed=seed, data_format=data_format, **kwargs)
        self.x_factor = self._shares(x_factor, "x_factor")
        self.y_factor = self._shares(y_factor, "y_factor")

    def _shares(self, factor, name):
        # A configuration holds the pair that a number became, both signs of it.
        pair = tuple(factor) if isinstance(factor, (tuple, list)) else None
        if pair is not None and len(pair) == 2 and pair[0] == -pair[1]:
            factor = pair[1]
        return interval(factor, (0, 1), name, self, symmetric=True)

    def drawn(self, shape, seed):
        count = self.sizes_of(shape)[0]
        sign = ops.where(ops.greater(self.draw((count, 1), (0, 1), seed), 0.5), -1.0, 1.0)
        y = self.draw((count, 1), self.y_factor, seed)
        x = self.draw((count, 1), self.x_factor, seed)
        return {"shear_factor": ops.concatenate([x, y], axis=1) * sign, "input_shape": shape}

    def matrix(self, transformation, height, width):
        x, y = ops.unstack(transformation["shear_factor"], axis=1)
        ones, zeros = ops.ones_like(x), ops.zeros_like(x)
        return affine(ones, x, zeros, y, ones, zeros)
