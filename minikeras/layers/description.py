"""How a layer is described: its configuration, its name, the dtypes it works in."""

import inspect

import numpy as np

from minikeras import dtypes
from minikeras.serialization import constructor_parameters, serialize

# Arguments of Keras's layers for quantization and LoRA, which do not exist here: None where they are not in use.
_KERAS_ONLY = ("quantization_config", "lora_rank", "lora_alpha")
_MISSING = object()


class Description:
    """What can be read off a layer without calling it."""

    def __repr__(self):
        shown = [f"name={self.name}"]
        for name, parameter in constructor_parameters(type(self)).items():
            if parameter.default is parameter.empty and hasattr(self, name):
                shown.append(f"{name}={getattr(self, name)!r}")
        shown.append(f"built={self.built}")
        return f"<{type(self).__name__} {', '.join(shown)}>"

    # Configuration

    def get_config(self):
        config = {"name": self.name, "trainable": self._trainable, "dtype": serialize(self._dtype_policy)}
        own = constructor_parameters(type(self))
        free = any(
            p.kind is p.VAR_KEYWORD for p in inspect.signature(type(self).__init__).parameters.values()
        )
        if not free:
            config = {k: v for k, v in config.items() if k in own}
        if self.activity_regularizer is not None or "activity_regularizer" in own:
            config["activity_regularizer"] = serialize(self.activity_regularizer)
        for name in own:
            if name not in config:
                config[name] = serialize(self._constructor_argument(name))
        return config

    def _constructor_argument(self, name):
        """The value of a constructor's parameter: the attribute of that name, else what the constructor was given."""
        # Not `hasattr`: an older spelling of another attribute, such as output_shape, is none of that name.
        if inspect.getattr_static(self, name, _MISSING) is not _MISSING:
            return getattr(self, name)
        args, kwargs = self._init_arguments
        given = dict(zip(constructor_parameters(type(self)), args, strict=False)) | kwargs
        return given.get(name, constructor_parameters(type(self))[name].default)

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = dtypes.get_policy(config["dtype"])
        # Quantization and LoRA do not exist here: Keras's files say None where they are not in use.
        for name in _KERAS_ONLY:
            if config.get(name) is None and name not in constructor_parameters(cls):
                config.pop(name, None)
        return cls(**config)

    # Dtypes

    def _set_policy(self, policy):
        self._dtype_policy = policy
        self._input_dtype = np.dtype(policy.compute_dtype)

    @property
    def dtype_policy(self):
        """What the layer computes in and stores its weights in."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, policy):
        self._set_policy(dtypes.get_policy(policy))

    @property
    def dtype(self):
        """The dtype of the weights; the same as `variable_dtype`."""
        return self.variable_dtype

    @property
    def compute_dtype(self):
        """The dtype the layer computes in."""
        return self._dtype_policy.compute_dtype

    @property
    def variable_dtype(self):
        """The dtype of the weights."""
        return self._dtype_policy.variable_dtype

    @property
    def input_dtype(self):
        """The dtype inputs are cast to."""
        return self.compute_dtype

    @property
    def name(self):
        """The layer's name, unique in a model."""
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def path(self):
        """The layer's name with those of the layers above it."""
        return self._name
