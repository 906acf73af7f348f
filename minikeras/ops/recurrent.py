"""Recurrent networks: one step of each kind of cell, the walk over a sequence, and whole sequences in one kernel."""

from minikeras import kernels
from minikeras.autodiff import differentiable
from minikeras.nest import map_structure
from minikeras.ops import activation as activations
from minikeras.ops import elementwise, products
from minikeras.ops.joining import concatenate, split, stack, unstack
from minikeras.ops.shaping import reshape

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
    i, f, g, o = split(gates, 4, axis=axis)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(c), c


def gru_step(inputs, h, kernel, bias, reset_after, activation, recurrent_activation, masks=None):
    """The next h from the inputs' part of the gates z, r, g and the recurrent kernel and bias.

    masks: dropout masks for h, one for each gate. With φ the activation and σ the recurrent one:

        z, r = σ(x_zr + h u_zr + b_zr)
        g = φ(x_g + r (h u_g + b_g))   with reset_after, else   φ(x_g + (r h) u_g)
        h' = z h + (1 - z) g
    """
    cut = 2 * kernel.shape[0]
    if reset_after:
        recurrent = plus(product(h, kernel, masks), bias)
    else:
        recurrent = product(h, kernel[:, :cut], masks and masks[:2])
    # Each gate for itself: softmax, for one, does not take the elements one by one.
    z, r = map(recurrent_activation, split(inputs[:, :cut] + recurrent[:, :cut], 2, axis=-1))
    if reset_after:
        candidate = r * recurrent[:, cut:]
    else:
        candidate = product(r * h, kernel[:, cut:], masks and masks[2])
    return z * h + (1 - z) * activation(inputs[:, cut:] + candidate)


def product(x, kernel, mask=None):
    """x · kernel; the mask drops out some of x, a list of masks some of x for each of the kernel's gates."""
    if isinstance(mask, list):
        parts = split(kernel, len(mask), axis=-1)
        return concatenate([products.matmul(x * m, k) for m, k in zip(mask, parts, strict=True)], axis=-1)
    return products.matmul(x if mask is None else x * mask, kernel)


def plus(x, bias):
    """x + bias, if there is a bias."""
    return x if bias is None else x + bias


def walk(step, x, states, mask=None, reverse=False, zero_output_for_mask=False):
    """`step(x_t, states) -> (output, states)` over the time axis of x (batch, time, ...): (last output, outputs, states).

    mask: an array of booleans (batch, time); a step that is False keeps the states and repeats the output before it
    (zeros before the first; always zeros with zero_output_for_mask). With `reverse`, time is walked backwards, and
    outputs[:, j] belongs to the j-th step walked.
    """
    inputs = unstack(x, axis=1)
    counts = [None] * len(inputs) if mask is None else unstack(mask, axis=1)
    order = range(len(inputs))
    outputs = []
    for t in reversed(order) if reverse else order:
        output, new_states = step(inputs[t], states)
        if counts[t] is None:
            states = new_states
        else:
            before = outputs[-1] if outputs and not zero_output_for_mask else 0
            output = kept(counts[t], output, before)
            states = map_structure(lambda new, old, m=counts[t]: kept(m, new, old), new_states, states)
        outputs.append(output)
    return outputs[-1], stack(outputs, axis=1), states


def kept(mask, new, old):
    """`new` where the mask holds, `old` elsewhere; the mask has the first of new's axes."""
    return elementwise.where(reshape(mask, (*mask.shape, *[1] * (len(new.shape) - mask.ndim))), new, old)


# Whole sequences. The composed forms are what the kernels compute, written with the functions above.


def _lstm_composed(
    x,
    h,
    c,
    kernel,
    recurrent_kernel,
    bias,
    mask=None,
    activation="tanh",
    recurrent_activation="sigmoid",
    reverse=False,
):
    def step(gates, states):
        gates = gates + products.matmul(states[0], recurrent_kernel)
        h, c = lstm_step(gates, states[1], _ACTIVATIONS[activation], _ACTIVATIONS[recurrent_activation])
        return h, [h, c]

    gates = plus(products.matmul(x, kernel), bias)
    _, outputs, states = walk(step, gates, [h, c], mask, reverse)
    return outputs, *states


