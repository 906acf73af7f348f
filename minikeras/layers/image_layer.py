"""What the layers over images share: one image or a batch, alone or with labels and masks, and random settings."""

from minikeras import config, limits, ops
from minikeras.autodiff.symbolic import Spec, SymbolicTensor
from minikeras.layers.bounding_boxes import around, clip_to_image_size, convert_format
from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.ops import random
from minikeras.ops.random import SeedGenerator

# Height and width that images are tried with, where those of a file are not to be afforded.
_TRIED_SIZE = 16


def interval(value, bounds, name, layer, symmetric=False):
    """(lowest, highest) of a random setting: a number stands for both signs of it, within the bounds.

    symmetric: both signs even where the bounds begin at 0.
    """
    pair = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    low, high = bounds
    if (
        len(pair) != 2
        or any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in pair)
        or min(pair) > high
        or max(pair) < low
        or (pair[0] is pair[1] and not low <= pair[0] <= high)
    ):
        raise ValueError(
            f"{who(layer)}: {name} must be a number or two numbers from {low} to {high}, received {value!r}."
        )
    if isinstance(value, (tuple, list)):
        return tuple(sorted(pair))
    size = abs(value)
    return (-size if symmetric else max(-size, low)), size


def value_range_of(value, layer):
    """(lowest, highest) value that a pixel has."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(
            f"{who(layer)}: value_range must be two numbers, such as (0, 255), received {value!r}."
        )
    return tuple(sorted(value))


def in_range(images, source, target):
    """Pixel values of one range, (lowest, highest), as those of another."""
    if tuple(source) == tuple(target):
        return images
    (low, high), (new_low, new_high) = source, target
    return (images - low) / (high - low) * (new_high - new_low) + new_low


class ImageLayer(Layer):
    """The base of layers that change images, (batch, height, width, channels) or one image without the batch axis.

    Called on images, or on a dictionary of 'images' and, changed along with them, 'labels', 'segmentation_masks' and
    'bounding_boxes' (a dictionary of 'boxes', (batch, boxes, 4) in the layer's bounding_box_format, and 'labels', (batch,
    boxes)); other entries are passed on. A subclass decides in `get_random_transformation` what is done and does it in
    `transform_images`; one that moves pixels moves masks and boxes too, in `transform_segmentation_masks` and
    `transform_bounding_boxes` (or refuses boxes). Results are floats.
    """

    # What is drawn decides which functions are applied.
    replayable = False

    def __init__(self, bounding_box_format=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.bounding_box_format = bounding_box_format
        self.data_format = config.standardize_data_format(data_format)
        self.built = True

    # What a subclass says

    def get_random_transformation(self, data, training=True, seed=None):
        """What is drawn for a batch, as a dictionary; None if there is nothing to draw."""
        return None

    def transform_images(self, images, transformation, training=True):
        """A batch of images changed as the transformation says."""
        raise NotImplementedError(f"{type(self).__name__} has no transform_images method. Write one.")

    def transform_labels(self, labels, transformation, training=True):
        """The labels of the changed images."""
        return labels

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        """The segmentation masks of the changed images."""
        return segmentation_masks

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        """The bounding boxes of the changed images: as they are where no pixel moves."""
        return bounding_boxes

    def refuse_bounding_boxes(self, bounding_boxes, transformation, training=True):
        """The `transform_bounding_boxes` of a layer that moves pixels and does not know where a corner goes."""
        raise NotImplementedError(
            f"{who(self)} does not move bounding boxes. Leave 'bounding_boxes' out of its inputs."
        )

    # What follows from it

    def compute_output_spec(self, data, *args, **kwargs):
        """The shapes and dtypes of the outputs, found by trying; images from files of models are tried small."""
        if not limits.active() or not isinstance(data, SymbolicTensor):
            return super().compute_output_spec(data, *args, **kwargs)
        sizes, first = list(data.shape), self.data_format == "channels_first"
        for axis in (-2, -1) if first else (-3, -2):
            sizes[axis] = _TRIED_SIZE
        spec = self.tried_small(SymbolicTensor(sizes, data.dtype))
        framed = type(self).compute_output_shape is not Layer.compute_output_shape
        shape = self.compute_output_shape(data.shape) if framed else data.shape
        return Spec(shape, spec.dtype)

    def tried_small(self, images):
        """The spec of the outputs for small images, of which only the dtype is wanted."""
        return super().compute_output_spec(images)

    def call(self, data, training=True):
        several = self._is_batch(data["images"] if isinstance(data, dict) else data)
        transformation = self.get_random_transformation(data, training=training)
        if not isinstance(data, dict):
            return self._batched(self.transform_images, data, transformation, training, several)
        result = dict(data)
        for key, transform in (
            ("images", self.transform_images),
            ("labels", self.transform_labels),
            ("segmentation_masks", self.transform_segmentation_masks),
        ):
            if key in data:
                result[key] = self._batched(transform, data[key], transformation, training, several)
        if "bounding_boxes" in data:
            result["bounding_boxes"] = self._with_boxes(
                data["bounding_boxes"], transformation, training, several
            )
        return result

    def _with_boxes(self, bounding_boxes, transformation, training, several):
        if self.bounding_box_format is None:
            raise ValueError(
                f"{who(self)} received 'bounding_boxes' and does not know their format. Pass bounding_box_format to the "
                "layer, for example bounding_box_format='xyxy'."
            )
        if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= set(bounding_boxes):
            raise ValueError(
                f"{who(self)} expected 'bounding_boxes' to be a dictionary of 'boxes' and 'labels', received "
                f"{bounding_boxes!r}."
            )
        boxes = {
            "boxes": ops.cast(ops.convert_to_tensor(bounding_boxes["boxes"]), "float32"),
            "labels": ops.convert_to_tensor(bounding_boxes["labels"]),
        }
        if not several:
            boxes = {key: ops.expand_dims(value, 0) for key, value in boxes.items()}
        boxes = {**bounding_boxes, **self.transform_bounding_boxes(boxes, transformation, training)}
        if not several:
            boxes.update({key: ops.squeeze(boxes[key], 0) for key in ("boxes", "labels")})
        return boxes

    def _is_batch(self, images):
        if len(images.shape) not in (3, 4):
            raise ValueError(
                f"{who(self)} expected one image (three axes) or a batch of images (four), received shape {images.shape}."
            )
        return len(images.shape) == 4

    def _batched(self, transform, values, transformation, training, several):
        if several:
            return transform(values, transformation, training=training)
        return ops.squeeze(transform(ops.expand_dims(values, 0), transformation, training=training), 0)

    def sizes(self, data):
        """(how many images, height, width) of images or a dictionary with them."""
        return self.sizes_of((data["images"] if isinstance(data, dict) else data).shape)

    def sizes_of(self, shape):
        """The same of a shape."""
        *lead, a, b, c = shape
        height, width = (b, c) if self.data_format == "channels_first" else (a, b)
        return (lead[0] if lead else 1), height, width

    def draw(self, shape, bounds, seed=None):
        """Numbers between two bounds, evenly distributed, from the given seed or the layer's own."""
        low, high = bounds
        return random.uniform(
            tuple(shape), float(low), float(high), seed=self.generator if seed is None else seed
        )

    def chosen(self, count, seed=None):
        """Which of so many images are changed: each with a probability drawn between the layer's factors."""
        probability = self.draw((count,), self.factor, seed)
        return ops.less(self.draw((count,), (0, 1), seed), probability)

    def floats(self, images):
        """Images in the dtype that the layer computes in."""
        images = ops.convert_to_tensor(images)
        return ops.cast(images, self.compute_dtype) if images.dtype != self.compute_dtype else images

    @property
    def channel_axis(self):
        """Where a batch of images has its channels."""
        return 1 if self.data_format == "channels_first" else 3

    def moved_boxes(self, bounding_boxes, transformation, move):
        """The boxes around the moved corners, `move` a function of x and y, inside the image."""
        height, width = self.frame(transformation)
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        boxes = clip_to_image_size({**boxes, "boxes": around(boxes["boxes"], move)}, height, width)
        return convert_format(boxes, "xyxy", self.bounding_box_format, height, width)

    def frame(self, transformation):
        """(height, width) of the images that a transformation was drawn for."""
        shape = transformation["input_shape"]
        return shape[-2:] if self.data_format == "channels_first" else shape[-3:-1]

    def get_config(self):
        config = {**super().get_config(), "data_format": self.data_format}
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return config


