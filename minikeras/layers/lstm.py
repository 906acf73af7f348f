"""Long short-term memory: its cell and its layer (Hochreiter & Schmidhuber 1997)."""

from minikeras import activations
from minikeras.layers.recurrent_cell import ForgetBias, _DenseCell
from minikeras.layers.rnn import _CellRNN
from minikeras.layers.spec import InputSpec
from minikeras.ops import recurrent

__all__ = ["LSTM", "LSTMCell"]


class LSTMCell(ForgetBias, _DenseCell):
    """One step of a long short-term memory, with φ the activation and σ the recurrent one.

        i, f, g, o = x · kernel + h · recurrent_kernel + bias
        c' = σ(f) c + σ(i) φ(g);  h' = σ(o) φ(c')

    Called on (inputs (batch, features), [h, c]); gives (h', [h', c']).
    """

    gates = 4

    def __init__(
        self,
        units,
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
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [self.units, self.units]

    def call(self, inputs, states, training=False):
        h, c = states
        x_mask, h_mask = self._dropout_masks(inputs, h, training)
        gates = recurrent.product(inputs, self.kernel, x_mask) + recurrent.product(
            h, self.recurrent_kernel, h_mask
        )
        gates = recurrent.plus(gates, self.bias)
        h, c = recurrent.lstm_step(gates, c, self.activation, self.recurrent_activation)
        return h, [h, c]

    def _sequence(self, sequences, h, c, **settings):
        return recurrent.lstm(sequences, h, c, self.kernel, self.recurrent_kernel, self.bias, **settings)


class LSTM(_CellRNN):
    """A long short-term memory over (batch, time, features).

    Outputs (batch, units), or (batch, time, units) with return_sequences; with return_state also the last h and c. See
    `LSTMCell` for the formulas and `RNN` for the call's arguments. unit_forget_bias: the forget gate's bias begins with
    ones. dropout, recurrent_dropout: rates for the inputs and for h, the same elements at all steps of a sequence.
    use_cudnn: accepted; the sequence runs in one kernel when the activations are linear, relu, sigmoid or tanh and no
    recurrent dropout is at work, else step by step.

    >>> import numpy as np
    >>> outputs, h, c = LSTM(4, return_sequences=True, return_state=True)(np.ones((2, 5, 3), "float32"))
    >>> outputs.shape, h.shape, c.shape
    ((2, 5, 4), (2, 4), (2, 4))
    """

    cell_class = LSTMCell

    def __init__(
        self,
        units,
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
        unroll=False,
        use_cudnn="auto",
        **kwargs,
    ):
        cell = LSTMCell(
            units,
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
            name="lstm_cell",
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
