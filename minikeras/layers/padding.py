"""Zeros around sequences, images and volumes."""

from minikeras import config
from minikeras.layers.reshaping import Rearrangement
from minikeras.layers.settings import edges, with_defaults
from minikeras.layers.spec import InputSpec
from minikeras.ops.shaping import pad

__all__ = ["ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"]


class _ZeroPadding(Rearrangement):
    """Zeros before and after each spatial axis: padding is one number, one for each axis, or (before, after) pairs."""

    rank = 0

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.padding = edges(padding, self.rank, "padding", self)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def widths(self):
        """(before, after) for each axis of the inputs."""
        none = (0, 0)
        if self.data_format == "channels_first":
            return (none, none, *self.padding)
        return (none, *self.padding, none)

    def call(self, inputs):
        return pad(inputs, self.widths())

    def compute_output_shape(self, input_shape):
        pairs = zip(input_shape, self.widths(), strict=True)
        return tuple([None if size is None else before + size + after for size, (before, after) in pairs])


class ZeroPadding1D(_ZeroPadding):
    """Zeros before and after the steps: padding is one number or (before, after); inputs (batch, steps, channels).

    >>> import numpy as np
    >>> ZeroPadding1D((1, 2))(np.ones((2, 5, 3), "float32")).shape
    (2, 8, 3)
    """

    rank = 1

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(padding if isinstance(padding, int) else [padding], data_format, **kwargs)
        self.padding = self.padding[0]

    def widths(self):
        none = (0, 0)
        return (
            (none, none, self.padding) if self.data_format == "channels_first" else (none, self.padding, none)
        )


class ZeroPadding2D(_ZeroPadding):
    """Zeros around images: one number, (rows, columns), or ((top, bottom), (left, right)).

    >>> import numpy as np
    >>> ZeroPadding2D(((1, 0), (2, 2)))(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 5, 8, 3)
    """

    rank = 2

    __init__ = with_defaults(_ZeroPadding.__init__, padding=(1, 1))


class ZeroPadding3D(_ZeroPadding):
    """Zeros around volumes: one number, one for each axis, or a pair (before, after) for each.

    >>> import numpy as np
    >>> ZeroPadding3D(1)(np.ones((2, 2, 3, 4, 1), "float32")).shape
    (2, 4, 5, 6, 1)
    """

    rank = 3

    __init__ = with_defaults(_ZeroPadding.__init__, padding=((1, 1), (1, 1), (1, 1)))
