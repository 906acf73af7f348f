"""Convolution over one, two and three spatial axes."""

from minikeras import constraints, initializers, regularizers
from minikeras.layers.convolution_base import BaseConv
from minikeras.layers.core import positive_integer
from minikeras.layers.settings import with_defaults
from minikeras.layers.spec import who
from minikeras.ops.convolution import convolve

__all__ = ["Conv1D", "Conv2D", "Conv3D"]


class _Convolution(BaseConv):
    """Each filter's window slides over the inputs: kernel (*window, channels / groups, filters), bias (filters,)."""

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
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.refuse_strides_with_dilation()
        self.filters = positive_integer(filters, "filters", self)
        self.groups = positive_integer(groups, "groups", self)
        if self.filters % self.groups:
            raise ValueError(f"{who(self)}: filters={filters} must be divisible by groups={groups}.")
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def add_kernels(self, channels):
        if channels % self.groups:
            raise ValueError(
                f"{who(self)}: the inputs' {channels} channels must be divisible by groups={self.groups}."
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )

    def output_channels(self, channels):
        return self.filters

    def convolved(self, x, activation):
        return convolve(
            x,
            self.kernel,
            self.bias,
            strides=self.strides,
            padding=self.margins_of(x),
            dilation=self.dilation_rate,
            groups=self.groups,
            activation=activation,
        )


class Conv1D(_Convolution):
    """Convolution over time: inputs (batch, steps, channels), outputs (batch, new steps, filters).

    padding='causal' lets an output depend on its own and earlier steps only.

    >>> import numpy as np
    >>> Conv1D(8, 3, padding="causal")(np.ones((2, 10, 4), "float32")).shape
    (2, 10, 8)
    """

    rank = 1
    paddings = ("valid", "same", "causal")


class Conv2D(_Convolution):
    """Convolution over images: inputs (batch, height, width, channels), outputs (batch, ..., filters).

    >>> import numpy as np
    >>> Conv2D(6, 5, activation="relu")(np.ones((2, 28, 28, 1), "float32")).shape
    (2, 24, 24, 6)
    """

    rank = 2
    __init__ = with_defaults(_Convolution.__init__, strides=(1, 1), dilation_rate=(1, 1))


class Conv3D(_Convolution):
    """Convolution over volumes: inputs (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> Conv3D(2, 3)(np.ones((1, 5, 5, 5, 1), "float32")).shape
    (1, 3, 3, 3, 2)
    """

    rank = 3
    __init__ = with_defaults(_Convolution.__init__, strides=(1, 1, 1), dilation_rate=(1, 1, 1))
