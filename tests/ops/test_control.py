"""Control flow: what runs, what is recorded, and how it is refused."""

import numpy as np
import pytest

from minikeras import Variable, ops
from minikeras.autodiff import GradientTape, SymbolicTensor, Tensor

X = ops.convert_to_tensor([1.0, 2.0, 3.0])


def test_cond_runs_the_chosen_branch_alone():
    ran = []
    result = ops.cond(X[0] > 5.0, lambda: ran.append("yes") or X, lambda: ran.append("no") or -X)
    assert ran == ["no"]
    assert result.tolist() == [-1.0, -2.0, -3.0]


def test_cond_on_a_symbolic_predicate_chooses_in_the_graph():
    x = SymbolicTensor((None, 3))
    y = ops.cond(ops.sum(x) > 0, lambda: {"a": x}, lambda: {"a": x * 2.0})
    assert y["a"].shape == (None, 3)


def test_switch_keeps_the_index_in_range():
    branches = [lambda x: x, lambda x: x * 10.0]
    assert ops.switch(-3, branches, X).tolist() == X.tolist()
    assert ops.switch(ops.convert_to_tensor(9), branches, X).tolist() == [10.0, 20.0, 30.0]
    assert ops.switch(SymbolicTensor((), "int32"), branches, X).shape == (3,)


def test_while_loop_stops_by_condition_or_count():
    assert ops.while_loop(lambda x: ops.sum(x) < 100.0, lambda x: x * 2.0, X).tolist() == [32.0, 64.0, 96.0]
    assert ops.while_loop(lambda x: True, lambda x: (x * 2.0,), (X,), maximum_iterations=2)[0].tolist() == [
        4.0,
        8.0,
        12.0,
    ]


def test_while_loop_on_symbolic_tensors_keeps_the_shapes():
    x = SymbolicTensor((None, 4))
    i, y = ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), (0, x))
    assert i.shape == ()
    assert y.shape == (None, 4)


def test_gradients_flow_through_loops():
    v = Variable(2.0)
    with GradientTape() as tape:
        y = ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * v), (0, v))[1]
    assert float(tape.gradient(y, v)) == 4 * 2.0**3
    with GradientTape() as tape:
        carry, ys = ops.scan(lambda c, x: (c * x, c), v, X)
        y = carry + ops.sum(ys)
    # c · 6 + c + c · 1 + c · 2
    assert float(tape.gradient(y, v)) == 6 + 1 + 1 + 2


def test_scan_without_elements_needs_a_length():
    with pytest.raises(ValueError, match="expected xs to walk along, or length"):
        ops.scan(lambda c, x: (c, c), X)
    with pytest.raises(TypeError, match="expected a function"):
        ops.scan(3, X, X)
    with pytest.raises(ValueError, match="unroll"):
        ops.scan(lambda c, x: (c, c), X, X, unroll=0)
    carry, ys = ops.scan(lambda c, x: (c + 1.0, None), X, length=2)
    assert carry.tolist() == [3.0, 4.0, 5.0]
    assert ys.tolist() == [[0.0] * 3] * 2


def test_scan_carries_nests():
    init = {"sum": ops.zeros(()), "count": ops.convert_to_tensor(0)}
    carry, ys = ops.scan(
        lambda c, x: ({"sum": c["sum"] + x[0], "count": c["count"] + 1}, x[1]), init, (X, X * 2.0)
    )
    assert float(carry["sum"]) == 6.0
    assert int(carry["count"]) == 3
    assert ys.tolist() == [2.0, 4.0, 6.0]


def test_associative_scan_of_nests_refuses_different_lengths():
    a, b = ops.associative_scan(lambda x, y: (x[0] + y[0], ops.maximum(x[1], y[1])), (X, -X))
    assert a.tolist() == [1.0, 3.0, 6.0]
    assert b.tolist() == [-1.0, -1.0, -1.0]
    with pytest.raises(ValueError, match="elements of one size along axis 0"):
        ops.associative_scan(lambda x, y: x, (X, X[:2]))


