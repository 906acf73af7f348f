"""Whole models: the same predictions in onnxruntime, for batches of any size."""

import numpy as np
import pytest
from runtime import assert_agrees, exported, onnx, run, session

import minikeras as keras
from minikeras import layers, ops
from minikeras.layers import InputSpec

RANDOM = np.random.default_rng(11)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def integers(high, *shape):
    return RANDOM.integers(0, high, shape).astype("int32")


def axes(runtime):
    return [[i.shape for i in runtime.get_inputs()], [o.shape for o in runtime.get_outputs()]]


# Convolutional


def test_lenet():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(32, activation="tanh"),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
    runtime = assert_agrees(model, lambda size: normal(size, 28, 28, 1))
    assert [i.name for i in runtime.get_inputs()] == ["image"]
    assert [o.name for o in runtime.get_outputs()] == ["digit"]
    assert axes(runtime) == [[["batch", 28, 28, 1]], [["batch", 10]]]


def test_axes_are_not_put_in_order_between_one_convolution_and_the_next():
    model = keras.Sequential(
        [
            keras.Input((9, 9, 2)),
            layers.Conv2D(3, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(2, 2),
        ]
    )
    graph = onnx.load_from_string(exported(model)).graph
    assert [node.op_type for node in graph.node] == [
        "Transpose", "Conv", "Relu", "MaxPool", "Conv", "Transpose",
    ]  # fmt: skip
    first = keras.Sequential(
        [keras.Input((2, 9, 9)), layers.Conv2D(3, 3, data_format="channels_first", activation="relu")]
    )
    assert [n.op_type for n in onnx.load_from_string(exported(first)).graph.node] == ["Conv", "Relu"]


def test_residual_block():
    x = inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = shortcut = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same")(x))
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(x + shortcut))
    model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
    for weight in model.non_trainable_weights:
        weight.assign(np.abs(normal(*weight.shape)) + 0.5)
    assert_agrees(model, lambda size: normal(size, 12, 12, 3))


def test_decoder_of_a_variational_autoencoder():
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(7 * 7 * 8, activation="relu"),
            layers.Reshape((7, 7, 8)),
            layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        ]
    )
    assert_agrees(model, lambda size: normal(size, 2))


def test_images_of_any_size():
    model = keras.Sequential(
        [
            keras.Input((None, None, 3), name="image"),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
            layers.SeparableConv2D(4, 3, padding="same"),
            layers.MaxPooling2D(2, padding="same"),
            layers.UpSampling2D(2),
            layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
            layers.AveragePooling2D(3, strides=2, padding="same"),
        ]
    )
    runtime = assert_agrees(model, lambda size: normal(size, 11 + size, 14 + 2 * size, 3))
    assert axes(runtime)[0] == [["batch", "image_1", "image_2", 3]]
    pooled = keras.Sequential([keras.Input((None, None, 3)), layers.GlobalMaxPooling2D(), layers.Dense(3)])
    assert_agrees(pooled, lambda size: normal(size, 8 + size, 9, 3))


def test_images_whose_halves_must_fit_together():
    """Sizes that are not even would not do: the trials find those that do."""
    image = keras.Input((None, None, 1), name="image")
    wide = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    narrow = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(wide)
    together = layers.Concatenate()([wide, layers.UpSampling2D(2)(narrow)])
    model = keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid", name="parts")(together))
    runtime = assert_agrees(model, lambda size: normal(size, 10 + 2 * size, 14, 1))
    assert axes(runtime)[1] == [["batch", "image_1", "image_2", 1]]


