"""Pooling to a given size, whatever the size of the inputs."""

from minikeras import config
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.pooling import adaptive_average_pool, adaptive_max_pool
from minikeras.ops.spatial import tuple_of

__all__ = [
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
]


class _AdaptivePooling(Layer):
    """Along each axis `output_size` windows cover the inputs, nearly equal in size, overlapping by at most one place."""

    rank = 0

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = tuple_of(output_size, self.rank, f"{who(self)}: output_size")
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def compute_output_shape(self, input_shape):
        if self.data_format == "channels_first":
            return (*input_shape[:2], *self.output_size)
        return (input_shape[0], *self.output_size, input_shape[-1])


class _AdaptiveAveragePooling(_AdaptivePooling):
    def call(self, inputs):
        return adaptive_average_pool(inputs, self.output_size, self.data_format)


class _AdaptiveMaxPooling(_AdaptivePooling):
    def call(self, inputs):
        return adaptive_max_pool(inputs, self.output_size, self.data_format)


class AdaptiveAveragePooling1D(_AdaptiveAveragePooling):
    """Means over as many windows of steps as wanted: (batch, steps, channels) to (batch, output_size, channels).

    >>> import numpy as np
    >>> AdaptiveAveragePooling1D(3)(np.ones((2, 10, 4), "float32")).shape
    (2, 3, 4)
    """

    rank = 1


class AdaptiveAveragePooling2D(_AdaptiveAveragePooling):
    """Means over as many windows of an image as wanted: (batch, height, width, channels).

    >>> import numpy as np
    >>> AdaptiveAveragePooling2D((3, 2))(np.ones((2, 7, 7, 4), "float32")).shape
    (2, 3, 2, 4)
    """

    rank = 2


class AdaptiveAveragePooling3D(_AdaptiveAveragePooling):
    """Means over as many windows of a volume as wanted: (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> AdaptiveAveragePooling3D(2)(np.ones((2, 4, 5, 6, 1), "float32")).shape
    (2, 2, 2, 2, 1)
    """

    rank = 3


class AdaptiveMaxPooling1D(_AdaptiveMaxPooling):
    """Maxima of as many windows of steps as wanted: (batch, steps, channels) to (batch, output_size, channels).

    >>> import numpy as np
    >>> AdaptiveMaxPooling1D(3)(np.ones((2, 10, 4), "float32")).shape
    (2, 3, 4)
    """

    rank = 1


class AdaptiveMaxPooling2D(_AdaptiveMaxPooling):
    """Maxima of as many windows of an image as wanted: (batch, height, width, channels).

    >>> import numpy as np
    >>> AdaptiveMaxPooling2D((3, 2))(np.ones((2, 7, 7, 4), "float32")).shape
    (2, 3, 2, 4)
    """

    rank = 2


class AdaptiveMaxPooling3D(_AdaptiveMaxPooling):
    """Maxima of as many windows of a volume as wanted: (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> AdaptiveMaxPooling3D(2)(np.ones((2, 4, 5, 6, 1), "float32")).shape
    (2, 2, 2, 2, 1)
    """

    rank = 3