@differentiable(composed=_lstm_composed)
def lstm(
    x,
    h,
    c,
    kernel,
    recurrent_kernel,
    bias,
    /,
    mask=None,
    activation="tanh",
    recurrent_activation="sigmoid",
    reverse=False,
):
    """A long short-term memory over (batch, time, features): (outputs, last h, last c) (Hochreiter & Schmidhuber 1997).

    h, c: the initial states, (batch, units). Gates are stacked in the order input, forget, candidate, output. A step
    whose mask (batch, time) is False carries the state over. Activations: None, 'relu', 'sigmoid' or 'tanh'.
    """
    outputs, h_last, c_last, saved = kernels.lstm(
        x, kernel, recurrent_kernel, bias, h, c, mask, activation, recurrent_activation, reverse
    )

    def gradient(dys, into):
        dx, dh, dc, dw, du, db = into
        dx, dw, du, db, dh, dc = kernels.lstm_gradient(
            *dys, x, kernel, recurrent_kernel, bias, saved, (dx, dw, du, db, dh, dc)
        )
        return dx, dh, dc, dw, du, db

    return (outputs, h_last, c_last), gradient


def _gru_composed(
    x,
    h,
    kernel,
    recurrent_kernel,
    bias,
    mask=None,
    activation="tanh",
    recurrent_activation="sigmoid",
    reset_after=True,
    reverse=False,
):
    input_bias, recurrent_bias = bias if reset_after and bias is not None else (bias, None)

    def step(inputs, states):
        functions = _ACTIVATIONS[activation], _ACTIVATIONS[recurrent_activation]
        h = gru_step(inputs, states[0], recurrent_kernel, recurrent_bias, reset_after, *functions)
        return h, [h]

    _, outputs, states = walk(step, plus(products.matmul(x, kernel), input_bias), [h], mask, reverse)
    return outputs, *states


@differentiable(composed=_gru_composed)
def gru(
    x,
    h,
    kernel,
    recurrent_kernel,
    bias,
    /,
    mask=None,
    activation="tanh",
    recurrent_activation="sigmoid",
    reset_after=True,
    reverse=False,
):
    """A gated recurrent unit over (batch, time, features): (outputs, last h) (Cho et al. 2014).

    h: the initial state, (batch, units). Gates are stacked in the order update, reset, candidate. bias: (2, 3 units),
    for the inputs and for the state, with `reset_after`, else (3 units,). Mask and activations as in `lstm`.
    """
    outputs, h_last, saved = kernels.gru(
        x, kernel, recurrent_kernel, bias, h, mask, activation, recurrent_activation, reset_after, reverse
    )

    def gradient(dys, into):
        dx, dh, dw, du, db = into
        dx, dw, du, db, dh = kernels.gru_gradient(
            *dys, x, kernel, recurrent_kernel, bias, saved, (dx, dw, du, db, dh)
        )
        return dx, dh, dw, du, db

    return (outputs, h_last), gradient


def _simple_rnn_composed(x, h, kernel, recurrent_kernel, bias, mask=None, activation="tanh", reverse=False):
    def step(inputs, states):
        h = _ACTIVATIONS[activation](inputs + products.matmul(states[0], recurrent_kernel))
        return h, [h]

    _, outputs, states = walk(step, plus(products.matmul(x, kernel), bias), [h], mask, reverse)
    return outputs, *states


@differentiable(composed=_simple_rnn_composed)
def simple_rnn(x, h, kernel, recurrent_kernel, bias, /, mask=None, activation="tanh", reverse=False):
    """h' = activation(x · kernel + h · recurrent_kernel + bias) over (batch, time, features): (outputs, last h).

    h: the initial state, (batch, units). Mask and activations as in `lstm`.
    """
    outputs, h_last, saved = kernels.simple_rnn(
        x, kernel, recurrent_kernel, bias, h, mask, activation, reverse
    )

    def gradient(dys, into):
        dx, dh, dw, du, db = into
        dx, dw, du, db, dh = kernels.simple_rnn_gradient(
            *dys, x, kernel, recurrent_kernel, bias, saved, (dx, dw, du, db, dh)
        )
        return dx, dh, dw, du, db

    return (outputs, h_last), gradient
