"""Convolutional long short-term memory over sequences of lines, images or volumes."""

from minikeras import activations, config
from minikeras.layers.core import positive_integer
from minikeras.layers.recurrent_cell import ForgetBias, _RecurrentCell
from minikeras.layers.rnn import _CellRNN
from minikeras.layers.spec import InputSpec, who
from minikeras.ops import create, recurrent
from minikeras.ops.convolution import convolution
from minikeras.ops.joining import concatenate, split
from minikeras.ops.shaping import reshape
from minikeras.ops.spatial import margins, tuple_of

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]


class _ConvLSTMCell(ForgetBias, _RecurrentCell):
    """One step of a long short-term memory whose products are convolutions over `rank` axes.

    The inputs' convolution has the given strides, padding and dilation; the state's keeps its size. kernel:
    (*kernel_size, channels, 4 filters), recurrent_kernel: (*kernel_size, filters, 4 filters). See `LSTMCell`.
    """

    gates = 4

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        activation,
        recurrent_activation,
        use_bias,
        kernel_initializer,
        recurrent_initializer,
        bias_initializer,
        unit_forget_bias,
        kernel_regularizer,
        recurrent_regularizer,
        bias_regularizer,
        kernel_constraint,
        recurrent_constraint,
        bias_constraint,
        dropout,
        recurrent_dropout,
        seed,
        **kwargs,
    ):
        super().__init__(
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            **kwargs,
        )
        self.rank = rank
        self.filters = positive_integer(filters, "filters", self)
        self.kernel_size = tuple_of(kernel_size, rank, f"{who(self)}: kernel_size")
        self.strides = tuple_of(strides, rank, f"{who(self)}: strides")
        self.dilation_rate = tuple_of(dilation_rate, rank, f"{who(self)}: dilation_rate")
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"{who(self)}: padding must be 'valid' or 'same', received {padding!r}.")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{who(self)}: strides > 1 do not go together with dilation_rate > 1, received "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}. Set one of them to 1."
            )
        self.data_format = config.standardize_data_format(data_format)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [self.filters, self.filters]
        self.output_size = self.filters
        self.dropout_mask_count = self.gates

    def build(self, input_shape):
        _, *sizes = input_shape
        channels = sizes.pop(self._axis - 1 if self._axis == 1 else -1)
        if None in sizes or channels is None:
            raise ValueError(
                f"{who(self)} expected images of known size and channels, received shape {tuple(input_shape)}. "
                "Give all sizes in Input(shape), only the batch and the number of steps may be None."
            )
        pairs = margins(self.padding, sizes, self.kernel_size, self.strides, self.dilation_rate)
        self._state_sizes = tuple(
            (size + before + after - (k - 1) * d - 1) // s + 1
            for size, (before, after), k, s, d in zip(
                sizes, pairs, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        )
        width = self.filters * self.gates
        self._add_weights(
            (*self.kernel_size, channels, width), (*self.kernel_size, self.filters, width), (width,)
        )

    def call(self, inputs, states, training=False):
        h, c = states
        x_mask, h_mask = self._dropout_masks(inputs, h, training)
        return self._step(self._input_product(inputs, x_mask), h, c, h_mask)

    def get_initial_state(self, batch_size=None):
        """States of zeros, in a list."""
        sizes = (batch_size, *self._state_sizes)
        shape = (
            (*sizes[: self._axis], self.filters, *sizes[1:]) if self._axis == 1 else (*sizes, self.filters)
        )
        return [create.zeros(shape, self.compute_dtype), create.zeros(shape, self.compute_dtype)]

    def over_sequence(self, sequences, states, mask, reverse, training):
        """(outputs, states) of a whole sequence, the inputs of all steps convolved at once; None with dropout."""
        if training and (self.dropout or self.recurrent_dropout):
            return None
        batch, steps, *sizes = sequences.shape
        products = self._input_product(reshape(sequences, (batch * steps, *sizes)), None)
        products = reshape(products, (batch, steps, *products.shape[1:]))
        _, outputs, states = recurrent.walk(lambda x, s: self._step(x, *s), products, states, mask, reverse)
        return outputs, states

    def _step(self, inputs, h, c, h_mask=None):
        gates = inputs + self._product(h, self.recurrent_kernel, None, h_mask, 1, "same", 1)
        h, c = recurrent.lstm_step(gates, c, self.activation, self.recurrent_activation, axis=self._axis)
        return h, [h, c]

    def _input_product(self, inputs, mask):
        return self._product(
            inputs, self.kernel, self.bias, mask, self.strides, self.padding, self.dilation_rate
        )

    def _product(self, x, kernel, bias, mask, strides, padding, dilation):
        """A convolution for all four gates, of x dropped out for each gate by its own mask."""
        settings = strides, padding, self.data_format, dilation
        if mask is None:
            return convolution(x, kernel, bias, *settings)
        biases = [None] * len(mask) if bias is None else split(bias, len(mask))
        kernels = split(kernel, len(mask), axis=-1)
        parts = [convolution(x * m, k, b, *settings) for m, k, b in zip(mask, kernels, biases, strict=True)]
        return concatenate(parts, axis=self._axis)

    @property
    def _axis(self):
        """The channels' axis of a step's inputs."""
        return -1 if self.data_format == "channels_last" else 1


class _ConvLSTM(_CellRNN):
    """A convolutional LSTM over (batch, time, *spatial, channels), `rank` spatial axes."""

    cell_class = _ConvLSTMCell

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        **kwargs,
    ):
        cell = _ConvLSTMCell(
            rank=self.rank,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name="conv_lstm_cell",
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=self.rank + 3)


class ConvLSTM1D(_ConvLSTM):
    """A convolutional LSTM over (batch, time, size, channels) (Shi et al. 2015, https://arxiv.org/abs/1506.04214).

    strides, padding, dilation_rate: of the inputs' convolution. With data_format "channels_first", inputs are
    (batch, time, channels, size). For the rest see `LSTM` and `RNN`.

    >>> import numpy as np
    >>> ConvLSTM1D(4, 3, return_sequences=True)(np.ones((2, 5, 8, 1), "float32")).shape
    (2, 5, 6, 4)
    """

    rank = 1

    def expected_axes(self):
        return " (batch, time, size, channels)"


class ConvLSTM2D(_ConvLSTM):
    """A convolutional LSTM over (batch, time, rows, columns, channels); see `ConvLSTM1D`.

    >>> import numpy as np
    >>> ConvLSTM2D(4, 3, padding="same")(np.ones((2, 5, 8, 8, 1), "float32")).shape
    (2, 8, 8, 4)
    """

    rank = 2

    def expected_axes(self):
        return " (batch, time, rows, columns, channels)"


class ConvLSTM3D(_ConvLSTM):
    """A convolutional LSTM over (batch, time, depth, rows, columns, channels); see `ConvLSTM1D`.

    >>> import numpy as np
    >>> ConvLSTM3D(4, 2, strides=2)(np.ones((2, 3, 4, 4, 4, 1), "float32")).shape
    (2, 2, 2, 2, 4)
    """

    rank = 3

    def expected_axes(self):
        return " (batch, time, depth, rows, columns, channels)"
