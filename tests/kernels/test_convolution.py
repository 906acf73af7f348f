"""conv, conv_gradient and conv_input_gradient."""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_checks import awkward, check_gradients, close, numbers, wide

from minikeras.kernels import reference


def case(n, spatial, c, kernel, f, strides=1, padding=0, dilation=1, groups=1):
    axes = len(spatial)
    edges = padding if isinstance(padding, tuple) else ((padding, padding),) * axes

    def as_tuple(value):
        return value if isinstance(value, tuple) else (value,) * axes

    return (n, *spatial, c), (*kernel, c // groups, f), as_tuple(strides), edges, as_tuple(dilation), groups


CASES = {
    "one pixel": case(1, (1, 1), 1, (1, 1), 1),
    "mnist first": case(3, (12, 12), 1, (5, 5), 6, padding=2),
    "mnist second": case(7, (9, 9), 6, (5, 5), 16),
    "rgb": case(2, (9, 8), 3, (3, 3), 20, padding=1),
    "more than a block of samples": case(33, (6, 6), 1, (3, 3), 6),
    "exactly a block of samples": case(32, (6, 5), 2, (3, 3), 5, padding=1),
    "wide": case(2, (6, 7), 20, (3, 3), 33, padding=1),
    "wide 64": case(1, (7, 7), 64, (3, 3), 64, padding=1),
    "column edges": case(2, (5, 18), 16, (3, 3), 17),
    "pointwise": case(3, (5, 5), 24, (1, 1), 18),
    "pointwise strided": case(3, (5, 6), 8, (1, 1), 5, strides=2),
    "strided": case(2, (11, 10), 5, (3, 3), 9, strides=(2, 3), padding=((1, 0), (0, 2))),
    "strided wide": case(2, (9, 9), 18, (3, 3), 35, strides=2, padding=((0, 1), (0, 1))),
    "dilated": case(2, (11, 10), 5, (3, 2), 9, padding=((2, 1), (0, 2)), dilation=(2, 3)),
    "strided and dilated": case(2, (13, 12), 17, (3, 2), 9, strides=2, padding=1, dilation=2),
    "grouped": case(2, (6, 6), 8, (3, 3), 12, groups=4, padding=1),
    "grouped strided": case(2, (7, 7), 6, (3, 3), 9, groups=3, strides=2),
    "depthwise": case(2, (7, 6), 19, (3, 3), 19, groups=19, padding=1),
    "depthwise multiplied": case(2, (7, 6), 5, (3, 3), 10, groups=5, strides=2, padding=1),
    "strided beyond the kernel": case(2, (9, 10), 6, (1, 2), 5, strides=3),
    "strided by three": case(2, (13, 11), 17, (5, 4), 19, strides=(3, 2), padding=((2, 1), (3, 0))),
    "strided few channels": case(33, (9, 9), 2, (3, 3), 5, strides=2, padding=1),
    "small kernel, one row": case(17, (3, 9), 1, (3, 3), 4),
    "depthwise tiles": case(2, (6, 15), 40, (3, 3), 40, groups=40, padding=1),
    "depthwise strided and dilated": case(
        2, (12, 13), 6, (3, 2), 6, groups=6, strides=(2, 3), padding=2, dilation=2
    ),
    "depthwise large kernel": case(2, (4, 5), 16, (5, 7), 16, groups=16, padding=3),
    "depthwise line strided": case(3, (19,), 5, (4,), 15, groups=5, strides=2, padding=((1, 2),)),
    "line": case(4, (17,), 5, (3,), 9, padding=((2, 0),)),
    "line strided": case(4, (17,), 19, (4,), 33, strides=3),
    "line depthwise": case(4, (17,), 7, (3,), 7, groups=7),
    "volume": case(2, (5, 4, 6), 3, (2, 3, 2), 4, padding=((0, 1), (1, 1), (0, 0)), strides=(1, 2, 1)),
    "kernel as large as the input": case(5, (4, 4), 3, (4, 4), 7),
    "padding wider than the kernel": case(2, (3, 3), 2, (2, 2), 3, padding=3),
}


def naive(x, w, b, strides, padding, dilation, groups):
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    kernel, per_group, filters = w.shape[:-2], w.shape[-2], w.shape[-1]
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    outputs = [(length - r) // s + 1 for length, r, s in zip(x.shape[1:-1], reach, strides, strict=True)]
    y = np.zeros((len(x), *outputs, filters))
    for position in product(*map(range, outputs)):
        cut = tuple(
            slice(p * s, p * s + r, d) for p, s, r, d in zip(position, strides, reach, dilation, strict=True)
        )
        window = x[(slice(None), *cut)]
        for group in range(groups):
            chosen = slice(group * filters // groups, (group + 1) * filters // groups)
            channels = window[..., group * per_group : (group + 1) * per_group]
            axes = list(range(1, window.ndim))
            y[(slice(None), *position, chosen)] = np.tensordot(
                channels, w[..., chosen], (axes, [a - 1 for a in axes])
            )
    return y if b is None else y + b


@pytest.mark.parametrize("activation", [None, "relu", "tanh"])
@pytest.mark.parametrize("name", CASES)
def test_values(kernels, name, activation):
    x_shape, w_shape, *geometry = CASES[name]
    x, w, b = numbers(*x_shape), numbers(*w_shape, seed=1), numbers(w_shape[-1], seed=2)
    expected = naive(*wide(x, w, b), *geometry)
    if activation:
        expected = np.maximum(expected, 0) if activation == "relu" else np.tanh(expected)
    close(kernels.conv(x, w, b, *geometry, activation), expected, terms=np.prod(w_shape[:-1]))
    if activation is None:
        close(kernels.conv(x, w, None, *geometry), expected - b, terms=np.prod(w_shape[:-1]))


@pytest.mark.parametrize("activation", [None, "relu", "sigmoid"])
@pytest.mark.parametrize("name", CASES)
def test_gradients_against_float64(kernels, name, activation):
    x_shape, w_shape, *geometry = CASES[name]
    x, w = numbers(*x_shape), numbers(*w_shape, seed=1)
    y = reference.conv(*wide(x, w), None, *geometry, activation).astype(np.float32)
    dy = numbers(*y.shape, seed=3)
    expected = reference.conv_gradient(*wide(dy, x, w, y), *geometry, activation, (True,) * 3)
    arrays = (np.empty_like(x), np.empty_like(w), np.empty(w_shape[-1], np.float32))
    for into in [(True,) * 3, arrays, (None, True, True), (True, None, None)]:
        received = kernels.conv_gradient(dy, x, w, y, *geometry, activation, into)
        for value, goal, entry in zip(received, expected, into, strict=True):
            assert (value is None) == (entry is None)
            if isinstance(entry, np.ndarray):
                assert value is entry
            if value is not None:
                assert value.dtype == np.float32
                close(value, goal, terms=max(dy.size // dy.shape[-1], w.size // w_shape[-2]))


@pytest.mark.parametrize("name", CASES)
def test_gradients_against_differences(name):
    x_shape, w_shape, *geometry = CASES[name]
    if np.prod(x_shape) * np.prod(w_shape) > 2_000_000:
        x_shape = (1, *x_shape[1:])
    x, w, b = wide(numbers(*x_shape), numbers(*w_shape, seed=1), numbers(w_shape[-1], seed=2))
    y = naive(x, w, b, *geometry)
    dy = numbers(*y.shape, seed=3, dtype=np.float64)
    gradients = reference.conv_gradient(dy, x, w, y, *geometry, None, (True,) * 3)
    check_gradients(lambda *inputs: naive(*inputs, *geometry), (x, w, b), gradients, dy)


@pytest.mark.parametrize("name", CASES)
def test_input_gradient_alone(kernels, name):
    x_shape, w_shape, *geometry = CASES[name]
    w = numbers(*w_shape, seed=1)
    y = reference.conv(numbers(*x_shape), w, None, *geometry)
    dy = numbers(*y.shape, seed=3)
    expected = reference.conv_gradient(
        *wide(dy, numbers(*x_shape), w, y), *geometry, None, (True, None, None)
    )[0]
    close(kernels.conv_input_gradient(dy, w, x_shape, *geometry), expected, terms=w.size // w_shape[-2])


def test_awkward_inputs(kernels):
    x_shape, w_shape, *geometry = CASES["rgb"]
    x, w, b = numbers(*x_shape), numbers(*w_shape, seed=1), numbers(w_shape[-1], seed=2)
    y = kernels.conv(x, w, b, *geometry, "relu")
    np.testing.assert_array_equal(kernels.conv(awkward(x), awkward(w), awkward(b), *geometry, "relu"), y)
    dy = numbers(*y.shape, seed=3)
    plain = kernels.conv_gradient(dy, x, w, y, *geometry, "relu", (True,) * 3)
    odd = kernels.conv_gradient(
        awkward(dy), awkward(x), awkward(w), awkward(y), *geometry, "relu", (True,) * 3
    )
    for one, other in zip(plain, odd, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions(kernels, dtype):
    x_shape, w_shape, *geometry = CASES["mnist second"]
    x, w = numbers(*x_shape, dtype=dtype), numbers(*w_shape, seed=1, dtype=dtype)
    y = kernels.conv(x, w, None, *geometry)
    assert y.dtype == dtype
    close(y, naive(*wide(x, w, None), *geometry), tolerance=1e-3 if dtype == np.float16 else 1e-14, terms=150)
    gradients = kernels.conv_gradient(y, x, w, y, *geometry, None, (True,) * 3)
    assert all(gradient.dtype == dtype for gradient in gradients)


@st.composite
def geometries(draw):
    small = st.integers(1, 3)
    kernel, strides, dilation = (tuple(draw(small) for _ in range(2)) for _ in range(3))
    padding = tuple((draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(2))
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    spatial = tuple(draw(st.integers(r, r + 7)) for r in reach)
    groups = draw(st.sampled_from([1, 1, 1, 2]))
    c, f = groups * draw(st.integers(1, 20)), groups * draw(st.integers(1, 20))
    if draw(st.integers(0, 3)) == 0:  # depthwise
        groups, f = c, c * draw(st.integers(1, 2))
    return case(
        draw(st.sampled_from([1, 2, 7, 17])), spatial, c, kernel, f, strides, padding, dilation, groups
    )


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(geometries())
def test_any_geometry(kernels, parameters):
    x_shape, w_shape, *geometry = parameters
    x, w = numbers(*x_shape), numbers(*w_shape, seed=1)
    expected = naive(*wide(x, w, None), *geometry)
    y = kernels.conv(x, w, None, *geometry)
    close(y, expected, terms=np.prod(w_shape[:-1]))
    dy = numbers(*y.shape, seed=3)
    goals = reference.conv_gradient(*wide(dy, x, w, y), *geometry, None, (True,) * 3)
    for value, goal in zip(
        kernels.conv_gradient(dy, x, w, y, *geometry, None, (True,) * 3), goals, strict=True
    ):
        close(value, goal, terms=max(dy.size // dy.shape[-1], w.size // w_shape[-2]))
