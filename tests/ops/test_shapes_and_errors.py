"""Unknown batch sizes, dtypes by Keras's rule, and errors that say what to do."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autodiff import SymbolicTensor

BATCH = [
    (lambda x: ops.softmax(x, axis=0), (None, 4), (None, 4)),
    (lambda x: ops.reshape(x, (-1, 2)), (None, 4), (None, 2)),
    (lambda x: ops.sum(x, axis=0), (None, 4), (4,)),
    (lambda x: ops.concatenate([x, x], axis=0), (None, 4), (None, 4)),
    (lambda x: ops.concatenate([x, x], axis=1), (None, 4), (None, 8)),
    (lambda x: ops.split(x, 2, axis=1)[0], (None, 4), (None, 2)),
    (lambda x: ops.einsum("bi,bj->bij", x, x), (None, 4), (None, 4, 4)),
    (lambda x: ops.repeat(x, 2, axis=0), (None, 4), (None, 4)),
    (lambda x: ops.pad(x, ((0, 0), (1, 1))), (None, 4), (None, 6)),
    (
        lambda x: ops.conv(x, np.zeros((3, 3, 2, 5), "float32"), padding="same"),
        (None, 8, None, 2),
        (None, 8, None, 5),
    ),
    (lambda x: ops.max_pool(x, 2), (None, 8, None, 2), (None, 4, None, 2)),
    (
        lambda x: ops.conv_transpose(x, np.zeros((3, 5, 2), "float32"), 2, "same"),
        (None, None, 2),
        (None, None, 5),
    ),
    (lambda x: ops.dot_product_attention(x, x, x), (None, 7, 2, 3), (None, 7, 2, 3)),
    (lambda x: ops.image.resize(x, (4, 5)), (None, None, None, 3), (None, 4, 5, 3)),
    (lambda x: ops.top_k(x, 2)[1], (None, 4), (None, 2)),
    (lambda x: ops.cholesky(x), (None, 3, 3), (None, 3, 3)),
    (lambda x: ops.scan(lambda c, v: (c + v, c), ops.zeros((4,)), x)[1], (None, 4), (None, 4)),
    (lambda x: ops.quantile(x, [0.1, 0.9], axis=-1), (None, 4), (2, None)),
    (lambda x: ops.one_hot(ops.argmax(x, axis=-1), 4), (None, 4), (None, 4)),
    (lambda x: ops.rearrange(x, "b (h w) -> b h w", h=2), (None, 4), (None, 2, 2)),
    (lambda x: ops.size(x), (None, 4), ()),
]


@pytest.mark.parametrize(("function", "shape", "expected"), BATCH)
def test_unknown_sizes_stay_unknown(function, shape, expected):
    assert function(SymbolicTensor(shape)).shape == expected


@pytest.mark.parametrize("name", ["softmax", "normalize", "gelu", "split", "cumsum", "conv", "quantile"])
def test_a_function_is_one_node_of_a_graph(name):
    """However it is composed, a graph holds the function's name once."""
    x = SymbolicTensor((None, 4, 2))
    settings = {"split": (2, -1), "conv": (np.zeros((2, 2, 3), "float32"),), "quantile": (0.5,)}.get(name, ())
    y = getattr(ops, name)(x, *settings)
    y = y[0] if isinstance(y, list) else y
    assert y.call.function.__name__ == name
    assert y.call.inputs == [x]


