"""Recurrent networks: one step of each kind of cell, the walk over a sequence, and whole sequences in one kernel."""

import numpy as np

from minikeras import kernels
from minikeras.autodiff import as_array, differentiable
from minikeras.nest import map_structure
from minikeras.ops import activation as activations
from minikeras.ops import elementwise, linalg, shape

# What the kernels can do within a step; whoever has another activation walks the steps one by one.
_ACTIVATIONS = {
    None: lambda x: x,
    "relu": activations.relu,
    "sigmoid": activations.sigmoid,
    "tanh": elementwise.tanh,
}


def lstm_step(gates, c, activation, recurrent_activation, axis=-1):
    """The next (h, c) from the sums of the four gates, stacked along `axis` as i, f, g, o, and the carry c.

    c' = σ(f) c + σ(i) φ(g);  h' = σ(o) φ(c'), with φ the activation and σ the recurrent one.
    """
    i, f, g, o = shape.split(gates, 4, axis=axis)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(c), c


def gru_step(inputs, recurrent, h, candidate, activation, recurrent_activation):
    """The next h from the inputs' part of the three gates z, r, g and the recurrent part of (at least) z and r.

    candidate(r): the recurrent part of g, which depends on the gate r. z = σ(.), r = σ(.), g = φ(. + candidate(r));
    h' = z h + (1 - z) g.
    """
    units = h.shape[-1]
    z, r, g = shape.split(inputs, 3, axis=-1)
    z = recurrent_activation(z + recurrent[:, :units])
    r = recurrent_activation(r + recurrent[:, units : 2 * units])
    return z * h + (1 - z) * activation(g + candidate(r))


def walk(step, x, states, mask=None, reverse=False, zero_output_for_mask=False):
    """`step(x_t, states) -> (output, states)` over the time axis of x (batch, time, ...): (last output, outputs, states).

    mask (batch, time): a step that is False keeps the states and repeats the output before it (zeros before the first;
    always zeros with zero_output_for_mask). With `reverse`, time is walked backwards, and outputs[:, j] belongs to
    the j-th step walked.
    """
    inputs = shape.unstack(x, axis=1)
    keep = [None] * len(inputs) if mask is None else list(np.moveaxis(as_array(mask).astype(bool), 1, 0))
    order = range(len(inputs))
    outputs = []
    for t in reversed(order) if reverse else order:
        output, new_states = step(inputs[t], states)
        if keep[t] is None:
            states = new_states
        else:
            before = outputs[-1] if outputs and not zero_output_for_mask else 0
            output = _kept(keep[t], output, before)
            states = map_structure(lambda new, old, k=keep[t]: _kept(k, new, old), new_states, states)
        outputs.append(output)
    return outputs[-1], shape.stack(outputs, axis=1), states


def _kept(keep, new, old):
    """`new` where the samples' step counts, `old` where it is masked out."""
    keep = keep.reshape(keep.shape + (1,) * (len(new.shape) - keep.ndim))
    return elementwise.where(keep, new, np.zeros(new.shape, new.dtype) if old is 0 else old)
