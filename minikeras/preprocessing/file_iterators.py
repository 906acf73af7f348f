"""Endless batches of transformed images from files: from folders, and from a table of names."""

import os
import warnings
from pathlib import Path

import numpy as np

from minikeras.preprocessing.iterators import Iterator, split_of
from minikeras.utils.image import img_to_array, load_img

__all__ = ["DataFrameIterator", "DirectoryIterator"]

_CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class FileIterator(Iterator):
    """Batches of images from `filepaths`, read when they are needed, with targets as class_mode says."""

    # What class_mode may be; a subclass lists its own.
    allowed_class_modes: tuple[str | None, ...] = ()

    def _set_reading(
        self, generator, *, target_size, color_mode, class_mode, data_format, save_to_dir, save_prefix, save_format, subset,
        interpolation, keep_aspect_ratio, dtype,
    ):  # fmt: skip
        """Store how files become images."""
        if color_mode not in _CHANNELS:
            raise ValueError(f"color_mode must be 'rgb', 'rgba' or 'grayscale', received {color_mode!r}.")
        if class_mode not in self.allowed_class_modes:
            raise ValueError(
                f"class_mode must be one of {', '.join(map(repr, self.allowed_class_modes))}, received {class_mode!r}."
            )
        self._set_images(generator, data_format, save_to_dir, save_prefix, save_format, dtype)
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        channels = (_CHANNELS[color_mode],)
        last = self.data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size
        self.interpolation, self.keep_aspect_ratio = interpolation, keep_aspect_ratio
        self.class_mode = class_mode
        self.subset = subset
        # Which part of the files to use, (start, stop) as shares of them; None for all.
        self.split = None if subset is None else split_of(subset, generator)

    def _get_batches_of_transformed_samples(self, index_array):
        x = np.zeros((len(index_array), *self.image_shape), self.dtype)
        for place, number in enumerate(index_array):
            image = load_img(
                self.filepaths[number],
                self.color_mode,
                self.target_size,
                self.interpolation,
                self.keep_aspect_ratio,
            )
            x[place] = self._transformed(img_to_array(image, self.data_format))
        self._save(x, index_array)
        if self.class_mode is None:
            return x
        rest = () if self.sample_weight is None else (self.sample_weight[index_array],)
        return (x, self._targets_of(x, index_array), *rest)

    def _targets_of(self, x, index_array):
        if self.class_mode == "input":
            return x.copy()
        if self.class_mode == "raw":
            return self.labels[index_array]
        if self.class_mode == "multi_output":
            return [column[index_array] for column in self.labels]
        chosen = [self.classes[number] for number in index_array]
        if self.class_mode in ("binary", "sparse"):
            return np.array(chosen, self.dtype)
        y = np.zeros((len(chosen), len(self.class_indices)), self.dtype)
        for row, numbers in zip(y, chosen, strict=True):
            row[numbers] = 1
        return y

    @property
    def filepaths(self):
        """The paths of the files, in order."""
        return self._filepaths

    @property
    def labels(self):
        """The targets of the files, in order."""
        return self.classes

    @property
    def sample_weight(self):
        """The weights of the files, if there are any."""
        return None


