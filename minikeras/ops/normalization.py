"""Normalization: by norms, by the statistics of a batch, of a layer."""

import numpy as np

from minikeras import config, kernels
from minikeras.autodiff import convert_to_tensor, differentiable, operation
from minikeras.autodiff.tensor import state
from minikeras.ops import elementwise, reduce, shaping
from minikeras.ops.axes import axes_of, axis_of
from minikeras.ops.floating import floating_tensor

__all__ = [
    "batch_normalization",
    "layer_normalization",
    "moments",
    "normalize",
    "psnr",
    "rms_normalization",
]


@operation
def normalize(x, /, axis=-1, order=2, epsilon=None):
    """x divided by its norm of the given order along `axis`; vectors shorter than epsilon stay short."""
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"normalize expected order to be an integer of at least 1, received {order!r}.")
    x = floating_tensor(x)
    if not x.shape:
        x = shaping.expand_dims(x, 0)
    epsilon = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
        return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(squares, epsilon * epsilon)))
    powers = reduce.sum(elementwise.power(elementwise.absolute(x), order), axis=axis, keepdims=True)
    return elementwise.divide(x, elementwise.maximum(elementwise.power(powers, 1 / order), epsilon))


@operation
def moments(x, /, axes, keepdims=False, synchronized=False):
    """The mean and the (biased) variance of x along `axes`, computed in at least float32."""
    if synchronized:
        raise ValueError(
            "moments: synchronized=True needs several processes, of which there is one. Leave it out."
        )
    x = floating_tensor(x)
    wide = elementwise.cast(x, "float32") if x.dtype == "float16" else x
    mean = reduce.mean(wide, axis=axes, keepdims=keepdims)
    variance = reduce.var(wide, axis=axes, keepdims=keepdims)
    if wide is not x:
        mean, variance = (
            elementwise.saturate_cast(mean, x.dtype),
            elementwise.saturate_cast(variance, x.dtype),
        )
    return mean, variance