DTYPES = [
    (lambda: ops.add(np.int32(1), 2.5), "float32"),
    (lambda: ops.add(np.zeros(2, "int64"), np.zeros(2, "float16")), "float16"),
    (lambda: ops.add(np.zeros(2, "float16"), 2.5), "float16"),
    (lambda: ops.add(np.zeros(2), np.zeros(2, "float32")), "float64"),
    (lambda: ops.add(True, 2), "int32"),
    (lambda: ops.multiply(np.zeros(2, "uint8"), np.zeros(2, "int8")), "int16"),
    (lambda: ops.divide(np.ones(2, "int32"), 2), "float32"),
    (lambda: ops.sum(np.zeros(2, "int8")), "int32"),
    (lambda: ops.sum(np.zeros(2, "int64")), "int64"),
    (lambda: ops.mean(np.zeros(2, "int32")), "float32"),
    (lambda: ops.mean(np.zeros(2, "float16")), "float16"),
    (lambda: ops.sqrt(np.zeros(2, "int32")), "float32"),
    (lambda: ops.clip(np.zeros(2, "bool"), 0.5, 1.0), "float32"),
    (lambda: ops.clip(np.zeros(2, "float16"), np.float32(0.5), np.float64(1)), "float16"),
    (lambda: ops.where(np.ones(2, "bool"), 1.0, 0), "float32"),
    (lambda: ops.where(np.ones(2, "bool"), np.zeros(2, "int32"), np.zeros(2, "float16")), "float16"),
    (lambda: ops.concatenate([np.zeros(2, "int32"), np.zeros(2, "float32")]), "float32"),
    (lambda: ops.matmul(np.zeros((2, 2), "int8"), np.zeros((2, 2), "int8")), "int32"),
    (lambda: ops.arange(3), "int32"),
    (lambda: ops.arange(3.0), "float32"),
    (lambda: ops.argmax(np.zeros(2)), "int32"),
    (lambda: ops.cumsum(np.zeros(2, "bool")), "int32"),
    (lambda: ops.fft((np.zeros(4), np.zeros(4)))[0], "float64"),
    (lambda: ops.layer_normalization(np.zeros((2, 3), "float16")), "float16"),
    (lambda: ops.view_as_complex(np.zeros((3, 2), "float32")), "complex64"),
    (lambda: ops.image.resize(np.zeros((4, 4, 3), "uint8"), (2, 2)), "uint8"),
]


@pytest.mark.parametrize(("function", "expected"), DTYPES)
def test_dtype(function, expected):
    assert function().dtype == expected


