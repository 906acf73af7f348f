"""What the cells of recurrent layers share: their weights, and dropout that stays the same over a sequence."""

from minikeras import activations, constraints, initializers, regularizers
from minikeras.layers.core import fused_activation, positive_integer
from minikeras.layers.layer import Layer
from minikeras.layers.settings import number
from minikeras.layers.spec import who
from minikeras.ops import create
from minikeras.ops.joining import concatenate
from minikeras.ops.random import SeedGenerator, dropout
from minikeras.ops.shaping import expand_dims
from minikeras.registry import is_built_in


class DropoutRNNCell:
    """A mixin for cells with `dropout`, `recurrent_dropout` and `seed_generator`: masks drawn once a sequence.

    The masks are kept from step to step (Gal & Ghahramani 2016, https://arxiv.org/abs/1512.05287) until they are
    reset, which recurrent layers do before and after each sequence. With `dropout_mask_count`, each is a list of
    that many masks, one for each gate.
    """

    dropout_mask_count = None
    _dropout_mask = None
    _recurrent_dropout_mask = None

    def get_dropout_mask(self, step_input):
        """The mask for the inputs of a step, None without dropout."""
        if self._dropout_mask is None and self.dropout > 0:
            self._dropout_mask = self._create_dropout_mask(step_input, self.dropout)
        return self._dropout_mask

    def get_recurrent_dropout_mask(self, step_input):
        """The mask for the state before a step, None without recurrent dropout."""
        if self._recurrent_dropout_mask is None and self.recurrent_dropout > 0:
            self._recurrent_dropout_mask = self._create_dropout_mask(step_input, self.recurrent_dropout)
        return self._recurrent_dropout_mask

    def reset_dropout_mask(self):
        """Draw a new mask for the inputs at the next step."""
        self._dropout_mask = None

    def reset_recurrent_dropout_mask(self):
        """Draw a new mask for the state at the next step."""
        self._recurrent_dropout_mask = None

    def _create_dropout_mask(self, step_input, rate):
        ones = create.ones(step_input.shape, step_input.dtype)
        if self.dropout_mask_count is None:
            return dropout(ones, rate, seed=self.seed_generator)
        return [dropout(ones, rate, seed=self.seed_generator) for _ in range(self.dropout_mask_count)]


class _RecurrentCell(DropoutRNNCell, Layer):
    """A cell with a kernel for its inputs, one for its state and a bias, all holding `gates` gates side by side."""

    casts_integers = True
    gates = 1

    def __init__(
        self,
        activation,
        use_bias,
        kernel_initializer,
        recurrent_initializer,
        bias_initializer,
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
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        if use_bias and self.bias_initializer is None:
            raise ValueError(
                f"{who(self)}: bias_initializer must be an initializer such as 'zeros', received None. "
                "Pass use_bias=False for no bias."
            )
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, number(dropout, "dropout", self)))
        self.recurrent_dropout = min(1.0, max(0.0, number(recurrent_dropout, "recurrent_dropout", self)))
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def first_bias(self, shape, dtype=None):
        """The value the bias begins with."""
        return self.bias_initializer(shape, dtype=dtype)

    def _add_weights(self, kernel_shape, recurrent_shape, bias_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=recurrent_shape,
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=bias_shape,
                initializer=self.first_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _dropout_masks(self, inputs, state, training):
        """(mask for the inputs, mask for the state), each None where nothing is dropped."""
        if not training:
            return None, None
        return self.get_dropout_mask(inputs), self.get_recurrent_dropout_mask(state)


class ForgetBias:
    """A mixin for cells whose second gate of four is the forget gate."""

    def first_bias(self, shape, dtype=None):
        """Ones for the forget gate with `unit_forget_bias`: a cell begins by remembering (Jozefowicz et al. 2015)."""
        if not self.unit_forget_bias:
            return super().first_bias(shape, dtype)
        units = shape[0] // 4
        parts = [(units, self.bias_initializer), (units, create.ones), (2 * units, self.bias_initializer)]
        return concatenate([initializer((size,), dtype=dtype) for size, initializer in parts], axis=0)


class _DenseCell(_RecurrentCell):
    """A cell whose states are vectors of `units` numbers, reached by matrix products."""

    # Settings of the whole-sequence function that name activations.
    fused_settings: tuple[str, ...] = ("activation", "recurrent_activation")

    def __init__(self, units, implementation=2, **kwargs):
        super().__init__(**kwargs)
        self.units = positive_integer(units, "units", self)
        self.state_size = self.units
        self.output_size = self.units
        # Implementation 1 draws a mask for each gate, as recurrent dropout always does; 2 one for all gates.
        if self.gates > 1 and (implementation == 1 or self.recurrent_dropout):
            self.dropout_mask_count = self.gates

    def build(self, input_shape):
        width = self.units * self.gates
        self._add_weights((input_shape[-1], width), (self.units, width), self._bias_shape())

    def _bias_shape(self):
        return (self.units * self.gates,)

    def get_initial_state(self, batch_size=None):
        """States of zeros, in a list."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [create.zeros((batch_size, size), self.compute_dtype) for size in sizes]

    def over_sequence(self, sequences, states, mask, reverse, training):
        """(outputs, states) of a whole sequence in one kernel, or None if no kernel does what this cell does."""
        fused = {name: fused_activation(getattr(self, name)) for name in self.fused_settings}
        if any(rest is not None for _, rest in fused.values()) or not is_built_in(type(self)):
            return None
        if training and (self.recurrent_dropout or (self.dropout and self.dropout_mask_count)):
            return None
        if training and self.dropout:
            sequences = sequences * expand_dims(self.get_dropout_mask(sequences[:, 0]), 1)
        settings = {name: activation for name, (activation, _) in fused.items()}
        outputs, *states = self._sequence(sequences, *states, mask=mask, reverse=reverse, **settings)
        return outputs, states
