"""Sequences, images and volumes enlarged by whole factors."""

from minikeras import config
from minikeras.layers.core import positive_integer
from minikeras.layers.reshaping import Rearrangement
from minikeras.layers.settings import one_of, with_defaults
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.image.resizing import resize
from minikeras.ops.shaping import broadcast_to, reshape
from minikeras.ops.spatial import tuple_of

__all__ = ["UpSampling1D", "UpSampling2D", "UpSampling3D"]

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


class _UpSampling(Rearrangement):
    """Each element repeated `size` times along each spatial axis."""

    rank = 0

    def __init__(self, size=2, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.size = tuple_of(size, self.rank, f"{who(self)}: size")
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def factors(self):
        """How often each axis of the inputs is repeated."""
        return (1, 1, *self.size) if self.data_format == "channels_first" else (1, *self.size, 1)

    def call(self, inputs):
        factors = self.factors()
        ones = [size for one in inputs.shape for size in (one, 1)]
        repeated = [size for pair in zip(inputs.shape, factors, strict=True) for size in pair]
        return reshape(broadcast_to(reshape(inputs, ones), repeated), self.compute_output_shape(inputs.shape))

    def compute_output_shape(self, input_shape):
        pairs = zip(input_shape, self.factors(), strict=True)
        return tuple([None if size is None else size * factor for size, factor in pairs])


class UpSampling1D(_UpSampling):
    """Each step repeated: inputs (batch, steps, channels).

    >>> UpSampling1D(2)([[[1.0], [2.0]]]).numpy().ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    rank = 1

    def __init__(self, size=2, **kwargs):
        super().__init__(1, "channels_last", **kwargs)
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"{who(self)}: size must be an integer, received {size!r}.")
        self.size = positive_integer(size, "size", self)

    def factors(self):
        return (1, self.size, 1)


class UpSampling2D(_UpSampling):
    """Images enlarged, by repeating pixels ('nearest') or between them ('bilinear', 'bicubic', 'lanczos3', 'lanczos5').

    >>> import numpy as np
    >>> UpSampling2D((2, 3))(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 8, 12, 3)
    """

    rank = 2

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(size, data_format, **kwargs)
        self.interpolation = one_of(interpolation, _INTERPOLATIONS, "interpolation", self)

    def call(self, inputs):
        if self.interpolation == "nearest":
            return super().call(inputs)
        shape = self.compute_output_shape(inputs.shape)
        size = shape[2:] if self.data_format == "channels_first" else shape[1:-1]
        return resize(inputs, size, interpolation=self.interpolation, data_format=self.data_format)


class UpSampling3D(_UpSampling):
    """Volumes enlarged, each element repeated along each axis.

    >>> import numpy as np
    >>> UpSampling3D(2)(np.ones((1, 2, 2, 2, 1), "float32")).shape
    (1, 4, 4, 4, 1)
    """

    rank = 3
    __init__ = with_defaults(_UpSampling.__init__, size=(2, 2, 2))