ERRORS = [
    (lambda: ops.where([True], 1.0), "expected both x1 and x2, or neither"),
    (lambda: ops.select([], []), "as many choices as conditions and at least one"),
    (lambda: ops.split(np.zeros(5), 2), "cannot cut axis 0 of shape .5,. into 2 equal parts.*array_split"),
    (lambda: ops.unstack(np.zeros((3, 2)), num=2), "num=2 differs from the size 3"),
    (lambda: ops.meshgrid([1.0], indexing="yx"), "indexing 'xy' or 'ij', received 'yx'"),
    (lambda: ops.pad(np.zeros(3), 1, mode="wrap"), "pad expected mode"),
    (
        lambda: ops.pad(np.zeros(3), 1, mode="reflect", constant_values=1),
        "constant_values only with mode='constant'",
    ),
    (lambda: ops.rot90(np.zeros(3)), "at least two axes"),
    (lambda: ops.rearrange(np.zeros((2, 3)), "a b c -> a"), "names 3 axes, the tensor has 2"),
    (lambda: ops.rearrange(np.zeros((2, 3)), "a (b c) -> a b c"), "all but one of the axes"),
    (
        lambda: ops.rearrange(np.zeros((2, 3)), "a (b c) -> a b c", b=2),
        "do not multiply to the axis of size 3",
    ),
    (lambda: ops.rearrange(np.zeros((2, 3)), "a b -> a"), "must name the same axes"),
    (lambda: ops.rearrange(np.zeros((2, 3)), "a b"), "expected a pattern like"),
    (lambda: ops.diag(np.zeros((2, 2, 2))), "a vector or a matrix, received shape"),
    (lambda: ops.scatter_update(np.zeros(3), [[0]], [1.0], reduction="mean"), "reduction None, 'add'"),
    (lambda: ops.einsum("ij,jk->ik", np.zeros((2, 2))), "names 2 operands, received 1"),
    (lambda: ops.einsum("ij->i", np.zeros((2, 2, 2))), "does not name the axes of its operand"),
    (lambda: ops.tensordot(np.zeros((2, 3)), np.zeros((2, 3)), 1), "axes of the same sizes"),
    (lambda: ops.cross(np.zeros(4), np.zeros(4)), "vectors of 2 or 3 elements"),
    (lambda: ops.quantile(np.zeros(3), 1.5), "q between 0 and 1"),
    (lambda: ops.quantile(np.zeros(3), 0.5, method="cubic"), "method to be one of linear"),
    (lambda: ops.correlate(np.zeros((2, 2)), np.zeros(2)), "two vectors, received shapes"),
    (lambda: ops.top_k(np.zeros(3), 4), "k of at most the last axis's size 3, received k=4"),
    (lambda: ops.searchsorted(np.zeros((2, 2)), [1.0]), "a vector as sorted_sequence"),
    (lambda: ops.segment_sum(np.zeros(3), [0, 1]), "one id for each of the 3 rows"),
    (lambda: ops.fft(np.zeros(4)), "a pair .real part, imaginary part. of tensors"),
    (lambda: ops.fft((np.zeros(4), np.zeros(3))), "both parts of one shape"),
    (lambda: ops.stft(np.zeros(9), 4, 2, 2), "fft_length of at least sequence_length=4"),
    (
        lambda: ops.stft(np.zeros(9), 4, 2, 4, window="kaiser"),
        "expected window 'hann', 'hamming', None or a vector",
    ),
    (lambda: ops.conv(np.zeros((1, 4, 3)), np.zeros((2, 2, 5))), "inputs have 3 channels"),
    (lambda: ops.conv(np.zeros((4, 3)), np.zeros((2, 2, 5))), "one to three spatial axes"),
    (
        lambda: ops.conv(np.zeros((1, 4, 3)), np.zeros((2, 3, 5)), strides=0),
        "strides must be a positive integer",
    ),
    (
        lambda: ops.conv(np.zeros((1, 4, 3)), np.zeros((2, 3, 5)), padding="full"),
        "padding must be 'valid', 'same'",
    ),
    (
        lambda: ops.depthwise_conv(np.zeros((1, 4, 3)), np.zeros((2, 2, 5))),
        "the kernel is for 2 channels, the inputs have 3",
    ),
    (
        lambda: ops.conv_transpose(np.zeros((1, 4, 3)), np.zeros((2, 5, 3)), padding="causal"),
        "padding 'valid' or 'same'",
    ),
    (lambda: ops.dot_product_attention(*[np.zeros((2, 3, 4))] * 3), "four axes .batch, length, heads, size."),
    (
        lambda: ops.dot_product_attention(*[np.zeros((1, 2, 2, 2))] * 3, flash_attention=True),
        "not available on a CPU",
    ),
    (lambda: ops.multi_hot([1]), "expected num_classes"),
    (lambda: ops.one_hot([1], 2, sparse=True), "sparse=True is not supported"),
    (
        lambda: ops.categorical_crossentropy(np.zeros((2, 3)), np.zeros((2, 2))),
        "sparse_categorical_crossentropy",
    ),
    (lambda: ops.binary_crossentropy(np.zeros(2), np.zeros((2, 1))), "target and output of one shape"),
    (lambda: ops.moments(np.zeros(3), [0], synchronized=True), "needs several processes"),
    (lambda: ops.normalize(np.zeros(3), order=0.5), "order to be an integer of at least 1"),
    (lambda: ops.psnr(np.zeros(3), np.zeros(2), 1.0), "two signals of one shape"),
    (lambda: ops.ctc_decode(np.zeros((1, 2, 3)), [2], strategy="best"), "strategy 'greedy' or 'beam_search'"),
    (lambda: ops.fold(np.zeros((1, 7, 4)), 3, 2), "expected blocks of shape"),
    (lambda: ops.image.rgb_to_hsv(np.zeros((4, 4, 3), "uint8")), "a float dtype, received uint8"),
    (lambda: ops.image.resize(np.zeros((4, 4)), (2, 2)), "one image .three axes. or a batch"),
    (
        lambda: ops.image.resize(np.zeros((4, 4, 3)), (2, 2), interpolation="area"),
        "expected interpolation 'nearest'",
    ),
    (lambda: ops.image.crop_images(np.zeros((4, 4, 3)), top_cropping=1), "Exactly two of top_cropping"),
    (lambda: ops.image.crop_images(np.zeros((4, 4, 3)), 5, 0, 0, 0), "must be at least 0|cannot cut"),
    (
        lambda: ops.image.pad_images(np.zeros((4, 4, 3)), 0, 0, target_height=2, target_width=5),
        "bottom_padding must be at least 0",
    ),
    (lambda: ops.image.affine_transform(np.zeros((4, 4, 3)), np.zeros(6)), r"transform of shape \(8,\)"),
    (
        lambda: ops.image.affine_transform(np.zeros((4, 4, 3)), np.zeros(8), fill_mode="edge"),
        "fill_mode to be one of",
    ),
    (lambda: ops.image.map_coordinates(np.zeros((4, 4)), np.zeros((3, 2)), 1), "one row for each axis"),
    (lambda: ops.image.map_coordinates(np.zeros((4, 4)), np.zeros((2, 2)), 3), "order 0 or 1, received 3"),
    (lambda: ops.image.ssim(np.zeros((12, 12, 3)), np.zeros((12, 12, 1))), "images of one shape"),
    (
        lambda: ops.image.perspective_transform(np.zeros((4, 4, 3)), np.zeros((3, 2)), np.zeros((3, 2))),
        r"\(4, 2\)",
    ),
]


