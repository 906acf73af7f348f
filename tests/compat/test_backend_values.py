"""Every older function of `keras.backend` gives what Keras's own copy of them gives, on arrays and in graphs."""

import warnings
from pathlib import Path

import backend_cases
import numpy as np
import pytest

import minikeras as keras
from minikeras import backend
from minikeras.nest import flatten
from minikeras.spellings.backend import MODERN

RECORDED = np.load(Path(__file__).parents[1] / "data" / "keras_backend.npz")
CALLS = [(name, number) for name, calls in backend_cases.CASES.items() for number in range(len(calls))]
# What is about shapes alone, or takes numbers, needs no graph; nor do results that have no fixed shape.
WITHOUT_GRAPH = {
    "arange",
    "constant",
    "count_params",
    "ctc_decode",
    "eval",
    "int_shape",
    "ndim",
    "shape",
    "cast_to_floatx",
}


@pytest.fixture(autouse=True)
def _without_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def leaves(result):
    return (
        [result] if isinstance(result, tuple) and all(isinstance(s, int) for s in result) else flatten(result)
    )


def check(name, number, results):
    assert f"{name}/{number}/{len(results)}" not in RECORDED
    for position, result in enumerate(results):
        expected = RECORDED[f"{name}/{number}/{position}"]
        found = np.array(result)
        assert found.shape == expected.shape
        if expected.ndim and hasattr(result, "dtype"):
            assert found.dtype == expected.dtype
        np.testing.assert_allclose(found.astype(float), expected.astype(float), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("name", "number"), CALLS)
def test_on_arrays(name, number):
    args, kwargs = backend_cases.CASES[name][number]
    check(name, number, leaves(getattr(backend, name)(*args, **kwargs)))


@pytest.mark.parametrize(("name", "number"), [c for c in CALLS if c[0] not in WITHOUT_GRAPH])
def test_in_a_graph(name, number):
    """The first argument, or the list of tensors, is symbolic; its first axis unknown where weights allow it."""
    args, kwargs = backend_cases.CASES[name][number]
    place = next(i for i, a in enumerate(args) if isinstance(a, (np.ndarray, list)))
    values = args[place] if isinstance(args[place], list) else [args[place]]
    fixed = name in ("conv2d_transpose", "equal", "not_equal", "switch", "bias_add") or len(args) > 1
    symbols = [
        backend.placeholder(v.shape if fixed else (None, *v.shape[1:]), dtype=v.dtype.name) for v in values
    ]
    symbolic = symbols if isinstance(args[place], list) else symbols[0]
    outputs = getattr(backend, name)(*args[:place], symbolic, *args[place + 1 :], **kwargs)
    assert all(keras.utils.is_keras_tensor(o) for o in flatten(outputs))
    results = flatten(backend.function(symbols, outputs)(values))
    check(name, number, results)
    for output, result in zip(flatten(outputs), results, strict=True):
        assert len(output.shape) == result.ndim
        assert all(a in (None, b) for a, b in zip(output.shape, result.shape, strict=True))


@pytest.mark.parametrize("number", range(len(backend_cases.RNN_CASES)))
def test_rnn(number):
    step = backend_cases.rnn_step(backend)
    states = [np.zeros((2, 4), "float32")]
    kwargs = backend_cases.RNN_CASES[number]
    last, outputs, states_after = backend.rnn(step, backend_cases.A, states, **kwargs)
    check("rnn", number, [last, outputs, *states_after])
    x = backend.placeholder((None if "mask" not in kwargs else 2, 3, 4))
    last, outputs, states_after = backend.rnn(step, x, [backend.zeros_like(x[:, 0])], **kwargs)
    assert outputs.shape == (x.shape[0], 3, 4)
    check("rnn", number, backend.function([x], [last, outputs, *states_after])([backend_cases.A]))


def test_rnn_over_the_first_axis_with_constants():
    x = backend_cases.A.swapaxes(0, 1)

    def step(x, states):
        h, factor = states
        h = h + x * factor
        return h, [h]

    last, outputs, _ = backend.rnn(step, x, [np.zeros((2, 4), "float32")], constants=[2.0], time_major=True)
    np.testing.assert_allclose(outputs, 2 * np.cumsum(x, axis=0), rtol=1e-6)
    np.testing.assert_array_equal(last, outputs[-1])
    _, only_last, _ = backend.rnn(
        step, x, [np.zeros((2, 4), "float32")], constants=[2.0], time_major=True, return_all_outputs=False
    )
    assert only_last.shape == (1, 2, 4)


def test_every_older_name_has_a_modern_one_and_the_other_way_round():
    assert set(MODERN) == set(backend.OLDER.homes)


def test_the_names_of_keras_3_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in backend.__all__:
            getattr(backend, name)


def test_an_older_name_warns_once_and_names_the_modern_one(monkeypatch):
    monkeypatch.delitem(vars(backend), "logsumexp", raising=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert backend.logsumexp is backend.logsumexp
    assert [str(w.message) for w in caught] == [
        "keras.backend.logsumexp is an older spelling: write keras.ops.logsumexp."
    ]
    assert caught[0].category is DeprecationWarning
    assert caught[0].filename == __file__


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="module 'minikeras.backend' has no attribute 'nonsense'"):
        backend.nonsense  # noqa: B018
