"""`tf.image`: sizes, crops, flips, colours."""

import numpy as np

from minikeras import ops, seeds
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor, saturate_cast, static_shape
from minikeras.compat.tensorflow.dtype import as_dtype, numpy_dtype
from minikeras.compat.tensorflow.graph import drawing, liftable
from minikeras.compat.tensorflow.randomness import next_key
from minikeras.ops.image import extract_patches as patches_of
from minikeras.ops.image import hsv_to_rgb as to_rgb
from minikeras.ops.image import resize as resized
from minikeras.ops.image import rgb_to_hsv as to_hsv
from minikeras.ops.image import sobel_edges as edges_of


class ResizeMethod:
    """The ways to resize."""

    BILINEAR, NEAREST_NEIGHBOR, BICUBIC, LANCZOS3, LANCZOS5 = (
        "bilinear",
        "nearest",
        "bicubic",
        "lanczos3",
        "lanczos5",
    )
    AREA, GAUSSIAN, MITCHELLCUBIC = "area", "gaussian", "mitchellcubic"


_METHODS = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}


@liftable
def resize(images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None):
    """Images of another size (height, width), as float32 (with method 'nearest' in their own dtype)."""
    x = as_tensor(images)
    method = _METHODS.get(method, method)
    height, width = static_shape(size)
    if preserve_aspect_ratio:
        scale = min(height / x.shape[-3], width / x.shape[-2])
        height, width = round(x.shape[-3] * scale), round(x.shape[-2] * scale)
    if method in ("area", "gaussian", "mitchellcubic"):
        raise ValueError(
            f"tf.image.resize with method {method!r} does not exist here. Use 'bilinear' with antialias=True."
        )
    if method != "nearest":
        x = ops.cast(x, "float32")
    return resized(x, (height, width), method, antialias, data_format="channels_last")


def resize_images(images, size, method=0, align_corners=False, preserve_aspect_ratio=False, name=None):
    """Images of another size, under the name of TensorFlow 1."""
    if align_corners:
        raise ValueError(
            "align_corners=True does not exist here. Use tf.image.resize, which centers the pixels."
        )
    return resize(images, size, method, preserve_aspect_ratio)


# Frames


@liftable
def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width, name=None):
    """The block that begins at the offsets."""
    top, left = int(offset_height), int(offset_width)
    x = as_tensor(image)
    rows, columns = slice(top, top + int(target_height)), slice(left, left + int(target_width))
    if top < 0 or left < 0 or rows.stop > x.shape[-3] or columns.stop > x.shape[-2]:
        raise ValueError(
            f"crop_to_bounding_box: the block does not lie in an image of shape {tuple(x.shape)}."
        )
    return x[..., rows, columns, :]


@liftable
def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width, name=None):
    """The image within zeros."""
    x = as_tensor(image)
    top, left = int(offset_height), int(offset_width)
    bottom, right = int(target_height) - top - x.shape[-3], int(target_width) - left - x.shape[-2]
    if min(top, left, bottom, right) < 0:
        raise ValueError(f"pad_to_bounding_box: an image of shape {tuple(x.shape)} does not fit the target.")
    return ops.pad(x, [(0, 0)] * (len(x.shape) - 3) + [(top, bottom), (left, right), (0, 0)])


