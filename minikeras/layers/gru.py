"""The gated recurrent unit: its cell and its layer (Cho et al. 2014)."""

from minikeras import activations
from minikeras.layers.recurrent_cell import _DenseCell
from minikeras.layers.rnn import _CellRNN
from minikeras.layers.spec import InputSpec
from minikeras.ops import recurrent

__all__ = ["GRU", "GRUCell"]


class GRUCell(_DenseCell):
    """One step of a gated recurrent unit; `ops.recurrent.gru_step` has the formulas.

    reset_after: the reset gate acts after the product with the recurrent kernel, and inputs and state have a bias each.
    Called on (inputs (batch, features), [h]); gives (h', [h']).
    """

    gates = 3

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
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
        reset_after=True,
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
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = reset_after

    def call(self, inputs, states, training=False):
        h = states[0] if isinstance(states, (list, tuple)) else states
        x_mask, h_mask = self._dropout_masks(inputs, h, training)
        input_bias, recurrent_bias = self._biases()
        gates = recurrent.plus(recurrent.product(inputs, self.kernel, x_mask), input_bias)
        functions = self.activation, self.recurrent_activation
        h = recurrent.gru_step(
            gates, h, self.recurrent_kernel, recurrent_bias, self.reset_after, *functions, h_mask
        )
        return h, [h] if isinstance(states, (list, tuple)) else h

    def _bias_shape(self):
        width = self.units * self.gates
        return (2, width) if self.reset_after else (width,)

    def _biases(self):
        if self.bias is None or not self.reset_after:
            return self.bias, None
        return self.bias[0], self.bias[1]

    def _sequence(self, sequences, h, **settings):
        weights = self.kernel, self.recurrent_kernel, self.bias
        return recurrent.gru(sequences, h, *weights, reset_after=self.reset_after, **settings)


class GRU(_CellRNN):
    """Gated recurrent units over (batch, time, features).

    Outputs (batch, units), or (batch, time, units) with return_sequences; with return_state also the last h. See
    `GRUCell` for reset_after, `RNN` for the call's arguments, and `LSTM` for dropout and use_cudnn.

    >>> import numpy as np
    >>> GRU(4, return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
    (2, 5, 4)
    """

    cell_class = GRUCell

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
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
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        reset_after=True,
        use_cudnn="auto",
        **kwargs,
    ):
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
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
            reset_after=reset_after,
            seed=seed,
            name="gru_cell",
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            implementation=kwargs.pop("implementation", 2),
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
        self.use_cudnn = use_cudnn

    def expected_axes(self):
        return " (batch, time, features)"