def test_patches_of_images():
    class Patches(keras.Model):
        def __init__(self):
            super().__init__()
            self.projection, self.places = layers.Dense(8), layers.Embedding(5, 8)
            self.attention, self.head = layers.MultiHeadAttention(2, 4), layers.Dense(3)

        def build(self, input_shape):
            self.first = self.add_weight(shape=(1, 1, 8), name="first")
            super().build(input_shape)

        def call(self, inputs):
            batch = ops.shape(inputs)[0]
            patches = self.projection(ops.reshape(ops.image.extract_patches(inputs, 4), (batch, -1, 48)))
            x = ops.concatenate([ops.broadcast_to(self.first, (batch, 1, 8)), patches], axis=1)
            x = x + self.places(ops.arange(ops.shape(x)[1]))
            return self.head((x + self.attention(x, x))[:, 0])

    model = Patches()
    model(normal(2, 8, 8, 3))
    assert_agrees(model, lambda size: normal(size, 8, 8, 3))


# Sequences


@pytest.mark.parametrize("steps", [None, 6])
@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize(
    "layer",
    [
        lambda **kwargs: layers.LSTM(3, **kwargs),
        lambda **kwargs: layers.LSTM(3, go_backwards=True, **kwargs),
        lambda **kwargs: layers.GRU(3, **kwargs),
        lambda **kwargs: layers.GRU(3, reset_after=False, use_bias=False, **kwargs),
        lambda **kwargs: layers.SimpleRNN(3, activation="relu", **kwargs),
        lambda **kwargs: layers.Bidirectional(layers.LSTM(3, **kwargs)),
        lambda **kwargs: layers.Bidirectional(layers.GRU(3, **kwargs), merge_mode="sum"),
    ],
    ids=["lstm", "lstm-backwards", "gru", "gru-reset-before", "simple", "both-lstm", "both-gru"],
)
@pytest.mark.parametrize("masked", [True, False])
def test_text(layer, sequences, steps, masked):
    """Words with gaps between them, not only behind: every masked step keeps the state."""
    model = keras.Sequential(
        [
            keras.Input((steps,), dtype="int32"),
            layers.Embedding(20, 4, mask_zero=masked),
            layer(return_sequences=True),
            layer(return_sequences=sequences),
            layers.Dense(2),
        ]
    )
    for weight in model.weights:
        weight.assign(normal(*weight.shape))
    runtime = assert_agrees(model, lambda size: integers(3, size, steps or 4 + size))
    kinds = {node.op_type for node in onnx.load_from_string(exported(model)).graph.node}
    assert ("Scan" in kinds) == masked
    assert len(axes(runtime)[1][0]) == 2 + sequences


def test_states_in_and_out():
    x, h, c = keras.Input((None, 3), name="x"), keras.Input((4,), name="h"), keras.Input((4,), name="c")
    outputs = layers.LSTM(4, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    model = keras.Model([x, h, c], list(outputs))
    assert_agrees(model, lambda size: [normal(size, 2 + size, 3), normal(size, 4), normal(size, 4)])
    x = keras.Input((5, 3))
    model = keras.Model(x, list(layers.RNN([layers.LSTMCell(2), layers.GRUCell(3)], return_state=True)(x)))
    assert_agrees(model, lambda size: normal(size, 5, 3))


def test_masking_before_a_mean():
    model = keras.Sequential(
        [
            keras.Input((None, 3)),
            layers.Masking(-1.0),
            layers.GRU(4, return_sequences=True),
            layers.GlobalAveragePooling1D(),
        ]
    )

    def make(size):
        batch = normal(size, 6, 3)
        batch[:, 4:] = -1.0
        return batch

    assert_agrees(model, make)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("steps", [6, None])
def test_transformer_block(steps, causal):
    words = keras.Input((steps,), dtype="int32", name="words")
    x = layers.Embedding(30, 8)(words)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=causal))
    hidden = layers.Dropout(0.1)(layers.Dense(16, activation="gelu")(x))
    x = layers.LayerNormalization()(x + layers.Dense(8)(hidden))
    model = keras.Model(words, layers.Dense(30, activation="softmax")(x))
    runtime = assert_agrees(model, lambda size: integers(30, size, steps or 2 + size))
    assert axes(runtime)[1] == [["batch", steps or "words_1", 30]]


