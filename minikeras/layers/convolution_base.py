"""What the convolution layers share: windows that step over the spatial axes, a bias, an activation."""

from minikeras import activations, config, constraints, initializers, regularizers
from minikeras.layers.core import fused_activation
from minikeras.layers.layer import Layer
from minikeras.layers.settings import one_of
from minikeras.layers.spec import InputSpec, who
from minikeras.ops.spatial import channels_first, channels_last, margins, tuple_of

_AXES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


class BaseConv(Layer):
    """A layer that computes activation(something of a window · kernel + bias) in either data format.

    A family makes its kernels in `add_kernels`, says how many channels come out in `output_channels`, and computes in
    `convolved`, where the channels are last. A class of it says in `rank` how many spatial axes there are.
    """

    rank = 0
    paddings: tuple[str, ...] = ("valid", "same")
    casts_integers = True

    def __init__(
        self,
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
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.kernel_size = tuple_of(kernel_size, self.rank, f"{who(self)}: kernel_size")
        self.strides = tuple_of(strides, self.rank, f"{who(self)}: strides")
        self.padding = one_of(padding, self.paddings, "padding", self)
        self.data_format = config.standardize_data_format(data_format)
        self.dilation_rate = tuple_of(dilation_rate, self.rank, f"{who(self)}: dilation_rate")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._margins = {}

    def refuse_strides_with_dilation(self):
        """Raise unless the window steps by one or reads neighbours."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{who(self)}: strides > 1 do not go together with dilation_rate > 1, received "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}. Set one of them to 1."
            )

    # What a family says

    def add_kernels(self, channels):
        """Make the kernels for inputs of so many channels."""
        raise NotImplementedError

    def output_channels(self, channels):
        """How many channels come out where so many go in."""
        raise NotImplementedError

    def convolved(self, x, activation):
        """The convolution of x, channels last, with bias and activation (None, 'relu', 'sigmoid' or 'tanh')."""
        raise NotImplementedError

    def output_sizes(self, sizes):
        """The spatial sizes of the outputs; None stays unknown."""
        if self.padding == "valid":
            found = [
                None if size is None else (size - reach) // stride + 1
                for size, reach, stride in zip(sizes, self._reach(), self.strides, strict=True)
            ]
            if any(size is not None and size < 1 for size in found):
                self._refuse_sizes(sizes)
            return found
        return [
            None if size is None else -(-size // stride)
            for size, stride in zip(sizes, self.strides, strict=True)
        ]

    # What follows from it

    def build(self, input_shape):
        axis = 1 if self.data_format == "channels_first" else -1
        channels = input_shape[axis]
        if channels is None:
            raise ValueError(
                f"{who(self)} needs to know how many channels its inputs have, received shape {tuple(input_shape)}. "
                "Define that axis of the model's Input."
            )
        self.add_kernels(channels)
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.output_channels(channels),),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})

    def call(self, inputs):
        first = self.data_format == "channels_first"
        fused, rest = fused_activation(self.activation)
        y = self.convolved(channels_last(inputs) if first else inputs, fused)
        if first:
            y = channels_first(y)
        return y if rest is None else rest(y)

    def compute_output_shape(self, input_shape):
        batch, *sizes = input_shape
        first = self.data_format == "channels_first"
        channels = self.output_channels(sizes.pop(0) if first else sizes.pop())
        sizes = self.output_sizes(sizes)
        return (batch, channels, *sizes) if first else (batch, *sizes, channels)

    def expected_axes(self):
        axes = _AXES[self.rank]
        return (
            f" (batch, channels, {axes})"
            if self.data_format == "channels_first"
            else f" (batch, {axes}, channels)"
        )

    def margins_of(self, x):
        """The padding for inputs of this size, (before, after) for each axis."""
        sizes = x.shape[1:-1]
        found = self._margins.get(sizes)
        if found is None:
            self.output_sizes(sizes)
            found = margins(self.padding, sizes, self.kernel_size, self.strides, self.dilation_rate)
            self._margins[sizes] = found
        return found

    def _reach(self):
        """How far the window reaches along each axis, the gaps of dilation included."""
        return [(size - 1) * gap + 1 for size, gap in zip(self.kernel_size, self.dilation_rate, strict=True)]

    def _refuse_sizes(self, sizes):
        dilated = "" if max(self.dilation_rate) == 1 else f" (dilated by {self.dilation_rate})"
        raise ValueError(
            f"{who(self)}: the window of kernel_size={self.kernel_size}{dilated} is larger than the inputs' spatial size "
            f"{tuple(sizes)}. Use padding='same', a smaller kernel_size, or fewer layers before that shrink the input."
        )
