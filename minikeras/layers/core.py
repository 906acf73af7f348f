"""The core layers: the model's input, the dense layer, an activation on its own."""

from minikeras import activations, constraints, initializers, regularizers, spellings
from minikeras.autodiff import SymbolicTensor
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.products import dense
from minikeras.spellings import older
from minikeras.spellings.calls import accepting

__all__ = ["Activation", "Dense", "Identity", "Input", "InputLayer"]


class InputLayer(Layer):
    """Where a model's data comes in; usually made by `Input`."""

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if sparse or ragged:
            raise ValueError("Input: sparse and ragged inputs do not exist here. Pass dense arrays.")
        if batch_shape is None and shape is None and isinstance(input_tensor, SymbolicTensor):
            batch_shape = input_tensor.shape
        if batch_shape is None:
            if shape is None:
                raise ValueError(
                    "Input expected shape=, the shape of one sample, such as Input((28, 28, 1))."
                )
            shape = (shape,) if hasattr(shape, "__index__") else tuple(shape)
            batch_shape = (batch_size, *shape)
        elif shape is not None:
            raise ValueError("Input received both shape= and batch_shape=. Pass one of them.")
        if any(s is not None and (not hasattr(s, "__index__") or s < 0) for s in batch_shape):
            raise ValueError(
                f"Input: the sizes of a shape are positive integers or None, received {tuple(batch_shape)}."
            )
        self.batch_shape = tuple([None if s is None else int(s) for s in batch_shape])
        self.optional = optional
        self._input_type = dtype
        tensor = (
            input_tensor
            if input_tensor is not None
            else SymbolicTensor(self.batch_shape, dtype, name=self.name)
        )
        self._input_dtype = tensor.dtype
        self.built = True
        # The input's own call makes the tensor: the beginning of the graph.
        self._connect(tensor)

    def _connect(self, tensor):
        from_nothing = tensor.call is None
        if from_nothing:
            tensor.call = _InputCall(self, tensor)
        self._calls.append(tensor.call)

    def call(self, inputs):
        """The inputs as they are."""
        return inputs

    @property
    def dtype(self):
        """The dtype of the data."""
        return "string" if self._input_dtype.kind == "O" else self._input_dtype.name

    @property
    def output(self):
        """The symbolic tensor that stands for the data."""
        return self._calls[0].outputs

    input = output

    def get_config(self):
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "optional": self.optional,
            "name": self.name,
        }


class _InputCall:
    """The call that makes an input: it has no arguments."""

    __slots__ = ("args", "function", "inputs", "kwargs", "outputs")

    def __init__(self, layer, tensor):
        self.function, self.args, self.kwargs, self.inputs, self.outputs = layer, (), {}, [], tensor


@accepting
def Input(
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
):
    """A symbolic tensor that stands for a model's data: `shape` is that of one sample, without the batch axis.

    >>> Input(shape=(28, 28, 1), name="image")
    <SymbolicTensor shape=(None, 28, 28, 1), dtype=float32, name=image>
    """
    layer = InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)
    return layer.output


# Activations whose gradient needs only the output, computed inside the kernel of the layer before them.
_FUSED = {"linear": None, "relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh"}


def fused_activation(activation):
    """(activation for the kernel, activation to apply after it) for a layer's activation function."""
    name = getattr(activation, "__name__", None)
    if name in _FUSED and getattr(activations, name, None) is activation:
        return _FUSED[name], None
    return None, activation


class Dense(Layer):
    """activation(inputs · kernel + bias): every input feature to every unit.

    Inputs (batch, ..., features); outputs (batch, ..., units); kernel (features, units), bias (units,).

    >>> import numpy as np
    >>> Dense(3, activation="relu")(np.ones((2, 4), "float32")).shape
    (2, 3)
    """

    casts_integers = True

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = positive_integer(units, "units", self)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape):
        features = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(features, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs, training=None):
        fused, rest = fused_activation(self.activation)
        y = dense(inputs, self.kernel, self.bias, activation=fused)
        return y if rest is None else rest(y)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def expected_axes(self):
        return " (batch, features)"


class Activation(Layer):
    """An activation function as a layer: a name such as 'relu', or a function."""

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


class Identity(Layer):
    """The inputs as they are."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape


def positive_integer(value, name, layer):
    """A size given by the user, checked; whole floats count, as they did in older versions."""
    if isinstance(value, float) and value.is_integer():
        older(f"{type(layer).__name__}({name}={value!r})", f"{type(layer).__name__}({name}={int(value)})")
        value = int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__") or value <= 0:
        raise ValueError(f"{who(layer)}: {name} must be a positive integer, received {name}={value!r}.")
    return int(value)


__getattr__ = spellings.moved("layers.core")
