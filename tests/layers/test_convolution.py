"""Convolution layers: what they compute, what they refuse, in which words."""

import inspect
import json
import re

import numpy as np
import pytest

from minikeras import Input, layers

CLASSES = [
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.Conv1DTranspose,
    layers.Conv2DTranspose,
    layers.Conv3DTranspose,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
    layers.SeparableConv1D,
    layers.SeparableConv2D,
]
WITH_FILTERS = [cls for cls in CLASSES if "Depthwise" not in cls.__name__]
EACH = pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)


def made(cls, kernel_size=2, **kwargs):
    return cls(**{"kernel_size": kernel_size, **({"filters": 4} if cls in WITH_FILTERS else {}), **kwargs})


def inputs(rank, channels=4, size=6):
    return np.random.default_rng(1).standard_normal((2, *[size] * rank, channels)).astype("float32")


def test_by_hand():
    layer = layers.Conv1D(1, 2, kernel_initializer="ones", bias_initializer="ones")
    assert layer(np.arange(4.0, dtype="float32").reshape(1, 4, 1)).numpy().ravel().tolist() == [2.0, 4.0, 6.0]


def test_causal_outputs_depend_on_earlier_steps_only():
    layer = layers.Conv1D(3, 3, padding="causal", dilation_rate=2)
    x = inputs(1, size=9)
    before = layer(x).numpy()
    x[:, 5:] += 1.0
    after = layer(x).numpy()
    np.testing.assert_array_equal(after[:, :5], before[:, :5])
    assert (after[:, 5:] != before[:, 5:]).all()


@EACH
def test_both_data_formats_agree(cls):
    last = made(cls, padding="same", strides=2, activation="relu")
    first = made(cls, padding="same", strides=2, activation="relu", data_format="channels_first")
    x = inputs(cls.rank)
    y = last(x).numpy()
    first.build(np.moveaxis(x, -1, 1).shape)
    first.set_weights(last.get_weights())
    np.testing.assert_allclose(
        np.moveaxis(first(np.moveaxis(x, -1, 1)).numpy(), 1, -1), y, rtol=1e-5, atol=1e-6
    )


def test_groups_are_convolutions_side_by_side():
    x = inputs(2)
    whole = layers.Conv2D(6, 3, groups=2, use_bias=False)
    y = whole(x).numpy()
    for part in range(2):
        alone = layers.Conv2D(3, 3, use_bias=False)
        alone.build((None, 6, 6, 2))
        alone.set_weights([whole.kernel.numpy()[..., 3 * part : 3 * part + 3]])
        found = alone(x[..., 2 * part : 2 * part + 2]).numpy()
        np.testing.assert_allclose(found, y[..., 3 * part : 3 * part + 3], rtol=1e-5, atol=1e-6)


def test_the_transpose_is_the_adjoint():
    """Σ conv(x) · y = Σ x · transpose(y), with one kernel."""
    x, y = inputs(2, 3, 7), inputs(2, 5, 3)
    forward = layers.Conv2D(5, 3, strides=2, use_bias=False)
    backward = layers.Conv2DTranspose(3, 3, strides=2, use_bias=False)
    found = forward(x).numpy()
    backward.build((None, 3, 3, 5))
    backward.set_weights(forward.get_weights())
    left, right = (found * y).sum(), (x * backward(y).numpy()).sum()
    np.testing.assert_allclose(left, right, rtol=1e-4)


def test_separable_is_depthwise_then_pointwise():
    x = inputs(2)
    separable = layers.SeparableConv2D(5, 3, depth_multiplier=2, strides=2, padding="same", use_bias=False)
    y = separable(x).numpy()
    depthwise = layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same", use_bias=False)
    pointwise = layers.Conv2D(5, 1, use_bias=False)
    depthwise.build(x.shape)
    pointwise.build((None, 3, 3, 8))
    depthwise.set_weights([separable.depthwise_kernel.numpy()])
    pointwise.set_weights([separable.pointwise_kernel.numpy()])
    np.testing.assert_allclose(pointwise(depthwise(x)).numpy(), y, rtol=1e-5, atol=1e-6)


def test_depthwise_is_a_convolution_of_each_channel():
    x = inputs(2, 3)
    layer = layers.DepthwiseConv2D(3, depth_multiplier=2, bias_initializer="glorot_normal")
    y = layer(x).numpy()
    kernel, bias = layer.get_weights()
    for channel in range(3):
        alone = layers.Conv2D(2, 3)
        alone.build((None, 6, 6, 1))
        part = slice(2 * channel, 2 * channel + 2)
        alone.set_weights([kernel[:, :, channel : channel + 1], bias[part]])
        np.testing.assert_allclose(
            alone(x[..., channel : channel + 1]).numpy(), y[..., part], rtol=1e-5, atol=1e-6
        )


@EACH
def test_the_bias_is_added_to_each_filter(cls):
    layer = made(cls)
    x = inputs(cls.rank)
    without = layer(x).numpy()
    bias = np.arange(layer.bias.size, dtype="float32")
    layer.bias.assign(bias)
    np.testing.assert_allclose(
        layer(x).numpy() - without, np.broadcast_to(bias, without.shape), rtol=1e-5, atol=1e-5
    )


