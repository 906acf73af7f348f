"""GradientTape as TensorFlow users know it, and what recording promises."""

import threading

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from minikeras.autodiff import FUNCTIONS, SymbolicTensor, Tensor, differentiable

X = ops.convert_to_tensor(np.array([1.0, 2.0, 3.0]))


def test_variables_are_followed_by_themselves_tensors_when_watched():
    v = keras.Variable([1.0, 2.0])
    t = ops.convert_to_tensor([3.0, 4.0])
    with keras.GradientTape() as tape:
        y = ops.sum(v * t)
    assert tape.watched_variables() == (v,)
    dv, dt = tape.gradient(y, [v, t])
    assert dv.numpy().tolist() == [3.0, 4.0]
    assert dt is None
    with keras.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(t)
        y = ops.sum(v * t)
    dv, dt = tape.gradient(y, [v, t])
    assert dv is None
    assert dt.numpy().tolist() == [1.0, 2.0]


def test_frozen_variables_are_not_followed():
    v = keras.Variable([1.0], trainable=False)
    with keras.GradientTape() as tape:
        y = v * 2.0
    assert tape.gradient(y, v) is None


def test_structures_and_unconnected_gradients():
    v, w, unused = keras.Variable(2.0), keras.Variable(3.0), keras.Variable([5.0, 5.0])
    with keras.GradientTape(persistent=True) as tape:
        y = v * w
    found = tape.gradient(y, {"v": v, "rest": (w, [unused])})
    assert float(found["v"]) == 3.0
    assert float(found["rest"][0]) == 2.0
    assert found["rest"][1] == [None]
    zero = tape.gradient(y, unused, unconnected_gradients="zero")
    assert zero.numpy().tolist() == [0.0, 0.0]


def test_one_set_of_gradients_unless_persistent():
    v = keras.Variable(2.0)
    with keras.GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    with pytest.raises(RuntimeError, match="only be used to compute one set of gradients.*persistent=True"):
        tape.gradient(y, v)
    with keras.GradientTape(persistent=True) as tape:
        y = v * v
        z = y * v
    assert float(tape.gradient(y, v)) == 4.0
    assert float(tape.gradient(z, v)) == 12.0
    assert float(tape.gradient(z, y)) == 2.0


def test_output_gradients_and_several_targets():
    v = keras.Variable([1.0, 2.0])
    with keras.GradientTape(persistent=True) as tape:
        y, z = v * 2.0, v * 3.0
    assert tape.gradient(y, v, output_gradients=[1.0, 10.0]).numpy().tolist() == [2.0, 20.0]
    assert tape.gradient([y, z], v).numpy().tolist() == [5.0, 5.0]
    with pytest.raises(ValueError, match=r"must have the target's shape \(2,\)"):
        tape.gradient(y, v, output_gradients=[1.0])


def test_watching_an_array_says_what_to_do():
    with (
        keras.GradientTape() as tape,
        pytest.raises(ValueError, match="received a NumPy array. Convert it first"),
    ):
        tape.watch(np.ones(3))


def test_a_value_used_many_times_adds_up():
    x = keras.Variable(3.0)
    with keras.GradientTape() as tape:
        y = x * x + x * x * x + x
    assert float(tape.gradient(y, x)) == 2 * 3 + 3 * 9 + 1


def test_broadcasting_is_undone():
    a, b, c = keras.Variable(np.ones((3, 1))), keras.Variable(np.ones((4,))), keras.Variable(2.0)
    with keras.GradientTape() as tape:
        y = ops.sum(a * b * c)
    da, db, dc = tape.gradient(y, [a, b, c])
    assert da.shape == (3, 1)
    assert np.allclose(da, 8)
    assert db.shape == (4,)
    assert np.allclose(db, 6)
    assert float(dc) == 12


def test_a_chain_of_ten_thousand_operations():
    x = keras.Variable(1.0)
    with keras.GradientTape() as tape:
        y = x
        for _ in range(10_000):
            y = y + 1e-4
    assert float(tape.gradient(y, x)) == 1.0


def test_stop_gradient_and_stop_recording():
    x = keras.Variable(3.0)
    with keras.GradientTape(persistent=True) as tape:
        y = x * ops.stop_gradient(x)
        with tape.stop_recording():
            z = x * x
        u = x * 2.0
    assert float(tape.gradient(y, x)) == 3.0
    assert tape.gradient(z, x) is None
    assert float(tape.gradient(u, x)) == 2.0


def test_second_and_third_derivatives():
    x = keras.Variable(0.7, dtype="float64")
    with keras.GradientTape() as t3:
        with keras.GradientTape() as t2:
            with keras.GradientTape() as t1:
                y = ops.exp(x) * ops.sin(x)
            d1 = t1.gradient(y, x)
        d2 = t2.gradient(d1, x)
    d3 = t3.gradient(d2, x)
    e, s, c = np.exp(0.7), np.sin(0.7), np.cos(0.7)
    np.testing.assert_allclose(
        [float(d1), float(d2), float(d3)], [e * (s + c), 2 * e * c, 2 * e * (c - s)], rtol=1e-12
    )


