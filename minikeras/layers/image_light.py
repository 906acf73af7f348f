"""Layers that make images brighter or darker, softer or harder."""

from minikeras import ops
from minikeras.layers.image_layer import ImageLayer, Seeded, interval, value_range_of

__all__ = ["RandomBrightness", "RandomContrast"]


class RandomBrightness(Seeded, ImageLayer):
    """In training, a random number added to all pixels of an image, within the value range.

    factor: the share of the value range, a number for both signs or (lowest, highest). value_range: of a pixel.

    >>> import numpy as np
    >>> RandomBrightness(0.2, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.factor = interval(factor or 0.0, (-1, 1), "factor", self)
        self.value_range = value_range_of(value_range, self)

    def get_random_transformation(self, data, training=True, seed=None):
        shape = (self.sizes(data)[0], 1, 1, 1)
        if not training:
            return {"rgb_delta": ops.zeros(shape)}
        low, high = self.value_range
        return {"rgb_delta": ops.multiply(self.draw(shape, self.factor, seed), high - low)}

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training:
            return images
        return ops.clip(
            ops.add(images, ops.cast(transformation["rgb_delta"], images.dtype)), *self.value_range
        )


class RandomContrast(Seeded, ImageLayer):
    """In training, each channel of an image drawn apart from its mean: (x - mean) · c + mean, within the value range.

    factor: c lies between 1 - lowest and 1 + highest of it; a number, which stands for (0, factor), or a pair.

    >>> import numpy as np
    >>> RandomContrast(0.2, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.value_range = value_range

    def get_random_transformation(self, data, training=True, seed=None):
        shape = (self.sizes(data)[0], 1, 1, 1)
        if not training:
            return {"contrast_factor": ops.zeros(shape)}
        return {"contrast_factor": self.draw(shape, (1.0 - self.factor[0], 1.0 + self.factor[1]), seed)}

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training:
            return images
        axes = (-2, -1) if self.data_format == "channels_first" else (-3, -2)
        mean = ops.mean(images, axis=axes, keepdims=True)
        factor = ops.cast(transformation["contrast_factor"], images.dtype)
        return ops.clip(ops.add(ops.multiply(ops.subtract(images, mean), factor), mean), *self.value_range)
