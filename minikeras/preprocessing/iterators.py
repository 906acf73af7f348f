"""Endless batches of transformed images: the base, and images from arrays."""

import os
import threading
import warnings

import numpy as np

from minikeras import config
from minikeras.training.pydataset import PyDataset
from minikeras.utils.image import array_to_img

__all__ = ["Iterator", "NumpyArrayIterator"]


class Iterator(PyDataset):
    """Batches of n samples: `fit` takes it as a data set, `next` gives batches forever, `reset` starts again.

    A subclass says in `_get_batches_of_transformed_samples(index_array)` what the batch of these samples is. With a seed
    the batches depend on it and on how many came before; without, on NumPy's global generator.
    """

    white_list_formats = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")

    def __init__(self, n, batch_size=32, shuffle=False, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self.index_array = None
        self.lock = threading.RLock()
        self._random = np.random

    def __len__(self):
        return -(-self.n // self.batch_size)

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(f"There are {len(self)} batches, number {index} is not among them.")
        with self.lock:
            self._seed_batch()
            if self.index_array is None:
                self._set_index_array()
            return self._batch(index)

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            if not self.n:
                raise StopIteration
            position = self.batch_index
            self._seed_batch()
            if position == 0:
                self._set_index_array()
            self.batch_index = (position + 1) % len(self)
            return self._batch(position)

    next = __next__

    def _batch(self, index):
        first = self.batch_size * index
        return self._get_batches_of_transformed_samples(self.index_array[first : first + self.batch_size])

    def reset(self):
        """Let `next` begin with the first batch again."""
        self.batch_index = 0

    def on_epoch_end(self):
        """Put the samples into another order, if they are shuffled."""
        with self.lock:
            self._set_index_array()

    def _seed_batch(self):
        if self.seed is not None:
            self._random = np.random.RandomState(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1

    def _set_index_array(self):
        self.index_array = self._random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _get_batches_of_transformed_samples(self, index_array):
        raise NotImplementedError(
            f"{type(self).__name__} has no _get_batches_of_transformed_samples(self, index_array). Write one."
        )

    def _set_images(self, generator, data_format, save_to_dir, save_prefix, save_format, dtype):
        """Store what `_transformed` and `_save` read: how images are transformed, laid out and written."""
        self.image_data_generator = generator
        self.data_format = config.standardize_data_format(data_format)
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format
        self.dtype = config.floatx() if dtype is None else dtype

    def _transformed(self, image):
        """One image as the generator transforms and normalizes it."""
        generator = self.image_data_generator
        if generator is None:
            return image
        drawn = generator.get_random_transform(image.shape, self._random if self.seed is not None else None)
        return generator.standardize(generator.apply_transform(image, drawn))

    def _save(self, images, index_array):
        """Write a batch's images into `save_to_dir`, if there is one, to look at them."""
        if not self.save_to_dir:
            return
        for image, number in zip(images, index_array, strict=True):
            name = f"{self.save_prefix}_{number}_{np.random.randint(10**7)}.{self.save_format}"
            array_to_img(image, self.data_format, scale=True).save(os.path.join(self.save_to_dir, name))


class NumpyArrayIterator(Iterator):
    """Batches of images from an array, transformed by an ImageDataGenerator; `generator.flow` makes it.

    x: images (samples, rows, columns, channels), or a pair of these and other inputs that are passed on as they are.
    """

    def __init__(
        self,
        x,
        y,
        image_data_generator,
        batch_size=32,
        shuffle=False,
        sample_weight=None,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        ignore_class_split=False,
        dtype=None,
    ):
        self._set_images(image_data_generator, data_format, save_to_dir, save_prefix, save_format, dtype)
        others = []
        if isinstance(x, (tuple, list)):
            x, more = x
            others = [np.asarray(one) for one in (more if isinstance(more, list) else [more])]
        x = np.asarray(x)
        y = None if y is None else np.asarray(y)
        sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        for name, value in (
            *((f"x[1][{i}]", o) for i, o in enumerate(others)),
            ("y", y),
            ("sample_weight", sample_weight),
        ):
            if value is not None and len(value) != len(x):
                raise ValueError(
                    f"flow expected as many of {name} as images, received {len(value)} for {len(x)} images."
                )
        part = slice(None)
        if subset is not None:
            part = _part(len(x), subset, image_data_generator)
            self._check_classes(y, len(x), ignore_class_split)
        self.x = np.asarray(x[part], self.dtype)
        self.x_misc = [one[part] for one in others]
        self.y = None if y is None else y[part]
        self.sample_weight = None if sample_weight is None else sample_weight[part]
        check_images(self.x, self.data_format, "flow")
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _check_classes(self, y, count, ignored):
        split = int(count * self.image_data_generator._validation_split)
        if y is None or ignored or np.array_equal(np.unique(y[:split]), np.unique(y[split:])):
            return
        raise ValueError(
            "The training and the validation subset have different classes. Shuffle x and y together first, or pass "
            "ignore_class_split=True."
        )

    def _get_batches_of_transformed_samples(self, index_array):
        x = np.zeros((len(index_array), *self.x.shape[1:]), self.dtype)
        for place, number in enumerate(index_array):
            x[place] = self._transformed(self.x[number])
        self._save(x, index_array)
        inputs = [x, *(one[index_array] for one in self.x_misc)] if self.x_misc else x
        if self.y is None:
            return inputs
        rest = () if self.sample_weight is None else (self.sample_weight[index_array],)
        return (inputs, self.y[index_array], *rest)


def check_images(x, data_format, who):
    """Refuse what is no array of images; warn where there is an unusual number of channels."""
    if x.ndim != 4:
        raise ValueError(
            f"{who} expected images as an array of 4 axes (samples, rows, columns, channels), received shape {x.shape}."
        )
    channels = x.shape[1 if data_format == "channels_first" else 3]
    if channels not in (1, 3, 4):
        warnings.warn(
            f"{who} expected images of 1, 3 or 4 channels in the format {data_format!r}, received {channels} (shape {x.shape}).",
            stacklevel=4,
        )


def split_of(subset, generator):
    """(start, stop), shares of the samples that belong to a subset."""
    share = generator._validation_split
    if subset not in ("training", "validation"):
        raise ValueError(f"subset must be 'training' or 'validation', received {subset!r}.")
    if subset == "validation" and not share:
        raise ValueError(
            f"subset={subset!r} needs to know how to split: pass validation_split to ImageDataGenerator."
        )
    return (0, share) if subset == "validation" else (share, 1)


def _part(count, subset, generator):
    start, stop = split_of(subset, generator)
    return slice(int(count * start), int(count * stop))
