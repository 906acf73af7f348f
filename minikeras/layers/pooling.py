"""Pooling over windows of images and sequences."""

from minikeras import config
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.conv import average_pool, max_pool, tuple_of

__all__ = ["AveragePooling2D", "MaxPooling2D"]


class BasePooling(Layer):
    """The largest value or the mean of each window."""

    pool = None

    def __init__(self, pool_size, strides, rank, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = tuple_of(pool_size, rank, f"{who(self)}: pool_size")
        self.strides = self.pool_size if strides is None else tuple_of(strides, rank, f"{who(self)}: strides")
        if str(padding).lower() not in ("valid", "same"):
            raise ValueError(f"{who(self)}: padding must be 'valid' or 'same', received {padding!r}.")
        self.padding = str(padding).lower()
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def call(self, inputs):
        return type(self).pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)


class MaxPooling2D(BasePooling):
    """The largest value of each window of images.

    >>> import numpy as np
    >>> MaxPooling2D()(np.ones((2, 28, 28, 6), "float32")).shape
    (2, 14, 14, 6)
    """

    pool = staticmethod(max_pool)

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, 2, padding, data_format, name, **kwargs)


class AveragePooling2D(BasePooling):
    """The mean of each window of images, over the pixels that lie inside.

    >>> import numpy as np
    >>> AveragePooling2D()(np.ones((2, 28, 28, 6), "float32")).shape
    (2, 14, 14, 6)
    """

    pool = staticmethod(average_pool)

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, 2, padding, data_format, name, **kwargs)
