"""The ImageDataGenerator of older Keras: images turned, moved and normalized at random, batch by batch."""

import warnings

import numpy as np

from minikeras import config
from minikeras.preprocessing.affine import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    flip_axis,
)
from minikeras.preprocessing.file_iterators import DataFrameIterator, DirectoryIterator
from minikeras.preprocessing.iterators import NumpyArrayIterator, check_images
from minikeras.spellings.calls import accepting

__all__ = ["ImageDataGenerator"]


class ImageDataGenerator:
    """Transforms images at random while a model trains on them.

    rotation_range: degrees. width_shift_range, height_shift_range: a share below 1, a number of pixels (an integer: up to
    that many), or a list to choose from. shear_range: degrees. zoom_range: a share or (lower, upper). channel_shift_range:
    added to all values. brightness_range: factors (lower, upper); needs Pillow. fill_mode, cval: what lies outside:
    'nearest', 'constant', 'reflect', 'wrap'. horizontal_flip, vertical_flip: half of the images. rescale: a factor.
    preprocessing_function: of one image, before that. samplewise_*: each image by its own mean and deviation;
    featurewise_* and zca_whitening: by those of the data that `fit` was given. validation_split: the share for
    subset='validation'.

    >>> images = np.arange(8.0).reshape(2, 2, 2, 1)
    >>> next(ImageDataGenerator(rescale=0.5).flow(images, batch_size=1)).reshape(-1).tolist() in ([0, .5, 1, 1.5], [2, 2.5, 3, 3.5])
    True
    """

    @accepting("ImageDataGenerator")
    def __init__(
        self,
        featurewise_center=False,
        samplewise_center=False,
        featurewise_std_normalization=False,
        samplewise_std_normalization=False,
        zca_whitening=False,
        zca_epsilon=1e-6,
        rotation_range=0,
        width_shift_range=0.0,
        height_shift_range=0.0,
        brightness_range=None,
        shear_range=0.0,
        zoom_range=0.0,
        channel_shift_range=0.0,
        fill_mode="nearest",
        cval=0.0,
        horizontal_flip=False,
        vertical_flip=False,
        rescale=None,
        preprocessing_function=None,
        data_format=None,
        validation_split=0.0,
        interpolation_order=1,
        dtype=None,
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = _pair(brightness_range, "brightness_range", None)
        self.shear_range = shear_range
        self.zoom_range = _pair(zoom_range, "zoom_range", 1)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = config.standardize_data_format(data_format)
        self.interpolation_order = interpolation_order
        self.dtype = config.floatx() if dtype is None else dtype
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(
                f"ImageDataGenerator expected validation_split between 0 and 1, received {validation_split!r}."
            )
        self._validation_split = validation_split
        self.channel_axis, self.row_axis, self.col_axis = (
            (3, 1, 2) if self.data_format == "channels_last" else (1, 2, 3)
        )
        self.mean = self.std = self.zca_whitening_matrix = None
        self._settle()

    def _settle(self):
        """Switch on what others need, with a warning."""

        def switch(name, value, because):
            if getattr(self, name) != value:
                setattr(self, name, value)
                warnings.warn(f"ImageDataGenerator({because}=True) sets {name}={value}.", stacklevel=5)

        if self.zca_whitening:
            switch("featurewise_center", True, "zca_whitening")
            switch("featurewise_std_normalization", False, "zca_whitening")
        if self.featurewise_std_normalization:
            switch("featurewise_center", True, "featurewise_std_normalization")
        if self.samplewise_std_normalization:
            switch("samplewise_center", True, "samplewise_std_normalization")

    # Batches

    def flow(
        self,
        x,
        y=None,
        batch_size=32,
        shuffle=True,
        sample_weight=None,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        ignore_class_split=False,
        subset=None,
    ):
        """Batches of images from an array, with labels and weights if there are any; see `NumpyArrayIterator`."""
        return NumpyArrayIterator(
            x, y, self, batch_size=batch_size, shuffle=shuffle, sample_weight=sample_weight, seed=seed,
            data_format=self.data_format, save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            ignore_class_split=ignore_class_split, subset=subset, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
    ):
        """Batches of images from a folder with one folder for each class; see `DirectoryIterator`. Needs Pillow."""
        return DirectoryIterator(
            directory, self, target_size=target_size, color_mode=color_mode, classes=classes, class_mode=class_mode,
            batch_size=batch_size, shuffle=shuffle, seed=seed, data_format=self.data_format, save_to_dir=save_to_dir,
            save_prefix=save_prefix, save_format=save_format, follow_links=follow_links, subset=subset,
            interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio, dtype=self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe,
        directory=None,
        x_col="filename",
        y_col="class",
        weight_col=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        validate_filenames=True,
        keep_aspect_ratio=False,
    ):
        """Batches of the images that a pandas data frame names; see `DataFrameIterator`. Needs Pillow."""
        return DataFrameIterator(
            dataframe, directory, self, x_col=x_col, y_col=y_col, weight_col=weight_col, target_size=target_size,
            color_mode=color_mode, classes=classes, class_mode=class_mode, batch_size=batch_size, shuffle=shuffle, seed=seed,
            data_format=self.data_format, save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            subset=subset, interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio, dtype=self.dtype,
            validate_filenames=validate_filenames,
        )  # fmt: skip

    # One image

    def get_random_transform(self, img_shape, seed=None):
        """What to do to an image of this shape, drawn at random: a dictionary for `apply_transform`.

        seed: an integer, a NumPy RandomState to draw from, or None for NumPy's global generator.
        """
        draw = np.random if seed is None else seed
        if not hasattr(draw, "uniform"):
            draw = np.random.RandomState(seed)
        drawn = {
            "theta": draw.uniform(-self.rotation_range, self.rotation_range) if self.rotation_range else 0
        }
        drawn["tx"] = _shift(self.height_shift_range, img_shape[self.row_axis - 1], draw)
        drawn["ty"] = _shift(self.width_shift_range, img_shape[self.col_axis - 1], draw)
        drawn["shear"] = draw.uniform(-self.shear_range, self.shear_range) if self.shear_range else 0
        drawn["zx"], drawn["zy"] = (1, 1) if self.zoom_range == (1, 1) else draw.uniform(*self.zoom_range, 2)
        drawn["flip_horizontal"] = bool(draw.uniform() < 0.5) and self.horizontal_flip
        drawn["flip_vertical"] = bool(draw.uniform() < 0.5) and self.vertical_flip
        shift = self.channel_shift_range
        drawn["channel_shift_intensity"] = draw.uniform(-shift, shift) if shift else None
        drawn["brightness"] = draw.uniform(*self.brightness_range) if self.brightness_range else None
        return drawn

    def apply_transform(self, x, transform_parameters):
        """One image transformed as said: theta, tx, ty, shear, zx, zy, flip_horizontal, ..., all of them optional."""
        known = ("theta", "tx", "ty", "shear", "zx", "zy")
        row, column, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x, **{name: transform_parameters[name] for name in known if name in transform_parameters}, row_axis=row,
            col_axis=column, channel_axis=channel, fill_mode=self.fill_mode, cval=self.cval, order=self.interpolation_order,
        )  # fmt: skip
        if transform_parameters.get("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, transform_parameters["channel_shift_intensity"], channel)
        if transform_parameters.get("flip_horizontal"):
            x = flip_axis(x, column)
        if transform_parameters.get("flip_vertical"):
            x = flip_axis(x, row)
        if transform_parameters.get("brightness") is not None:
            x = apply_brightness_shift(x, transform_parameters["brightness"], scale=False)
        return x

    def random_transform(self, x, seed=None):
        """One image transformed at random."""
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))

    def standardize(self, x):
        """An image, or a batch of them, rescaled and normalized as the generator's arguments say."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + 1e-6)
        if self.featurewise_center and self._fitted("featurewise_center", self.mean):
            x = x - self.mean
        if self.featurewise_std_normalization and self._fitted("featurewise_std_normalization", self.std):
            x = x / (self.std + 1e-6)
        if self.zca_whitening and self._fitted("zca_whitening", self.zca_whitening_matrix):
            flat = x.reshape(-1, self.zca_whitening_matrix.shape[0])
            x = (flat @ self.zca_whitening_matrix).reshape(x.shape)
        return x

    def _fitted(self, name, value):
        if value is None:
            warnings.warn(
                f"ImageDataGenerator({name}=True) needs the data's mean and deviation. Call generator.fit(x_train) first.",
                stacklevel=4,
            )
        return value is not None

    # The data as a whole

    def fit(self, x, augment=False, rounds=1, seed=None):
        """Take the mean, deviation and principal axes of images (samples, rows, columns, channels).

        Only for featurewise_center, featurewise_std_normalization and zca_whitening. augment: of transformed images,
        `rounds` of each.
        """
        x = np.array(x, self.dtype)
        check_images(x, self.data_format, "ImageDataGenerator.fit")
        if self.rescale:
            x *= self.rescale
        if augment:
            draw = None if seed is None else np.random.RandomState(seed)
            x = np.stack([self.random_transform(image, draw) for _ in range(rounds) for image in x]).astype(
                self.dtype
            )
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x = x - self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x = x / (self.std + 1e-6)
        if self.zca_whitening:
            # Of the principal axes u with singular values s: u · √n / (s + ε) · uᵀ.
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T


def _shift(extent, size, draw):
    """By how many pixels to move along an axis of this size."""
    if not isinstance(extent, (list, tuple, np.ndarray)) and not extent:
        return 0
    if isinstance(extent, (float, np.floating)):
        shift = draw.uniform(-extent, extent)
    else:
        shift = draw.choice(extent)
        shift = shift * draw.choice([-1, 1])
    return shift * size if np.max(extent) < 1 else shift


def _pair(value, name, around):
    """(lower, upper) from a pair; from a number a range of that width to both sides of `around`."""
    if value is None:
        return None
    if around is not None and isinstance(value, (int, float)):
        return around - value, around + value
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != 2:
        number = "a number or " if around is not None else ""
        raise ValueError(f"ImageDataGenerator expected {name} to be {number}two numbers, received {value!r}.")
    return tuple(value)
