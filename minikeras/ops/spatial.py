"""What convolution and pooling share: settings for each spatial axis, margins, the order of axes."""

import numpy as np

from minikeras.ops import shaping


def tuple_of(value, rank, name):
    """A setting that is one positive integer or one for each spatial axis, as a tuple."""
    values = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value,) * rank
    if len(values) != rank or any(not isinstance(v, (int, np.integer)) or v < 1 for v in values):
        raise ValueError(
            f"{name} must be a positive integer or a tuple of {rank} positive integers, received {value!r}."
        )
    return tuple(int(v) for v in values)


def margins(padding, sizes, window, strides, dilation):
    """(before, after) for each spatial axis: none for 'valid'; for 'same' as little as keeps ceil(size / stride)."""
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding == "same":
        pairs = []
        for size, k, s, d in zip(sizes, window, strides, dilation, strict=True):
            total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
            pairs.append((total // 2, total - total // 2))
        return tuple(pairs)
    if padding == "causal":
        return tuple(((k - 1) * d, 0) for k, d in zip(window, dilation, strict=True))
    raise ValueError(f"padding must be 'valid', 'same' or 'causal', received {padding!r}.")


def channels_last(x):
    """(batch, channels, *spatial) as (batch, *spatial, channels)."""
    return shaping.transpose(x, (0, *range(2, len(x.shape)), 1))


def channels_first(x):
    """(batch, *spatial, channels) as (batch, channels, *spatial)."""
    rank = len(x.shape)
    return shaping.transpose(x, (0, rank - 1, *range(1, rank - 1)))


def spatial_rank(inputs, name):
    """How many spatial axes inputs of (batch, spatial axes, channels) have: 1 to 3."""
    rank = len(shaping.shape(inputs)) - 2
    if rank not in (1, 2, 3):
        raise ValueError(
            f"{name} expected inputs with one to three spatial axes beside batch and channels, received shape "
            f"{shaping.shape(inputs)}."
        )
    return rank
