"""Layers around a layer."""

from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.serialization import deserialize

__all__ = ["Wrapper"]


class Wrapper(Layer):
    """The base of layers that change what another layer does: it builds, owns and stores the inner `layer`."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ValueError(
                f"{who(self)} expected a layer to wrap, received {layer!r}. Pass an object, such as Dense(3)."
            )
        self.layer = layer

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return super().from_config({**config, "layer": deserialize(config["layer"], custom_objects, "layer")})
