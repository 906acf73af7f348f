"""Layers that bring images to one size."""

from minikeras import ops, seeds
from minikeras.layers.core import positive_integer
from minikeras.layers.image_layer import ImageLayer
from minikeras.ops.random import SeedGenerator

__all__ = ["CenterCrop", "RandomCrop", "Resizing"]


class _Frame(ImageLayer):
    """A layer whose images have one height and width."""

    def __init__(self, height, width, data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.height = positive_integer(height, "height", self)
        self.width = positive_integer(width, "width", self)

    def cut(self, images, top, left, rows, columns):
        """The part of a batch of images that begins at a row and a column, of at most so many."""
        rows, columns = slice(top, top + rows), slice(left, left + columns)
        return (
            images[:, :, rows, columns] if self.data_format == "channels_first" else images[:, rows, columns]
        )

    def middle(self, height, width):
        """(top, left, rows, columns) of the largest part in the middle that has the layer's proportions."""
        rows = max(min(height, width * self.height // self.width), 1)
        columns = max(min(width, height * self.width // self.height), 1)
        return (height - rows) // 2, (width - columns) // 2, rows, columns

    def resized(self, images):
        """A batch of images in the layer's size."""
        return ops.image.resize(images, (self.height, self.width), data_format=self.data_format)

    def fitted(self, images):
        """The largest part in the middle with the layer's proportions, resized."""
        _, height, width = self.sizes(images)
        return self.resized(self.cut(images, *self.middle(height, width)))

    def compute_output_shape(self, input_shape):
        sizes = list(input_shape)
        at = -2 if self.data_format == "channels_first" else -3
        sizes[at], sizes[at + 1] = self.height, self.width
        return tuple(sizes)

    def compute_output_spec(self, *args, **kwargs):
        # Dictionaries and dtypes are found by trying.
        return super().compute_output_spec(*args, **kwargs)


class Resizing(_Frame):
    """Images of another size, of the dtype they had.

    interpolation: 'bilinear', 'nearest', 'bicubic', 'lanczos3' or 'lanczos5'. crop_to_aspect_ratio: what does not fit the
    proportions is cut off. pad_to_aspect_ratio: it is filled with fill_value. antialias: smooth before shrinking.

    >>> import numpy as np
    >>> Resizing(2, 2)(np.ones((1, 4, 4, 3), "float32")).shape
    (1, 2, 2, 3)
    """

    casts_integers = False

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(height, width, data_format=data_format, **kwargs)
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    def transform_images(self, images, transformation=None, training=True):
        return self._resized(images, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._resized(segmentation_masks, "nearest")

    def _resized(self, images, interpolation):
        return ops.image.resize(
            images,
            (self.height, self.width),
            interpolation=interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )


class CenterCrop(_Frame):
    """The middle of each image; of smaller images, the largest part with these proportions, resized.

    >>> import numpy as np
    >>> CenterCrop(2, 2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[5.0, 6.0], [9.0, 10.0]]
    """

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        _, height, width = self.sizes(images)
        if height < self.height or width < self.width:
            return self.fitted(images)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return self.cut(images, top, left, self.height, self.width)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self.transform_images(segmentation_masks)


class RandomCrop(_Frame):
    """In training, a part of the images at a random place, the same for the whole batch; too small images are resized.

    Otherwise the largest part in the middle with these proportions, resized.

    >>> import numpy as np
    >>> RandomCrop(2, 2)(np.ones((1, 4, 4, 3), "float32")).shape
    (1, 2, 2, 3)
    """

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        super().__init__(height, width, data_format=data_format, name=name, **kwargs)
        self.seed = seeds.make_default_seed() if seed is None else seed
        self.generator = SeedGenerator(self.seed)

    def get_random_transformation(self, data, training=True, seed=None):
        _, height, width = self.sizes(data)
        if height <= self.height or width <= self.width or not training:
            return self.middle(height, width)[:2]
        top = int(self.draw((), (0, height - self.height + 1), seed))
        left = int(self.draw((), (0, width - self.width + 1), seed))
        return min(top, height - self.height), min(left, width - self.width)

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training:
            return images
        part = self.cut(images, *transformation, self.height, self.width)
        return part if self.sizes(part)[1:] == (self.height, self.width) else self.resized(part)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self.transform_images(segmentation_masks, transformation, training)
