"""How images lie in memory: with or without a batch axis, channels last or first."""

from minikeras import config
from minikeras.ops import shaping


def check(images, name, ranks=(3, 4)):
    """Refuse what is neither one image nor a batch of them."""
    if images.ndim not in ranks:
        raise ValueError(
            f"{name} expected one image (three axes) or a batch of images (four), received shape {images.shape}."
        )


def batched(images, data_format, name):
    """Images as (batch, height, width, channels), and the function that brings a result back to their layout."""
    check(images, name)
    first = config.standardize_data_format(data_format) == "channels_first"
    single = images.ndim == 3
    if first:
        images = shaping.moveaxis(images, -3, -1)
    if single:
        images = shaping.expand_dims(images, 0)

    def back(result):
        result = shaping.squeeze(result, 0) if single else result
        return shaping.moveaxis(result, -1, -3) if first else result

    return images, back


def channel_axis(data_format):
    """Where the channels of images lie, counted from the last axis."""
    return -3 if config.standardize_data_format(data_format) == "channels_first" else -1
