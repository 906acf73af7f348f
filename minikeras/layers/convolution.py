"""Convolution over one, two and three spatial axes."""

from minikeras import activations, config, constraints, initializers, regularizers
from minikeras.layers.core import fused_activation, positive_integer
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.conv import channels_first, channels_last, convolve, margins, tuple_of

__all__ = ["Conv1D", "Conv2D", "Conv3D"]


class BaseConv(Layer):
    """A convolution of any rank: kernel (*window, channels / groups, filters), bias (filters,)."""

    casts_integers = True

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        groups=1,
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
        self.rank = rank
        self.filters = positive_integer(filters, "filters", self)
        self.groups = positive_integer(groups, "groups", self)
        self.kernel_size = tuple_of(kernel_size, rank, f"{who(self)}: kernel_size")
        self.strides = tuple_of(strides, rank, f"{who(self)}: strides")
        self.dilation_rate = tuple_of(dilation_rate, rank, f"{who(self)}: dilation_rate")
        self.padding = str(padding).lower()
        allowed = ("valid", "same", "causal") if rank == 1 else ("valid", "same")
        if self.padding not in allowed:
            raise ValueError(f"{who(self)}: padding must be one of {allowed}, received {padding!r}.")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{who(self)}: strides > 1 do not go together with dilation_rate > 1, received "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}."
            )
        if self.filters % self.groups:
            raise ValueError(f"{who(self)}: filters={filters} must be divisible by groups={groups}.")
        self.data_format = config.standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=rank + 2)

    def build(self, input_shape):
        axis = -1 if self.data_format == "channels_last" else 1
        channels = input_shape[axis]
        if channels is not None and channels % self.groups:
            raise ValueError(
                f"{who(self)}: the inputs' {channels} channels must be divisible by groups={self.groups}."
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, None if channels is None else channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        self._margins = {}

    def call(self, inputs):
        first = self.data_format == "channels_first"
        x = channels_last(inputs) if first else inputs
        sizes = tuple(x.shape[1:-1])
        pairs = self._margins.get(sizes)
        if pairs is None:
            pairs = self._margins[sizes] = self._checked_margins(sizes)
        fused, rest = fused_activation(self.activation)
        y = convolve(
            x,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=pairs,
            dilation=self.dilation_rate,
            groups=self.groups,
            activation=fused,
        )
        if first:
            y = channels_first(y)
        return y if rest is None else rest(y)

    def _checked_margins(self, sizes):
        window = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation_rate, strict=True)]
        if self.padding == "valid" and any(s < w for s, w in zip(sizes, window, strict=True)):
            raise ValueError(
                f"{who(self)}: the kernel's window {tuple(window)} is larger than the inputs' spatial size {sizes}. "
                "Use padding='same', a smaller kernel_size, or fewer layers that shrink the input before."
            )
        return margins(self.padding, sizes, self.kernel_size, self.strides, self.dilation_rate)


class Conv1D(BaseConv):
    """Convolution over time: inputs (batch, steps, channels), outputs (batch, new steps, filters).

    >>> import numpy as np
    >>> Conv1D(8, 3, padding="same")(np.ones((2, 10, 4), "float32")).shape
    (2, 10, 8)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        groups=1,
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
        super().__init__(
            1, filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip


class Conv2D(BaseConv):
    """Convolution over images: inputs (batch, height, width, channels), outputs (batch, ..., filters).

    >>> import numpy as np
    >>> Conv2D(6, 5, activation="relu")(np.ones((2, 28, 28, 1), "float32")).shape
    (2, 24, 24, 6)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        groups=1,
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
        super().__init__(
            2, filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip


class Conv3D(BaseConv):
    """Convolution over volumes: inputs (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> Conv3D(2, 3)(np.ones((1, 5, 5, 5, 1), "float32")).shape
    (1, 3, 3, 3, 2)
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1, 1),
        groups=1,
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
        super().__init__(
            3, filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer,
            kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
