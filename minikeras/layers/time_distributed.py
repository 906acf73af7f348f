"""A layer applied to every step of a sequence."""

import numpy as np

from minikeras.layers.shapes import is_shape, map_shapes
from minikeras.layers.spec import who
from minikeras.layers.wrapper import Wrapper
from minikeras.nest import map_structure
from minikeras.ops.joining import stack, unstack

__all__ = ["TimeDistributed"]


class TimeDistributed(Wrapper):
    """The inner layer, with its one set of weights, applied to each step of (batch, time, ...) inputs.

    A mask (batch, time, ...) is cut into steps as the inputs are, for inner layers that take one.

    >>> import minikeras as keras
    >>> keras.layers.TimeDistributed(keras.layers.Dense(2))(keras.ops.ones((4, 5, 3))).shape
    (4, 5, 2)
    """

    def __init__(self, layer, **kwargs):
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        self._build_shape = tuple(input_shape)
        super().build(self._step_shape(input_shape))

    def call(self, inputs, training=None, mask=None):
        steps = unstack(inputs, axis=1)
        kwargs = [{} for _ in steps]
        if mask is not None and self.layer._takes_mask:
            shape = tuple(np.shape(mask))
            if shape[:2] != inputs.shape[:2]:
                raise ValueError(
                    f"{who(self)} expected a mask of shape {inputs.shape[:2]} (batch, time), received {shape}. "
                    "Pass one value for each step of each sample."
                )
            kwargs = [{"mask": one} for one in unstack(mask, axis=1)]
        outputs = [self.layer(x, training=training, **own) for x, own in zip(steps, kwargs, strict=True)]
        return map_structure(lambda *group: stack(group, axis=1), *outputs)

    def compute_output_shape(self, input_shape):
        child = self.layer.compute_output_shape(self._step_shape(input_shape))
        return map_shapes(lambda shape: (shape[0], input_shape[1], *shape[1:]), child)

    def _step_shape(self, shape):
        if not is_shape(shape) or len(shape) < 3:
            raise ValueError(
                f"{who(self)} expected inputs of rank at least 3 (batch, time, ...), received shape {shape}. "
                "For inputs without a time axis use the inner layer itself."
            )
        return (shape[0], *shape[2:])
