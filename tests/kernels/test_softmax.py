"""softmax, log_softmax and the cross-entropies with their gradients."""

import numpy as np
import pytest
from kernel_checks import awkward, check_gradients, close, numbers, wide

SHAPES = [(1, 1), (3, 2), (32, 3), (33, 10), (7, 16), (5, 17), (2, 3, 40), (4, 1000)]
EPSILON = 1e-7


def naive_softmax(x):
    y = np.exp(x - x.max(-1, keepdims=True))
    return y / y.sum(-1, keepdims=True)


def naive_crossentropy(target, output, from_logits):
    p = naive_softmax(output) if from_logits else output / output.sum(-1, keepdims=True)
    return -(target * np.log(p if from_logits else np.clip(p, EPSILON, 1 - EPSILON))).sum(-1)


def naive_binary(target, output, from_logits):
    p = 1 / (1 + np.exp(-output)) if from_logits else np.clip(output, EPSILON, 1 - EPSILON)
    return -(target * np.log(p) + (1 - target) * np.log(1 - p))


def outputs(shape, from_logits):
    x = numbers(*shape)
    return x if from_logits else (np.abs(x) + np.float32(0.1))


@pytest.mark.parametrize("shape", SHAPES)
def test_softmax(kernels, shape):
    x, dy = numbers(*shape), numbers(*shape, seed=1)
    x64, dy64 = wide(x, dy)
    y = kernels.softmax(x)
    close(y, naive_softmax(x64))
    close(kernels.log_softmax(x), np.log(naive_softmax(x64)))
    s = naive_softmax(x64)
    close(kernels.softmax_gradient(dy, y), s * (dy64 - (dy64 * s).sum(-1, keepdims=True)), tolerance=4e-6)
    log_gradient = kernels.log_softmax_gradient(dy, kernels.log_softmax(x))
    close(log_gradient, dy64 - s * dy64.sum(-1, keepdims=True), tolerance=4e-6)


def test_gradients_against_differences(kernels):
    x, dy = wide(numbers(4, 5), numbers(4, 5, seed=1))
    check_gradients(naive_softmax, (x,), (kernels.softmax_gradient(dy, kernels.softmax(x)),), dy)
    log_gradient = kernels.log_softmax_gradient(dy, kernels.log_softmax(x))
    check_gradients(lambda x: np.log(naive_softmax(x)), (x,), (log_gradient,), dy)


def test_large_inputs_do_not_overflow(kernels):
    x = np.array([[1e4, 0, -1e4], [-1e30, -1e30, -1e30]], np.float32)
    np.testing.assert_allclose(kernels.softmax(x), [[1, 0, 0], [1 / 3] * 3], atol=1e-6)
    np.testing.assert_allclose(kernels.log_softmax(x)[0], [0, -1e4, -2e4], rtol=1e-6)


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_crossentropies(kernels, shape, from_logits):
    output = outputs(shape, from_logits)
    target = naive_softmax(numbers(*shape, seed=1)).astype(np.float32)
    labels = np.random.default_rng(2).integers(0, shape[-1], shape[:-1])
    one_hot = np.eye(shape[-1], dtype=np.float32)[labels]
    expected = naive_crossentropy(*wide(target, output), from_logits)
    close(kernels.crossentropy(target, output, from_logits, EPSILON), expected, tolerance=4e-6)
    expected = naive_crossentropy(*wide(one_hot, output), from_logits)
    for kind in (np.int64, np.int32, np.uint16):
        loss = kernels.sparse_crossentropy(labels.astype(kind), output, from_logits, EPSILON)
        close(loss, expected, tolerance=4e-6)
        assert loss.dtype == np.float32


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_crossentropy_gradients(kernels, shape, from_logits):
    output = outputs(shape, from_logits)
    target = naive_softmax(numbers(*shape, seed=1)).astype(np.float32)
    labels = np.random.default_rng(2).integers(0, shape[-1], shape[:-1])
    dloss = numbers(*shape[:-1], seed=4)
    if shape[-1] == 1 and not from_logits:
        return  # p is 1 exactly, on the edge of the clip

    def expected(target):
        target, output64, dloss64 = (
            a[..., None] if a is dloss else a for a in (*wide(target, output, dloss)[:2], dloss)
        )
        dloss64 = dloss64.astype(np.float64)
        if from_logits:
            return dloss64 * (naive_softmax(output64) * target.sum(-1, keepdims=True) - target)
        s = output64.sum(-1, keepdims=True)
        dp = -dloss64 * target * s / output64
        return (dp - (dp * output64 / s).sum(-1, keepdims=True)) / s

    close(kernels.crossentropy_gradient(dloss, target, output, from_logits, EPSILON), expected(target), 8e-6)
    one_hot = np.eye(shape[-1], dtype=np.float32)[labels]
    received = kernels.sparse_crossentropy_gradient(dloss, labels, output, from_logits, EPSILON)
    close(received, expected(one_hot), 8e-6)