@liftable
def resize_with_crop_or_pad(image, target_height, target_width, name=None):
    """The middle of the image, or the image in the middle of zeros."""
    x = as_tensor(image)
    height, width = int(target_height), int(target_width)
    top, left = max((x.shape[-3] - height) // 2, 0), max((x.shape[-2] - width) // 2, 0)
    x = x[..., top : top + min(height, x.shape[-3]), left : left + min(width, x.shape[-2]), :]
    return pad_to_bounding_box(x, (height - x.shape[-3]) // 2, (width - x.shape[-2]) // 2, height, width)


@liftable
def resize_with_pad(image, target_height, target_width, method="bilinear", antialias=False, name=None):
    """The image resized without distortion, in the middle of zeros."""
    x = as_tensor(image)
    height, width = int(target_height), int(target_width)
    scale = min(height / x.shape[-3], width / x.shape[-2])
    inner = int(x.shape[-3] * scale), int(x.shape[-2] * scale)
    x = resize(x, inner, method, antialias=antialias)
    return pad_to_bounding_box(x, (height - inner[0]) // 2, (width - inner[1]) // 2, height, width)


@liftable
def central_crop(image, central_fraction):
    """The middle of the image."""
    x = as_tensor(image)
    share = float(central_fraction)
    if not 0 < share <= 1:
        raise ValueError(f"central_fraction must be within (0, 1], received {share}.")
    top, left = int((x.shape[-3] - x.shape[-3] * share) / 2), int((x.shape[-2] - x.shape[-2] * share) / 2)
    return x[..., top : x.shape[-3] - top, left : x.shape[-2] - left, :]


@liftable
def crop_and_resize(
    image, boxes, box_indices, crop_size, method="bilinear", extrapolation_value=0.0, name=None
):  # fmt: skip
    """Boxes (top, left, bottom, right, as shares of the sides) cut from images and resized; no gradient flows."""
    x = np.asarray(as_tensor(image).array, np.float32)
    made = []
    for (y1, x1, y2, x2), number in zip(np.asarray(boxes), np.asarray(box_indices), strict=True):
        rows = _places(y1, y2, int(crop_size[0]), x.shape[1])
        columns = _places(x1, x2, int(crop_size[1]), x.shape[2])
        made.append(_sampled(x[int(number)], rows, columns, method, extrapolation_value))
    return Tensor(np.stack(made) if made else np.zeros((0, *crop_size, x.shape[-1]), np.float32))


def _places(first, last, count, size):
    if count == 1:
        return np.array([(first + last) / 2 * (size - 1)])
    return first * (size - 1) + np.arange(count) * (last - first) * (size - 1) / (count - 1)


def _sampled(x, rows, columns, method, outside):
    if method == "nearest":
        y, r, c = x, np.round(rows), np.round(columns)
        found = y[np.clip(r, 0, len(x) - 1).astype(int)][:, np.clip(c, 0, x.shape[1] - 1).astype(int)]
    else:
        found = _between(_between(x, rows, 0), columns, 1)
    bad_rows, bad_columns = (rows < 0) | (rows > len(x) - 1), (columns < 0) | (columns > x.shape[1] - 1)
    found[bad_rows] = outside
    found[:, bad_columns] = outside
    return found.astype(np.float32)


def _between(x, places, axis):
    low = np.clip(np.floor(places), 0, x.shape[axis] - 1).astype(int)
    high = np.minimum(low + 1, x.shape[axis] - 1)
    share = (places - low).reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    return np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share


# Flips and turns


@liftable
def flip_left_right(image):
    """The image mirrored."""
    return ops.flip(as_tensor(image), -2)


@liftable
def flip_up_down(image):
    """The image upside down."""
    return ops.flip(as_tensor(image), -3)


@liftable
def transpose(image, name=None):
    """Height and width exchanged."""
    return ops.swapaxes(as_tensor(image), -2, -3)


@liftable
def rot90(image, k=1, name=None):
    """The image turned k times by 90 degrees, counter-clockwise."""
    return ops.rot90(as_tensor(image), int(k), (-3, -2))


# Values


@liftable
def convert_image_dtype(image, dtype, saturate=False, name=None):
    """The image in another dtype; integers stand for 0 ... 1 up to their largest."""
    x, dtype = as_tensor(image), as_dtype(dtype)
    own = as_dtype(x.dtype)
    if own == dtype:
        return x
    if own.is_floating and dtype.is_floating:
        return ops.cast(x, dtype.name)
    if own.is_integer and dtype.is_integer:
        scale = (int(dtype.max) + 1) // (int(own.max) + 1)
        if scale:
            return ops.cast(x, dtype.name) * scale
        return ops.cast(ops.floor_divide(x, (int(own.max) + 1) // (int(dtype.max) + 1)), dtype.name)
    if own.is_integer:
        return ops.cast(x, dtype.name) * (1.0 / int(own.max))
    scaled = x * (int(dtype.max) + 0.5)
    return saturate_cast(scaled, dtype) if saturate else ops.cast(scaled, dtype.name)


def _as_float(change):
    """A change of float images, for images of integers too."""

    def changed(image, *args):
        x = as_tensor(image)
        y = change(convert_image_dtype(x, "float32") if numpy_dtype(x.dtype).kind in "iu" else x, *args)
        return convert_image_dtype(y, x.dtype, saturate=True) if numpy_dtype(x.dtype).kind in "iu" else y

    return changed


@liftable
def adjust_brightness(image, delta):
    """delta added; it is a share of the range for images of integers."""
    return _as_float(lambda x: x + delta)(image)


@liftable
def adjust_contrast(images, contrast_factor):
    """Distances from each channel's mean multiplied."""

    def change(x):
        mean = ops.mean(x, axis=(-3, -2), keepdims=True)
        return (x - mean) * contrast_factor + mean

    return _as_float(change)(images)


@liftable
def adjust_gamma(image, gamma=1, gain=1):
    """gain · x ^ gamma."""
    return _as_float(lambda x: gain * x**gamma)(image)


@liftable
def adjust_saturation(image, saturation_factor, name=None):
    """Saturation multiplied."""
    factor = float(saturation_factor)

    def change(x):
        hsv = to_hsv(x, data_format="channels_last")
        saturation = ops.clip(hsv[..., 1:2] * factor, 0.0, 1.0)
        return to_rgb(
            ops.concatenate([hsv[..., :1], saturation, hsv[..., 2:]], -1), data_format="channels_last"
        )

    return _as_float(change)(image)


@liftable
def adjust_hue(image, delta, name=None):
    """Hue shifted by delta, a share of the circle."""
    shift = float(delta)

    def change(x):
        hsv = to_hsv(x, data_format="channels_last")
        hue = ops.mod(hsv[..., :1] + shift, 1.0)
        return to_rgb(ops.concatenate([hue, hsv[..., 1:]], -1), data_format="channels_last")

    return _as_float(change)(image)


@liftable
def rgb_to_hsv(images, name=None):
    """Hue, saturation and value."""
    return to_hsv(as_tensor(images), data_format="channels_last")


@liftable
def hsv_to_rgb(images, name=None):
    """Red, green and blue."""
    return to_rgb(as_tensor(images), data_format="channels_last")


@liftable
def rgb_to_grayscale(images, name=None):
    """Luminance, as one channel."""
    x = as_tensor(images)
    own = numpy_dtype(x.dtype)
    y = convert_image_dtype(x, "float32") if own.kind in "iu" else x
    gray = ops.sum(y * np.array([0.2989, 0.5870, 0.1140], numpy_dtype(y.dtype)), axis=-1, keepdims=True)
    return convert_image_dtype(gray, own) if own.kind in "iu" else gray


@liftable
def grayscale_to_rgb(images, name=None):
    """The one channel three times."""
    return ops.repeat(as_tensor(images), 3, axis=-1)


@liftable
def per_image_standardization(image):
    """Each image with mean 0 and deviation 1 (at least 1 / √elements)."""
    x = ops.cast(as_tensor(image), "float32")
    count = float(np.prod(x.shape[-3:]))
    axes = (-3, -2, -1)
    mean = ops.mean(x, axis=axes, keepdims=True)
    return (x - mean) / ops.maximum(ops.std(x, axis=axes, keepdims=True), 1.0 / count**0.5)


# By chance


def _random(name, change, draw):
    def function(image, *args, seed=None, **named):
        if args and len(args) > draw.__code__.co_argcount - 1:
            *args, seed = args
        return drawn(image, seed, args, named)

    @drawing
    def drawn(image, seed, args, named):
        value = draw(seeds.generator(*next_key(seed)), *args, **named)
        return image if value is None else change(image, value)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As {change.__name__}, by chance."
    return function


def _yes(rng):
    return True if rng.random() < 0.5 else None


def _symmetric(rng, max_delta):
    return float(rng.uniform(-max_delta, max_delta))


def _between_bounds(rng, lower, upper):
    return float(rng.uniform(lower, upper))


random_flip_left_right = _random("random_flip_left_right", lambda x, _: flip_left_right(x), _yes)
random_flip_up_down = _random("random_flip_up_down", lambda x, _: flip_up_down(x), _yes)
random_brightness = _random("random_brightness", adjust_brightness, _symmetric)
random_hue = _random("random_hue", adjust_hue, _symmetric)
random_contrast = _random("random_contrast", adjust_contrast, _between_bounds)
random_saturation = _random("random_saturation", adjust_saturation, _between_bounds)


def _stateless(change, draw):
    def function(image, *args, seed=None, **named):
        if seed is None:
            *args, seed = args
        first, second = (int(s) for s in np.asarray(as_tensor(seed).array).reshape(-1)[:2])
        value = draw(seeds.generator(first, second), *args, **named)
        return as_tensor(image) if value is None else change(image, value)

    function.__doc__ = f"As {change.__name__}, by chance that depends on the pair `seed` alone."
    return function


stateless_random_flip_left_right = _stateless(lambda x, _: flip_left_right(x), _yes)
stateless_random_flip_up_down = _stateless(lambda x, _: flip_up_down(x), _yes)
stateless_random_brightness = _stateless(adjust_brightness, _symmetric)
stateless_random_contrast = _stateless(adjust_contrast, _between_bounds)
stateless_random_saturation = _stateless(adjust_saturation, _between_bounds)
stateless_random_hue = _stateless(adjust_hue, _symmetric)


def stateless_random_crop(value, size, seed, name=None):
    """A block from a place that depends on the pair `seed` alone."""
    value, size = as_tensor(value), static_shape(size)
    first, second = (int(s) for s in np.asarray(as_tensor(seed).array).reshape(-1)[:2])
    rng = seeds.generator(first, second)
    starts = [int(rng.integers(0, n - s + 1)) for n, s in zip(value.array.shape, size, strict=True)]
    return value[tuple([slice(a, a + s) for a, s in zip(starts, size, strict=True)])]


# Measures and patches


@liftable
def psnr(a, b, max_val, name=None):
    """The peak signal-to-noise ratio of each image, in decibels."""
    a, b = convert_image_dtype(a, "float32"), convert_image_dtype(b, "float32")
    error = ops.mean(ops.square(a - b), axis=(-3, -2, -1))
    return 20 * ops.log10(as_tensor(float(max_val))) - 10 * ops.log10(error)


@liftable
def ssim(
    img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, return_index_map=False, name=None
):  # fmt: skip
    """The structural similarity of each pair of images (Wang et al. 2004)."""
    x, y = (ops.cast(as_tensor(v), "float32") for v in (img1, img2))
    offsets = np.arange(filter_size) - (filter_size - 1) / 2
    line = np.exp(-(offsets**2) / (2 * filter_sigma**2))
    kernel = np.outer(line, line) / line.sum() ** 2
    channels = x.shape[-1]
    kernel = np.repeat(kernel[:, :, None, None], channels, 2).astype(np.float32)

    def blurred(v):
        return ops.depthwise_conv(v, kernel, 1, "valid", "channels_last")

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mx, my = blurred(x), blurred(y)
    light = (2 * mx * my + c1) / (mx * mx + my * my + c1)
    shared = 2 * blurred(x * y) - 2 * mx * my + c2
    own = blurred(x * x + y * y) - (mx * mx + my * my) + c2
    return ops.mean(light * shared / own, axis=(-3, -2, -1))


@liftable
def total_variation(images, name=None):
    """The sum of the distances between neighbouring pixels."""
    x = as_tensor(images)
    down = ops.absolute(x[..., 1:, :, :] - x[..., :-1, :, :])
    right = ops.absolute(x[..., :, 1:, :] - x[..., :, :-1, :])
    return ops.sum(down, axis=(-3, -2, -1)) + ops.sum(right, axis=(-3, -2, -1))


@liftable
def image_gradients(image):
    """The differences to the pixel below and to the one at the right, zero at the ends."""
    x = as_tensor(image)
    down = ops.pad(x[:, 1:] - x[:, :-1], [(0, 0), (0, 1), (0, 0), (0, 0)])
    right = ops.pad(x[:, :, 1:] - x[:, :, :-1], [(0, 0), (0, 0), (0, 1), (0, 0)])
    return down, right


@liftable
def sobel_edges(image):
    """Derivatives by height and width, in a last axis of 2."""
    return edges_of(as_tensor(image), data_format="channels_last")


@liftable
def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Blocks of pixels as channels."""
    rates = static_shape(rates)
    return patches_of(
        as_tensor(images),
        static_shape(sizes)[1:3],
        static_shape(strides)[1:3],
        rates[1],
        padding.lower(),
        "channels_last",
    )
