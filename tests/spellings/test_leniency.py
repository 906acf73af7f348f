"""What older versions took without a word, and scripts still rely on."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

I, F = np.int64, np.float32
MADE_WITH_NUMPY_NUMBERS = [
    lambda i, f: layers.Dense(i(3), input_shape=(i(4),)),
    lambda i, f: layers.Conv2D(i(3), (i(3), i(2)), strides=i(1), dilation_rate=(i(1), i(1))),
    lambda i, f: layers.Conv2DTranspose(i(3), i(2), output_padding=i(0), strides=i(2)),
    lambda i, f: layers.SeparableConv1D(i(3), i(2), depth_multiplier=i(2)),
    lambda i, f: layers.MaxPooling2D(pool_size=(i(2), i(2)), strides=i(2)),
    lambda i, f: layers.LSTM(i(3), dropout=f(0.5), recurrent_dropout=f(0.25)),
    lambda i, f: layers.Embedding(i(10), i(3)),
    lambda i, f: layers.Dropout(f(0.5), seed=i(3)),
    lambda i, f: layers.Reshape((i(3), -1)),
    lambda i, f: layers.RepeatVector(i(2)),
    lambda i, f: layers.BatchNormalization(axis=i(-1), momentum=f(0.5)),
    lambda i, f: layers.GroupNormalization(i(2)),
    lambda i, f: layers.ZeroPadding2D((i(1), i(2))),
    lambda i, f: layers.UpSampling2D(i(2)),
    lambda i, f: layers.Cropping2D(((i(1), i(0)), (i(0), i(1)))),
    lambda i, f: layers.Permute((i(2), i(1))),
    lambda i, f: layers.Concatenate(axis=i(1)),
    lambda i, f: layers.Dot(axes=(i(1), i(1))),
    lambda i, f: layers.LeakyReLU(f(0.5)),
    lambda i, f: layers.GaussianNoise(f(0.5)),
    lambda i, f: layers.MultiHeadAttention(i(2), i(3)),
    lambda i, f: layers.TextVectorization(max_tokens=i(10), output_sequence_length=i(4)),
    lambda i, f: layers.Rescaling(f(0.5)),
    lambda i, f: layers.RandomZoom(f(0.5)),
    lambda i, f: keras.optimizers.SGD(f(0.5), momentum=f(0.25)),
    lambda i, f: keras.optimizers.Adam(f(0.5), clipnorm=f(1)),
    lambda i, f: keras.optimizers.schedules.ExponentialDecay(f(0.5), i(3), f(0.25)),
    lambda i, f: keras.initializers.RandomNormal(f(0), f(1), seed=i(3)),
    lambda i, f: keras.regularizers.L1L2(f(0.5), f(0.25)),
    lambda i, f: keras.constraints.MaxNorm(i(2)),
    lambda i, f: keras.losses.Huber(delta=f(0.5)),
    lambda i, f: keras.metrics.MeanIoU(i(3)),
    lambda i, f: keras.metrics.FBetaScore(beta=f(0.5)),
    lambda i, f: keras.metrics.TopKCategoricalAccuracy(k=i(2)),
]


@pytest.mark.filterwarnings("ignore:.*input_shape")
@pytest.mark.parametrize("make", MADE_WITH_NUMPY_NUMBERS)
def test_numbers_of_numpy(make):
    numpy_made, made = make(I, F), make(int, float)
    configs = [
        json.dumps({k: v for k, v in one.get_config().items() if k != "name"}) for one in (numpy_made, made)
    ]
    assert configs[0] == configs[1]


def test_shapes_of_numpy_numbers():
    assert keras.Input((np.int64(3), np.int32(4))).shape == (None, 3, 4)
    assert keras.Input(np.int64(3)).shape == (None, 3)
    assert keras.Input((3,), batch_size=np.int64(2)).shape == (2, 3)


def line():
    with pytest.warns(DeprecationWarning, match="input_shape"):
        made = keras.Sequential([layers.Dense(units=1, input_shape=[1])])
    made.compile(optimizer="sgd", loss="mean_squared_error")
    return made


def test_lists_of_numbers():
    made = line()
    made.fit([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], epochs=np.int64(2), verbose=0)
    made.fit([[1.0], [2.0]], [[2.0], [4.0]], verbose=0)
    made.fit((1, 2), (2, 4), verbose=0)
    for x in ([0.5], [[0.5]], (0.5,), np.array([0.5]), np.array([[0.5]])):
        assert made.predict(x, verbose=0).shape == (1, 1)
    assert isinstance(made.evaluate([1.0, 2.0], [2.0, 4.0], verbose=0), float)
    assert isinstance(made.train_on_batch([1.0], [2.0]), float)
    assert made.predict_on_batch([0.5]).shape == (1, 1)


def test_an_integer_as_the_shape():
    with pytest.warns(DeprecationWarning, match=r"Input\(\(784,\)\)"):
        made = keras.Sequential([layers.Dense(2, input_shape=(784))])
    assert made.output_shape == (None, 2)
    assert made.layers[0].input.shape == (None, 784)


def test_one_optimizer_for_two_models():
    optimizer = keras.optimizers.Adam(0.5)
    models = [keras.Sequential([keras.Input((2,)), layers.Dense(n)]) for n in (1, 3)]
    apart = [keras.models.clone_model(made) for made in models]
    x = np.ones((4, 2), "float32")
    for made, copy in zip(models, apart, strict=True):
        copy.set_weights(made.get_weights())
        made.compile(optimizer, "mse")
        copy.compile(keras.optimizers.Adam(0.5), "mse")
    for made, n in zip(models, (1, 3), strict=True):
        made.train_on_batch(x, np.zeros((4, n)))
    assert optimizer.iterations == 2
    apart[0].train_on_batch(x, np.zeros((4, 1)))
    np.testing.assert_array_equal(models[0].get_weights()[0], apart[0].get_weights()[0])
    models[0].fit(x, np.zeros((4, 1)), verbose=0)
    assert optimizer.iterations == 3


def test_channels_first_on_a_cpu():
    x = np.random.default_rng(1).normal(size=(2, 3, 8, 8)).astype("float32")
    with pytest.warns(DeprecationWarning, match="older spelling"):
        first = layers.Convolution2D(4, 3, 3, dim_ordering="th", border_mode="same")
    last = layers.Conv2D(4, 3, padding="same")
    y = first(x)
    last.build((None, 8, 8, 3))
    last.set_weights(first.get_weights())
    np.testing.assert_allclose(y, np.moveaxis(last(np.moveaxis(x, 1, -1)).numpy(), -1, 1), atol=1e-5)
    assert layers.MaxPooling2D(data_format="channels_first")(x).shape == (2, 3, 4, 4)


def test_what_scripts_look_at():
    made = line()
    dense = made.layers[0]
    assert made.get_layer(index=0) is dense
    assert (dense.input.shape, dense.output.shape) == ((None, 1), (None, 1))
    assert (made.input_shape, made.output_shape, made.outputs[0].shape) == ((None, 1), (None, 1), (None, 1))
    assert len(dense.get_weights()) == 2
    history = made.fit(x=[1.0, 2.0], y=[1.0, 2.0], verbose=0)
    assert made.history is history
    assert history.params["epochs"] == 1
    made.add(layers.Dense(2))
    assert made.output_shape == (None, 2)
    unbuilt = keras.Sequential([layers.Dense(2)])
    lines = []
    unbuilt.summary(print_fn=lambda text, **_: lines.append(text))
    assert "unbuilt" in "\n".join(lines)


def test_initializers_of_the_shape_alone(one_warning):
    def halves(shape, name=None):
        return np.full(shape, 0.5)

    with one_warning("f(shape, dtype=None)"):
        layer = layers.Dense(2, kernel_initializer=halves)
    layer.build((None, 3))
    assert layer.get_weights()[0].tolist() == [[0.5, 0.5]] * 3
    assert layer.get_config()["kernel_initializer"]["config"] == "halves"