def test_attention_between_two_sequences():
    query, value = keras.Input((None, 8), name="query"), keras.Input((None, 8), name="value")
    outputs = [
        layers.MultiHeadAttention(2, 4)(query, value),
        layers.GroupQueryAttention(4, 4, 2)(query, value),
        layers.Attention()([query, value]),
        layers.AdditiveAttention()([query, value]),
    ]
    runtime = assert_agrees(
        keras.Model([query, value], outputs), lambda size: [normal(size, 3, 8), normal(size, 4 + size, 8)]
    )
    assert axes(runtime) == [
        [["batch", "query_1", 8], ["batch", "value_1", 8]],
        [["batch", "query_1", 8]] * 4,
    ]


def test_unknown_axes_that_must_be_equal():
    """Two sequences that are added: their lengths are one unknown size."""
    one, other = keras.Input((None, 4), name="one"), keras.Input((None, 4), name="other")
    model = keras.Model([one, other], layers.Dense(2)(one * 2 + other))
    runtime = assert_agrees(model, lambda size: [normal(size, 3 + size, 4), normal(size, 3 + size, 4)])
    assert axes(runtime)[0] == [["batch", "axis_1", 4]] * 2


# Graphs


def test_several_inputs_and_outputs():
    one, other = keras.Input((4,), name="one"), keras.Input((4,), name="other")
    shared = layers.Dense(3, name="shared")
    inner = keras.Sequential(
        [keras.Input((3,)), layers.Dense(5, activation="relu"), layers.Dense(2)], name="inner"
    )
    x, y = shared(one), shared(other)
    outputs = {
        "sum": inner(layers.Add()([x, y])),
        "both": layers.Concatenate()([inner(x), inner(y)]),
        "mean": ops.mean(x * 2 - y, axis=-1),
        "raw": one,
    }
    model = keras.Model({"one": one, "other": other}, outputs)
    runtime = assert_agrees(model, lambda size: {"one": normal(size, 4), "other": normal(size, 4)})
    assert [i.name for i in runtime.get_inputs()] == ["one", "other"]
    assert [o.name for o in runtime.get_outputs()] == ["both", "mean", "raw", "sum"]
    names = {constant.name for constant in onnx.load_from_string(exported(model)).graph.initializer}
    assert {"shared/kernel", "shared/bias"} <= names
    assert sum(name.endswith("kernel") for name in names) == 3  # what is shared is there once


def test_a_table_of_few_positions():
    class Places(keras.Model):
        def build(self, input_shape):
            self.table = self.add_weight(shape=(20, 4), name="table")
            super().build(input_shape)

        def call(self, inputs):
            return inputs + self.table[: inputs.shape[1]]

    assert_agrees(
        Places(), lambda size: normal(size, 4 + size, 4), signature=[InputSpec(shape=(None, None, 4))]
    )


def test_a_model_that_was_saved(tmp_path):
    model = keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(9, 4, mask_zero=True), layers.GRU(3)]
    )
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_agrees(again, lambda size: integers(3, size, 6))
    assert exported(again) == exported(model)


def test_preprocessing():
    age, job = keras.Input((1,), name="age"), keras.Input((1,), dtype="int32", name="job")
    scale = layers.Normalization()
    scale.adapt(normal(50, 1))
    bins = layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0], output_mode="one_hot")
    features = layers.Concatenate()(
        [scale(age), bins(age), layers.CategoryEncoding(5, output_mode="one_hot")(job)]
    )
    model = keras.Model([age, job], layers.Dense(2)(features))
    assert_agrees(model, lambda size: [normal(size, 1), integers(5, size, 1)])


def test_the_same_output_twice():
    x = keras.Input((4,))
    y = layers.Dense(3, name="y")(x)
    runtime = assert_agrees(keras.Model(x, [y, y, x]), lambda size: normal(size, 4))
    assert len({o.name for o in runtime.get_outputs()}) == 3


def test_an_output_that_is_a_constant():
    class Table(keras.Layer):
        def build(self, input_shape):
            self.table = self.add_weight(shape=(input_shape[-1], 2), name="table")

        def call(self, inputs):
            return self.table[: inputs.shape[-1]] * 1.0

    x = keras.Input((4,))
    assert_agrees(keras.Model(x, [Table()(x), layers.Dense(2)(x)]), lambda size: normal(size, 4))