@operation
def batch_normalization(x, mean, variance, /, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean) / √(variance + epsilon) · scale + offset, the statistics lying along `axis`."""
    vectors = [None if v is None else convert_to_tensor(v) for v in (scale, offset, mean, variance)]
    alike = all(v is None or (v.dtype == x.dtype and v.shape == x.shape[-1:]) for v in vectors)
    if axis in (-1, x.ndim - 1) and alike and not state.higher:
        return normalize_by_statistics(x, *vectors, epsilon=epsilon)
    broadcast = [1] * x.ndim
    broadcast[axis_of(axis, x.ndim)] = mean.shape[0]
    broadcast = [None if v is None else shaping.reshape(v, broadcast) for v in vectors]
    return _by_statistics_composed(x, *broadcast, epsilon)


def _by_statistics_composed(x, scale, offset, mean, variance, epsilon):
    inverse = elementwise.rsqrt(elementwise.add(variance, epsilon))
    if scale is not None:
        inverse = elementwise.multiply(inverse, scale)
    shift = elementwise.negative(elementwise.multiply(mean, inverse))
    if offset is not None:
        shift = elementwise.add(shift, offset)
    return elementwise.add(elementwise.multiply(x, inverse), shift)


@differentiable(composed=_by_statistics_composed)
def normalize_by_statistics(x, scale, offset, mean, variance, /, epsilon):
    """Batch normalization over the last axis by statistics that are given."""
    y = kernels.batch_norm_inference(x, scale, offset, mean, variance, epsilon)

    def gradient(dy, into):
        axes = tuple(range(x.ndim - 1))
        inverse = 1 / np.sqrt(variance + np.asarray(epsilon, x.dtype))
        scaled = inverse if scale is None else inverse * scale
        dx = dy * scaled if into[0] is not None or into[3] is not None else None
        d_standardized = (
            np.sum(dy * (x - mean), axis=axes) if into[1] is not None or into[4] is not None else None
        )
        return (
            dx,
            None if into[1] is None else d_standardized * inverse,
            None if into[2] is None else np.sum(dy, axis=axes),
            None if into[3] is None else -np.sum(dx, axis=axes),
            None if into[4] is None else -0.5 * d_standardized * scaled * inverse * inverse,
        )

    return y, gradient


def _batch_composed(x, gamma, beta, epsilon, moving):
    axes = tuple(range(x.ndim - 1))
    y = _standardized(x, axes, epsilon)
    y = y if gamma is None else elementwise.multiply(y, gamma)
    return y if beta is None else elementwise.add(y, beta)


def _standardized(x, axes, epsilon):
    centered = elementwise.subtract(x, reduce.mean(x, axis=axes, keepdims=True))
    variance = reduce.var(x, axis=axes, keepdims=True)
    return elementwise.multiply(centered, elementwise.rsqrt(elementwise.add(variance, epsilon)))


@differentiable(composed=_batch_composed)
def normalize_batch(x, gamma, beta, /, epsilon, moving):
    """Batch normalization by x's own statistics over all axes but the last (Ioffe & Szegedy 2015).

    moving: (mean variable, variance variable, momentum), the averages that move towards the batch's statistics.
    """
    y, mean, variance, inverse = kernels.batch_norm(x, gamma, beta, epsilon)
    if not state.probing:
        moving_mean, moving_variance, momentum = moving
        for average, batch in ((moving_mean.array, mean), (moving_variance.array, variance)):
            average *= momentum
            average += (1.0 - momentum) * batch
    return y, lambda dy, into: kernels.batch_norm_gradient(dy, x, gamma, mean, inverse, into)


def _layer_composed(x, gamma, beta, epsilon):
    y = _standardized(x, (-1,), epsilon)
    y = y if gamma is None else elementwise.multiply(y, gamma)
    return y if beta is None else elementwise.add(y, beta)


@differentiable(composed=_layer_composed)
def normalize_layer(x, gamma, beta, /, epsilon):
    """Layer normalization over the last axis (Ba et al. 2016)."""
    y, mean, inverse = kernels.layer_norm(x, gamma, beta, epsilon)
    return y, lambda dy, into: kernels.layer_norm_gradient(dy, x, gamma, mean, inverse, into)


@operation
def layer_normalization(x, gamma=None, beta=None, /, axis=-1, epsilon=None, **kwargs):
    """(x - mean) / √(variance + epsilon) · gamma + beta, the statistics taken over `axis` (Ba et al. 2016).

    rms_scaling=True, an option of older versions: x / √(variance + epsilon) · gamma. Computes in at least float32.
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization received unknown arguments {sorted(kwargs)}.")
    epsilon = config.epsilon() if epsilon is None else epsilon
    x = floating_tensor(x)
    dtype = x.dtype
    x, gamma, beta = (_at_least_float32(v, x) for v in (x, gamma, beta))
    axes = tuple(sorted(axes_of(axis, x.ndim)))
    if axes == (x.ndim - 1,) and not rms_scaling:
        return elementwise.cast(normalize_layer(x, gamma, beta, epsilon=epsilon), dtype)
    sizes = [x.shape[a] if a in axes else 1 for a in range(x.ndim)]
    gamma, beta = (v if v is None or v.ndim == x.ndim else shaping.reshape(v, sizes) for v in (gamma, beta))
    if rms_scaling:
        inverse = elementwise.rsqrt(elementwise.add(reduce.var(x, axis=axes, keepdims=True), epsilon))
        y, beta = elementwise.multiply(x, inverse), None
    else:
        y = _standardized(x, axes, epsilon)
    y = y if gamma is None else elementwise.multiply(y, gamma)
    y = y if beta is None else elementwise.add(y, beta)
    return elementwise.cast(y, dtype)


@operation
def rms_normalization(x, scale=None, /, axis=-1, epsilon=None):
    """x / √(mean of x² + epsilon) · scale, the mean taken over `axis` (Zhang & Sennrich 2019); at least in float32."""
    epsilon = config.epsilon() if epsilon is None else epsilon
    x = floating_tensor(x)
    dtype = x.dtype
    x, scale = _at_least_float32(x, x), _at_least_float32(scale, x)
    if not x.shape:
        x = shaping.expand_dims(x, 0)
    squares = reduce.mean(elementwise.square(x), axis=axis, keepdims=True)
    y = elementwise.multiply(x, elementwise.rsqrt(elementwise.add(squares, epsilon)))
    y = y if scale is None else elementwise.multiply(y, scale)
    return elementwise.cast(y, dtype)


def _at_least_float32(value, x):
    """A value in the dtype of x, widened to float32."""
    if value is None:
        return None
    dtype = "float32" if x.dtype == "float16" else x.dtype
    return value if value.dtype == dtype else elementwise.cast(value, dtype)


@operation
def psnr(x1, x2, /, max_val):
    """The peak signal-to-noise ratio of two signals, in decibels: 20 log10(max_val) - 10 log10(mean squared error)."""
    if x1.shape != x2.shape:
        raise ValueError(f"psnr expected two signals of one shape, received {x1.shape} and {x2.shape}.")
    error = reduce.mean(elementwise.square(elementwise.subtract(floating_tensor(x1), floating_tensor(x2))))
    peak = elementwise.cast(max_val, error.dtype)
    return elementwise.log10(peak) * 20.0 - elementwise.log10(error) * 10.0


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
normalize.axiswise = True