class DirectoryIterator(FileIterator):
    """Batches of images from a folder that has one folder for each class; `generator.flow_from_directory` makes it.

    classes: the folders to use, in the order of their numbers; all by default. class_mode: 'categorical' one-hot targets,
    'binary' and 'sparse' numbers, 'input' the images themselves, None no targets. interpolation: 'nearest', 'bilinear',
    'bicubic', 'lanczos', ... Attributes: class_indices, classes, filenames, filepaths, samples (or n), num_classes.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory,
        image_data_generator=None,
        target_size=(256, 256),
        color_mode="rgb",
        classes=None,
        class_mode="categorical",
        batch_size=32,
        shuffle=True,
        seed=None,
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        follow_links=False,
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype=None,
    ):
        self._set_reading(
            image_data_generator, target_size=target_size, color_mode=color_mode, class_mode=class_mode,
            data_format=data_format, save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            subset=subset, interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio, dtype=dtype,
        )  # fmt: skip
        self.directory = directory
        if not Path(directory).is_dir():
            raise FileNotFoundError(f"flow_from_directory: there is no folder {os.fspath(directory)!r}.")
        names = list(classes) if classes else sorted(p.name for p in Path(directory).iterdir() if p.is_dir())
        self.num_classes = len(names)
        self.class_indices = {name: number for number, name in enumerate(names)}
        self.filenames, numbers = [], []
        for name in names:
            found = self._files_of(name, follow_links)
            self.filenames += found
            numbers += [self.class_indices[name]] * len(found)
        self.classes = np.array(numbers, "int32")
        self.samples = len(self.filenames)
        print(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._filepaths = [os.path.join(directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _files_of(self, name, follow_links):
        """The image files below the folder of a class, relative to the whole folder, those of the subset alone."""
        folder = os.path.join(self.directory, name)
        found = [
            os.path.join(name, os.path.relpath(os.path.join(root, file), folder))
            for root, _, files in sorted(os.walk(folder, followlinks=follow_links))
            for file in sorted(files)
            if file.lower().endswith(self.white_list_formats)
        ]
        if self.split is None:
            return found
        start, stop = (int(share * len(found)) for share in self.split)
        return found[start:stop]


class DataFrameIterator(FileIterator):
    """Batches of the images that a pandas data frame names; `generator.flow_from_dataframe` makes it.

    x_col: the column of file names, below `directory` if there is one; y_col: of targets, texts for 'categorical', 'binary'
    and 'sparse' (lists of texts for several classes at once), anything for 'raw'; a list of columns for 'multi_output'.
    weight_col: of sample weights.
    """

    allowed_class_modes = ("categorical", "binary", "sparse", "input", "multi_output", "raw", None)
    _without_classes = ("input", "multi_output", "raw", None)

    def __init__(
        self,
        dataframe,
        directory=None,
        image_data_generator=None,
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
        data_format=None,
        save_to_dir=None,
        save_prefix="",
        save_format="png",
        subset=None,
        interpolation="nearest",
        keep_aspect_ratio=False,
        dtype=None,
        validate_filenames=True,
    ):
        class_mode = "raw" if class_mode == "other" else class_mode
        self._set_reading(
            image_data_generator, target_size=target_size, color_mode=color_mode, class_mode=class_mode,
            data_format=data_format, save_to_dir=save_to_dir, save_prefix=save_prefix, save_format=save_format,
            subset=subset, interpolation=interpolation, keep_aspect_ratio=keep_aspect_ratio, dtype=dtype,
        )  # fmt: skip
        self.directory = directory or ""
        if not all(isinstance(name, str) for name in dataframe[x_col]):
            raise TypeError(
                f"flow_from_dataframe: the column x_col={x_col!r} must hold the names of files, texts."
            )
        table = self._existing(dataframe, x_col) if validate_filenames else dataframe
        if class_mode not in self._without_classes:
            table = self._with_known_classes(table, y_col, classes)
        if self.split is not None:
            start, stop = (int(share * len(table)) for share in self.split)
            table = table.iloc[start:stop]
        self.filenames = table[x_col].tolist()
        self.samples = len(self.filenames)
        self._sample_weight = None if weight_col is None else table[weight_col].to_numpy()
        self._take_targets(table, y_col)
        kind = "validated" if validate_filenames else "non-validated"
        counted = (
            "" if class_mode in self._without_classes else f" belonging to {len(self.class_indices)} classes"
        )
        print(f"Found {self.samples} {kind} image filenames{counted}.")
        self._filepaths = [os.path.join(self.directory, name) for name in self.filenames]
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _take_targets(self, table, y_col):
        if self.class_mode == "raw":
            self._targets = table[y_col].to_numpy()
        elif self.class_mode == "multi_output":
            if not isinstance(y_col, (list, tuple)):
                raise TypeError(
                    f"class_mode='multi_output' expected a list of columns as y_col, received {y_col!r}."
                )
            self._targets = [np.array(table[column].tolist()) for column in y_col]
        elif self.class_mode not in self._without_classes:
            self.classes = [self._numbers(label) for label in table[y_col]]

    def _existing(self, table, x_col):
        there = [
            name.lower().endswith(self.white_list_formats)
            and os.path.isfile(os.path.join(self.directory, name))
            for name in table[x_col]
        ]
        if missing := there.count(False):
            warnings.warn(
                f"flow_from_dataframe leaves out {missing} names of the column {x_col!r} that are no image files.",
                stacklevel=4,
            )
        return table[there]

    def _with_known_classes(self, table, y_col, classes):
        """The rows whose labels are among the classes; notes the classes' numbers."""
        labels = list(table[y_col])
        allowed = (str, list, tuple) if self.class_mode == "categorical" else (str,)
        if not all(isinstance(label, allowed) for label in labels):
            raise TypeError(
                f"class_mode={self.class_mode!r} expected the column {y_col!r} to hold texts. Convert it with .astype(str), or "
                "use class_mode='raw'."
            )
        found = {name for label in labels for name in ([label] if isinstance(label, str) else label)}
        names = list(dict.fromkeys(classes)) if classes else sorted(found)
        if self.class_mode == "binary" and len(names) != 2:
            raise ValueError(f"class_mode='binary' expected 2 classes, received {len(names)}: {names}.")
        self.class_indices = {name: number for number, name in enumerate(names)}
        return table[[bool(self._known(label)) for label in labels]]

    def _known(self, label):
        return [n for n in ([label] if isinstance(label, str) else label) if n in self.class_indices]

    def _numbers(self, label):
        numbers = [self.class_indices[name] for name in self._known(label)]
        return numbers[0] if isinstance(label, str) else numbers

    @property
    def labels(self):
        """The targets of the files, in order."""
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    @property
    def sample_weight(self):
        """The weights of the files, if there are any."""
        return self._sample_weight
