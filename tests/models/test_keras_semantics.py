"""Where Keras's own code decides: training flags in graphs, masks of several outputs, build configurations, mixed precision."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

X = np.ones((16, 8), "float32")


def drops(model, **kwargs):
    return bool((model(X, **kwargs).numpy() == 0).any())


@pytest.mark.parametrize("recorded", [None, True, False])
def test_training_of_the_call_overrides_that_of_the_graph(recorded):
    x = keras.Input((8,))
    dropout = layers.Dropout(0.5, seed=1)
    model = keras.Model(x, dropout(x) if recorded is None else dropout(x, training=recorded))
    assert drops(model) == bool(recorded)
    assert drops(model, training=True)
    assert not drops(model, training=False)
    assert not (model.predict(X, verbose=0) == 0).any()
    outer = keras.Model(x, model(x, training=recorded) if recorded is not None else model(x))
    assert drops(outer, training=True)
    assert not drops(outer, training=False)


def test_fit_trains_a_normalization_that_the_graph_holds_still():
    x = keras.Input((8,))
    normalization = layers.BatchNormalization()
    model = keras.Model(x, normalization(x, training=False))
    model.compile("sgd", "mse")
    model.fit(5 * X, X, epochs=1, verbose=0)
    np.testing.assert_allclose(normalization.moving_mean.numpy(), 0.05, rtol=1e-5)
    normalization.trainable = False
    model.compile("sgd", "mse")
    model.fit(5 * X, X, epochs=1, verbose=0)
    np.testing.assert_allclose(normalization.moving_mean.numpy(), 0.05, rtol=1e-5)


def test_layers_that_train_by_default_do_so_unless_told():
    images = np.random.default_rng(0).uniform(size=(4, 6, 6, 3)).astype("float32")
    model = keras.Sequential([layers.RandomRotation(0.3, seed=1)])
    assert (model(images).numpy() != images).any()
    np.testing.assert_array_equal(model(images, training=False).numpy(), images)
    np.testing.assert_array_equal(model.predict(images, verbose=0), images)


class Two(keras.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, x):
        return x + 0.0, 2 * x


class TwoMasks(Two):
    def compute_mask(self, x, mask=None):
        return [None, mask]


def test_one_mask_is_that_of_the_first_output():
    x = layers.Embedding(5, 3, mask_zero=True)(np.array([[1, 2, 0]]))
    first, second = Two()(x)
    assert first.mask.tolist() == [[True, True, False]]
    assert second.mask is None
    first, second = TwoMasks()(x)
    assert first.mask is None
    assert second.mask.tolist() == [[True, True, False]]


def test_masks_in_a_graph_are_those_of_values():
    ids = np.array([[1, 2, 0], [3, 0, 0]])
    x = keras.Input((3,))
    embedding = layers.Embedding(5, 3, mask_zero=True)
    first, second = Two()(embedding(x))
    model = keras.Model(x, [layers.GlobalAveragePooling1D()(first), layers.GlobalAveragePooling1D()(second)])
    masked, plain = (y.numpy() for y in model(ids))
    values = embedding(ids).numpy()
    np.testing.assert_allclose(plain, 2 * values.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(masked, [values[0, :2].mean(axis=0), values[1, 0]], rtol=1e-5)


class Bilinear(keras.Layer):
    def build(self, left_shape, right_shape):
        self.kernel = self.add_weight(shape=(left_shape[-1], right_shape[-1]), name="kernel")

    def call(self, left, right):
        return keras.ops.sum((left @ self.kernel) * right, axis=-1)


def test_build_configurations_name_several_shapes():
    layer = Bilinear()
    layer(np.ones((2, 3)), np.ones((2, 4)))
    config = json.loads(json.dumps(layer.get_build_config()))
    assert config == {"shapes_dict": {"left_shape": [2, 3], "right_shape": [2, 4]}}
    again = Bilinear()
    again.build_from_config(config)
    assert again.kernel.shape == (3, 4)
    add = layers.Add()
    add([np.ones((2, 3)), np.ones((2, 3))])
    assert add.get_build_config() == {"input_shape": [(2, 3), (2, 3)]}


def test_attention_looks_at_the_masks_of_the_query_itself():
    layer = layers.MultiHeadAttention(2, 3, seed=1)
    x = np.random.default_rng(0).normal(size=(1, 3, 4)).astype("float32")
    mask = np.array([[True, True, False]])
    np.testing.assert_array_equal(layer(x, x, query_mask=mask).numpy(), layer(x, x).numpy())
    assert (layer(x, x, value_mask=mask).numpy() != layer(x, x).numpy()).any()


def test_mixed_precision_scales_the_loss():
    keras.utils.set_random_seed(1)
    policy = keras.DTypePolicy("mixed_float16")
    x = keras.Input((8,))
    y = layers.Dense(1, dtype="float32")(layers.Dense(4, dtype=policy)(x))
    model = keras.Model(x, y, dtype=policy)
    model.compile("adam", "mse")
    assert type(model.optimizer).__name__ == "LossScaleOptimizer"
    model.fit(X, X[:, :1], epochs=20, verbose=0)
    before = model.evaluate(X, X[:, :1], verbose=0)
    model.fit(X, X[:, :1], epochs=20, verbose=0)
    assert (
        model.evaluate(X, X[:, :1], verbose=0) < before
    )  # steps too large for float16 are left out, then come smaller
    model.compile("adam", "mse", auto_scale_loss=False)
    assert type(model.optimizer).__name__ == "Adam"


@pytest.mark.parametrize("name", ["bfloat16", "mixed_bfloat16"])
def test_bfloat16_keeps_its_name_and_computes_in_float32(name):
    with pytest.warns(UserWarning, match=f"policy '{name}' computes in float32"):
        layer = layers.Dense(2, dtype=name)
    assert layer(X).dtype == "float32"
    config = json.loads(json.dumps(layer.get_config()))
    assert config["dtype"]["config"] == {"name": name}
    with pytest.warns(UserWarning, match="computes in float32"):
        assert layers.Dense.from_config(config).dtype_policy.name == name


def test_arrays_in_representations():
    assert "value=array" in repr(keras.initializers.Constant(np.ones(2)))


def test_lists_of_metrics_are_kerass():
    x = keras.Input((8,))
    heads = {"y": layers.Dense(1, name="a")(x), "z": layers.Dense(2, activation="softmax", name="b")(x)}
    model = keras.Model(x, heads)
    model.compile(
        "sgd",
        {"y": "mse", "z": "sparse_categorical_crossentropy"},
        metrics={"z": ["accuracy"], "y": ["mse", "mae"]},
    )
    targets = {"y": X[:, :1], "z": np.zeros(16)}
    named = model.evaluate(X, targets, verbose=0, return_dict=True)
    order = ["loss", "y_loss", "z_loss", "y_mae", "y_mse", "z_accuracy"]
    assert model.evaluate(X, targets, verbose=0) == pytest.approx([named[key] for key in order])
    assert model.test_on_batch(X, targets) == pytest.approx([named[key] for key in order])
    one = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
    one.compile("sgd", "mse", metrics=["mse", "mae"])
    named = one.evaluate(X, X[:, :1], verbose=0, return_dict=True)
    assert one.evaluate(X, X[:, :1], verbose=0) == [named["loss"], named["mse"], named["mae"]]
