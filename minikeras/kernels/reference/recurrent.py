"""LSTM, GRU and simple recurrent networks over whole sequences, and their gradients.

The part that does not depend on the state, x w + b for all steps, is one matrix product before the loop; the weight
gradients are one matrix product each after it. Inside, arrays are laid out time first, so that a step is contiguous.

With mask (n, t), a step that is masked out keeps the state and repeats the previous output (zeros before the first).
With `reverse`, time is walked backwards and outputs[:, j] belongs to the j-th step walked.
"""

import numpy as np

from .activation import activate, activation_gradient
from .arrays import column_sums, delivered, destination, widened


def lstm(x, w, u, b, h, c, mask, activation="tanh", recurrent_activation="sigmoid", reverse=False):
    """Long short-term memory (Hochreiter and Schmidhuber 1997): (outputs (n, t, units), h, c, saved).

    x (n, t, k), w (k, 4 units), u (units, 4 units), b (4 units,) or None, states h and c (n, units); gates i, f, g, o:

        c' = f c + i g;  h' = o activation(c')
    """
    if x.dtype == np.float16:
        return _widened_sequence(lstm, x, w, u, b, h, c, mask, activation, recurrent_activation, reverse)
    gates, mask = _time_major(x, w, b, reverse), _mask_steps(mask, reverse)
    units, steps = len(u), len(gates)
    hs, cs = _states(h, steps), _states(c, steps)
    outputs, previous = np.empty_like(hs[1:]), 0
    for t in range(steps):
        gate = gates[t]
        gate += hs[t] @ u
        activate(gate[:, : 2 * units], recurrent_activation)
        activate(gate[:, 2 * units : 3 * units], activation)
        activate(gate[:, 3 * units :], recurrent_activation)
        i, f, g, o = _split(gate, 4)
        np.multiply(f, cs[t], out=cs[t + 1])
        cs[t + 1] += i * g
        np.multiply(o, activate(cs[t + 1].copy(), activation), out=hs[t + 1])
        previous = _carry(mask, t, (hs, cs), hs[t + 1], previous, outputs)
    saved = (gates, hs, cs, mask, activation, recurrent_activation, reverse)
    return outputs.swapaxes(0, 1), hs[-1].copy(), cs[-1].copy(), saved


def lstm_gradient(doutputs, dh, dc, x, w, u, b, saved, into):
    """The gradients (dx, dw, du, db, dh0, dc0) of `lstm`; doutputs, dh and dc may each be None."""
    if x.dtype == np.float16:
        return _widened_gradient(lstm_gradient, doutputs, dh, dc, x, w, u, b, saved, into)
    gates, hs, cs, mask, activation, recurrent_activation, reverse = saved
    units = len(u)
    dgates = np.empty_like(gates)
    flow = _Backward(doutputs, dh, hs[0], mask)
    dc = np.zeros_like(cs[0]) if dc is None else dc.copy()
    for t in range(len(gates) - 1, -1, -1):
        dh, kept = flow.step(t)
        i, f, g, o = _split(gates[t], 4)
        squashed = activate(cs[t + 1].copy(), activation)
        dcell = dc + activation_gradient(dh * o, squashed, activation)
        dgate = dgates[t]
        di, df, dg, do = _split(dgate, 4)
        np.multiply(dcell, g, out=di)
        np.multiply(dcell, cs[t], out=df)
        np.multiply(dcell, i, out=dg)
        np.multiply(dh, squashed, out=do)
        dgate[:, : 2 * units] = activation_gradient(
            dgate[:, : 2 * units], gates[t][:, : 2 * units], recurrent_activation
        )
        dg[...] = activation_gradient(dg, g, activation)
        do[...] = activation_gradient(do, o, recurrent_activation)
        dcell *= f
        if kept is not None:
            dgate *= kept
            dcell = np.where(kept, dcell, dc)
        dc = dcell
        flow.dh = flow.through(dgate @ u.T, kept)
    shared = _weight_gradients(dgates, dgates, x, w, u, hs, reverse, into[:4])
    return (*shared, _optional(flow.dh, into[4]), _optional(dc, into[5]))


