"""Patches: blocks of an image as channels, and back."""

import numpy as np

from minikeras import config, limits
from minikeras.autodiff import differentiable, operation
from minikeras.ops import shaping
from minikeras.ops.indexing import put
from minikeras.ops.spatial import tuple_of

__all__ = ["depth_to_space", "fold", "space_to_depth", "unfold"]


def _settings(kernel_size, dilation, padding, stride):
    if isinstance(padding, int):
        padding = (padding, padding)
    return (
        tuple_of(kernel_size, 2, "kernel_size"),
        tuple_of(dilation, 2, "dilation"),
        tuple(padding),
        tuple_of(stride, 2, "stride"),
    )


def _places(sizes, kernel, dilation, stride):
    """The rows and columns of a padded image that each tap (first axis) of each block (second axis) reads."""
    axes = []
    for size, k, d, s in zip(sizes, kernel, dilation, stride, strict=True):
        count = (size - (k - 1) * d - 1) // s + 1
        limits.check_trial((k, max(count, 0)))
        axes.append(np.arange(k)[:, None] * d + np.arange(count) * s)
    rows, columns = axes
    limits.check_trial((rows.size, columns.size))
    shape = (rows.shape[0], columns.shape[0], rows.shape[1], columns.shape[1])
    flat = (shape[0] * shape[1], shape[2] * shape[3])
    return (
        np.broadcast_to(rows[:, None, :, None], shape).reshape(flat),
        np.broadcast_to(columns[None, :, None, :], shape).reshape(flat),
    )


@operation
def unfold(x, /, kernel_size, dilation=1, padding=0, stride=1):
    """The blocks of (batch, channels, height, width) images as columns: (batch, channels · kernel area, blocks)."""
    kernel, dilation, padding, stride = _settings(kernel_size, dilation, padding, stride)
    x = shaping.pad(x, [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2])
    rows, columns = _places(x.shape[2:], kernel, dilation, stride)
    return shaping.reshape(x[:, :, rows, columns], (x.shape[0], x.shape[1] * rows.shape[0], rows.shape[1]))


@operation
def fold(x, /, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Blocks (batch, channels · kernel area, blocks) added up at their places in (batch, channels, *output_size)
    images: the transpose of `unfold`."""
    kernel, dilation, padding, stride = _settings(kernel_size, dilation, padding, stride)
    size = tuple_of(output_size, 2, "output_size")
    padded = (size[0] + 2 * padding[0], size[1] + 2 * padding[1])
    rows, columns = _places(padded, kernel, dilation, stride)
    area = kernel[0] * kernel[1]
    if x.shape[1] % area or x.shape[2] != rows.shape[1]:
        raise ValueError(
            f"fold expected blocks of shape (batch, channels * {area}, {rows.shape[1]}) for output_size={size} and "
            f"kernel_size={kernel}, received {x.shape}."
        )
    limits.check_trial((x.shape[0], x.shape[1] // area, *padded))
    blocks = shaping.reshape(x, (x.shape[0], x.shape[1] // area, *rows.shape))
    image = _placed(blocks, shape=(*blocks.shape[:2], *padded), key=(slice(None), slice(None), rows, columns))
    return image[:, :, padding[0] : padding[0] + size[0], padding[1] : padding[1] + size[1]]


@differentiable
def _placed(x, /, shape, key):
    return put(x, shape, key), (lambda dy: dy[key],)


@operation
def depth_to_space(x, /, block_size, data_format="channels_last"):
    """Groups of block_size² channels as blocks of pixels: an image that many times larger in height and width."""
    if config.standardize_data_format(data_format) == "channels_last":
        return shaping.rearrange(x, "n h w (a b c) -> n (h a) (w b) c", a=block_size, b=block_size)
    return shaping.rearrange(x, "n (c a b) h w -> n c (h a) (w b)", a=block_size, b=block_size)


@operation
def space_to_depth(x, /, block_size, data_format="channels_last"):
    """Blocks of block_size × block_size pixels as channels: the inverse of `depth_to_space`."""
    if config.standardize_data_format(data_format) == "channels_last":
        return shaping.rearrange(x, "n (h a) (w b) c -> n h w (a b c)", a=block_size, b=block_size)
    return shaping.rearrange(x, "n c (h a) (w b) -> n (c a b) h w", a=block_size, b=block_size)
