"""Normalization of each sample by itself: by mean and variance, or by the root of its mean square."""

from minikeras.layers.layer import Layer
from minikeras.layers.normalization_base import ScaledAndCentered, several_axes, size_along
from minikeras.layers.settings import number
from minikeras.ops.normalization import layer_normalization, normalize_layer, rms_normalization
from minikeras.spellings import older

__all__ = ["LayerNormalization", "RMSNormalization"]


class LayerNormalization(ScaledAndCentered):
    """(x - mean) / √(variance + epsilon) · gamma + beta, the statistics of each sample over `axis` (Ba et al. 2016).

    axis: an integer, or a list of them; gamma and beta have the sizes of these axes.

    >>> import numpy as np
    >>> LayerNormalization(epsilon=0.0)(np.array([[1.0, 3.0]], "float32")).tolist()
    [[-1.0, 1.0]]
    """

    def __init__(
        self,
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
        rms_scaling = kwargs.pop("rms_scaling", False)
        super().__init__(
            epsilon,
            center and not rms_scaling,
            scale or rms_scaling,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.axis = several_axes(axis, self)
        self.rms_scaling = rms_scaling
        if rms_scaling:
            older(
                "LayerNormalization(rms_scaling=True)",
                "RMSNormalization, which divides by the root mean square",
            )

    def build(self, input_shape):
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        self.add_gamma_and_beta([size_along(axis, input_shape, self) for axis in self.axis])
        self._last = self.axis in ([-1], [len(input_shape) - 1]) and not self.rms_scaling

    def call(self, inputs):
        if self._last and inputs.dtype != "float16":
            return normalize_layer(inputs, self.gamma, self.beta, epsilon=self.epsilon)
        return layer_normalization(
            inputs, self.gamma, self.beta, self.axis, self.epsilon, rms_scaling=self.rms_scaling
        )

    def get_config(self):
        return {**super().get_config(), "rms_scaling": self.rms_scaling}


class RMSNormalization(Layer):
    """x / √(mean of x² + epsilon) · scale, the mean of each sample over `axis` (Zhang & Sennrich 2019).

    >>> import numpy as np
    >>> RMSNormalization()(np.array([[3.0, 3.0]], "float32")).numpy().round(3).tolist()
    [[1.0, 1.0]]
    """

    casts_integers = True

    def __init__(self, axis=-1, epsilon=1e-06, **kwargs):
        super().__init__(**kwargs)
        self.axis = several_axes(axis, self)
        self.epsilon = number(epsilon, "epsilon", self, low=0)

    def build(self, input_shape):
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        self.scale = self.add_weight(
            name="scale",
            shape=[size_along(axis, input_shape, self) for axis in self.axis],
            initializer="ones",
        )

    def call(self, inputs):
        return rms_normalization(inputs, self.scale, self.axis, self.epsilon)

    def compute_output_shape(self, input_shape):
        return input_shape
