"""Layers that map the values of pixels to others: inverted, in fewer steps, solarized."""

from minikeras import ops
from minikeras.layers.image_layer import ImageLayer, Seeded, in_range, interval, value_range_of
from minikeras.layers.spec import who
from minikeras.ops import random

__all__ = ["RandomInvert", "RandomPosterization", "Solarization"]

_BYTES = (0, 255)


class RandomInvert(Seeded, ImageLayer):
    """In training, some of the images inverted: the highest value less the pixel.

    factor: each image's probability is drawn between its bounds, within 0 to 1; a number stands for (0, factor).

    >>> import numpy as np
    >>> RandomInvert((1.0, 1.0))(np.full((1, 1, 1, 3), 55.0)).tolist()
    [[[[200.0, 200.0, 200.0]]]]
    """

    def __init__(self, factor=1.0, value_range=(0, 255), seed=None, data_format=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.value_range = value_range_of(value_range, self)

    def drawn(self, shape, seed):
        return {"apply_inversion": self.chosen(self.sizes_of(shape)[0], seed)}

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        chosen = ops.reshape(transformation["apply_inversion"], (-1, 1, 1, 1))
        return ops.where(chosen, self.value_range[1] - images, images)


class RandomPosterization(Seeded, ImageLayer):
    """In training, only the highest bits of each pixel's byte kept.

    factor: how many, 1 to 8; a number, which stands for 1 to factor, or a pair; the upper bound itself is not drawn.

    >>> import numpy as np
    >>> RandomPosterization((3, 3))(np.full((1, 1, 1, 3), 200.0)).tolist()
    [[[[192.0, 192.0, 192.0]]]]
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (1, 8), "factor", self)
        self.value_range = value_range_of(value_range, self)

    def get_random_transformation(self, data, training=True, seed=None):
        low, high = self.factor
        count = self.sizes(data)[0]
        seed = self.generator if seed is None else seed
        kept = (
            random.randint((count,), low, high, seed=seed)
            if low != high
            else ops.full((count,), low, "int32")
        )
        return {"shift_factor": ops.cast(8 - kept, "uint8")}

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training:
            return images
        shift = ops.reshape(ops.cast(transformation["shift_factor"], "uint8"), (-1, 1, 1, 1))
        values = ops.cast(in_range(images, self.value_range, _BYTES), "uint8")
        values = ops.bitwise_left_shift(ops.bitwise_right_shift(values, shift), shift)
        return in_range(ops.cast(values, images.dtype), _BYTES, self.value_range)


class Solarization(Seeded, ImageLayer):
    """In training, a random number added to the pixels, and those not below a random threshold inverted.

    addition_factor, threshold_factor: both numbers are drawn between the lowest and 255 times the highest of these; each is a
    number, which stands for (0, factor), or a pair within 0 to 1. value_range: of a pixel.

    >>> import numpy as np
    >>> Solarization(0.0, 0.0)(np.full((1, 1, 1, 3), 55.0)).tolist()
    [[[[200.0, 200.0, 200.0]]]]
    """

    def __init__(self, addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.addition_factor = self._shares(addition_factor, "addition_factor")
        self.threshold_factor = self._shares(threshold_factor, "threshold_factor")
        self.value_range = value_range_of(value_range, self)

    def _shares(self, factor, name):
        low, high = interval(factor, (0, 1), name, self)
        if low < 0 or high > 1:
            raise ValueError(f"{who(self)}: {name} must lie within 0 and 1, received {factor!r}.")
        return low, high

    def drawn(self, shape, seed):
        one_each = (self.sizes_of(shape)[0], 1, 1, 1)
        return {
            name: self.draw(one_each, (low, high * 255), seed)
            for name, (low, high) in (
                ("additions", self.addition_factor),
                ("thresholds", self.threshold_factor),
            )
        }

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        additions, thresholds = (
            ops.cast(transformation[name], images.dtype) for name in ("additions", "thresholds")
        )
        values = ops.clip(in_range(images, self.value_range, _BYTES) + additions, *_BYTES)
        values = ops.where(values < thresholds, values, 255 - values)
        return in_range(values, _BYTES, self.value_range)