@EACH
def test_unknown_sizes_stay_unknown(cls):
    x = Input((*[None] * cls.rank, 4))
    assert made(cls, kernel_size=100)(x).shape[1:-1] == (None,) * cls.rank


@EACH
def test_sizes_change_from_call_to_call(cls):
    layer = made(cls, padding="same")
    for size in (6, 5, 9, 6):
        assert layer(inputs(cls.rank, size=size)).shape[1:-1] == (size,) * cls.rank


@EACH
def test_a_configuration_of_lists_is_one_of_tuples(cls):
    layer = made(cls, strides=2)
    config = json.loads(json.dumps(layer.get_config()))
    assert config["strides"] == [2] * cls.rank
    assert type(layer).from_config(config).strides == (2,) * cls.rank


def test_integer_images_are_accepted():
    layer = layers.Conv2D(2, 3)
    x = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 1)).astype("uint8")
    np.testing.assert_array_equal(layer(x).numpy(), layer(x.astype("float32")).numpy())


# Refusals


def test_an_image_without_channels_is_told_how_to_get_them():
    with pytest.raises(ValueError, match=r"Conv2D 'c' .* rank 4 .*\(2, 28, 28\).*x\[\.\.\., None\]"):
        layers.Conv2D(4, 3, name="c")(np.zeros((2, 28, 28), "float32"))


@EACH
def test_other_channels_than_those_it_was_built_on(cls):
    layer = made(cls, name="c")
    layer(inputs(cls.rank))
    with pytest.raises(ValueError, match=rf"{cls.__name__} 'c' expected .*4.*received shape .*3\)"):
        layer(inputs(cls.rank, 3))


@pytest.mark.parametrize("cls", WITH_FILTERS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("filters", [0, -3, 2.5, True])
def test_filters_are_a_positive_integer(cls, filters):
    with pytest.raises(
        ValueError, match=rf"filters must be a positive integer, received filters={filters!r}"
    ):
        made(cls, filters=filters)


@pytest.mark.parametrize(
    "cls", [c for c in CLASSES if "Transpose" not in c.__name__], ids=lambda c: c.__name__
)
def test_a_window_larger_than_the_inputs_names_both(cls):
    sizes = re.escape(str((9,) * cls.rank)) + ".*" + re.escape(str((6,) * cls.rank))
    with pytest.raises(ValueError, match=f"{cls.__name__} 'c'.*kernel_size={sizes}.*padding='same'"):
        made(cls, kernel_size=9, name="c")(inputs(cls.rank))
    with pytest.raises(ValueError, match=sizes):
        made(cls, kernel_size=9, name="c")(Input((*[6] * cls.rank, 4)))


@pytest.mark.parametrize("cls", [c for c in CLASSES if "Conv" in c.__name__[:5]], ids=lambda c: c.__name__)
def test_strides_and_dilation_exclude_each_other(cls):
    with pytest.raises(ValueError, match="strides > 1 do not go together with dilation_rate > 1"):
        made(cls, strides=2, dilation_rate=2)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"padding": "full"}, "padding must be one of 'valid', 'same', received 'full'"),
        ({"padding": "causal"}, "padding must be one of 'valid', 'same', received 'causal'"),
        ({"data_format": "last"}, "data_format must be 'channels_last'"),
        (
            {"kernel_size": (2, 2, 2)},
            "kernel_size must be a positive integer or a tuple of 2 positive integers",
        ),
        ({"strides": 0}, "strides must be a positive integer"),
        ({"groups": 3}, "filters=4 must be divisible by groups=3"),
        ({"units": 3}, r"received unknown arguments: 'units'"),
    ],
)
def test_arguments_of_conv2d(kwargs, message):
    with pytest.raises(ValueError, match=message):
        layers.Conv2D(**{"filters": 4, "kernel_size": 3, **kwargs})


def test_channels_that_the_groups_do_not_divide():
    with pytest.raises(ValueError, match="3 channels must be divisible by groups=2"):
        layers.Conv2D(4, 3, groups=2)(inputs(2, 3))


def test_unknown_channels():
    with pytest.raises(ValueError, match="needs to know how many channels"):
        layers.Conv2D(4, 3)(Input((8, 8, None)))


@pytest.mark.parametrize("value", [2, -1, (1, 1, 1), 0.5])
def test_output_padding_is_less_than_the_strides(value):
    with pytest.raises(ValueError, match="output_padding must be"):
        layers.Conv2DTranspose(4, 3, strides=2, output_padding=value)


def test_one_signature_with_the_defaults_of_each_rank():
    assert layers.Conv1D(1, 1).strides == (1,)
    for cls in (layers.Conv2D, layers.SeparableConv2D):
        assert inspect.signature(cls).parameters["strides"].default == (1, 1)
    layer = layers.Conv3DTranspose(2, 3, 2, "same", "channels_first", 1)
    assert (layer.data_format, layer.output_padding) == ("channels_first", (1, 1, 1))