@pytest.mark.parametrize(("function", "message"), ERRORS)
def test_errors_say_what_was_expected(function, message):
    with pytest.raises(ValueError, match=message):
        function()


def test_wrong_types_and_unknown_arguments():
    with pytest.raises(TypeError, match="unknown arguments .'order'"):
        ops.einsum("ij->j", np.zeros((2, 2)), order="C")
    with pytest.raises(TypeError, match="unknown arguments"):
        ops.multi_hot([1], 3, size=2)
    with pytest.raises(TypeError, match="unknown arguments"):
        ops.layer_normalization(np.zeros((2, 2)), scale=True)
    with pytest.raises(TypeError, match="integers as exponents"):
        ops.ldexp(1.0, 2.0)
    with pytest.raises(TypeError, match="float dtype, received int32"):
        ops.stft(np.zeros(9, "int32"), 4, 2, 4)
    assert ops.multi_hot([1], num_tokens=3).tolist() == [0.0, 1.0, 0.0]


def test_stft_and_istft_are_inverse():
    x = np.random.default_rng(0).normal(size=(2, 64))
    for settings in ((16, 4, 16), (12, 3, 16)):
        y = ops.istft(ops.stft(x, *settings), *settings, length=64)
        np.testing.assert_allclose(y, x, atol=1e-10)


def test_elastic_transform_repeats_with_its_seed_and_keeps_a_flat_image():
    x = np.random.default_rng(0).random((2, 8, 9, 3)).astype("float32")
    settings = {"alpha": 2.0, "sigma": 1.0}
    first, again = (ops.image.elastic_transform(x, seed=4, **settings).numpy() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, ops.image.elastic_transform(x, seed=5, **settings))
    flat = np.full((5, 6, 1), 0.25, "float32")
    np.testing.assert_allclose(ops.image.elastic_transform(flat, seed=4, **settings), flat, rtol=1e-6)


def test_a_lone_pixel_is_mirrored_onto_itself():
    for mode in ("mirror", "reflect", "nearest", "wrap"):
        y = ops.image.map_coordinates(
            np.full((1, 1), 3.0), np.array([[-2.0, 5.0], [0.0, 1.0]]), 1, fill_mode=mode
        )
        assert y.tolist() == [3.0, 3.0]
