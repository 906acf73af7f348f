"""Several layers in a row as one."""

import inspect

from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.serialization import deserialize, serialize

__all__ = ["Pipeline"]


class Pipeline(Layer):
    """Preprocessing layers applied one after the other.

    Unlike a Sequential model it may be called on anything its first layer takes, strings and dictionaries included, and
    its layers are in training mode unless told otherwise.

    >>> import minikeras as keras
    >>> Pipeline([keras.layers.Rescaling(2.0), keras.layers.Rescaling(1.0, offset=1.0)])([[1.0]]).tolist()
    [[3.0]]
    """

    def __init__(self, layers, name=None):
        super().__init__(name=name)
        wrong = [layer for layer in layers if not isinstance(layer, Layer)]
        if wrong:
            raise ValueError(f"{who(self)} expected a list of layers, received {wrong[0]!r} among them.")
        self._pipeline_layers = list(layers)
        self.built = True

    @property
    def layers(self):
        """The layers, in order."""
        return self._pipeline_layers

    def _as_input(self, value):
        # The first layer decides what it takes.
        return value

    def call(self, inputs, training=True, mask=None):
        for layer in self._pipeline_layers:
            accepted = inspect.signature(layer.call).parameters
            kwargs = {"training": training} if "training" in accepted and training is not None else {}
            inputs = layer(inputs, **kwargs)
        return inputs

    def get_config(self):
        return {"layers": serialize(self._pipeline_layers), "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = config.get("layers")
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"A Pipeline's configuration expected a list of layers, received {layers!r}.")
        return super().from_config({**config, "layers": deserialize(layers, custom_objects, "layer")})
