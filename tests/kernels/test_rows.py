"""gather, embedding_gradient and dropout."""

import numpy as np
import pytest
from kernel_checks import awkward, close, numbers

from minikeras.kernels import reference


@pytest.mark.parametrize("source", [np.uint8, np.int64, np.float64, np.float32, np.bool_])
@pytest.mark.parametrize("shape", [(10,), (10, 1), (10, 17), (10, 28, 28, 1)])
def test_gather(kernels, source, shape):
    x = (np.abs(numbers(*shape)) * 50).astype(source)
    indices = np.array([9, 0, 3, 3, 7])
    expected = x[indices].astype(np.float32)
    received = kernels.gather(x, indices, np.float32)
    assert received.dtype == np.float32
    np.testing.assert_array_equal(received, expected)
    out = np.empty_like(expected)
    assert kernels.gather(x, indices.astype(np.int32), np.float32, out=out) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(kernels.gather(x, indices, source), x[indices])


def test_gather_from_strided_rows(kernels):
    x = numbers(20, 6)
    np.testing.assert_array_equal(kernels.gather(x[::2, 1:4], np.array([9, 1]), np.float32), x[[18, 2], 1:4])
    np.testing.assert_array_equal(kernels.gather(awkward(x), np.array([-1, 1]), np.float32), x[[-1, 1]])


@pytest.mark.parametrize("index", [10, -11])
def test_gather_refuses_rows_outside(kernels, index):
    with pytest.raises(IndexError, match="out of bounds"):
        kernels.gather(numbers(10, 3), np.array([0, index]), np.float32)


@pytest.mark.parametrize(
    ("rows", "width", "shape"), [(1, 1, (1,)), (5, 3, (7,)), (40, 17, (33, 4)), (1000, 32, (8, 64))]
)
@pytest.mark.parametrize("kind", [np.int64, np.int32])
def test_embedding_gradient(kernels, rows, width, shape, kind):
    indices = np.random.default_rng(0).integers(0, rows, shape).astype(kind)
    dy = numbers(*shape, width)
    expected = np.zeros((rows, width))
    np.add.at(expected, indices, dy.astype(np.float64))
    close(kernels.embedding_gradient(dy, indices, rows, True), expected, terms=8)
    into = np.full((rows, width), 7, np.float32)
    assert kernels.embedding_gradient(awkward(dy), indices, rows, into) is into
    close(into, expected, terms=8)


@pytest.mark.parametrize("index", [-1, 5])
def test_embedding_gradient_refuses_rows_outside(kernels, index):
    with pytest.raises(
        ValueError, match=rf"indices from 0 to 4 \(the table has 5 rows\), received {index}\."
    ):
        kernels.embedding_gradient(numbers(2, 3), np.array([0, index]), 5, True)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (17,), (33, 40), (3, 5, 7)])
@pytest.mark.parametrize("rate", [0.0, 0.25, 0.9, 1.0])
def test_dropout_bits_are_the_same_everywhere(kernels, shape, rate, dtype):
    x = numbers(*shape, dtype=dtype)
    for seed, counter in [(0, 0), (1, 0), (0, 1), (2**63 + 5, 2**40), (12345, 678)]:
        y, scale = kernels.dropout(x, rate, seed, counter)
        expected, kept = reference.dropout(x, rate, seed, counter)
        assert y.dtype == scale.dtype == dtype
        np.testing.assert_array_equal(y, expected)
        np.testing.assert_array_equal(scale, kept)


def test_dropout_bits_are_pinned(kernels):
    _, scale = kernels.dropout(np.ones(24, np.float32), 0.5, seed=42, counter=7)
    assert "".join("1" if kept else "0" for kept in scale) == "011110010010110010000101"


def test_dropout_shares(kernels):
    x = np.ones(200_000, np.float32)
    masks = [kernels.dropout(x, 0.3, seed, counter)[1] > 0 for seed in (1, 2) for counter in (0, 1)]
    for mask in masks:
        assert abs(mask.mean() - 0.7) < 0.005
    for index, mask in enumerate(masks):
        for other in masks[:index]:
            assert abs((mask & other).mean() - 0.49) < 0.006
        assert abs((mask[1:] & mask[:-1]).mean() - 0.49) < 0.006
