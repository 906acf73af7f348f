"""Separable convolution: each channel by itself, then the channels with each other (Chollet 2017)."""

from minikeras import constraints, initializers, regularizers
from minikeras.layers.convolution_base import BaseConv
from minikeras.layers.core import positive_integer
from minikeras.layers.depthwise_convolution import by_channel
from minikeras.layers.settings import with_defaults
from minikeras.ops.convolution import convolve

__all__ = ["SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D"]


class _SeparableConvolution(BaseConv):
    """A depthwise kernel (*window, channels, multiplier), then a pointwise one (1, ..., channels · multiplier, filters)."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
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
        self.filters = positive_integer(filters, "filters", self)
        self.depth_multiplier = positive_integer(depth_multiplier, "depth_multiplier", self)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def add_kernels(self, channels):
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*[1] * self.rank, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )

    def output_channels(self, channels):
        return self.filters

    def convolved(self, x, activation):
        each = convolve(
            x,
            by_channel(self.depthwise_kernel),
            None,
            strides=self.strides,
            padding=self.margins_of(x),
            dilation=self.dilation_rate,
            groups=x.shape[-1],
        )
        ones = (1,) * self.rank
        return convolve(
            each,
            self.pointwise_kernel,
            self.bias,
            strides=ones,
            padding=((0, 0),) * self.rank,
            dilation=ones,
            groups=1,
            activation=activation,
        )


class SeparableConv1D(_SeparableConvolution):
    """Separable convolution over time: inputs (batch, steps, channels), outputs (batch, new steps, filters).

    >>> import numpy as np
    >>> SeparableConv1D(6, 3)(np.ones((2, 10, 4), "float32")).shape
    (2, 8, 6)
    """

    rank = 1


class SeparableConv2D(_SeparableConvolution):
    """Separable convolution over images: inputs (batch, height, width, channels), outputs (batch, ..., filters).

    >>> import numpy as np
    >>> SeparableConv2D(6, 3, padding="same")(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 6)
    """

    rank = 2
    __init__ = with_defaults(_SeparableConvolution.__init__, strides=(1, 1), dilation_rate=(1, 1))


SeparableConvolution1D = SeparableConv1D
