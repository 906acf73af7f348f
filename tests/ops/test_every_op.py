"""One row (or several) for each function of `minikeras.ops`, and what must hold for all of them.

Values are held against NumPy in float64 and against what real Keras computed in float32 (recorded by record_keras.py),
gradients and second derivatives against central differences, inferred shapes against real ones.
"""

import types
from pathlib import Path

import numpy as np
import pytest
from op_row import Using, checksum, identified, prepared, single
from tables import every_row

from minikeras import ops
from minikeras.autodiff import GradientTape, SymbolicTensor, Tensor
from minikeras.nest import flatten, pack_like
from minikeras.ops import cumulative, elementwise, indexing, joining, products, reduce, shaping

ROWS = identified(every_row)
RECORDED = np.load(Path(__file__).parents[1] / "data" / "keras_ops.npz")


def public_functions(module):
    return {n for n in dir(module) if n[0] != "_" and isinstance(getattr(module, n), types.FunctionType)}


def test_every_function_has_a_row():
    functions = public_functions(ops) | {f"image.{n}" for n in public_functions(ops.image)}
    assert sorted(functions - {row.name for row in ROWS.values()}) == []
    assert sorted({row.name for row in ROWS.values()} - functions) == []


def called(row, args, kwargs):
    return row.function(ops)(*args, **kwargs)


def followed(row, args, kwargs):
    """The results whose gradients are checked."""
    function = row.gradient.build(ops) if isinstance(row.gradient, Using) else row.function(ops)
    return [leaf for leaf in flatten(function(*args, **kwargs)) if leaf.dtype.kind in "fc"]


def arrays_of(result):
    return [leaf.array if isinstance(leaf, Tensor) else np.asarray(leaf) for leaf in flatten(result)]


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if row.expected is not None])
def test_value(name):
    row = ROWS[name]
    args, kwargs = prepared(row, ops, lambda a: a)
    found = arrays_of(called(row, args, kwargs))
    with np.errstate(all="ignore"):
        expected = row.expected(*args, **kwargs)
    expected = flatten(tuple(expected) if isinstance(expected, (list, tuple)) else expected)
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        if mine.dtype.kind in "US":
            assert mine == theirs
            continue
        assert mine.shape == np.shape(theirs)
        precise = 1e-6 if "float32" in (mine.dtype.name, np.asarray(theirs).dtype.name) else 1e-10
        np.testing.assert_allclose(mine, theirs, rtol=precise, atol=precise / 100)


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if row.keras])
def test_value_is_that_of_keras(name):
    row = ROWS[name]
    again = "Run tests/ops/record_keras.py where Keras is installed."
    assert f"{name}/inputs" in RECORDED, f"nothing is recorded for {name}. {again}"
    assert RECORDED[f"{name}/inputs"] == checksum(row), f"{name} was recorded with other inputs. {again}"
    args, kwargs = prepared(row, ops, single)
    found = arrays_of(called(row, args, kwargs))
    for number, mine in enumerate(found):
        theirs = RECORDED[f"{name}/{number}"]
        assert mine.shape == theirs.shape
        np.testing.assert_allclose(mine, theirs, rtol=max(2e-5, row.tolerance), atol=max(3e-6, row.tolerance))
        assert kind(mine.dtype) == kind(theirs.dtype), f"dtype {mine.dtype}, in Keras {theirs.dtype}"


def kind(dtype):
    """Keras with torch returns 64-bit integers in places where the other backends have 32 bits: widths are not compared."""
    return dtype.kind if dtype.kind in "iu" else dtype.name


# Gradients


def places(row):
    """Where the float arrays stand in the flattened arguments, those without a gradient left out."""
    found = []
    position = 0
    for number, arg in enumerate(row.args):
        for leaf in flatten(arg):
            tracked = number in row.gradient if isinstance(row.gradient, list) else True
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fc" and tracked:
                found.append(position)
            position += 1
    return found


def total(row, args, kwargs, weights):
    """The weighted sum of all float results (of complex ones the real part), a tensor."""
    leaves = followed(row, args, kwargs)
    terms = [ops.real(ops.sum(ops.multiply(leaf, w))) for leaf, w in zip(leaves, weights, strict=True)]
    return terms[0] if len(terms) == 1 else ops.sum(ops.stack(terms))


