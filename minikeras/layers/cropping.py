"""The edges of sequences, images and volumes cut off."""

from minikeras import config
from minikeras.layers.reshaping import Rearrangement
from minikeras.layers.settings import edges, with_defaults
from minikeras.layers.spec import InputSpec, who

__all__ = ["Cropping1D", "Cropping2D", "Cropping3D"]


class _Cropping(Rearrangement):
    """Both ends of each spatial axis cut off: one number, one for each axis, or (before, after) pairs."""

    rank = 0

    def __init__(self, cropping, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.cropping = edges(cropping, self.rank, "cropping", self)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def cuts(self):
        """(before, after) for each axis of the inputs."""
        none = (0, 0)
        if self.data_format == "channels_first":
            return (none, none, *self.cropping)
        return (none, *self.cropping, none)

    def call(self, inputs):
        kept = self.compute_output_shape(inputs.shape)
        return inputs[
            tuple([slice(before, before + size) for size, (before, _) in zip(kept, self.cuts(), strict=True)])
        ]

    def compute_output_shape(self, input_shape):
        pairs = zip(input_shape, self.cuts(), strict=True)
        found = tuple([None if size is None else size - before - after for size, (before, after) in pairs])
        if any(size is not None and size < 1 for size in found[1:]):
            raise ValueError(
                f"{who(self)}: cropping={self.cropping} leaves nothing of inputs of shape {tuple(input_shape)}. "
                "Cut off less."
            )
        return found


class Cropping1D(_Cropping):
    """Steps cut off: cropping is one number or (before, after); inputs (batch, steps, channels).

    >>> import numpy as np
    >>> Cropping1D((1, 2))(np.ones((2, 8, 3), "float32")).shape
    (2, 5, 3)
    """

    rank = 1

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(cropping if isinstance(cropping, int) else [cropping], "channels_last", **kwargs)
        self.cropping = self.cropping[0]

    def cuts(self):
        return ((0, 0), self.cropping, (0, 0))


class Cropping2D(_Cropping):
    """The edges of images cut off: one number, (rows, columns), or ((top, bottom), (left, right)).

    >>> import numpy as np
    >>> Cropping2D(((1, 0), (2, 2)))(np.ones((2, 5, 8, 3), "float32")).shape
    (2, 4, 4, 3)
    """

    rank = 2

    __init__ = with_defaults(_Cropping.__init__, cropping=((0, 0), (0, 0)))


class Cropping3D(_Cropping):
    """The edges of volumes cut off: one number, one for each axis, or a pair (before, after) for each.

    >>> import numpy as np
    >>> Cropping3D(1)(np.ones((2, 4, 5, 6, 1), "float32")).shape
    (2, 2, 3, 4, 1)
    """

    rank = 3

    __init__ = with_defaults(_Cropping.__init__, cropping=((1, 1), (1, 1), (1, 1)))
