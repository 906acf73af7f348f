"""Layers that rearrange without computing."""

import math

from minikeras import config
from minikeras.autodiff import SymbolicTensor
from minikeras.layers.core import positive_integer
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.shaping import broadcast_to, reshape, transpose

__all__ = ["Flatten", "Permute", "RepeatVector", "Reshape"]


class Rearrangement(Layer):
    """A layer whose outputs are elements of its inputs, in the inputs' dtype."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def compute_output_spec(self, inputs):
        dtype = self.compute_dtype if inputs.dtype.kind == "f" else inputs.dtype
        return SymbolicTensor(self.compute_output_shape(inputs.shape), dtype)


class Flatten(Rearrangement):
    """All axes but the first as one; channels_first inputs in the order of channels_last.

    >>> import numpy as np
    >>> Flatten()(np.ones((2, 4, 4, 3), "float32")).shape
    (2, 48)
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        rank = inputs.ndim
        if self.data_format == "channels_first" and rank > 2:
            inputs = transpose(inputs, (0, *range(2, rank), 1))
        return reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))

    def compute_output_shape(self, input_shape):
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(sizes))


class Reshape(Rearrangement):
    """The same elements in another shape, the batch axis kept; one size of target_shape may be -1 or None.

    >>> import numpy as np
    >>> Reshape((4, -1))(np.ones((2, 12), "float32")).shape
    (2, 4, 3)
    """

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        sizes = tuple(target_shape) if isinstance(target_shape, (tuple, list)) else (target_shape,)
        free = [s for s in sizes if s is None or s == -1]
        if len(free) > 1 or any(s not in free and (not hasattr(s, "__index__") or s < 0) for s in sizes):
            raise ValueError(
                f"{who(self)}: target_shape must be a tuple of sizes, at most one of them -1, received {target_shape!r}."
            )
        self.target_shape = tuple([-1 if s is None else int(s) for s in sizes])

    def call(self, inputs):
        return reshape(inputs, (inputs.shape[0], *self.compute_output_shape(inputs.shape)[1:]))

    def compute_output_shape(self, input_shape):
        sizes = input_shape[1:]
        if None in sizes:
            return (input_shape[0], *[None if s == -1 else s for s in self.target_shape])
        count, known = math.prod(sizes), math.prod(s for s in self.target_shape if s != -1)
        free = -1 in self.target_shape
        if (count % known if free and known else count != known) or (free and not known):
            raise ValueError(
                f"{who(self)}: inputs of shape {tuple(input_shape)} have {count} elements each, which target_shape="
                f"{self.target_shape} does not hold. Choose sizes whose product is {count}."
            )
        return (input_shape[0], *[count // known if s == -1 else s for s in self.target_shape])


class Permute(Rearrangement):
    """The axes in another order, counted from 1: the batch axis stays in front.

    >>> import numpy as np
    >>> Permute((2, 1))(np.ones((2, 10, 64), "float32")).shape
    (2, 64, 10)
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"{who(self)}: dims must name each axis from 1 to {len(self.dims)} once (the batch axis has no number), "
                f"received {dims}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs):
        return transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape):
        return tuple([input_shape[axis] for axis in (0, *self.dims)])


class RepeatVector(Rearrangement):
    """Each sample n times: (batch, features) to (batch, n, features).

    >>> import numpy as np
    >>> RepeatVector(3)(np.ones((2, 5), "float32")).shape
    (2, 3, 5)
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int) or isinstance(n, bool):
            raise TypeError(f"{who(self)}: n must be an integer, received {n!r}.")
        self.n = positive_integer(n, "n", self)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        batch, features = inputs.shape
        return broadcast_to(reshape(inputs, (batch, 1, features)), (batch, self.n, features))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.n, input_shape[1])
