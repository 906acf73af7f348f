"""Pooling over windows of sequences, images and volumes."""

from minikeras import config
from minikeras.layers.layer import Layer
from minikeras.layers.settings import one_of, with_defaults
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.pooling import average_pool, max_pool
from minikeras.ops.spatial import tuple_of

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


class _Pooling(Layer):
    """Each window becomes one value, channel by channel; the windows stand `strides` apart, by default side by side."""

    rank = 0

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = tuple_of(pool_size, self.rank, f"{who(self)}: pool_size")
        self.strides = self.pool_size if strides is None else tuple_of(strides, self.rank, f"{who(self)}: strides")
        self.padding = one_of(padding, ("valid", "same"), "padding", self)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.built = True

    def compute_output_shape(self, input_shape):
        first = self.data_format == "channels_first"
        sizes = tuple(input_shape[2:] if first else input_shape[1:-1])
        reach = self.pool_size if self.padding == "valid" else (1,) * self.rank
        found = [
            None if size is None else (size - window) // stride + 1
            for size, window, stride in zip(sizes, reach, self.strides, strict=True)
        ]
        if any(size is not None and size < 1 for size in found):
            raise ValueError(
                f"{who(self)}: the window pool_size={self.pool_size} is larger than the inputs' spatial size {sizes}. "
                "Use padding='same', a smaller pool_size, or fewer layers before that shrink the input."
            )
        return (*input_shape[:2], *found) if first else (input_shape[0], *found, input_shape[-1])


class _MaxPooling(_Pooling):
    def call(self, inputs):
        return max_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class _AveragePooling(_Pooling):
    def call(self, inputs):
        return average_pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)