def gru(
    x, w, u, b, h, mask, activation="tanh", recurrent_activation="sigmoid", reset_after=True, reverse=False
):
    """Gated recurrent unit (Cho et al. 2014, https://arxiv.org/abs/1406.1078): (outputs (n, t, units), h, saved).

    Gates z, r, candidate g; b is (2, 3 units) when `reset_after` (input row, recurrent row), else (3 units,), or None:

        g = activation(x w_g + r (h u_g + b_g))   with reset_after, else   activation(x w_g + (r h) u_g)
        h' = z h + (1 - z) g
    """
    if x.dtype == np.float16:
        return _widened_sequence(
            gru, x, w, u, b, h, mask, activation, recurrent_activation, reset_after, reverse
        )
    split_bias = reset_after and b is not None
    gates = _time_major(x, w, b[0] if split_bias else b, reverse)
    mask = _mask_steps(mask, reverse)
    units, steps = len(u), len(gates)
    hs = _states(h, steps)
    inner = np.empty_like(hs[1:])  # h u_g + b_g with reset_after, else r h
    outputs, previous = np.empty_like(hs[1:]), 0
    for t in range(steps):
        gate = gates[t]
        z, r, g = _split(gate, 3)
        if reset_after:
            recurrent = hs[t] @ u
            if split_bias:
                recurrent += b[1]
            gate[:, : 2 * units] += recurrent[:, : 2 * units]
            inner[t] = recurrent[:, 2 * units :]
            activate(gate[:, : 2 * units], recurrent_activation)
            g += r * inner[t]
        else:
            gate[:, : 2 * units] += hs[t] @ u[:, : 2 * units]
            activate(gate[:, : 2 * units], recurrent_activation)
            np.multiply(r, hs[t], out=inner[t])
            g += inner[t] @ u[:, 2 * units :]
        activate(g, activation)
        np.multiply(z, hs[t] - g, out=hs[t + 1])
        hs[t + 1] += g
        previous = _carry(mask, t, (hs,), hs[t + 1], previous, outputs)
    saved = (gates, hs, inner, mask, activation, recurrent_activation, reset_after, reverse)
    return outputs.swapaxes(0, 1), hs[-1].copy(), saved


def gru_gradient(doutputs, dh, x, w, u, b, saved, into):
    """The gradients (dx, dw, du, db, dh0) of `gru`; doutputs and dh may each be None."""
    if x.dtype == np.float16:
        return _widened_gradient(gru_gradient, doutputs, dh, x, w, u, b, saved, into)
    gates, hs, inner, mask, activation, recurrent_activation, reset_after, reverse = saved
    units = len(u)
    dgates = np.empty_like(gates)
    drecurrent = np.empty_like(gates) if reset_after else dgates
    flow = _Backward(doutputs, dh, hs[0], mask)
    for t in range(len(gates) - 1, -1, -1):
        dh, kept = flow.step(t)
        z, r, g = _split(gates[t], 3)
        dgate = dgates[t]
        dz, dr, dg = _split(dgate, 3)
        dg[...] = activation_gradient(dh * (1 - z), g, activation)
        dz[...] = activation_gradient(dh * (hs[t] - g), z, recurrent_activation)
        if kept is not None:
            dg *= kept
            dz *= kept
        if reset_after:
            dr[...] = activation_gradient(dg * inner[t], r, recurrent_activation)
            drecurrent[t, :, : 2 * units] = dgate[:, : 2 * units]
            np.multiply(dg, r, out=drecurrent[t, :, 2 * units :])
            dprevious = drecurrent[t] @ u.T
        else:
            dreset = dg @ u[:, 2 * units :].T
            dr[...] = activation_gradient(dreset * hs[t], r, recurrent_activation)
            dprevious = dgate[:, : 2 * units] @ u[:, : 2 * units].T
            dprevious += dreset * r
        dprevious += dh * z if kept is None else dh * z * kept
        flow.dh = flow.through(dprevious, kept)
    dx, dw, du, db = _weight_gradients(
        dgates, drecurrent, x, w, u, hs, reverse, into[:4], None if reset_after else inner, reset_after
    )
    return dx, dw, du, db, _optional(flow.dh, into[4])


def simple_rnn(x, w, u, b, h, mask, activation="tanh", reverse=False):
    """The recurrence h' = activation(x w + h u + b): (outputs (n, t, units), h, saved)."""
    if x.dtype == np.float16:
        return _widened_sequence(simple_rnn, x, w, u, b, h, mask, activation, reverse)
    gates, mask = _time_major(x, w, b, reverse), _mask_steps(mask, reverse)
    hs = _states(h, len(gates))
    outputs, previous = np.empty_like(hs[1:]), 0
    for t in range(len(gates)):
        gates[t] += hs[t] @ u
        hs[t + 1] = activate(gates[t], activation)
        previous = _carry(mask, t, (hs,), hs[t + 1], previous, outputs)
    return outputs.swapaxes(0, 1), hs[-1].copy(), (gates, hs, mask, activation, reverse)


def simple_rnn_gradient(doutputs, dh, x, w, u, b, saved, into):
    """The gradients (dx, dw, du, db, dh0) of `simple_rnn`; doutputs and dh may each be None."""
    if x.dtype == np.float16:
        return _widened_gradient(simple_rnn_gradient, doutputs, dh, x, w, u, b, saved, into)
    gates, hs, mask, activation, reverse = saved
    dgates = np.empty_like(gates)
    flow = _Backward(doutputs, dh, hs[0], mask)
    for t in range(len(gates) - 1, -1, -1):
        dh, kept = flow.step(t)
        dgates[t] = activation_gradient(dh, gates[t], activation)
        if kept is not None:
            dgates[t] *= kept
        flow.dh = flow.through(dgates[t] @ u.T, kept)
    shared = _weight_gradients(dgates, dgates, x, w, u, hs, reverse, into[:4])
    return (*shared, _optional(flow.dh, into[4]))


