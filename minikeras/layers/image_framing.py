"""Layers that bring images to one size."""

from minikeras import ops, seeds
from minikeras.layers.bounding_boxes import clip_to_image_size, convert_format
from minikeras.layers.core import positive_integer
from minikeras.layers.image_layer import ImageLayer
from minikeras.ops.random import SeedGenerator

__all__ = ["CenterCrop", "MaxNumBoundingBoxes", "RandomCrop", "Resizing"]


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

    def framed(self, bounding_boxes, size, move):
        """The boxes of images of a size, (height, width), after `move`, a function of (x1, y1, x2, y2), in the new frame."""
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", *size)
        corners = move(*[boxes["boxes"][..., i] for i in range(4)])
        boxes = {**boxes, "boxes": ops.stack(corners, axis=-1)}
        boxes = clip_to_image_size(boxes, self.height, self.width)
        return convert_format(boxes, "xyxy", self.bounding_box_format, self.height, self.width)

    def within(self, bounding_boxes, size, part):
        """The boxes of a part, (top, left, rows, columns), that becomes the whole."""
        top, left, rows, columns = part
        down, across = self.height / rows, self.width / columns

        def move(x1, y1, x2, y2):
            xs = ((ops.clip(x, left, left + columns) - left) * across for x in (x1, x2))
            ys = ((ops.clip(y, top, top + rows) - top) * down for y in (y1, y2))
            (x1, x2), (y1, y2) = xs, ys
            return x1, y1, x2, y2

        return self.framed(bounding_boxes, size, move)

    def compute_output_shape(self, input_shape):
        sizes = list(input_shape)
        at = -2 if self.data_format == "channels_first" else -3
        sizes[at], sizes[at + 1] = self.height, self.width
        return tuple(sizes)

    def tried_small(self, images):
        """The spec of the outputs for small images, in a small frame."""
        before = self.height, self.width
        self.height = self.width = 1
        try:
            return super().tried_small(images)
        finally:
            self.height, self.width = before


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

    def get_random_transformation(self, data, training=True, seed=None):
        return self.sizes(data)[1:]

    def transform_images(self, images, transformation=None, training=True):
        return self._resized(images, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._resized(segmentation_masks, "nearest")

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        height, width = transformation
        down, across = self.height / height, self.width / width
        right = below = 0
        if self.pad_to_aspect_ratio:
            down = across = min(down, across)
            right, below = (self.width - width * across) // 2, (self.height - height * down) // 2
        elif self.crop_to_aspect_ratio:
            down = across = max(down, across)
            right, below = -((width * across - self.width) // 2), -((height * down - self.height) // 2)

        def move(x1, y1, x2, y2):
            return x1 * across + right, y1 * down + below, x2 * across + right, y2 * down + below

        moved = self.framed(bounding_boxes, transformation, move)
        # Boxes of zeros or of -1 are filling, and stay so.
        boxes = bounding_boxes["boxes"]
        filling = ops.logical_or(ops.all(boxes == -1, axis=-1), ops.all(boxes == 0, axis=-1))
        return {**moved, "boxes": ops.where(ops.expand_dims(filling, -1), 0.0, moved["boxes"])}

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

    def get_random_transformation(self, data, training=True, seed=None):
        return {"input_shape": (data["images"] if isinstance(data, dict) else data).shape}

    def _part(self, height, width):
        """(top, left, rows, columns) of what is kept."""
        if height < self.height or width < self.width:
            return self.middle(height, width)
        return (height - self.height) // 2, (width - self.width) // 2, self.height, self.width

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        part = self._part(*self.sizes(images)[1:])
        images = self.cut(images, *part)
        return images if part[2:] == (self.height, self.width) else self.resized(images)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self.transform_images(segmentation_masks)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        size = self.frame(transformation)
        return self.within(bounding_boxes, size, self._part(*size))


class RandomCrop(_Frame):
    """In training, a part of the images at a random place, the same for the whole batch; too small images are resized.

    Otherwise the images stay as they are: let a `CenterCrop` or `Resizing` bring them to the size.

    >>> import numpy as np
    >>> RandomCrop(2, 2)(np.ones((1, 4, 4, 3), "float32")).shape
    (1, 2, 2, 3)
    """

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        super().__init__(height, width, data_format=data_format, name=name, **kwargs)
        self.seed = seeds.make_default_seed() if seed is None else seed
        self.generator = SeedGenerator(self.seed)

    def get_random_transformation(self, data, training=True, seed=None):
        """(top, left, height and width of the images)."""
        _, height, width = self.sizes(data)
        if height <= self.height or width <= self.width or not training:
            return *self.middle(height, width)[:2], height, width
        top = int(self.draw((), (0, height - self.height + 1), seed))
        left = int(self.draw((), (0, width - self.width + 1), seed))
        return min(top, height - self.height), min(left, width - self.width), height, width

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training:
            return images
        part = self.cut(images, *transformation[:2], self.height, self.width)
        return part if self.sizes(part)[1:] == (self.height, self.width) else self.resized(part)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training:
            return bounding_boxes
        top, left, height, width = transformation
        rows, columns = min(self.height, height - top), min(self.width, width - left)
        return self.within(bounding_boxes, (height, width), (top, left, rows, columns))


class MaxNumBoundingBoxes(ImageLayer):
    """As many boxes for each image as there is place for: the first of them, then filling.

    max_number: how many. fill_value: what boxes and labels are filled with.

    >>> import numpy as np
    >>> data = {"images": np.ones((1, 4, 4, 3)), "bounding_boxes": {"boxes": np.ones((1, 1, 4)), "labels": np.ones((1, 1))}}
    >>> MaxNumBoundingBoxes(2, bounding_box_format="xyxy")(data)["bounding_boxes"]["labels"].tolist()
    [[1.0, -1.0]]
    """

    def __init__(self, max_number, fill_value=-1, **kwargs):
        super().__init__(**kwargs)
        self.max_number = positive_integer(max_number, "max_number", self)
        self.fill_value = int(fill_value)

    def transform_images(self, images, transformation=None, training=True):
        return images

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        return {
            **bounding_boxes,
            "boxes": self._filled(bounding_boxes["boxes"]),
            "labels": self._filled(bounding_boxes["labels"]),
        }

    def _filled(self, values):
        values = values[:, : self.max_number]
        margins = [[0, 0] for _ in values.shape]
        margins[1][1] = self.max_number - values.shape[1]
        return ops.pad(values, margins, constant_values=self.fill_value)
