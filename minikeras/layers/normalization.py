"""Layers that keep their outputs at mean 0 and variance 1."""

from minikeras import constraints, initializers, ops, regularizers
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.normalization import batch_normalization, normalize_batch
from minikeras.ops.shaping import moveaxis

__all__ = ["BatchNormalization"]


class BatchNormalization(Layer):
    """Normalizes each channel by the batch's mean and variance in training, by their moving averages afterwards.

    (x - mean) / √(variance + epsilon) · gamma + beta (Ioffe & Szegedy 2015). Weights, in order: gamma, beta, and the
    moving mean and variance, which do not train. A frozen layer (trainable=False) uses its moving averages always.

    >>> import numpy as np
    >>> layer = BatchNormalization()
    >>> layer(np.random.rand(8, 3).astype("float32"), training=True).numpy().mean(axis=0).round(3) + 0.0
    array([0., 0., 0.], dtype=float32)
    """

    casts_integers = True

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
        super().__init__(**kwargs)
        if not isinstance(axis, int):
            raise TypeError(f"{who(self)}: axis must be an integer, received {axis!r}.")
        if renorm:
            raise ValueError(f"{who(self)}: renorm=True is not available. Use a larger batch, or LayerNormalization.")
        self.renorm = renorm
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.axis = axis
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.synchronized = synchronized
        self.supports_masking = True

    def build(self, input_shape):
        size = (input_shape[self.axis],)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=size,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=size,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )
        self.moving_mean = self.add_weight(
            name="moving_mean", shape=size, initializer=self.moving_mean_initializer, trainable=False
        )
        self.moving_variance = self.add_weight(
            name="moving_variance", shape=size, initializer=self.moving_variance_initializer, trainable=False
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: input_shape[self.axis]})

    def call(self, inputs, training=None, mask=None):
        rank = len(inputs.shape)
        axis = self.axis % rank
        if not (training and self.trainable):
            return batch_normalization(
                inputs, self.moving_mean, self.moving_variance, axis, self.beta, self.gamma, self.epsilon
            )
        if mask is not None:
            return self._masked(inputs, mask, axis)
        moving = (self.moving_mean, self.moving_variance, self.momentum)
        if axis == rank - 1:
            return normalize_batch(inputs, self.gamma, self.beta, epsilon=self.epsilon, moving=moving)
        x = moveaxis(inputs, axis, -1)
        return moveaxis(normalize_batch(x, self.gamma, self.beta, epsilon=self.epsilon, moving=moving), -1, axis)

    def _masked(self, inputs, mask, axis):
        """The same with statistics over the unmasked steps alone."""
        rank = len(inputs.shape)
        reduced = tuple(a for a in range(rank) if a != axis)
        weights = ops.cast(mask, inputs.dtype)
        weights = ops.broadcast_to(ops.reshape(weights, (*mask.shape, *[1] * (rank - len(mask.shape)))), inputs.shape)
        count = ops.sum(weights, axis=reduced, keepdims=True) + ops.cast(1e-7, inputs.dtype)
        mean = ops.sum(inputs * weights, axis=reduced, keepdims=True) / count
        variance = ops.sum(ops.square(inputs - mean) * weights, axis=reduced, keepdims=True) / count
        mean, variance = ops.squeeze(mean, reduced), ops.squeeze(variance, reduced)
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
        return batch_normalization(inputs, mean, variance, axis, self.beta, self.gamma, self.epsilon)
