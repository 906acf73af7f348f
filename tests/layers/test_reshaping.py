"""Layers that rearrange: values, types, unknown sizes, refusals."""

import numpy as np
import pytest

from minikeras import Input, layers


def numbers(*shape):
    return np.arange(np.prod(shape), dtype="float32").reshape(shape)


def test_flatten_reads_channels_first_in_the_order_of_channels_last():
    x = numbers(2, 3, 4, 5)
    first = layers.Flatten("channels_first")(np.moveaxis(x, -1, 1)).numpy()
    np.testing.assert_array_equal(first, layers.Flatten()(x).numpy())


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (layers.Flatten(), (None, None, 3), (None, None)),
        (layers.Reshape((-1, 3)), (None, None, 3), (None, None, 3)),
        (layers.Reshape((2, -1)), (None, 4, 3), (None, 2, 6)),
        (layers.Permute((2, 1)), (None, None, 3), (None, 3, None)),
        (layers.ZeroPadding2D(1), (None, None, 4, 3), (None, None, 6, 3)),
        (layers.Cropping1D((50, 60)), (None, None, 3), (None, None, 3)),
        (layers.UpSampling2D(3), (None, None, 4, 3), (None, None, 12, 3)),
    ],
)
def test_unknown_sizes(layer, shape, expected):
    assert layer(Input(batch_shape=shape)).shape == expected
    assert layer.compute_output_shape(shape) == expected


@pytest.mark.parametrize(
    "layer",
    [
        layers.Flatten(),
        layers.Reshape((4, 3)),
        layers.Permute((2, 1)),
        layers.ZeroPadding1D(),
        layers.Cropping1D(),
        layers.UpSampling1D(),
    ],
)
def test_integers_stay_integers(layer):
    x = np.arange(24, dtype="int32").reshape(2, 3, 4)
    assert layer(x).dtype == "int32"
    assert layer(Input((3, 4), dtype="int32")).dtype == "int32"


def test_zeros_around():
    y = layers.ZeroPadding2D(((1, 0), (0, 2)))(np.ones((1, 2, 2, 1), "float32")).numpy()[0, ..., 0]
    assert y.tolist() == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]]


def test_zeros_around_channels_first():
    assert layers.ZeroPadding1D((1, 2), "channels_first")(numbers(2, 3, 4)).shape == (2, 3, 7)
    assert layers.ZeroPadding2D((1, 2), "channels_first")(numbers(2, 3, 4, 5)).shape == (2, 3, 6, 9)
    assert layers.Cropping2D((1, 2), "channels_first")(numbers(2, 3, 4, 5)).shape == (2, 3, 2, 1)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_cropping_undoes_padding(rank):
    x = numbers(2, *[3] * rank, 2)
    widths = [(1, 2), (0, 3), (2, 0)][:rank]
    widths = widths[0] if rank == 1 else widths
    padded = getattr(layers, f"ZeroPadding{rank}D")(widths)(x)
    np.testing.assert_array_equal(getattr(layers, f"Cropping{rank}D")(widths)(padded).numpy(), x)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_enlarging_repeats(rank):
    x = numbers(2, *[2] * rank, 2)
    expected = x
    for axis in range(1, rank + 1):
        expected = np.repeat(expected, 3, axis)
    np.testing.assert_array_equal(getattr(layers, f"UpSampling{rank}D")(3)(x).numpy(), expected)


def test_enlarging_between_pixels():
    x = np.array([0.0, 4.0], "float32").reshape(1, 1, 2, 1)
    y = layers.UpSampling2D((1, 2), interpolation="bilinear")(x).numpy().ravel()
    np.testing.assert_allclose(y, [0, 1, 3, 4], atol=1e-6)


# Refusals


@pytest.mark.parametrize("shape", [(5,), (5, -1), (0, -1)])
def test_reshape_names_the_sizes(shape):
    with pytest.raises(ValueError, match=r"Reshape 'r': inputs of shape \(2, 3, 4\) have 12 elements each"):
        layers.Reshape(shape, name="r")(numbers(2, 3, 4))


@pytest.mark.parametrize("shape", [(-1, -1), (2, -3), ("a",), (1.5,)])
def test_target_shapes(shape):
    with pytest.raises(ValueError, match="target_shape must be a tuple of sizes, at most one of them -1"):
        layers.Reshape(shape)


@pytest.mark.parametrize("dims", [(0, 1), (1, 1), (1, 3)])
def test_permutations(dims):
    with pytest.raises(ValueError, match="dims must name each axis from 1 to 2 once"):
        layers.Permute(dims)


def test_repetitions():
    with pytest.raises(TypeError, match=r"n must be an integer, received 1\.5"):
        layers.RepeatVector(1.5)
    with pytest.raises(ValueError, match="n must be a positive integer"):
        layers.RepeatVector(0)
    with pytest.raises(ValueError, match="rank 2"):
        layers.RepeatVector(2)(numbers(2, 3, 4))


@pytest.mark.parametrize("value", [-1, (1, 2, 3), ((1, 2, 3), (1, 2)), 1.5, (1, "a")])
def test_margins(value):
    with pytest.raises(ValueError, match="padding must be an integer, 2 integers or 2 pairs"):
        layers.ZeroPadding2D(value)
    with pytest.raises(ValueError, match="cropping must be an integer, 2 integers or 2 pairs"):
        layers.Cropping2D(value)


def test_nothing_left():
    with pytest.raises(ValueError, match=r"cropping=\(3, 3\) leaves nothing of inputs of shape \(2, 6, 3\)"):
        layers.Cropping1D((3, 3))(numbers(2, 6, 3))


def test_factors():
    with pytest.raises(TypeError, match="size must be an integer"):
        layers.UpSampling1D(1.5)
    with pytest.raises(ValueError, match="size must be a positive integer"):
        layers.UpSampling2D((0, 1))
    with pytest.raises(ValueError, match="interpolation must be one of 'nearest', 'bilinear'"):
        layers.UpSampling2D(interpolation="cubic")
