"""Transposed convolution, which enlarges, over one, two and three spatial axes."""

from minikeras import constraints, initializers, regularizers
from minikeras.layers.convolution_base import BaseConv
from minikeras.layers.core import positive_integer
from minikeras.layers.settings import with_defaults
from minikeras.layers.spec import who
from minikeras.ops.convolution import conv_transpose, crops

__all__ = [
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
]


class _TransposedConvolution(BaseConv):
    """Each input lays down a window of outputs: kernel (*window, filters, channels), bias (filters,)."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
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
        self.output_padding = self._checked(output_padding)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def _checked(self, output_padding):
        if output_padding is None:
            return None
        values = (
            output_padding if isinstance(output_padding, (tuple, list)) else (output_padding,) * self.rank
        )
        if len(values) != self.rank or any(
            not isinstance(v, int) or isinstance(v, bool) or v < 0 for v in values
        ):
            raise ValueError(
                f"{who(self)}: output_padding must be an integer of at least 0, {self.rank} of them or None, "
                f"received {output_padding!r}."
            )
        if any(extra >= stride for extra, stride in zip(values, self.strides, strict=True)):
            raise ValueError(
                f"{who(self)}: output_padding must be less than the strides along each axis, received "
                f"output_padding={output_padding} and strides={self.strides}."
            )
        return tuple(values)

    def add_kernels(self, channels):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )

    def output_channels(self, channels):
        return self.filters

    def output_sizes(self, sizes):
        cut = crops(self.kernel_size, self.strides, self.padding, self.output_padding, self.dilation_rate)
        return [
            None if size is None else (size - 1) * stride + reach - before - after
            for size, stride, reach, (before, after) in zip(
                sizes, self.strides, self._reach(), cut, strict=True
            )
        ]

    def convolved(self, x, activation):
        y = conv_transpose(
            x,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            output_padding=self.output_padding,
            data_format="channels_last",
            dilation_rate=self.dilation_rate,
        )
        if self.bias is not None:
            y = y + self.bias
        return y if activation is None else self.activation(y)


class Conv1DTranspose(_TransposedConvolution):
    """Transposed convolution over time: inputs (batch, steps, channels), outputs (batch, new steps, filters).

    >>> import numpy as np
    >>> Conv1DTranspose(8, 3, strides=2, padding="same")(np.ones((2, 10, 4), "float32")).shape
    (2, 20, 8)
    """

    rank = 1


class Conv2DTranspose(_TransposedConvolution):
    """Transposed convolution over images, as decoders use it: inputs (batch, height, width, channels).

    >>> import numpy as np
    >>> Conv2DTranspose(3, 4, strides=2, padding="same")(np.ones((2, 7, 7, 8), "float32")).shape
    (2, 14, 14, 3)
    """

    rank = 2
    __init__ = with_defaults(_TransposedConvolution.__init__, strides=(1, 1), dilation_rate=(1, 1))


class Conv3DTranspose(_TransposedConvolution):
    """Transposed convolution over volumes: inputs (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> Conv3DTranspose(2, 2, strides=2)(np.ones((1, 3, 3, 3, 1), "float32")).shape
    (1, 6, 6, 6, 2)
    """

    rank = 3

    # The order is Keras's: here data_format stands before output_padding.
    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        data_format=None,
        output_padding=None,
        dilation_rate=(1, 1, 1),
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
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


Convolution1DTranspose, Convolution2DTranspose, Convolution3DTranspose = (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
)
