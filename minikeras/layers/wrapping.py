"""A function as a layer."""

import inspect

from minikeras.autodiff import as_array, convert_to_tensor
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.layer import Layer
from minikeras.layers.shapes import is_shape, map_shapes
from minikeras.layers.spec import who
from minikeras.nest import flatten
from minikeras.serialization import deserialize, serialize

__all__ = ["Lambda"]


class Lambda(Layer):
    """function(inputs, **arguments) as a layer without weights.

    output_shape: the shape of one sample, or a function of the inputs' shape, where it cannot be inferred by trying.
    mask: the output's mask, or a function (inputs, mask) of it. The function may take `mask` and `training`.

    Models with it can be used and trained, but a file never holds code: only a function registered with
    `@minikeras.utils.register_keras_serializable()` can be stored, by its name.

    >>> Lambda(lambda x: x**2)([[3.0]]).tolist()
    [[9.0]]
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(f"{who(self)} expected a function of the inputs, received {function!r}.")
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self.supports_masking = mask is not None
        self._sample_shape = output_shape
        names = inspect.signature(function).parameters
        self._passes = tuple([name for name in ("mask", "training") if name in names])
        self.built = True

    def call(self, inputs, mask=None, training=None):
        more = {name: {"mask": mask, "training": training}[name] for name in self._passes}
        return self.function(inputs, **{**self.arguments, **more})

    def compute_mask(self, inputs, mask=None):
        if callable(self.mask):
            return self.mask(inputs, mask)
        return None if self.mask is None else convert_to_tensor(as_array(self.mask))

    def compute_output_spec(self, inputs, mask=None, training=None):
        if self._sample_shape is None:
            return super().compute_output_spec(inputs)
        leaves = flatten(inputs)
        if callable(self._sample_shape):
            shapes = [tuple(leaf.shape) for leaf in leaves]
            found = self._sample_shape(shapes if isinstance(inputs, (list, tuple)) else shapes[0])
        else:
            found = map_shapes(lambda shape: (leaves[0].shape[0], *shape), self._sample_shape)
        return map_shapes(lambda shape: Spec(shape, self.compute_dtype), found)

    # Configuration

    def _constructor_argument(self, name):
        return None if name in ("function", "mask", "output_shape") else super()._constructor_argument(name)

    def get_config(self):
        config = super().get_config()
        for name in ("function", "mask"):
            config[name] = self._described(getattr(self, name), name)
        config["output_shape"] = self._described(self._sample_shape, "output_shape")
        return config

    def _described(self, value, name):
        if not callable(value):
            return serialize(value)
        if value.__name__ == "<lambda>" or not isinstance(serialize(value), dict):
            raise ValueError(
                f"{who(self)} cannot be stored: its {name} is code, and files hold none. Write a Layer subclass, or define a "
                "named function decorated with @minikeras.utils.register_keras_serializable()."
            )
        return serialize(value)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for name in ("function", "output_shape", "mask"):
            value = config.get(name)
            if isinstance(value, dict) and value.get("class_name") != "function":
                raise ValueError(
                    f"A Lambda layer whose {name} is stored code ({value.get('class_name')!r}) is refused: loading a file never "
                    "runs code of the file. Build the model in code and load only its weights."
                )
            if isinstance(value, dict):
                config[name] = deserialize(value, custom_objects)
            elif isinstance(value, str):
                raise ValueError(
                    f"A Lambda layer's {name} must be a function registered under a name, received {value!r}. "
                    "Build the model in code and load only its weights."
                )
        if is_shape(config.get("output_shape")):
            config["output_shape"] = tuple(config["output_shape"])
        return super().from_config(config)
