"""Depthwise convolution: each channel by itself."""

from minikeras import constraints, initializers, regularizers
from minikeras.layers.convolution_base import BaseConv
from minikeras.layers.core import positive_integer
from minikeras.layers.settings import with_defaults
from minikeras.ops.convolution import convolve
from minikeras.ops.shaping import reshape

__all__ = ["DepthwiseConv1D", "DepthwiseConv2D"]


class _DepthwiseConvolution(BaseConv):
    """Every channel has depth_multiplier filters of its own: kernel (*window, channels, multiplier)."""

    def __init__(
        self,
        kernel_size,
        strides=1,
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
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
        self.depth_multiplier = positive_integer(depth_multiplier, "depth_multiplier", self)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def add_kernels(self, channels):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )

    def output_channels(self, channels):
        return channels * self.depth_multiplier

    def convolved(self, x, activation):
        return convolve(
            x,
            by_channel(self.kernel),
            self.bias,
            strides=self.strides,
            padding=self.margins_of(x),
            dilation=self.dilation_rate,
            groups=x.shape[-1],
            activation=activation,
        )


def by_channel(kernel):
    """A depthwise kernel (*window, channels, multiplier) as that of a convolution with one group for each channel."""
    *window, channels, multiplier = kernel.shape
    return reshape(kernel, (*window, 1, channels * multiplier))


class DepthwiseConv1D(_DepthwiseConvolution):
    """Convolution over time of each channel by itself: inputs (batch, steps, channels).

    >>> import numpy as np
    >>> DepthwiseConv1D(3, depth_multiplier=2)(np.ones((2, 10, 4), "float32")).shape
    (2, 8, 8)
    """

    rank = 1


class DepthwiseConv2D(_DepthwiseConvolution):
    """Convolution over images of each channel by itself: inputs (batch, height, width, channels).

    >>> import numpy as np
    >>> DepthwiseConv2D(3, padding="same")(np.ones((2, 8, 8, 4), "float32")).shape
    (2, 8, 8, 4)
    """

    rank = 2
    __init__ = with_defaults(_DepthwiseConvolution.__init__, strides=(1, 1), dilation_rate=(1, 1))
