"""Layers that distort images: seen from another side, or as if drawn on rubber."""

import numpy as np

from minikeras import ops
from minikeras.layers.image_layer import Warp, interval, value_range_of
from minikeras.layers.settings import share
from minikeras.ops.random import draw_key

__all__ = ["RandomElasticTransform", "RandomPerspective"]


class RandomPerspective(Warp):
    """In training, some of the images seen from another side: their four corners moved at random.

    factor: each image's probability is drawn between its bounds, within 0 to 1; a number stands for (0, factor). scale: how
    far, 0 to 1: each corner's coordinates grow or shrink by at most half of it. fill_value: what lies beyond the borders.
    interpolation: 'bilinear' or 'nearest'.

    >>> import numpy as np
    >>> RandomPerspective(seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_value=0.0,
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(interpolation, fill_value, seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.scale = share(scale, "scale", self)

    def drawn(self, shape, seed):
        count, height, width = self.sizes_of(shape)
        corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]], "float32")
        start = ops.convert_to_tensor(np.broadcast_to(corners, (count, 4, 2)).copy())
        shift = self.draw((count, 4, 2), (-0.5 * self.scale, 0.5 * self.scale), seed)
        return {
            "apply_perspective": self.chosen(count, seed),
            "start_points": start,
            "end_points": start + start * ops.cast(shift, "float32"),
            "input_shape": shape,
        }

    def warped(self, images, transformation, interpolation):
        outputs = ops.image.perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation=interpolation,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )
        return ops.where(ops.reshape(transformation["apply_perspective"], (-1, 1, 1, 1)), outputs, images)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training or transformation is None:
            return bounding_boxes
        # The eight numbers that carry the start points to the end points, one column of each image.
        numbers = _homography(transformation["start_points"], transformation["end_points"])
        a, b, c, d, e, f, g, h = (numbers[:, i : i + 1] for i in range(8))
        chosen = ops.reshape(transformation["apply_perspective"], (-1, 1))

        def move(x, y):
            scale = g * x + h * y + 1
            moved = (a * x + b * y + c) / scale, (d * x + e * y + f) / scale
            return ops.where(chosen, moved[0], x), ops.where(chosen, moved[1], y)

        return self.moved_boxes(bounding_boxes, transformation, move)


def _homography(start, end):
    """The projective maps that carry four points of each image to four others, (batch, 8)."""
    start, end = (np.asarray(ops.convert_to_tensor(points), "float64") for points in (start, end))
    (x, y), (u, v) = np.moveaxis(start, -1, 0), np.moveaxis(end, -1, 0)
    ones, zeros = np.ones_like(x), np.zeros_like(x)
    rows = [
        np.stack([x, y, ones, zeros, zeros, zeros, -u * x, -u * y], axis=-1),
        np.stack([zeros, zeros, zeros, x, y, ones, -v * x, -v * y], axis=-1),
    ]
    solved = np.linalg.solve(np.concatenate(rows, axis=1), np.concatenate([u, v], axis=1)[..., None])
    return ops.convert_to_tensor(solved[..., 0].astype("float32"))


class RandomElasticTransform(Warp):
    """In training, some of the images distorted by smooth noise, within the value range (Simard et al. 2003).

    factor: each image's probability is drawn between its bounds, within 0 to 1; a number stands for (0, factor). scale: how
    strongly, one number for the batch drawn between these bounds, likewise. fill_mode: 'reflect', 'wrap', 'constant'
    (fill_value), 'nearest' or 'mirror'. interpolation: 'bilinear' or 'nearest'. Masks move with the images.

    >>> import numpy as np
    >>> RandomElasticTransform(seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    fill_modes = ("constant", "nearest", "wrap", "mirror", "reflect")

    def __init__(
        self,
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(interpolation, fill_value, fill_mode, seed=seed, data_format=data_format, **kwargs)
        self.factor = interval(factor, (0, 1), "factor", self)
        self.scale = interval(scale, (0, 1), "scale", self)
        self.value_range = value_range_of(value_range, self)

    def drawn(self, shape, seed):
        if self.scale[1] == 0 or self.factor[1] == 0:
            return None
        return {
            "apply_transform": self.chosen(self.sizes_of(shape)[0], seed),
            "distortion_factor": self.draw((), self.scale, seed),
            "seed": draw_key(seed),
        }

    def warped(self, images, transformation, interpolation):
        _, height, width = self.sizes(images)
        factor = float(transformation["distortion_factor"])
        outputs = ops.image.elastic_transform(
            images,
            alpha=max(height, width) * 0.1 * factor,
            sigma=min(height, width) * 0.05 * factor,
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            seed=transformation["seed"],
            data_format=self.data_format,
        )
        outputs = ops.where(ops.reshape(transformation["apply_transform"], (-1, 1, 1, 1)), outputs, images)
        return self.floats(ops.clip(outputs, *self.value_range))

    # Where each pixel comes from is known, where a corner goes is not.
    transform_bounding_boxes = Warp.refuse_bounding_boxes
