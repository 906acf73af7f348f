"""Recurrent layers over whole sequences."""

import numpy as np

from minikeras.export.emitters.table import emits

_ACTIVATIONS = {None: "Affine", "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def _reordered(value, order):
    """A known kernel or bias (its last axis holds the gates) with the gates in another order, transposed."""

    def change(array):
        gates = np.split(array, len(order), axis=-1)
        return np.concatenate([gates[i] for i in order], axis=-1).T

    return value.map(change)


def _sequence(
    graph, operator, order, x, states, kernel, recurrent_kernel, bias, activations, reverse, **attributes
):
    """A whole sequence in one node: outputs (batch, time, units), then the last states.

    bias: (inputs' bias, state's bias), each known or None. order: where this operator's gates lie in ours.
    """
    if not all(v is None or v.constant is not None for v in (kernel, recurrent_kernel, *bias)):
        graph.refuse("its weights are computed from its inputs", "Give it weights of its own.")
    units, dtype = recurrent_kernel.shape[0], x.dtype
    w, u = (_reordered(k, order).map(lambda a: a[None]) for k in (kernel, recurrent_kernel))
    if all(b is None for b in bias):
        together = None
    else:
        zeros = np.zeros(units * len(order), dtype)
        known = next(b for b in bias if b is not None)
        halves = [zeros if b is None else _reordered(b, order).constant for b in bias]
        together = known.map(lambda _: np.concatenate(halves)[None])
    x = graph.reversed(x, 1) if reverse else x
    first = [None if s.is_all(0) else graph.unsqueeze(s, 0) for s in states]
    names = [_ACTIVATIONS[a] for a in activations]
    affine = "Affine" in names
    outputs = graph.add(
        operator,
        graph.transpose(x, (1, 0, 2)),
        w,
        u,
        together,
        None,
        *first,
        outputs=1 + len(states),
        hidden_size=units,
        activations=names,
        activation_alpha=[1.0 if n == "Affine" else 0.0 for n in names] if affine else None,
        activation_beta=[0.0] * len(names) if affine else None,
        **attributes,
    )
    steps = graph.squeeze(outputs[0], 1)
    return (graph.name(graph.transpose(steps, (1, 0, 2))), *[graph.squeeze(s, 0) for s in outputs[1:]])


# Masks: no recurrent operator knows them, so the steps are walked by a Scan


def _masked(graph, x, states, kernel, bias, mask, reverse, step):
    """As `_sequence`; `step(inputs' part of the gates, states)` gives the next states, the first of which is the output.

    Where the mask does not hold, the states are kept and the output before is repeated: zeros before the first.
    """
    dtype = x.dtype
    gates = graph.add("MatMul", x, kernel)
    gates = gates if bias is None else graph.add("Add", gates, bias)
    holds = graph.cast(mask, "bool")
    if reverse:
        gates, holds = graph.reversed(gates, 1), graph.reversed(holds, 1)
    gates = graph.name(graph.transpose(gates, (1, 0, 2)))
    holds = graph.unsqueeze(graph.transpose(holds, (1, 0)), 2)

    def walk(before, slices):
        (output, *old), (inputs, hold) = before, slices
        new = step(inputs, old)
        kept = [graph.add("Where", hold, n, o) for n, o in zip(new, old, strict=True)]
        output = graph.add("Where", hold, new[0], output)
        return [output, *kept], output

    first = graph.add("Expand", np.zeros((), dtype), graph.ints(states[0].shape))
    begin = [(first, dtype), *[(graph.name(s), dtype) for s in states]]
    found = graph.scan(begin, [(gates, dtype), (holds, "bool")], walk)
    return (graph.name(graph.transpose(found[-1], (1, 0, 2))), *found[1:-1])


def _activated(graph, x, activation):
    return x if activation is None else graph.add(activation.capitalize(), x)


def _gated(graph, keep, old, new):
    """keep · old + (1 - keep) · new."""
    return graph.add("Add", new, graph.add("Mul", keep, graph.add("Sub", old, new)))


@emits("lstm")
def lstm(graph, x, h, c, kernel, recurrent_kernel, bias, mask, activation, recurrent_activation, reverse):
    """Gates i, f, g, o here; i, o, f, g there."""
    if mask is None or mask.is_all(True):
        activations = (recurrent_activation, activation, activation)
        order = (0, 3, 1, 2)
        return _sequence(
            graph, "LSTM", order, x, [h, c], kernel, recurrent_kernel, (bias, None), activations, reverse
        )

    def step(inputs, states):
        h, c = states
        gates = graph.add("Add", inputs, graph.add("MatMul", h, recurrent_kernel))
        i, f, g, o = graph.add("Split", gates, outputs=4, axis=1, num_outputs=4)
        i, f, o = (_activated(graph, gate, recurrent_activation) for gate in (i, f, o))
        kept = graph.add("Mul", f, c)
        c = graph.add("Add", kept, graph.add("Mul", i, _activated(graph, g, activation)))
        return [graph.add("Mul", o, _activated(graph, c, activation)), c]

    return _masked(graph, x, [h, c], kernel, bias, mask, reverse, step)


@emits("gru")
def gru(
    graph, x, h, kernel, recurrent_kernel, bias, mask, activation, recurrent_activation, reset_after, reverse
):
    """Gates z, r, g in both."""
    biases = (bias, None)
    if bias is not None and reset_after:
        biases = (bias.map(lambda b: b[0]), bias.map(lambda b: b[1]))
    if mask is None or mask.is_all(True):
        return _sequence(
            graph,
            "GRU",
            (0, 1, 2),
            x,
            [h],
            kernel,
            recurrent_kernel,
            biases,
            (recurrent_activation, activation),
            reverse,
            linear_before_reset=int(reset_after),
        )
    units = recurrent_kernel.shape[0]
    both, last = (
        recurrent_kernel.map(lambda k, s=s: k[:, s]) for s in (slice(2 * units), slice(2 * units, None))
    )
    sizes = np.asarray([2 * units, units])

    def step(inputs, states):
        (h,) = states
        x_zr, x_g = graph.add("Split", inputs, sizes, outputs=2, axis=1)
        if reset_after:
            recurrent = graph.add("MatMul", h, recurrent_kernel)
            recurrent = recurrent if biases[1] is None else graph.add("Add", recurrent, biases[1])
            h_zr, h_g = graph.add("Split", recurrent, sizes, outputs=2, axis=1)
        else:
            h_zr = graph.add("MatMul", h, both)
        gates = _activated(graph, graph.add("Add", x_zr, h_zr), recurrent_activation)
        z, r = graph.add("Split", gates, outputs=2, axis=1, num_outputs=2)
        part = graph.add("Mul", r, h_g) if reset_after else graph.add("MatMul", graph.add("Mul", r, h), last)
        return [_gated(graph, z, h, _activated(graph, graph.add("Add", x_g, part), activation))]

    return _masked(graph, x, [h], kernel, biases[0], mask, reverse, step)


@emits("simple_rnn")
def simple_rnn(graph, x, h, kernel, recurrent_kernel, bias, mask, activation, reverse):
    """One product and one activation."""
    if mask is None or mask.is_all(True):
        return _sequence(
            graph, "RNN", (0,), x, [h], kernel, recurrent_kernel, (bias, None), (activation,), reverse
        )

    def step(inputs, states):
        together = graph.add("Add", inputs, graph.add("MatMul", states[0], recurrent_kernel))
        return [_activated(graph, together, activation)]

    return _masked(graph, x, [h], kernel, bias, mask, reverse, step)