def setting(row):
    """The flat arguments, the rest of the call, and weights for the results."""
    args, kwargs = prepared(row, ops, lambda a: a)
    weights = []
    for leaf in followed(row, args, kwargs):
        places = np.arange(max(leaf.size, 1), dtype=np.float64).reshape(leaf.shape)
        weights.append(np.cos(places) + 0.3 + (1j * np.sin(places) if leaf.dtype.kind == "c" else 0.0))
    return args, kwargs, weights


def differences(function, flat, position, step):
    """Central differences of a function of the flat arguments by one of them; by z = a + ib they are d/da - i d/db."""
    x = flat[position]
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        for direction in (1, 1j) if x.dtype.kind == "c" else (1,):
            values = []
            for sign in (1, -1):
                moved = x.copy()
                moved[index] += sign * step * direction
                values.append(function([*flat[:position], moved, *flat[position + 1 :]]))
            result[index] += (values[0] - values[1]) / (2 * step) * np.conj(direction)
    return result


def gradients(row, structure, flat, kwargs, weights, sources):
    """The tape's gradients by the sources, as arrays."""
    flat = [Tensor(v) if i in sources else v for i, v in enumerate(flat)]
    with GradientTape() as tape:
        tape.watch([flat[i] for i in sources])
        y = total(row, pack_like(structure, flat), kwargs, weights)
    found = tape.gradient(y, [flat[i] for i in sources], unconnected_gradients="zero")
    return [g.array for g in found]


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if not isinstance(row.gradient, str)])
def test_gradient(name):
    row = ROWS[name]
    args, kwargs, weights = setting(row)
    flat, sources = flatten(args), places(row)
    assert sources, "no float array among the arguments: the row should say so as its gradient"
    assert weights, "no float among the results: the row should say so as its gradient"

    def value(changed):
        return float(total(row, pack_like(args, changed), kwargs, weights).array)

    for position, found in zip(sources, gradients(row, args, flat, kwargs, weights, sources), strict=True):
        expected = differences(value, flat, position, row.step)
        np.testing.assert_allclose(
            found, expected, rtol=max(2e-6, row.tolerance), atol=max(2e-8, row.tolerance / 50)
        )


# Every function of these families has a gradient of its gradient; elsewhere the rows say so with second=True.
TWICE = {
    name
    for family in (elementwise, reduce, cumulative, shaping, joining, indexing, products)
    for name in family.__all__
}


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, row in ROWS.items()
        if not isinstance(row.gradient, str) and (row.second or (row.name in TWICE and row.second is None))
    ],
)
def test_gradient_of_the_gradient(name):
    row = ROWS[name]
    args, kwargs, weights = setting(row)
    flat, sources = flatten(args), places(row)
    upstream = [np.sin(np.arange(flat[i].size) + 1.0).reshape(flat[i].shape) for i in sources]

    def value(changed):
        found = gradients(row, args, changed, kwargs, weights, sources)
        return float(sum(np.real((g * u).sum()) for g, u in zip(found, upstream, strict=True)))

    tensors = [Tensor(v) if i in sources else v for i, v in enumerate(flat)]
    watched = [tensors[i] for i in sources]
    with GradientTape() as outer:
        outer.watch(watched)
        with GradientTape() as inner:
            inner.watch(watched)
            y = total(row, pack_like(args, tensors), kwargs, weights)
        first = inner.gradient(y, watched, unconnected_gradients="zero")
        terms = [ops.real(ops.sum(ops.multiply(g, u))) for g, u in zip(first, upstream, strict=True)]
        z = ops.sum(ops.stack(terms))
    second = outer.gradient(z, watched, unconnected_gradients="zero")
    for position, found in zip(sources, second, strict=True):
        expected = differences(value, flat, position, row.step)
        np.testing.assert_allclose(
            found.array, expected, rtol=max(5e-6, row.tolerance), atol=max(1e-7, row.tolerance / 10)
        )


# Shapes


@pytest.mark.parametrize("name", [n for n, row in ROWS.items() if row.symbolic])
def test_inferred_shape(name):
    row = ROWS[name]
    args, kwargs = prepared(row, ops, single)
    real = called(row, args, kwargs)

    def symbol(value):
        return SymbolicTensor(value.shape, value.dtype) if isinstance(value, np.ndarray) else value

    args, kwargs = prepared(row, ops, lambda a: symbol(single(a)))
    inferred = called(row, args, kwargs)
    for mine, theirs in zip(flatten(inferred), flatten(real), strict=True):
        assert isinstance(mine, SymbolicTensor)
        assert mine.shape == theirs.shape
        assert mine.dtype == theirs.dtype
