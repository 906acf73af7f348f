"""Normalization of each sample within groups of its channels."""

from minikeras.layers.normalization_base import ScaledAndCentered, size_along
from minikeras.layers.settings import axis_of
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.normalization import layer_normalization
from minikeras.ops.shaping import reshape

__all__ = ["GroupNormalization"]


class GroupNormalization(ScaledAndCentered):
    """Mean 0 and variance 1 for each group of channels of each sample, then · gamma + beta (Wu & He 2018).

    groups: how many; it must divide the channels. -1 is one group for each channel: instance normalization.

    >>> import numpy as np
    >>> GroupNormalization(groups=2)(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 4)
    """

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
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
        if not isinstance(groups, int) or isinstance(groups, bool) or (groups < 1 and groups != -1):
            raise ValueError(
                f"{who(self)}: groups must be a positive integer, or -1 for one group a channel, received {groups!r}."
            )
        self.groups = groups
        self.axis = axis_of(axis, self)

    def build(self, input_shape):
        channels = size_along(self.axis, input_shape, self)
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"{who(self)}: groups={self.groups} must divide the inputs' {channels} channels."
            )
        self.add_gamma_and_beta((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs):
        shape, axis = inputs.shape, self.axis % inputs.ndim
        grouped = (*shape[:axis], self.groups, shape[axis] // self.groups, *shape[axis + 1 :])
        within = [a for a in range(1, len(grouped)) if a != axis]
        y = reshape(layer_normalization(reshape(inputs, grouped), axis=within, epsilon=self.epsilon), shape)
        along = (shape[axis], *[1] * (len(shape) - axis - 1))
        y = y if self.gamma is None else y * reshape(self.gamma, along)
        return y if self.beta is None else y + reshape(self.beta, along)
