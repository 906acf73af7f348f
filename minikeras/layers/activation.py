"""Activations that are layers, since they have settings or weights."""

from minikeras import activations
from minikeras.layers.layer import Layer
from minikeras.layers.spec import who

__all__ = ["ReLU", "Softmax"]


class ReLU(Layer):
    """max(x, 0), with a slope below the threshold and an upper bound if wanted."""

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is not None and value < 0 or (value is None and name != "max_value"):
                raise ValueError(f"{who(self)}: {name} must not be negative, received {value!r}.")
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class Softmax(Layer):
    """eˣ / Σ eˣ along an axis; masked places get next to nothing."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True
        self.built = True

    def call(self, inputs, mask=None):
        if mask is not None:
            inputs = inputs + (1.0 - mask.astype(inputs.dtype.name)) * -3e4
        return activations.softmax(inputs, axis=self.axis if not isinstance(self.axis, list) else tuple(self.axis))
