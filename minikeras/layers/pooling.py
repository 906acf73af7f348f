"""Pooling over windows of sequences, images and volumes."""

from minikeras import config, spellings
from minikeras.layers.layer import Layer
from minikeras.layers.settings import one_of, with_defaults
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.pooling import average_windows, max_windows
from minikeras.ops.spatial import channels_first, channels_last, margins, tuple_of

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
        self.strides = (
            self.pool_size if strides is None else tuple_of(strides, self.rank, f"{who(self)}: strides")
        )
        self.padding = one_of(padding, ("valid", "same"), "padding", self)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._margins = {}
        self.built = True

    def pooled(self, function, inputs):
        """A pooling function of windows, channels last, applied in this layer's data format."""
        first = self.data_format == "channels_first"
        x = channels_last(inputs) if first else inputs
        sizes = x.shape[1:-1]
        pairs = self._margins.get(sizes)
        if pairs is None:
            self.compute_output_shape(inputs.shape)
            pairs = self._margins[sizes] = margins(
                self.padding, sizes, self.pool_size, self.strides, (1,) * self.rank
            )
        y = function(x, size=self.pool_size, strides=self.strides, padding=pairs)
        return channels_first(y) if first else y

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
        return self.pooled(max_windows, inputs)


class _AveragePooling(_Pooling):
    def call(self, inputs):
        return self.pooled(average_windows, inputs)


class MaxPooling1D(_MaxPooling):
    """The largest value of each window of steps: inputs (batch, steps, channels).

    >>> import numpy as np
    >>> MaxPooling1D()(np.ones((2, 10, 4), "float32")).shape
    (2, 5, 4)
    """

    rank = 1
    __init__ = with_defaults(_Pooling.__init__, pool_size=2)


class MaxPooling2D(_MaxPooling):
    """The largest value of each window of images: inputs (batch, height, width, channels).

    >>> import numpy as np
    >>> MaxPooling2D()(np.ones((2, 28, 28, 6), "float32")).shape
    (2, 14, 14, 6)
    """

    rank = 2
    __init__ = with_defaults(_Pooling.__init__, pool_size=(2, 2))


class MaxPooling3D(_MaxPooling):
    """The largest value of each window of volumes: inputs (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> MaxPooling3D()(np.ones((2, 4, 4, 4, 1), "float32")).shape
    (2, 2, 2, 2, 1)
    """

    rank = 3
    __init__ = with_defaults(_Pooling.__init__, pool_size=(2, 2, 2))


class AveragePooling1D(_AveragePooling):
    """The mean of each window of steps, over those inside the input: inputs (batch, steps, channels).

    >>> import numpy as np
    >>> AveragePooling1D(2)(np.ones((2, 10, 4), "float32")).shape
    (2, 5, 4)
    """

    rank = 1


class AveragePooling2D(_AveragePooling):
    """The mean of each window of images, over the pixels inside: inputs (batch, height, width, channels).

    >>> import numpy as np
    >>> AveragePooling2D(2)(np.ones((2, 28, 28, 6), "float32")).shape
    (2, 14, 14, 6)
    """

    rank = 2


class AveragePooling3D(_AveragePooling):
    """The mean of each window of volumes: inputs (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> AveragePooling3D(2)(np.ones((2, 4, 4, 4, 1), "float32")).shape
    (2, 2, 2, 2, 1)
    """

    rank = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D


__getattr__ = spellings.moved("layers.pooling")
