"""lstm, gru, simple_rnn and their gradients."""

import numpy as np
import pytest
from kernel_checks import awkward, check_gradients, close, numbers, wide

from minikeras.kernels import reference

SIZES = [(1, 1, 1, 1), (3, 5, 4, 6), (7, 3, 2, 17), (33, 4, 5, 16), (17, 6, 20, 33)]
KINDS = ["lstm", "gru", "gru before", "simple_rnn"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def naive(kind, x, w, u, b, h, c, mask, reverse):
    """Every sample and every step on its own, straight from the formulas; (outputs, h, c)."""
    n, steps, _ = x.shape
    units = len(u)
    outputs = np.zeros((n, steps, units))
    h, c = h.copy(), c.copy()
    for sample in range(n):
        output = np.zeros(units)
        for j, t in enumerate(reversed(range(steps)) if reverse else range(steps)):
            if mask is None or mask[sample, t]:
                h[sample], c[sample] = cell(kind, x[sample, t], w, u, b, h[sample], c[sample])
                output = h[sample]
            outputs[sample, j] = output
    return outputs, h, c


def cell(kind, x, w, u, b, h, c):
    if kind == "simple_rnn":
        return np.tanh(x @ w + h @ u + b), c
    if kind == "lstm":
        i, f, g, o = np.split(x @ w + h @ u + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    if kind == "gru":
        xz, xr, xg = np.split(x @ w + b[0], 3)
        hz, hr, hg = np.split(h @ u + b[1], 3)
        z = sigmoid(xz + hz)
        g = np.tanh(xg + sigmoid(xr + hr) * hg)
        return z * h + (1 - z) * g, c
    xz, xr, xg = np.split(x @ w + b, 3)
    uz, ur, ug = np.split(u, 3, axis=1)
    z, r = sigmoid(xz + h @ uz), sigmoid(xr + h @ ur)
    return z * h + (1 - z) * np.tanh(xg + (r * h) @ ug), c


def inputs(kind, n, t, k, units):
    gates = {"lstm": 4, "gru": 3, "gru before": 3, "simple_rnn": 1}[kind]
    scale = np.float32(1 / np.sqrt(units))
    bias = (2, gates * units) if kind == "gru" else (gates * units,)
    return (
        numbers(n, t, k),
        numbers(k, gates * units, seed=1) * np.float32(1 / np.sqrt(k)),
        numbers(units, gates * units, seed=2) * scale,
        numbers(*bias, seed=3),
        numbers(n, units, seed=4),
        numbers(n, units, seed=5),
    )


def masks(n, t):
    ragged = np.random.default_rng(0).random((n, t)) < 0.6
    ragged[0, 0] = False
    return [None, ragged]


def forward(kernels, kind, x, w, u, b, h, c, mask, reverse):
    """(outputs, h, c or None, saved) whichever the kind."""
    if kind == "lstm":
        return kernels.lstm(x, w, u, b, h, c, mask, "tanh", "sigmoid", reverse)
    if kind == "simple_rnn":
        outputs, h, saved = kernels.simple_rnn(x, w, u, b, h, mask, "tanh", reverse)
    else:
        outputs, h, saved = kernels.gru(x, w, u, b, h, mask, "tanh", "sigmoid", kind == "gru", reverse)
    return outputs, h, None, saved


def backward(kernels, kind, doutputs, dh, dc, x, w, u, b, saved, into):
    if kind == "lstm":
        return kernels.lstm_gradient(doutputs, dh, dc, x, w, u, b, saved, into)
    kernel = kernels.simple_rnn_gradient if kind == "simple_rnn" else kernels.gru_gradient
    return (*kernel(doutputs, dh, x, w, u, b, saved, into[:5]), None)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_values_and_gradients(kernels, kind, size, reverse):
    arrays = inputs(kind, *size)
    n, t, _, units = size
    doutputs, dh, dc = numbers(n, t, units, seed=6), numbers(n, units, seed=7), numbers(n, units, seed=8)
    for mask in masks(n, t):
        outputs, h, c, saved = forward(kernels, kind, *arrays, mask, reverse)
        goal = naive(kind, *wide(*arrays), mask, reverse)
        close(outputs, goal[0], 4e-6)
        close(h, goal[1], 4e-6)
        if c is not None:
            close(c, goal[2], 4e-6)
        saved64 = forward(reference, kind, *wide(*arrays), mask, reverse)[-1]
        for flows in [(doutputs, None, None), (None, dh, dc), (doutputs, dh, dc)]:
            expected = backward(reference, kind, *wide(*flows), *wide(*arrays[:4]), saved64, (True,) * 6)
            received = backward(kernels, kind, *flows, *arrays[:4], saved, (True,) * 6)
            for value, wanted in zip(received, expected, strict=True):
                if wanted is not None:
                    close(value, wanted, 1e-5, terms=t)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_against_differences(kind, reverse):
    arrays = wide(*inputs(kind, 3, 4, 2, 5))
    for mask in masks(3, 4):
        saved = forward(reference, kind, *arrays, mask, reverse)[-1]
        doutputs, dh, dc = wide(numbers(3, 4, 5, seed=6), numbers(3, 5, seed=7), numbers(3, 5, seed=8))
        gradients = backward(reference, kind, doutputs, dh, dc, *arrays[:4], saved, (True,) * 6)

        def flat(*inputs, mask=mask):
            outputs, h, c = naive(kind, *inputs, mask, reverse)
            return np.concatenate([outputs.ravel(), h.ravel(), c.ravel() if kind == "lstm" else np.zeros(0)])

        dy = np.concatenate([doutputs.ravel(), dh.ravel(), dc.ravel() if kind == "lstm" else np.zeros(0)])
        check_gradients(flat, arrays, gradients, dy, 1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_into_and_no_bias(kernels, kind):
    x, w, u, b, h, c = inputs(kind, 3, 4, 5, 6)
    with_zeros = forward(kernels, kind, x, w, u, np.zeros_like(b), h, c, None, False)
    without = forward(kernels, kind, x, w, u, None, h, c, None, False)
    close(without[0], with_zeros[0])
    into = (np.empty_like(x), np.empty_like(w), np.empty_like(u), np.empty_like(b), np.empty_like(h), None)
    doutputs = numbers(3, 4, 6, seed=6)
    received = backward(kernels, kind, doutputs, None, None, x, w, u, b, with_zeros[-1], into)
    allocated = backward(kernels, kind, doutputs, None, None, x, w, u, b, with_zeros[-1], (True,) * 6)
    for value, entry, other in zip(received[:5], into[:5], allocated[:5], strict=True):
        assert value is entry
        np.testing.assert_array_equal(value, other)
    partial = backward(
        kernels, kind, doutputs, None, None, x, w, u, b, with_zeros[-1], (None, True, *(None,) * 4)
    )
    np.testing.assert_array_equal(partial[1], allocated[1])
    assert partial[0] is partial[2] is partial[3] is partial[4] is None


@pytest.mark.parametrize(
    ("activation", "recurrent"), [("relu", "sigmoid"), (None, "tanh"), ("sigmoid", "relu")]
)
def test_other_activations(kernels, activation, recurrent):
    x, w, u, b, h, c = inputs("lstm", 3, 4, 5, 6)
    outputs, _, _, saved = kernels.lstm(x, w, u, b, h, c, None, activation, recurrent)
    goal = reference.lstm(*wide(x, w, u, b, h, c), None, activation, recurrent)
    close(outputs, goal[0], 1e-5)
    expected = reference.lstm_gradient(*wide(outputs), None, None, *wide(x, w, u, b), goal[-1], (True,) * 6)
    received = kernels.lstm_gradient(outputs, None, None, x, w, u, b, saved, (True,) * 6)
    for value, wanted in zip(received, expected, strict=True):
        close(value, wanted, 1e-5)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_other_precisions(kernels, kind, dtype):
    arrays = [a.astype(dtype) for a in inputs(kind, 3, 4, 5, 6)]
    outputs, h, _, saved = forward(kernels, kind, *arrays, None, False)
    assert outputs.dtype == h.dtype == dtype
    for gradient in backward(kernels, kind, outputs, None, None, *arrays[:4], saved, (True,) * 6):
        assert gradient is None or gradient.dtype == dtype


@pytest.mark.parametrize("kind", KINDS)
def test_awkward_inputs(kernels, kind):
    arrays = inputs(kind, 3, 4, 5, 6)
    outputs, _, _, saved = forward(kernels, kind, *arrays, None, False)
    odd, _, _, odd_saved = forward(kernels, kind, *(awkward(a) for a in arrays), None, False)
    close(odd, outputs)
    plain = backward(kernels, kind, outputs, None, None, *arrays[:4], saved, (True,) * 6)
    read_only = backward(
        kernels, kind, awkward(outputs), None, None, *map(awkward, arrays[:4]), odd_saved, (True,) * 6
    )
    for one, other in zip(plain, read_only, strict=True):
        if one is not None:
            close(other, one)
