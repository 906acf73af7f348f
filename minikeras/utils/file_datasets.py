"""Images and texts in folders, as data sets."""

from pathlib import Path

import numpy as np

from minikeras import config
from minikeras.ops.image import resize
from minikeras.utils.directory import dataset_of_files
from minikeras.utils.image import img_to_array, load_img
from minikeras.utils.sound import load_wav
from minikeras.utils.timeseries import check_format

_IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def image_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    color_mode="rgb",
    batch_size=32,
    image_size=(256, 256),
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    interpolation="bilinear",
    follow_links=False,
    crop_to_aspect_ratio=False,
    pad_to_aspect_ratio=False,
    data_format=None,
    format="tf",
    verbose=True,
):
    """A data set of the images below a directory, one folder a class: batches (images, labels) of float32.

    Images are (batch, height, width, channels) with values 0 ... 255, resized by `ops.image.resize`, whose interpolations
    these are. labels: 'inferred' from the folders, a list in the order of the paths, or None. label_mode: 'int', 'binary'
    (batch, 1), 'categorical' (batch, classes), or None for images alone. subset 'both' gives (training, validation).
    """
    check_format(format, "image_dataset_from_directory")
    data_format = config.standardize_data_format(data_format)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("Only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be True.")
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(
            f"interpolation must be one of {', '.join(_INTERPOLATIONS)}, received {interpolation!r}."
        )

    def read(paths):
        return np.stack([image_of(path) for path in paths])

    def image_of(path):
        image = img_to_array(load_img(path, color_mode), data_format, "float32")
        return resize(
            image,
            image_size,
            interpolation,
            crop_to_aspect_ratio=crop_to_aspect_ratio,
            pad_to_aspect_ratio=pad_to_aspect_ratio,
            data_format=data_format,
        ).numpy()

    return dataset_of_files(
        directory, _IMAGES, read, labels=labels, label_mode=label_mode, class_names=class_names, batch_size=batch_size,
        shuffle=shuffle, seed=seed, validation_split=validation_split, subset=subset, follow_links=follow_links,
        verbose=verbose,
    )  # fmt: skip


def text_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    max_length=None,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    format="tf",
    verbose=True,
):
    """A data set of the .txt files below a directory, one folder a class: batches (texts, labels).

    Texts are an array of Python strings (UTF-8), cut to `max_length` bytes; the rest as in
    `image_dataset_from_directory`. A TextVectorization layer makes numbers of them.
    """
    check_format(format, "text_dataset_from_directory")

    def read(paths):
        contents = [Path(path).read_bytes()[:max_length] for path in paths]
        return np.array([content.decode("utf-8", "replace") for content in contents], dtype=object)

    return dataset_of_files(
        directory, (".txt",), read, labels=labels, label_mode=label_mode, class_names=class_names,
        batch_size=batch_size, shuffle=shuffle, seed=seed, validation_split=validation_split, subset=subset,
        follow_links=follow_links, verbose=verbose,
    )  # fmt: skip


def audio_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    sampling_rate=None,
    output_sequence_length=None,
    ragged=False,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    verbose=True,
):
    """A data set of the .wav files below a directory, one folder a class: batches (sounds, labels).

    Sounds are (batch, time, channels) of float32 between -1 and 1, cut or filled with zeros to output_sequence_length
    samples, or filled to the longest of the batch. sampling_rate: samples in a second, to which all are brought. The rest is
    as in `image_dataset_from_directory`.
    """
    if ragged:
        raise ValueError(
            "audio_dataset_from_directory has no ragged tensors. Pass output_sequence_length, or let it fill with zeros."
        )

    def read(paths):
        sounds = [load_wav(path, sampling_rate, output_sequence_length) for path in paths]
        longest = max(map(len, sounds))
        return np.stack([np.pad(sound, [(0, longest - len(sound)), (0, 0)]) for sound in sounds])

    return dataset_of_files(
        directory, (".wav",), read, labels=labels, label_mode=label_mode, class_names=class_names,
        batch_size=batch_size, shuffle=shuffle, seed=seed, validation_split=validation_split, subset=subset,
        follow_links=follow_links, verbose=verbose,
    )  # fmt: skip
