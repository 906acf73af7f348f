"""Layers that make images sharper or softer."""

import numpy as np

from minikeras import ops
from minikeras.layers.image_layer import ImageLayer, Seeded, interval, value_range_of
from minikeras.layers.spec import who

__all__ = ["RandomGaussianBlur", "RandomSharpness"]

_SMOOTH = np.array([[1.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 1.0]]) / 13


class RandomSharpness(Seeded, ImageLayer):
    """In training, images drawn towards their smoothed versions or away from them, within the value range.

    factor: f, drawn between its bounds, within 0 to 1; 0 smooths, 0.5 changes nothing, 1 sharpens; a number stands for
    (0, factor). The image becomes x + (1 - 2 f) (smooth - x).

    >>> import numpy as np
    >>> RandomSharpness(0.5, seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(self, factor, value_range=(0, 255), data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.value_range = value_range_of(value_range, self)

    def get_random_transformation(self, data, training=True, seed=None):
        return {"factor": self.draw((self.sizes(data)[0],), self.factor, seed)}

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training:
            return images
        factor = ops.reshape(ops.cast(transformation["factor"], images.dtype) * 2, (-1, 1, 1, 1))
        channels = images.shape[self.channel_axis]
        kernel = np.broadcast_to(_SMOOTH[:, :, None, None], (3, 3, channels, 1)).astype(images.dtype)
        smooth = ops.depthwise_conv(images, kernel, padding="same", data_format=self.data_format)
        return ops.clip(images + (1.0 - factor) * (smooth - images), *self.value_range)


class RandomGaussianBlur(Seeded, ImageLayer):
    """In training, some of the images smoothed by a Gaussian window, within the value range.

    factor: each image's probability is drawn between its bounds, within 0 to 1; a number stands for (0, factor). kernel_size:
    odd, one number or two (down, across). sigma: the window's width, drawn for the columns and the rows between its bounds
    within 0 to 1; a number stands for (0, sigma).

    >>> import numpy as np
    >>> RandomGaussianBlur(seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor=1.0,
        kernel_size=3,
        sigma=1.0,
        value_range=(0, 255),
        data_format=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.kernel_size = self._sizes_of(kernel_size)
        self.sigma = interval(sigma, (0, 1), "sigma", self)
        self.value_range = value_range_of(value_range, self)

    def _sizes_of(self, kernel_size):
        sizes = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size,) * 2
        if len(sizes) != 2 or any(not isinstance(n, int) or n < 1 or n % 2 == 0 for n in sizes):
            raise ValueError(
                f"{who(self)}: kernel_size must be one or two odd numbers, received {kernel_size!r}."
            )
        return sizes

    def drawn(self, shape, seed):
        chosen = self.chosen(self.sizes_of(shape)[0], seed)
        return {"should_apply_blur": chosen, "blur_factor": self.draw((2,), self.sigma, seed) + 1e-6}

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        blurred = ops.image.gaussian_blur(
            images,
            kernel_size=self.kernel_size,
            sigma=transformation["blur_factor"],
            data_format=self.data_format,
        )
        chosen = ops.reshape(transformation["should_apply_blur"], (-1, 1, 1, 1))
        return ops.clip(ops.where(chosen, blurred, images), *self.value_range)
