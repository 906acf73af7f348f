"""The simple recurrent network: its cell and its layer."""

from minikeras.layers.recurrent_cell import _DenseCell
from minikeras.layers.rnn import _CellRNN
from minikeras.layers.spec import InputSpec
from minikeras.ops import recurrent

__all__ = ["SimpleRNN", "SimpleRNNCell"]


class SimpleRNNCell(_DenseCell):
    """One step of a simple recurrent network: h' = activation(x · kernel + h · recurrent_kernel + bias).

    Called on (inputs (batch, features), [h]); gives (h', [h']).
    """

    fused_settings = ("activation",)

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(
            units=units,
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

    def call(self, sequence, states, training=False):
        h = states[0] if isinstance(states, (list, tuple)) else states
        x_mask, h_mask = self._dropout_masks(sequence, h, training)
        x = recurrent.plus(recurrent.product(sequence, self.kernel, x_mask), self.bias)
        h = self.activation(x + recurrent.product(h, self.recurrent_kernel, h_mask))
        return h, [h] if isinstance(states, (list, tuple)) else h

    def _sequence(self, sequences, h, **settings):
        return recurrent.simple_rnn(sequences, h, self.kernel, self.recurrent_kernel, self.bias, **settings)


class SimpleRNN(_CellRNN):
    """A simple recurrent network over (batch, time, features): h' = activation(x · kernel + h · recurrent_kernel + bias).

    Outputs (batch, units), or (batch, time, units) with return_sequences; see `RNN` for the call's arguments.

    >>> import numpy as np
    >>> SimpleRNN(4)(np.ones((2, 5, 3), "float32")).shape
    (2, 4)
    """

    cell_class = SimpleRNNCell

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs,
    ):
        cell = SimpleRNNCell(
            units,
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
            name="simple_rnn_cell",
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=3)

    def expected_axes(self):
        return " (batch, time, features)"
