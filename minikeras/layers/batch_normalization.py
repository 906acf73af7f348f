"""Normalization by the statistics of a batch."""

import math

from minikeras import config, initializers
from minikeras.layers.normalization_base import ScaledAndCentered, size_along
from minikeras.layers.settings import number
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.elementwise import cast, clip, maximum, minimum, sqrt, square, stop_gradient, where
from minikeras.ops.normalization import batch_normalization, moments, normalize_batch
from minikeras.ops.reduce import sum as total
from minikeras.ops.shaping import broadcast_to, moveaxis, reshape, squeeze

__all__ = ["BatchNormalization"]

_CLIPPING = ("rmax", "rmin", "dmax")


class BatchNormalization(ScaledAndCentered):
    """Normalizes each channel by the batch's mean and variance in training, by their moving averages afterwards.

    (x - mean) / √(variance + epsilon) · gamma + beta (Ioffe & Szegedy 2015). Weights, in order: gamma, beta, and the
    moving mean and variance, which do not train. A frozen layer (trainable=False) uses its moving averages always.
    Steps that a mask hides do not count in the statistics.

    renorm: correct the batch's statistics towards moving ones in training too (Ioffe 2017); renorm_clipping bounds the
    corrections: {'rmin': ..., 'rmax': ..., 'dmax': ...}.

    >>> import numpy as np
    >>> layer = BatchNormalization()
    >>> layer(np.random.rand(8, 3).astype("float32"), training=True).numpy().mean(axis=0).round(3) + 0.0
    array([0., 0., 0.], dtype=float32)
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if not isinstance(axis, int) or isinstance(axis, bool):
            raise TypeError(f"{who(self)}: axis must be an integer, received {axis!r}.")
        if synchronized:
            raise ValueError(
                f"{who(self)}: synchronized=True is not available: each process normalizes its own part of a batch. "
                "Leave it out, or use LayerNormalization."
            )
        self.axis = axis
        self.epsilon = float(self.epsilon)
        self.momentum = float(number(momentum, "momentum", self))
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = self._checked(renorm_clipping) if renorm else renorm_clipping
        self.renorm_momentum = number(renorm_momentum, "renorm_momentum", self)
        self.synchronized = synchronized

    def _checked(self, clipping):
        clipping = clipping or {}
        if set(clipping) - set(_CLIPPING):
            raise ValueError(
                f"{who(self)}: the keys of renorm_clipping are {_CLIPPING}, received {clipping}."
            )
        rmax, rmin, dmax = (clipping.get(key) for key in _CLIPPING)
        if (rmax is not None and rmin is not None and rmax < rmin) or (dmax is not None and dmax < 0):
            raise ValueError(
                f"{who(self)}: renorm_clipping must have rmin up to rmax and dmax of at least 0, received {clipping}."
            )
        return clipping

    def build(self, input_shape):
        size = size_along(self.axis, input_shape, self)
        self.add_gamma_and_beta((size,))
        self.moving_mean = self._add_average("moving_mean", size, self.moving_mean_initializer)
        self.moving_variance = self._add_average("moving_variance", size, self.moving_variance_initializer)
        if self.renorm:
            self.moving_stddev = self._add_average("moving_stddev", size, self._initial_stddev)
            self.renorm_mean = self._add_average("renorm_mean", size, self.moving_mean_initializer)
            self.renorm_stddev = self._add_average("renorm_stddev", size, self._initial_stddev)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    def _add_average(self, name, size, initializer):
        return self.add_weight(name=name, shape=(size,), initializer=initializer, trainable=False)

    def _initial_stddev(self, shape, dtype=None):
        return sqrt(self.moving_variance_initializer(shape, dtype=dtype))

    def call(self, inputs, training=None, mask=None):
        narrow = inputs.dtype == "float16"
        x = cast(inputs, "float32") if narrow else inputs
        if not (training and self.trainable):
            y = self._transformed(x, self.moving_mean, self.moving_variance, self.gamma, self.beta)
        elif mask is not None or self.renorm or narrow:
            y = self._by_moments(x, mask)
        else:
            y = self._by_kernel(x)
        return cast(y, "float16") if narrow else y

    def _by_kernel(self, x):
        moving = (self.moving_mean, self.moving_variance, self.momentum)
        if self.axis in (-1, x.ndim - 1):
            return normalize_batch(x, self.gamma, self.beta, epsilon=self.epsilon, moving=moving)
        y = normalize_batch(
            moveaxis(x, self.axis, -1), self.gamma, self.beta, epsilon=self.epsilon, moving=moving
        )
        return moveaxis(y, -1, self.axis)

    def _by_moments(self, x, mask):
        axes = tuple(axis for axis in range(x.ndim) if axis != self.axis % x.ndim)
        mean, variance = moments(x, axes=axes) if mask is None else self._masked_moments(x, mask, axes)
        if self.renorm:
            gamma, beta = self._renormalized(mean, sqrt(variance + self.epsilon))
        else:
            gamma, beta = self.gamma, self.beta
            _move(self.moving_mean, mean, self.momentum)
            _move(self.moving_variance, variance, self.momentum)
        return self._transformed(x, mean, variance, gamma, beta)

    def _transformed(self, x, mean, variance, gamma, beta):
        mean, variance, gamma, beta = (
            v if v is None or v.dtype == x.dtype else cast(v, x.dtype) for v in (mean, variance, gamma, beta)
        )
        return batch_normalization(x, mean, variance, self.axis, beta, gamma, self.epsilon)

    def _masked_moments(self, x, mask, axes):
        """Mean and variance over what the mask keeps; a mask of fewer axes hides all that belongs to a step."""
        if mask.shape != x.shape[: mask.ndim] or mask.ndim == x.ndim:
            raise ValueError(
                f"{who(self)}: the mask must have the shape of the inputs without the last axis, {x.shape[:-1]}, "
                f"received a mask of shape {mask.shape}."
            )
        kept = broadcast_to(reshape(cast(mask, "bool"), (*mask.shape, *[1] * (x.ndim - mask.ndim))), x.shape)
        count = total(cast(kept, x.dtype), axis=axes, keepdims=True) + config.epsilon()
        mean = total(where(kept, x, 0), axis=axes, keepdims=True) / count
        variance = total(square(where(kept, x - mean, 0)), axis=axes, keepdims=True) / count
        return squeeze(mean, axes), squeeze(variance, axes)

    def _renormalized(self, mean, stddev):
        """gamma and beta with the corrections r and d of batch renormalization folded in (Ioffe 2017, algorithm 1)."""
        floor = maximum(self.renorm_stddev, math.sqrt(self.epsilon))
        r = stop_gradient(stddev / floor)
        d = stop_gradient((mean - self.renorm_mean) / floor)
        rmax, rmin, dmax = (self.renorm_clipping.get(key) for key in _CLIPPING)
        r = r if rmin is None else maximum(r, rmin)
        r = r if rmax is None else minimum(r, rmax)
        d = d if dmax is None else clip(d, -dmax, dmax)
        _move(self.renorm_mean, mean, self.renorm_momentum)
        _move(self.renorm_stddev, stddev, self.renorm_momentum)
        _move(self.moving_mean, mean, self.momentum)
        _move(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.assign(maximum(square(self.moving_stddev) - self.epsilon, 0.0))
        gamma = r if self.gamma is None else r * self.gamma
        beta = d if self.gamma is None else d * self.gamma
        return gamma, beta if self.beta is None else beta + self.beta


def _move(average, batch, momentum):
    """Let a moving average take its step towards the batch's value."""
    average.assign(average * momentum + batch * (1.0 - momentum))
