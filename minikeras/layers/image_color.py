"""Layers that change the colours of images."""

from minikeras import config, ops
from minikeras.layers.image_layer import ImageLayer, Seeded, in_range, interval, value_range_of
from minikeras.layers.image_light import RandomBrightness, RandomContrast
from minikeras.layers.settings import share

__all__ = [
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomGrayscale",
    "RandomHue",
    "RandomSaturation",
]


class _ColorLayer(Seeded, ImageLayer):
    """A layer with a factor and a value range, whose images have three channels."""

    bounds = (-1, 1)

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, self.bounds, "factor", self)
        self.value_range = value_range_of(value_range, self)

    def planes(self, images):
        """The channels of a batch of images."""
        return ops.unstack(images, axis=self.channel_axis)

    def joined(self, planes):
        """Images with these channels."""
        return ops.stack(planes, axis=self.channel_axis)


class RandomHue(_ColorLayer):
    """In training, the hue of each image turned by a random share of a half circle, in either direction.

    factor: the share, 0 to 1; a number, which stands for (0, factor), or a pair. value_range: of a pixel.

    >>> import numpy as np
    >>> RandomHue(0.2, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    bounds = (0, 1)

    def get_random_transformation(self, data, training=True, seed=None):
        count = self.sizes(data)[0]
        sign = ops.where(ops.greater(self.draw((count,), (0, 1), seed), 0.5), -1.0, 1.0)
        return {"factor": sign * self.draw((count,), self.factor, seed) * 0.5}

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training:
            return images
        turn = ops.reshape(ops.cast(transformation["factor"], images.dtype), (-1, 1, 1))
        images = ops.image.rgb_to_hsv(in_range(images, self.value_range, (0, 1)), self.data_format)
        hue, saturation, value = self.planes(images)
        hue = hue + turn
        hue = ops.where(hue > 1.0, hue - 1.0, hue)
        hue = ops.where(hue < 0.0, hue + 1.0, hue)
        images = ops.image.hsv_to_rgb(self.joined([hue, saturation, value]), self.data_format)
        return in_range(ops.clip(images, 0, 1), (0, 1), self.value_range)


class RandomSaturation(_ColorLayer):
    """In training, the saturation of each image multiplied by a random number.

    factor: what is drawn is f, between its bounds within 0 to 1; the saturation is multiplied by f / (1 - f): 0 makes grey, 0.5
    changes nothing, 1 saturates. A number stands for (-factor, factor). value_range: the bounds of the new saturation.

    >>> import numpy as np
    >>> RandomSaturation((0.4, 0.6), seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def get_random_transformation(self, data, training=True, seed=None):
        factor = self.draw((self.sizes(data)[0],), self.factor, seed)
        return {"factor": factor / (1 - factor + config.epsilon())}

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training:
            return images
        factor = ops.reshape(ops.cast(transformation["factor"], images.dtype), (-1, 1, 1))
        hue, saturation, value = self.planes(ops.image.rgb_to_hsv(images, self.data_format))
        saturation = ops.clip(saturation * factor, *self.value_range)
        return ops.image.hsv_to_rgb(self.joined([hue, saturation, value]), self.data_format)


class RandomColorDegeneration(_ColorLayer):
    """In training, images mixed with their grey versions: x + factor · (grey - x), within the value range.

    factor: a number, which stands for (-factor, factor), or a pair; 0 changes nothing, 1 leaves only grey.

    >>> import numpy as np
    >>> RandomColorDegeneration(0.5, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def get_random_transformation(self, data, training=True, seed=None):
        return {"factor": self.draw((self.sizes(data)[0], 1, 1, 1), self.factor, seed)}

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training:
            return images
        factor = ops.cast(transformation["factor"], images.dtype)
        grey = ops.image.rgb_to_grayscale(images, self.data_format)
        return ops.clip(images + factor * (grey - images), *self.value_range)


class RandomGrayscale(Seeded, ImageLayer):
    """In training, some of the images made grey, with three equal channels; of the dtype they had.

    factor: the probability, 0 to 1.

    >>> import numpy as np
    >>> RandomGrayscale(1.0)(np.array([[[[1.0, 0.0, 0.0]]]])).numpy().round(3).ravel()
    array([0.299, 0.299, 0.299], dtype=float32)
    """

    def __init__(self, factor=0.5, data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = share(factor, "factor", self)

    def get_random_transformation(self, data, training=True, seed=None):
        return ops.less(self.draw((self.sizes(data)[0], 1, 1, 1), (0, 1), seed), self.factor)

    def transform_images(self, images, transformation, training=True):
        images = ops.convert_to_tensor(images)
        if not training:
            return images
        return ops.where(transformation, ops.image.rgb_to_grayscale(images, self.data_format), images)


class RandomColorJitter(Seeded, ImageLayer):
    """In training, brightness, contrast, saturation and hue of images changed at random, in this order.

    brightness_factor, contrast_factor, saturation_factor, hue_factor: those of `RandomBrightness`, `RandomContrast`,
    `RandomSaturation` and `RandomHue`; None leaves the step out.

    >>> import numpy as np
    >>> RandomColorJitter(brightness_factor=0.2, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        value_range=(0, 255),
        brightness_factor=None,
        contrast_factor=None,
        saturation_factor=None,
        hue_factor=None,
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        shared = {"value_range": value_range, "seed": seed, "data_format": self.data_format}
        shared["dtype"] = self.dtype_policy
        self.random_brightness, self.random_contrast, self.random_saturation, self.random_hue = (
            None if factor is None else cls(factor, **shared)
            for cls, factor in (
                (RandomBrightness, brightness_factor),
                (RandomContrast, contrast_factor),
                (RandomSaturation, saturation_factor),
                (RandomHue, hue_factor),
            )
        )

    def _steps(self):
        layers = (self.random_brightness, self.random_contrast, self.random_saturation, self.random_hue)
        return [layer for layer in layers if layer is not None]

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        seed = self.generator if seed is None else seed
        return [layer.get_random_transformation(data, seed=seed) for layer in self._steps()]

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        for layer, drawn in zip(self._steps(), transformation, strict=True):
            images = layer.transform_images(images, drawn)
        return images