# Models and layers of one's own


class Branches(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense, self.walk = layers.Dense(4), layers.LSTM(3)
        self.heads = [layers.Dense(2, name=f"head_{i}") for i in range(2)]

    def call(self, inputs, training=None):
        h = self.walk(self.dense(inputs))
        if training:
            h = ops.relu(h)
        return {"y": self.heads[0](h), "z": self.heads[1](h) * float(inputs.shape[-1])}


def test_subclassed_model():
    model = Branches()
    model(normal(2, 5, 3))
    runtime = assert_agrees(model, lambda size: normal(size, 5, 3))
    assert axes(runtime)[0] == [["batch", 5, 3]]


def test_subclassed_model_that_was_not_called():
    model = Branches()
    signature = [InputSpec(shape=(None, None, 3), name="steps")]
    runtime = assert_agrees(model, lambda size: normal(size, 2 + size, 3), signature=signature)
    assert [i.name for i in runtime.get_inputs()] == ["steps"]
    assert model.built


def test_subclassed_model_of_several_inputs():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.table, self.dense = layers.Embedding(9, 3), layers.Dense(2)

        def call(self, inputs):
            words, x = inputs
            return self.dense(ops.mean(self.table(words), axis=1) + x)

    model = Two()
    model([integers(9, 2, 4), normal(2, 3)])
    runtime = assert_agrees(model, lambda size: [integers(9, size, 4), normal(size, 3)])
    assert [i.type for i in runtime.get_inputs()] == ["tensor(int32)", "tensor(float)"]


def test_a_layer_of_operations_exports_by_itself():
    class Spread(keras.Layer):
        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

        def call(self, inputs):
            batch, steps, features = inputs.shape
            flat = ops.reshape(inputs, (batch * steps, features)) * self.scale
            start = ops.zeros((batch, 1, features))
            later = ops.concatenate([start, ops.reshape(flat, (batch, steps, features))], axis=1)
            places = ops.cast(np.arange(steps + 1), "float32")[None, :, None] / steps
            return ops.where(later > 0, later, places) / batch

    model = keras.Sequential([keras.Input((None, 3)), Spread()])
    assert_agrees(model, lambda size: normal(size, 4 + size, 3))


def test_training_goes_on_after_an_export():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3), layers.Dropout(0.5, seed=1), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    twin.compile("adam", "mse")
    x, y = normal(16, 4), normal(16, 1)
    for one in (model, twin):
        one.fit(x, y, epochs=1, shuffle=False, verbose=0)
        if one is model:
            exported(one)
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


# Numbers


def test_double_precision():
    keras.config.set_floatx("float64")
    try:
        model = keras.Sequential(
            [
                keras.Input((4,)),
                layers.Dense(3, activation="tanh"),
                layers.LayerNormalization(),
                layers.Dense(2),
            ]
        )
        runtime = assert_agrees(model, lambda size: RANDOM.standard_normal((size, 4)), tolerance=1e-8)
    finally:
        keras.config.set_floatx("float32")
    assert runtime.get_inputs()[0].type == "tensor(double)"


def test_mixed_precision():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Conv2D(3, 3, activation="relu"),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(4, activation="gelu"),
                layers.Dense(2, dtype="float32"),
            ]
        )
        assert_agrees(model, lambda size: normal(size, 8, 8, 1), tolerance=2e-2)
    finally:
        keras.mixed_precision.set_global_policy(None)


def test_a_batch_of_fixed_size():
    model = keras.Sequential([keras.Input((4,), batch_size=5), layers.Dense(3)])
    runtime = session(exported(model))
    assert axes(runtime) == [[[5, 4]], [[5, 3]]]
    x = normal(5, 4)
    np.testing.assert_allclose(run(runtime, [x])[0], model(x).numpy(), rtol=1e-5, atol=1e-5)
