"""Layers that mix the images of a batch, and their labels, or take a part of them away."""

import numpy as np

from minikeras import ops
from minikeras.layers.image_layer import ImageLayer, Seeded, interval, value_range_of
from minikeras.layers.spec import who
from minikeras.ops import random

__all__ = ["CutMix", "MixUp", "RandomErasing"]


class _Boxed(Seeded, ImageLayer):
    """A layer that treats a box of each image."""

    def drawn_box(self, size, share, seed):
        """(first, last) along an axis of a box that covers these shares of it, at a random place."""
        length = share * size
        first = self.draw(share.shape, (0, 1), seed) * (size - length)
        return first, first + length

    def inside(self, images_shape, x, y):
        """Which pixels lie in the boxes from x[0] to x[1] and from y[0] to y[1], for each channel."""
        _, height, width = self.sizes_of(images_shape)
        columns = np.arange(width, dtype="float32")
        rows = np.arange(height, dtype="float32")[:, None]
        (x0, x1), (y0, y1) = (ops.reshape(v, (2, -1, 1, 1)) for v in (ops.stack(x), ops.stack(y)))
        mask = ops.logical_and(
            ops.logical_and(columns >= x0, columns < x1), ops.logical_and(rows >= y0, rows < y1)
        )
        axis = self.channel_axis
        channels = images_shape[axis - 4]
        return ops.repeat(ops.expand_dims(mask, axis), channels, axis=axis)


class RandomErasing(_Boxed):
    """In training, a box in some of the images filled with noise or a value.

    factor: each image's probability is drawn between its bounds, within 0 to 1; a number stands for (0, factor). scale: the
    squares of the box's shares of the width and of the height, drawn between these bounds. fill_value: a number, one for each
    of three channels, or None for normal noise times the highest value; kept within the value range.

    >>> import numpy as np
    >>> RandomErasing(seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor=1.0,
        scale=(0.02, 0.33),
        fill_value=None,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.scale = interval(scale, (0, 1), "scale", self)
        if isinstance(fill_value, (tuple, list)) and len(fill_value) != 3:
            raise ValueError(f"{who(self)}: fill_value must be a number or three, received {fill_value!r}.")
        self.fill_value = fill_value
        self.value_range = value_range_of(value_range, self)

    def drawn(self, shape, seed):
        count, height, width = self.sizes_of(shape)
        shares = ops.sqrt(self.draw((count, 2), self.scale, seed))
        x = self.drawn_box(width, shares[:, 0], seed)
        y = self.drawn_box(height, shares[:, 1], seed)
        return {
            "apply_erasing": self.chosen(count, seed),
            "batch_masks": self.inside(shape, x, y),
            "fill_value": ops.clip(self._filling(shape, seed), *self.value_range),
        }

    def _filling(self, shape, seed):
        if self.fill_value is None:
            return random.normal(shape, seed=seed) * self.value_range[1]
        value = np.asarray(self.fill_value, "float32")
        if value.ndim and self.data_format == "channels_first":
            value = value[:, None, None]
        return np.broadcast_to(value, shape)

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        filling = ops.cast(transformation["fill_value"], images.dtype)
        erased = ops.where(transformation["batch_masks"], filling, images)
        return ops.where(ops.reshape(transformation["apply_erasing"], (-1, 1, 1, 1)), erased, images)


class MixUp(Seeded, ImageLayer):
    """In training, each image and its label mixed with another of the batch (Zhang et al. 2018).

    alpha: the weights are drawn from the distribution Beta(alpha, alpha). Labels are one-hot vectors or other numbers that
    may be averaged, (batch, n). The boxes of both images are kept.

    >>> import numpy as np
    >>> data = {"images": np.ones((2, 4, 4, 3), "float32"), "labels": np.eye(2, dtype="float32")}
    >>> MixUp(seed=1)(data)["labels"].numpy().sum(axis=1).tolist()
    [1.0, 1.0]
    """

    def __init__(self, alpha=0.2, data_format=None, seed=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if not isinstance(alpha, (int, float)) or alpha <= 0:
            raise ValueError(f"{who(self)}: alpha must be a positive number, received {alpha!r}.")
        self.alpha = alpha

    def get_random_transformation(self, data, training=True, seed=None):
        count = self.sizes(data)[0]
        seed = self.generator if seed is None else seed
        return {
            "permutation_order": random.shuffle(np.arange(count), seed=seed),
            "mix_weight": random.beta((count,), self.alpha, self.alpha, seed=seed),
        }

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        return _mixed(images, transformation) if training else images

    def transform_labels(self, labels, transformation, training=True):
        return _mixed(ops.convert_to_tensor(labels), transformation) if training else labels

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return self.transform_labels(segmentation_masks, transformation, training)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training:
            return bounding_boxes
        order = transformation["permutation_order"]
        return {
            key: ops.concatenate([value, ops.take(value, order, axis=0)], axis=1)
            for key, value in bounding_boxes.items()
        }


def _mixed(values, transformation):
    """Each value of a batch averaged with its partner, by the weights."""
    weight = ops.reshape(transformation["mix_weight"], (-1, *[1] * (len(values.shape) - 1)))
    if values.dtype.kind == "f":
        weight = ops.cast(weight, values.dtype)
    return weight * values + (1.0 - weight) * ops.take(values, transformation["permutation_order"], axis=0)


class CutMix(_Boxed):
    """In training, a box of each image replaced by that of another, labels mixed by the areas (Yun et al. 2019).

    factor: the box's share of the area is one less a number from Beta(a, a), a drawn between the factor's bounds within 0 to
    1; a number stands for (0, factor). Labels are as in `MixUp`. One image alone stays as it is.

    >>> import numpy as np
    >>> data = {"images": np.ones((2, 4, 4, 3), "float32"), "labels": np.eye(2, dtype="float32")}
    >>> CutMix(seed=1)(data)["labels"].numpy().sum(axis=1).tolist()
    [1.0, 1.0]
    """

    def __init__(self, factor=1.0, seed=None, data_format=None, **kwargs):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)

    def drawn(self, shape, seed):
        if len(shape) == 3:
            return None
        count, height, width = self.sizes_of(shape)
        alpha = self.draw((), self.factor, seed) + 1e-6
        share = ops.sqrt(1.0 - random.beta((count,), alpha, alpha, seed=seed))
        x, y = self.drawn_box(width, share, seed), self.drawn_box(height, share, seed)
        area = (x[1] - x[0]) * (y[1] - y[0]) / (width * height)
        return {
            "permutation_order": random.shuffle(np.arange(count), seed=seed),
            "batch_masks": self.inside(shape, x, y),
            "mix_weight": ops.reshape(1.0 - area, (-1, 1, 1, 1)),
        }

    def transform_images(self, images, transformation=None, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        others = ops.take(images, transformation["permutation_order"], axis=0)
        return ops.where(transformation["batch_masks"], others, images)

    def transform_labels(self, labels, transformation, training=True):
        if not training or transformation is None:
            return labels
        return _mixed(ops.convert_to_tensor(labels), transformation)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        masks = transformation["batch_masks"]
        channels = ops.take(
            masks, np.zeros(segmentation_masks.shape[self.channel_axis], int), self.channel_axis
        )
        others = ops.take(segmentation_masks, transformation["permutation_order"], axis=0)
        return ops.where(channels, others, segmentation_masks)

    transform_bounding_boxes = ImageLayer.refuse_bounding_boxes
