"""Pooling over all spatial axes at once."""

from minikeras import config
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec
from minikeras.ops.elementwise import cast, where
from minikeras.ops.reduce import max as maximum
from minikeras.ops.reduce import mean
from minikeras.ops.reduce import sum as total
from minikeras.ops.shaping import expand_dims

__all__ = [
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
]


class _GlobalPooling(Layer):
    """One value for each channel; with keepdims the spatial axes stay, of size 1."""

    rank = 0

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.built = True

    def axes(self):
        """The spatial axes."""
        start = 2 if self.data_format == "channels_first" else 1
        return tuple(range(start, start + self.rank))

    def compute_output_shape(self, input_shape):
        axes = self.axes()
        if self.keepdims:
            return tuple(1 if axis in axes else size for axis, size in enumerate(input_shape))
        return tuple(size for axis, size in enumerate(input_shape) if axis not in axes)


class _GlobalMaxPooling(_GlobalPooling):
    def call(self, inputs):
        return maximum(inputs, axis=self.axes(), keepdims=self.keepdims)


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs):
        return mean(inputs, axis=self.axes(), keepdims=self.keepdims)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The largest value of each channel over all steps: (batch, steps, channels) to (batch, channels).

    >>> import numpy as np
    >>> GlobalMaxPooling1D()(np.ones((2, 10, 4), "float32")).shape
    (2, 4)
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The largest value of each channel of an image: (batch, height, width, channels) to (batch, channels).

    >>> import numpy as np
    >>> GlobalMaxPooling2D(keepdims=True)(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 1, 1, 4)
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The largest value of each channel of a volume.

    >>> import numpy as np
    >>> GlobalMaxPooling3D()(np.ones((2, 4, 4, 4, 3), "float32")).shape
    (2, 3)
    """

    rank = 3


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel over all steps, or over those that the mask keeps.

    >>> import numpy as np
    >>> x = np.array([[[1.0], [3.0], [50.0]]], "float32")
    >>> GlobalAveragePooling1D()(x, mask=np.array([[True, True, False]])).tolist()
    [[2.0]]
    """

    rank = 1
    supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            return mean(inputs, axis=self.axes(), keepdims=self.keepdims)
        mask = expand_dims(cast(mask, "bool"), 1 if self.data_format == "channels_first" else 2)
        inputs = where(mask, inputs, 0)
        count = total(cast(mask, inputs.dtype), axis=self.axes(), keepdims=self.keepdims)
        return total(inputs, axis=self.axes(), keepdims=self.keepdims) / count

    def compute_mask(self, inputs, previous_mask=None):
        return None


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of an image: (batch, height, width, channels) to (batch, channels).

    >>> import numpy as np
    >>> GlobalAveragePooling2D()(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 4)
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each channel of a volume.

    >>> import numpy as np
    >>> GlobalAveragePooling3D()(np.ones((2, 4, 4, 4, 3), "float32")).shape
    (2, 3)
    """

    rank = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
