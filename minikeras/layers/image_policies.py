"""Layers that apply several others, drawn at random."""

import numpy as np

from minikeras import ops
from minikeras.layers.image_color import RandomColorDegeneration
from minikeras.layers.image_filter import RandomSharpness
from minikeras.layers.image_histogram import AutoContrast, Equalization
from minikeras.layers.image_layer import ImageLayer, Seeded, interval, value_range_of
from minikeras.layers.image_light import RandomBrightness, RandomContrast
from minikeras.layers.image_motion import RandomRotation, RandomShear, RandomTranslation
from minikeras.layers.image_tone import RandomPosterization, Solarization
from minikeras.ops import random

__all__ = ["AugMix", "RandAugment"]


class _Policy(Seeded, ImageLayer):
    """A layer that owns one layer for each way to change an image, all of one strength."""

    def make(self, **kwargs):
        """Make the layers, as attributes named by what they do."""
        shared = {"data_format": self.data_format, "bounding_box_format": self.bounding_box_format}
        shared.update(kwargs, dtype=self.dtype_policy)
        drawn = {**shared, "seed": self.seed}
        valued = {**shared, "value_range": self.value_range}
        both = {**drawn, **valued}
        read = {**drawn, "interpolation": self.interpolation}
        factor = self.factor
        bits = max(1, int(8 * factor[1]))
        self.random_shear = RandomShear(x_factor=factor, y_factor=factor, **read)
        self.random_translation = RandomTranslation(height_factor=factor, width_factor=factor, **read)
        self.random_rotation = RandomRotation(factor=factor, **read)
        self.random_brightness = RandomBrightness(factor=factor, **both)
        self.random_color_degeneration = RandomColorDegeneration(factor=factor, **both)
        self.random_contrast = RandomContrast(factor=factor, **both)
        self.random_sharpness = RandomSharpness(factor=factor, **both)
        self.random_posterization = RandomPosterization(factor=bits, **both)
        self.solarization = Solarization(addition_factor=factor, threshold_factor=factor, **both)
        self.auto_contrast = AutoContrast(**valued)
        self.equalization = Equalization(**valued)

    def drawn_by(self, name, data, seed):
        """What one of the layers draws."""
        return getattr(self, name).get_random_transformation(
            data, seed=self.generator if seed is None else seed
        )


class RandAugment(_Policy):
    """In training, a few changes drawn from eleven, the same kinds for the whole batch (Cubuk et al. 2020).

    num_ops: how many, one after the other. factor: how strong, a number, which stands for (0, factor), or a pair within 0 to
    1. value_range: of a pixel. interpolation: 'bilinear' or 'nearest'.

    >>> import numpy as np
    >>> RandAugment(seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    steps = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )

    def __init__(
        self,
        value_range=(0, 255),
        num_ops=2,
        factor=0.5,
        interpolation="bilinear",
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range, self)
        self.num_ops = num_ops
        self.factor = interval(factor, (0, 1), "factor", self)
        self.interpolation = interpolation
        self.make()

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        source = self.generator if seed is None else seed
        return {
            "layer_idxes": random.randint((self.num_ops,), 0, len(self.steps), seed=source),
            "transforms": {name: self.drawn_by(name, data, seed) for name in self.steps},
        }

    def _applied(self, method, values, transformation):
        for index in np.asarray(ops.convert_to_tensor(transformation["layer_idxes"])):
            name = self.steps[int(index)]
            values = getattr(getattr(self, name), method)(values, transformation["transforms"][name])
        return values

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        return self._applied("transform_images", images, transformation)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        return self._applied("transform_segmentation_masks", segmentation_masks, transformation)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training or transformation is None:
            return bounding_boxes
        return self._applied("transform_bounding_boxes", bounding_boxes, transformation)


class AugMix(_Policy):
    """In training, images averaged with chains of random changes of themselves (Hendrycks et al. 2020).

    num_chains: how many chains. chain_depth: of how many changes each, some of them none. factor: how strong, a number, which
    stands for (0, factor), or a pair within 0 to 1. alpha: the chains' weights are drawn from a Dirichlet distribution with
    this parameter, the image's own from Beta(alpha, alpha). all_ops: changes of brightness, colour, contrast and sharpness
    too. Boxes are refused: each chain would move them to another place.

    >>> import numpy as np
    >>> AugMix(seed=1)(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    steps = (
        "random_shear",
        "random_translation",
        "random_rotation",
        "random_posterization",
        "solarization",
        "auto_contrast",
        "equalization",
    )
    further_steps = (
        "random_brightness",
        "random_color_degeneration",
        "random_contrast",
        "random_sharpness",
    )

    def __init__(
        self,
        value_range=(0, 255),
        num_chains=3,
        chain_depth=3,
        factor=0.3,
        alpha=1.0,
        all_ops=True,
        interpolation="bilinear",
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.value_range = value_range_of(value_range, self)
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self.factor = interval(factor, (0, 1), "factor", self)
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        self.make()

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        source = self.generator if seed is None else seed
        steps = (*self.steps, *(self.further_steps if self.all_ops else ()), None)
        choices = random.randint((self.num_chains, self.chain_depth), 0, len(steps), seed=source)
        names = [[steps[i] for i in chain if steps[i] is not None] for chain in choices.tolist()]
        weights = random.gamma((self.num_chains,), self.alpha, seed=source)
        return {
            "chain_mixing_weights": weights / ops.sum(weights),
            "weight_sample": random.beta((), self.alpha, self.alpha, seed=source),
            "chain_transforms": [
                [{"layer_name": name, "transformation": self.drawn_by(name, data, seed)} for name in chain]
                for chain in names
            ],
        }

    def _mixed(self, method, values, transformation):
        weights = ops.cast(transformation["chain_mixing_weights"], self.compute_dtype)
        own = ops.cast(transformation["weight_sample"], self.compute_dtype)
        total = ops.zeros_like(values)
        for i, chain in enumerate(transformation["chain_transforms"]):
            changed = values
            for step in chain:
                layer = getattr(self, step["layer_name"])
                changed = getattr(layer, method)(changed, step["transformation"])
            total = total + changed * weights[i]
        return own * values + (1 - own) * total

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        return ops.clip(self._mixed("transform_images", images, transformation), *self.value_range)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        return self._mixed("transform_segmentation_masks", segmentation_masks, transformation)

    transform_bounding_boxes = ImageLayer.refuse_bounding_boxes