def test_map_and_vectorized_map_of_nests():
    assert ops.map(lambda p: p[0] * p[1], (X, X)).tolist() == [1.0, 4.0, 9.0]
    y = ops.vectorized_map(lambda x: {"twice": x * 2.0}, X)
    assert y["twice"].tolist() == [2.0, 4.0, 6.0]


def test_vectorize_broadcasts_elements_or_slices():
    f = ops.vectorize(lambda x, y: x * 10.0 + y)
    assert f(X[:, None], X[:2]).tolist() == [[11.0, 12.0], [21.0, 22.0], [31.0, 32.0]]
    inner = ops.vectorize(lambda x, y: ops.sum(x * y), signature="(n),(n)->()")
    assert inner(ops.stack([X, X * 2.0]), X).tolist() == [14.0, 28.0]
    power = ops.vectorize(lambda x, n: x**n, excluded={1})
    assert power(X, 2).tolist() == [1.0, 4.0, 9.0]


def test_custom_gradient_replaces_the_derivative():
    @ops.custom_gradient
    def clipped(x):
        return x * 2.0, lambda upstream: ops.clip(upstream, -1.0, 1.0)

    with GradientTape() as tape:
        tape.watch(X)
        y = clipped(X)
    assert y.tolist() == [2.0, 4.0, 6.0]
    assert tape.gradient(y, X, output_gradients=[0.5, 3.0, -3.0]).tolist() == [0.5, 1.0, -1.0]


def test_custom_gradient_of_several_inputs_and_outputs():
    @ops.custom_gradient
    def both(x, y):
        return (x + y, x * y), lambda ds, dp: (ds * 100.0, dp * 1000.0)

    v, w = Variable(2.0), Variable(3.0)
    with GradientTape() as tape:
        s, p = both(v, w)
        z = s + p
    assert [float(g) for g in tape.gradient(z, [v, w])] == [100.0, 1000.0]

    @ops.custom_gradient
    def wrong(x, y):
        return x * y, lambda up: up

    with GradientTape() as tape:
        z = wrong(v, w)
    with pytest.raises(ValueError, match="returned 1 gradients for 2 inputs"):
        tape.gradient(z, [v, w])


def test_custom_gradient_is_differentiated_again():
    @ops.custom_gradient
    def cubed(x):
        return x * x * x, lambda up: up * 3.0 * x * x

    v = Variable(2.0)
    with GradientTape() as outer:
        with GradientTape() as inner:
            y = cubed(v)
        g = inner.gradient(y, v)
    assert float(g) == 12.0
    assert float(outer.gradient(g, v)) == 12.0


def test_jvp_hands_through_what_is_not_differentiated():
    y, dy, aux = ops.jvp(lambda x: (ops.square(x), "aux"), (X,), (ops.ones((3,)),), has_aux=True)
    assert y.tolist() == [1.0, 4.0, 9.0]
    assert dy.tolist() == [2.0, 4.0, 6.0]
    assert aux == "aux"
    _, constant = ops.jvp(lambda x: ops.ones((2,)), (X,), (X,))
    assert constant.tolist() == [0.0, 0.0]


def test_lists_of_tensors_keep_their_gradients():
    v, w = Variable(2.0), Variable(3.0)
    with GradientTape() as tape:
        y = ops.prod([[v, w], [w, 1.0]])
    assert [float(g) for g in tape.gradient(y, [v, w])] == [9.0, 12.0]
    assert ops.max([SymbolicTensor((None, 2)), SymbolicTensor((None, 2))], axis=0).shape == (None, 2)
    assert isinstance(ops.convert_to_tensor([v, w]), Tensor)
    assert np.asarray(ops.convert_to_tensor([v, w])).tolist() == [2.0, 3.0]
