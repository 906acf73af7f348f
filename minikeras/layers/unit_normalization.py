"""Normalization of each sample to length 1."""

from minikeras.layers.layer import Layer
from minikeras.layers.normalization_base import several_axes
from minikeras.layers.spec import check_axis
from minikeras.ops.normalization import normalize

__all__ = ["UnitNormalization"]


class UnitNormalization(Layer):
    """x / √(Σ x²) over `axis`: an integer or a list of integers.

    >>> import numpy as np
    >>> UnitNormalization()(np.array([[3.0, 4.0]], "float32")).numpy().round(3).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """

    supports_masking = True
    casts_integers = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = several_axes(axis, self)
        self.built = True

    def call(self, inputs):
        self.compute_output_shape(inputs.shape)
        axes = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        return normalize(inputs, axes, 2, 1e-12)

    def compute_output_shape(self, input_shape):
        for axis in [self.axis] if isinstance(self.axis, int) else self.axis:
            check_axis(axis, input_shape, self)
        return input_shape