class Seeded:
    """A mixin for image layers that draw random numbers from a seed of their own: in `drawn`, and in training alone.

    A layer that draws at other times too overrides `get_random_transformation` itself.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = SeedGenerator(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images = data["images"] if isinstance(data, dict) else data
        return self.drawn(images.shape, self.generator if seed is None else seed)

    def drawn(self, shape, seed):
        """What is drawn from a seed for images of this shape, as a dictionary; None if there is nothing to draw."""
        raise NotImplementedError(f"{type(self).__name__} has no drawn(shape, seed) method. Write one.")


class Warp(Seeded, ImageLayer):
    """The base of random layers that read images at other places.

    A subclass says in `matrix` where they are read, or in `warped` what it does with a batch of images; masks are read at
    the nearest pixel.
    """

    fill_modes: tuple[str, ...] = ("reflect", "wrap", "constant", "nearest")

    def __init__(self, interpolation, fill_value, fill_mode="constant", **kwargs):
        super().__init__(**kwargs)
        self._check_reading(interpolation, fill_mode)
        self.interpolation = interpolation
        self.fill_mode = fill_mode
        self.fill_value = fill_value

    def _check_reading(self, interpolation, fill_mode):
        """Refuse unknown ways to read between and beyond the pixels."""
        for value, allowed, name in (
            (interpolation, ("nearest", "bilinear"), "interpolation"),
            (fill_mode, self.fill_modes, "fill_mode"),
        ):
            if value not in allowed:
                # Keras's own type for these two: elsewhere a wrong word is a ValueError.
                raise NotImplementedError(
                    f"{who(self)}: {name} must be one of {', '.join(map(repr, allowed))}, received {value!r}."
                )

    def matrix(self, transformation, height, width):
        """One affine map for each image, (batch, 8) as in `affine_transform`: where each pixel is read."""
        raise NotImplementedError(
            f"{type(self).__name__} has neither a matrix nor a warped method. Write one."
        )

    def warped(self, images, transformation, interpolation):
        """A batch of images read at other places."""
        return ops.image.affine_transform(
            images,
            self.matrix(transformation, *self.sizes(images)[1:]),
            interpolation=interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def transform_images(self, images, transformation, training=True):
        images = self.floats(images)
        if not training or transformation is None:
            return images
        return self.warped(images, transformation, self.interpolation)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        return self.warped(segmentation_masks, transformation, "nearest")

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training or transformation is None:
            return bounding_boxes
        matrix = ops.cast(self.matrix(transformation, *self.frame(transformation)), "float32")
        a, b, c, d, e, f = ops.unstack(ops.reshape(matrix, (-1, 1, 8)), axis=-1)[:6]

        def move(x, y):
            determinant = a * e - b * d
            return (e * (x - c) - b * (y - f)) / determinant, (a * (y - f) - d * (x - c)) / determinant

        return self.moved_boxes(bounding_boxes, transformation, move)


def affine(*numbers):
    """The maps x' = a x + b y + c, y' = d x + e y + f for six vectors a to f of numbers, one for each image: (batch, 8)."""
    zeros = ops.zeros_like(numbers[0])
    return ops.stack([*numbers, zeros, zeros], axis=-1)