@pytest.mark.parametrize("from_logits", [True, False])
def test_crossentropy_gradients_against_differences(kernels, from_logits):
    (output,) = wide(outputs((4, 5), from_logits))
    target, dloss = wide(naive_softmax(numbers(4, 5, seed=1)), numbers(4, seed=2))
    gradient = kernels.crossentropy_gradient(dloss, target, output, from_logits, EPSILON)
    check_gradients(lambda o: naive_crossentropy(target, o, from_logits), (output,), (gradient,), dloss)
    labels = np.array([0, 4, 2, 2])
    gradient = kernels.sparse_crossentropy_gradient(dloss, labels, output, from_logits, EPSILON)
    check_gradients(
        lambda o: naive_crossentropy(np.eye(5)[labels], o, from_logits), (output,), (gradient,), dloss
    )


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("shape", [(1,), (33,), (7, 3), (32, 1)])
def test_binary(kernels, shape, from_logits):
    output = (
        numbers(*shape)
        if from_logits
        else naive_softmax(numbers(2, *shape, seed=3).T).T[0].astype(np.float32)
    )
    target = np.random.default_rng(1).integers(0, 2, shape).astype(np.float32)
    dloss = numbers(*shape, seed=5)
    expected = naive_binary(*wide(target, output), from_logits)
    close(kernels.binary_crossentropy(target, output, from_logits, EPSILON), expected, 4e-6)
    o, t, d = wide(output, target, dloss)
    slope = 1 / (1 + np.exp(-o)) - t if from_logits else (o - t) / (o * (1 - o))
    close(kernels.binary_crossentropy_gradient(dloss, target, output, from_logits, EPSILON), d * slope, 4e-6)
    gradient = kernels.binary_crossentropy_gradient(d, t, o, from_logits, EPSILON)
    check_gradients(lambda o: naive_binary(t, o, from_logits), (o,), (gradient,), d)


def test_clipped_probabilities_pass_no_gradient(kernels):
    output = np.array([[1.0, 0.0], [0.5, 0.5]], np.float32)
    one_hot = np.array([[0, 1], [0, 1]], np.float32)
    dloss = np.ones(2, np.float32)
    dense = kernels.crossentropy_gradient(dloss, one_hot, output, False, EPSILON)
    sparse = kernels.sparse_crossentropy_gradient(dloss, np.array([1, 1]), output, False, EPSILON)
    np.testing.assert_allclose(dense, [[0, 0], [1, -1]], atol=1e-6)
    np.testing.assert_allclose(sparse, [[0, 0], [1, -1]], atol=1e-6)
    loss = kernels.sparse_crossentropy(np.array([1, 1]), output, False, EPSILON)
    np.testing.assert_allclose(loss, [-np.log(1e-7), np.log(2)], rtol=1e-5)
    binary = kernels.binary_crossentropy_gradient(dloss, one_hot[0], output[0], False, EPSILON)
    np.testing.assert_array_equal(binary, [0, 0])


@pytest.mark.parametrize("label", [-1, 3])
@pytest.mark.parametrize("from_logits", [True, False])
def test_labels_outside_are_refused(kernels, label, from_logits):
    labels, output = np.array([0, label]), np.ones((2, 3), np.float32)
    message = rf"labels from 0 to 2 \(its output has 3 classes\), received a label {label}\. Widen"
    with pytest.raises(ValueError, match=message):
        kernels.sparse_crossentropy(labels, output, from_logits, EPSILON)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_precisions(kernels, dtype):
    x = numbers(3, 5, dtype=dtype)
    y = kernels.softmax(x)
    assert y.dtype == kernels.softmax_gradient(x, y).dtype == kernels.log_softmax(x).dtype == dtype
    loss = kernels.sparse_crossentropy(np.array([0, 1, 2]), x, True, EPSILON)
    assert loss.dtype == dtype
    assert kernels.sparse_crossentropy_gradient(loss, np.array([0, 1, 2]), x, True, EPSILON).dtype == dtype
    assert kernels.crossentropy(y, x, True, EPSILON).dtype == dtype
    assert kernels.binary_crossentropy(y, x, True, EPSILON).dtype == dtype


def test_awkward_inputs(kernels):
    x, dy = numbers(5, 9), numbers(5, 9, seed=1)
    labels = np.array([[0, 9], [1, 9], [2, 9], [3, 9], [8, 9]])[:, 0]
    y = kernels.softmax(x)
    np.testing.assert_array_equal(kernels.softmax(awkward(x)), y)
    np.testing.assert_array_equal(
        kernels.softmax_gradient(awkward(dy), awkward(y)), kernels.softmax_gradient(dy, y)
    )
    loss = kernels.sparse_crossentropy(labels, awkward(x), True, EPSILON)
    np.testing.assert_array_equal(loss, kernels.sparse_crossentropy(labels.copy(), x, True, EPSILON))