class _Backward:
    """Gradients on their way back in time: of the state (dh) and of an output that masked steps repeated."""

    def __init__(self, doutputs, dh, h, mask):
        self.doutputs = None if doutputs is None else doutputs.swapaxes(0, 1)
        self.dh = np.zeros_like(h) if dh is None else dh
        self.mask = mask
        self.repeated = 0

    def step(self, t):
        """The gradient that step t's new state receives, and the step's mask as (n, 1) or None."""
        doutput = 0 if self.doutputs is None else self.doutputs[t]
        if self.mask is None:
            return self.dh + doutput, None
        kept = self.mask[t]
        doutput = doutput + self.repeated
        self.repeated = np.where(kept, 0, doutput).astype(self.dh.dtype, copy=False)
        return np.where(kept, self.dh + doutput, self.dh).astype(self.dh.dtype, copy=False), kept

    def through(self, dprevious, kept):
        """The gradient of the state before the step: untouched where the step was masked out."""
        return dprevious if kept is None else np.where(kept, dprevious, self.dh)


def _time_major(x, w, b, reverse):
    """x w + b for every step, time first and in the order walked: (t, n, gates)."""
    x = x.swapaxes(0, 1)
    if reverse:
        x = x[::-1]
    steps, n, width = x.shape
    gates = (x.reshape(steps * n, width) @ w).reshape(steps, n, w.shape[1])
    if b is not None:
        gates += b
    return gates


def _mask_steps(mask, reverse):
    """The mask as (t, n, 1) in the order walked, or None."""
    if mask is None:
        return None
    mask = mask.T[::-1] if reverse else mask.T
    return np.ascontiguousarray(mask)[..., None]


def _states(first, steps):
    states = np.empty((steps + 1, *first.shape), first.dtype)
    states[0] = first
    return states


def _split(gates, count):
    units = gates.shape[1] // count
    return [gates[:, index * units : (index + 1) * units] for index in range(count)]


def _carry(mask, t, states, output, previous, outputs):
    """Write the output of step t; where it is masked out, keep the states and repeat the previous output."""
    if mask is None:
        outputs[t] = output
        return previous
    outputs[t] = np.where(mask[t], output, previous)
    for state in states:
        np.copyto(state[t + 1], state[t], where=~mask[t])
    return outputs[t]


def _weight_gradients(dgates, drecurrent, x, w, u, hs, reverse, into, inner=None, split_bias=False):
    """(dx, dw, du, db) from the gradients of all gates: `inner` replaces h for the last gate (GRU, reset before)."""
    dx, dw, du, db = into
    steps, n, width = dgates.shape
    flat, recurrent = dgates.reshape(-1, width), drecurrent.reshape(-1, width)
    if dx is not None:
        stepwise = (flat @ w.T).reshape(steps, n, len(w))
        if reverse:
            stepwise = stepwise[::-1]
        dx = destination(dx, x.shape, x.dtype)
        dx[...] = stepwise.swapaxes(0, 1)
    if dw is not None:
        walked = x.swapaxes(0, 1)[::-1] if reverse else x.swapaxes(0, 1)
        dw = np.matmul(walked.reshape(-1, len(w)).T, flat, out=None if dw is True else dw)
    if du is not None:
        before = hs[:-1].reshape(-1, len(u))
        du = destination(du, u.shape, u.dtype)
        if inner is None:
            np.matmul(before.T, recurrent, out=du)
        else:
            split = 2 * len(u)
            du[:, :split] = before.T @ recurrent[:, :split]
            du[:, split:] = inner.reshape(-1, len(u)).T @ recurrent[:, split:]
    if db is not None:
        if split_bias:
            db = destination(db, (2, width), x.dtype)
            column_sums(flat, db[0])
            column_sums(recurrent, db[1])
        else:
            db = column_sums(flat, None if db is True else db)
    return dx, dw, du, db


def _optional(value, into):
    return None if into is None else delivered(value, into)


def _widened_sequence(kernel, x, *arguments):
    """A float16 sequence in float32; `saved` stays in float32 for the gradient."""
    *results, saved = kernel(*(a.astype(np.float32) if _is_half(a) else a for a in (x, *arguments)))
    return (*(result.astype(np.float16) for result in results), saved)


def _widened_gradient(kernel, *arguments):
    *arrays, saved, into = arguments
    wanted = tuple(None if entry is None else True for entry in into)
    results = widened(lambda *wide: kernel(*wide, saved, wanted), *arrays)
    return tuple(delivered(result, entry) for result, entry in zip(results, into, strict=True))


def _is_half(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float16
