"""The recurrent layer: a cell walked over the time axis; and cells stacked to one."""

import operator

import numpy as np

from minikeras.autodiff import SymbolicTensor, Tensor, Variable, as_array
from minikeras.layers.layer import Layer
from minikeras.layers.recurrent_cell import DropoutRNNCell
from minikeras.layers.spec import who
from minikeras.nest import flatten, is_nested, map_structure, pack_like
from minikeras.ops import create, elementwise
from minikeras.ops.indexing import getitem
from minikeras.ops.recurrent import kept, walk
from minikeras.ops.reduce import any as any_of
from minikeras.ops.shaping import flip
from minikeras.serialization import constructor_parameters, deserialize

__all__ = ["RNN", "StackedRNNCells"]


class RNN(Layer):
    """A cell applied to one step after another of (batch, time, ...) sequences.

    cell: has `call(inputs, states) -> (output, new states)` and `state_size`, an integer or a list of them (one for
        each state); it may have `output_size`, `get_initial_state(batch_size)` (zeros otherwise), and its `call` may
        take `training`. A list of cells is stacked.
    return_sequences: return the outputs of all steps instead of the last one. return_state: return (output, *states).
    go_backwards: walk time backwards; the outputs come in the order walked. stateful: begin each batch with the states
        at the end of the one before. unroll: accepted; the steps are walked one by one in any case.
    zero_output_for_mask: masked steps give zeros instead of the output before them.

    Called on (sequences, initial_state=None, mask=None, training=False); where the mask (batch, time) is False the
    states are carried over and the output repeats the one before.

    >>> import minikeras as keras
    >>> class Decay(keras.Layer):
    ...     state_size = 3
    ...
    ...     def call(self, inputs, states):
    ...         output = 0.5 * states[0] + inputs
    ...         return output, [output]
    >>> keras.layers.RNN(Decay())(np.ones((1, 4, 3), "float32"))
    Tensor([[1.875 1.875 1.875]], shape=(1, 3), dtype=float32)
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.cell = StackedRNNCells(cell) if isinstance(cell, (list, tuple)) else _checked(cell, self)
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True
        self.single_state = isinstance(self.cell.state_size, (int, np.integer))
        self.state_size = [self.cell.state_size] if self.single_state else list(self.cell.state_size)
        self._memory = _Memory()

    def build(self, sequences_shape, initial_state_shape=None):
        self._build_shape = tuple(sequences_shape)
        step_shape = (sequences_shape[0], *sequences_shape[2:])
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build(step_shape)
            self.cell.built = True
        if self.stateful:
            self._remember_from(sequences_shape[0])

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if not sequences.shape[1]:
            raise ValueError(
                f"{who(self)} expected at least one time step, received shape {sequences.shape}. "
                "Leave empty sequences out."
            )
        states = self._first_states(sequences.shape[0], initial_state)
        mask = None if mask is None else elementwise.cast(flatten(mask)[0], "bool").array
        _reset_dropout(self.cell)
        try:
            last, outputs, states = self.inner_loop(sequences, states, mask, training)
        finally:
            _reset_dropout(self.cell)
        if any(value.dtype != self._input_dtype for value in (last, outputs, *flatten(states))):
            last, outputs, states = map_structure(self._computed, [last, outputs, states])
        for memory, state in zip(flatten(self.states), flatten(states), strict=True) if self.stateful else ():
            memory.assign(state)
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """(last output, outputs, last states): in one kernel where the cell has one, else step by step."""
        if hasattr(self.cell, "over_sequence") and (mask is None or mask.ndim == 2):
            found = self.cell.over_sequence(sequences, initial_state, mask, self.go_backwards, training)
            if found is not None:
                return self._masked(*found, mask)

        def step(inputs, states):
            return call_cell(self.cell, inputs, states, training)

        return walk(step, sequences, initial_state, mask, self.go_backwards, self.zero_output_for_mask)

    def _masked(self, outputs, states, mask):
        """(last output, outputs, states) from a kernel, whose last output is the (last cell's) first state."""
        last = flatten(states[-1])[0] if is_nested(states[-1]) else states[0]
        if mask is None:
            return last, outputs, states
        walked = flip(mask, 1) if self.go_backwards else mask
        counts = getitem(walked, (slice(None), -1)) if self.zero_output_for_mask else any_of(walked, axis=1)
        if self.zero_output_for_mask:
            outputs = kept(walked, outputs, 0)
        return kept(counts, last, 0), outputs, states

    def _computed(self, value):
        return value if value.dtype == self._input_dtype else elementwise.cast(value, self.compute_dtype)

    # States

    @property
    def states(self):
        """The states that a stateful layer carries from batch to batch; None before it is built."""
        return self._memory.states

    @property
    def replayable(self):
        """Not if states are kept from batch to batch: the layer stores them outside the functions it applies."""
        return not self.stateful

    def get_initial_state(self, batch_size):
        """The states before the first step, in a list: the cell's own, or zeros."""
        if hasattr(self.cell, "get_initial_state"):
            states = self.cell.get_initial_state(batch_size=batch_size)
            return list(states) if is_nested(states) else [states]
        return map_structure(
            lambda size: create.zeros((batch_size, size), self.compute_dtype), self.state_size
        )

    def reset_state(self):
        """Begin the next batch with states of zeros."""
        for state in flatten(self.states or []):
            state.assign(np.zeros(state.shape, state.dtype))

    def reset_states(self):
        """An older name of `reset_state`."""
        self.reset_state()

    def _remember_from(self, batch_size):
        if self.states is not None:
            self.reset_state()
            return
        if batch_size is None:
            raise ValueError(
                f"{who(self)} is stateful, so it expected a fixed batch size, received None. Begin the model with "
                "Input(shape, batch_size=...)."
            )

        def variable(state):
            return Variable(state, dtype=self.variable_dtype, trainable=False, name="rnn_state")

        self._memory.states = map_structure(variable, self.get_initial_state(batch_size))

    def _first_states(self, batch, given):
        """The states to begin with, checked, in the dtype of the cell's computations."""
        expected = self.get_initial_state(batch)
        if self.stateful and flatten(self.states)[0].shape[0] != batch:
            raise ValueError(
                f"{who(self)} is stateful, so it expected batches of {flatten(self.states)[0].shape[0]} samples, "
                f"received {batch}. Use batches of one size, or stateful=False."
            )
        if given is None:
            return map_structure(lambda v: v.value, self.states) if self.stateful else expected
        wanted, shapes = [s.shape for s in flatten(expected)], [np.shape(s) for s in flatten(given)]
        if wanted != shapes:
            raise ValueError(
                f"{who(self)} expected initial_state of shapes {wanted}, received {shapes}. "
                "Pass one tensor for each state of the cell, in a list."
            )
        states = [self._computed(s if isinstance(s, Tensor) else Tensor(as_array(s))) for s in flatten(given)]
        return pack_like(expected, states)

    # Shapes and masks

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        """The shapes of the outputs: those of a sequence of one step, with the real number of steps."""
        batch, steps, *rest = sequences_shape
        if self.stateful and self.states is not None:
            batch = flatten(self.states)[0].shape[0]
        self._build_if_needed((SymbolicTensor((batch, steps, *rest), self.compute_dtype),), {})
        found = super().compute_output_shape((batch, 1, *rest))
        if not self.return_sequences:
            return found
        outputs = found[0] if self.return_state else found
        outputs = (outputs[0], steps, *outputs[2:])
        return (outputs, *found[1:]) if self.return_state else outputs

    def compute_mask(self, inputs, previous_mask):
        mask = flatten(previous_mask)[0] if self.return_sequences else None
        return [mask, *(None for _ in flatten(self.state_size))] if self.return_state else mask

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if "cell" in config:
            config["cell"] = deserialize(config["cell"], custom_objects, "layer")
        return super().from_config(config)


class _CellRNN(RNN):
    """A recurrent layer that makes its own cell, of `cell_class`, and shows the cell's arguments as its own."""

    casts_integers = True
    cell_class: type | None = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name in constructor_parameters(cls.cell_class) if "cell_class" in cls.__dict__ else ():
            setattr(cls, name, property(operator.attrgetter(f"cell.{name}"), doc=f"The cell's {name}."))

    def get_config(self):
        config = super().get_config()
        config.pop("use_cudnn", None)
        return {**config, "unroll": self.unroll, "zero_output_for_mask": self.zero_output_for_mask}


class StackedRNNCells(Layer):
    """Cells one after another, as one cell: each takes the output of the one before.

    Its states are the lists of the cells' states, in a list.

    >>> import minikeras as keras
    >>> cells = keras.layers.StackedRNNCells([keras.layers.GRUCell(4), keras.layers.LSTMCell(2)])
    >>> keras.layers.RNN(cells)(np.ones((1, 5, 3), "float32")).shape
    (1, 2)
    """

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        if not cells:
            raise ValueError(f"{who(self)} expected a list of at least one cell, received {cells!r}.")
        self.cells = [_checked(cell, self) for cell in cells]

    @property
    def state_size(self):
        """The cells' state sizes, in a list."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self):
        """The output size of the last cell."""
        return _output_size(self.cells[-1])

    def build(self, input_shape):
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], _output_size(cell))

    def get_initial_state(self, batch_size=None):
        """The states before the first step: a list for each cell with its own states, or zeros."""
        states = []
        for cell in self.cells:
            if hasattr(cell, "get_initial_state"):
                states.append(cell.get_initial_state(batch_size=batch_size))
            else:
                dtype = self.compute_dtype
                states.append(
                    map_structure(lambda n, d=dtype: create.zeros((batch_size, n), d), cell.state_size)
                )
        return states

    def call(self, inputs, states, training=False):
        new_states = []
        for cell, state in zip(self.cells, states, strict=True):
            inputs, new_state = call_cell(cell, inputs, state if is_nested(state) else [state], training)
            new_states.append(new_state if is_nested(state) else new_state[0])
        return inputs, new_states

    def over_sequence(self, sequences, states, mask, reverse, training):
        """(outputs, states) of a whole sequence, cell after cell in one kernel each; None if one of them has none."""
        if not all(hasattr(cell, "over_sequence") for cell in self.cells):
            return None
        new_states = []
        for cell, state in zip(self.cells, states, strict=True):
            found = cell.over_sequence(sequences, state, mask, reverse, training)
            if found is None:
                return None
            sequences, new_state = found
            new_states.append(new_state)
            if reverse:  # the outputs come in the order walked, which the next cells keep
                mask, reverse = None if mask is None else flip(mask, 1).array, False
        return sequences, new_states

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return super().from_config({**config, "cells": deserialize(config["cells"], custom_objects, "layer")})


class _Memory:
    """The states that a stateful layer carries: kept apart, as they belong to the data and not to the weights."""

    states = None


def call_cell(cell, inputs, states, training):
    """One step of a cell, which may be a layer or any object with a `call`: (output, new states in a list)."""
    if isinstance(cell, Layer):
        output, states = cell(inputs, states, training=training)
    else:
        output, states = cell.call(inputs, states)
    return output, list(states) if is_nested(states) else [states]


def _checked(cell, layer):
    for name in ("call", "state_size"):
        if getattr(cell, name, None) is None:
            raise ValueError(
                f"{who(layer)} expected a cell: an object with call(inputs, states) and state_size; received {cell!r}, "
                f"which has no {name}."
            )
    size = cell.state_size
    if not isinstance(size, (int, np.integer, list, tuple)):
        raise ValueError(
            f"{who(layer)}: a cell's state_size must be an integer or a list of integers (one for each state), "
            f"received {size!r}."
        )
    return cell


def _output_size(cell):
    """The size of a cell's output: what it says, or that of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
    return size[0] if isinstance(size, (list, tuple)) else size


def _reset_dropout(cell):
    """Let a cell, or each of a stack of cells, draw its dropout masks anew."""
    for one in cell.cells if isinstance(cell, StackedRNNCells) else [cell]:
        if isinstance(one, DropoutRNNCell):
            one.reset_dropout_mask()
            one.reset_recurrent_dropout_mask()
