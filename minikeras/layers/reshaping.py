"""Layers that rearrange without computing."""

from minikeras import config
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec
from minikeras.ops.shaping import reshape, transpose

__all__ = ["Flatten", "Reshape"]


class Flatten(Layer):
    """All axes but the first as one."""

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        rank = len(inputs.shape)
        if self.data_format == "channels_first" and rank > 2:
            inputs = transpose(inputs, (0, *range(2, rank), 1))
        return reshape(inputs, (inputs.shape[0], -1))


class Reshape(Layer):
    """The same elements in another shape, the batch axis kept; one size may be -1."""

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs):
        return reshape(inputs, (inputs.shape[0], *self.target_shape))