def test_gradient_penalty_through_a_dense_network():
    """The gradient of the norm of a gradient (Gulrajani et al. 2017), against central differences."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="float64"),
            keras.layers.Dense(5, "tanh", dtype="float64"),
            keras.layers.Dense(1, dtype="float64"),
        ]
    )
    x = ops.convert_to_tensor(np.random.default_rng(0).normal(size=(4, 3)))

    def penalty(outer=None):
        with keras.GradientTape() as inner:
            inner.watch(x)
            y = model(x)
        return ops.mean((ops.sqrt(ops.sum(inner.gradient(y, x) ** 2, axis=1)) - 1.0) ** 2)

    kernel = model.layers[0].kernel
    with keras.GradientTape() as outer:
        value = penalty()
    found = outer.gradient(value, kernel).numpy()
    for index in [(0, 0), (2, 4)]:
        shift = np.zeros(kernel.shape)
        shift[index] = 1e-6
        kernel.assign_add(shift)
        above = float(penalty())
        kernel.assign_sub(2 * shift)
        below = float(penalty())
        kernel.assign_add(shift)
        assert found[index] == pytest.approx((above - below) / 2e-6, rel=1e-5)


def test_jacobian():
    x = keras.Variable([1.0, 2.0])
    with keras.GradientTape() as tape:
        y = ops.stack([x[0] * x[1], x[0] + 2.0 * x[1], x[1] ** 2])
    np.testing.assert_allclose(tape.jacobian(y, x), [[2, 1], [1, 2], [0, 4]])


def test_assignments_do_not_change_values_read_before():
    v = keras.Variable([1.0, 2.0])
    before = v.value
    v.assign([5.0, 6.0])
    assert before.numpy().tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match=r"has shape \(2,\) and cannot take a value of shape \(3,\)"):
        v.assign([1.0, 2.0, 3.0])


def test_numpy_functions_on_tensors():
    x = keras.Variable([1.0, 4.0])
    with keras.GradientTape() as tape:
        y = ops.sum(np.sqrt(x))
    assert tape.gradient(y, x).numpy().tolist() == [0.5, 0.25]
    assert np.argmax(x) == 1
    assert isinstance(np.array([2.0], "float32") * x, Tensor)
    assert np.asarray(x).tolist() == [1.0, 4.0]


def test_inputs_may_be_given_by_name():
    x = keras.Variable([[1.0, 2.0]])
    with keras.GradientTape() as tape:
        y = ops.matmul(x1=x, x2=[[1.0], [3.0]])
    assert tape.gradient(y, x).numpy().tolist() == [[1.0, 3.0]]


def test_python_numbers_do_not_change_the_dtype():
    x = ops.convert_to_tensor(np.ones(2, "float16"))
    assert (x * 2.0 + 1 - 0.5).dtype == "float16"
    assert (ops.convert_to_tensor([1, 2]) * 0.5).dtype == "float32"
    assert ops.add(np.ones(2, "int32"), np.ones(2, "float32")).dtype == "float32"
    assert (ops.convert_to_tensor([1, 2]) / 2).dtype == "float32"


def test_a_new_function_is_written_in_one_place():
    @differentiable
    def _cube_for_this_test(x, /, scale=1.0):
        return scale * x**3, (lambda dy: dy * 3 * scale * x**2,)

    v = keras.Variable(2.0)
    with keras.GradientTape() as tape:
        y = _cube_for_this_test(v, scale=2.0)
    assert float(y) == 16.0
    assert float(tape.gradient(y, v)) == 24.0
    assert _cube_for_this_test(keras.Input((3,))).shape == (None, 3)
    del FUNCTIONS["_cube_for_this_test"]


def test_threads_record_apart():
    """Each thread has its own tapes: what one records, another does not see."""
    results = {}

    def work(name, factor):
        v = keras.Variable(float(factor))
        for _ in range(200):
            with keras.GradientTape() as tape:
                y = v * v * factor
            results.setdefault(name, set()).add(float(tape.gradient(y, v)))

    threads = [threading.Thread(target=work, args=(i, i + 1)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {i: {2.0 * (i + 1) ** 2} for i in range(4)}


def test_functions_of_numpy_on_symbolic_tensors():
    x = SymbolicTensor((None, 3))
    for y in (np.sin(x), np.ones(3, "float32") * x, np.float32(2) - x, np.maximum(np.zeros(3, "float32"), x)):
        assert (y.shape, y.dtype) == ((None, 3), "float32")
    with pytest.raises(TypeError, match="has no value, so NumPy cannot compute with it"):
        np.add.reduce(x)


def test_symbolic_tensors_refuse_what_needs_values():
    x = keras.Input((3,))
    with pytest.raises(TypeError, match="has no value"):
        bool(x)
    with pytest.raises(TypeError, match="minikeras.ops"):
        np.asarray(x)
    with pytest.raises(TypeError, match="cannot be iterated"):
        list(x)


def test_ragged_lists_and_strings_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        ops.convert_to_tensor([[1, 2], [3]])
    with pytest.raises(TypeError, match="Tensors hold numbers"):
        ops.convert_to_tensor(["a"])
