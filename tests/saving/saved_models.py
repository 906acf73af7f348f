"""Models of many kinds, written once for Keras and minikeras alike: each is a function of the module `keras`."""

import numpy as np


def inputs(*shape, seed=0):
    """Noise in the shape of a batch of five."""
    return np.random.default_rng(seed).normal(size=(5, *shape)).astype("float32")


def numbers(*shape, below=7):
    """Small integers in the shape of a batch of five."""
    return np.random.default_rng(3).integers(0, below, (5, *shape)).astype("int32")


def perceptron(keras):
    """Dense layers with a regularizer and a constraint, compiled by name."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
            layers.Dropout(0.25, seed=3),
            layers.Dense(3, activation="softmax", kernel_constraint=keras.constraints.MaxNorm(2.0)),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, inputs(4), numbers(below=3)


def convolution(keras):
    """Convolutions of all kinds, pooling, normalization."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(6, 3, depth_multiplier=2),
            layers.DepthwiseConv2D(2),
            layers.Conv2DTranspose(3, 2, strides=2),
            layers.GroupNormalization(3),
            layers.UpSampling2D(),
            layers.ZeroPadding2D(1),
            layers.Cropping2D(2),
            layers.PReLU(shared_axes=[1, 2]),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True), "mse", metrics=["mae"])
    return model, inputs(12, 12, 3), inputs(2)


def recurrent(keras):
    """Recurrent layers of all kinds over an embedding with a mask."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(7, 5, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.GRU(4, return_sequences=True),
            layers.TimeDistributed(layers.Dense(5)),
            layers.RNN([layers.SimpleRNNCell(4), layers.GRUCell(3)], return_sequences=True),
            layers.SimpleRNN(3),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.RMSprop(0.01, momentum=0.5), "binary_crossentropy", metrics=["accuracy"])
    return model, numbers(6), numbers(1, below=2)


def attention(keras):
    """A block of a transformer: attention, layer normalization, a shared layer."""
    layers = keras.layers
    x = keras.Input((6, 8), name="sequence")
    shared = layers.Dense(8, name="shared")
    h = layers.MultiHeadAttention(2, 4)(x, x)
    h = layers.LayerNormalization()(layers.Add()([shared(x), h]))
    h = layers.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d")(shared(h))
    h = layers.GlobalMaxPooling1D()(h)
    model = keras.Model(x, layers.Dense(2)(h))
    model.compile(
        keras.optimizers.AdamW(0.01), keras.losses.Huber(), metrics=[keras.metrics.MeanAbsoluteError()]
    )
    return model, inputs(6, 8), inputs(2)


def branches(keras):
    """Two inputs and two outputs in dictionaries, each with its loss."""
    layers = keras.layers
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    h = layers.Concatenate()([layers.Dense(4, activation="tanh")(left), right])
    outputs = {"a": layers.Dense(1, name="a")(h), "b": layers.Dense(2, name="b", activation="softmax")(h)}
    model = keras.Model({"left": left, "right": right}, outputs)
    model.compile(
        keras.optimizers.Adagrad(0.05),
        loss={"a": "mse", "b": "sparse_categorical_crossentropy"},
        loss_weights={"a": 0.5, "b": 2.0},
        metrics={"b": ["accuracy"]},
    )
    x = {"left": inputs(4), "right": inputs(3, seed=1)}
    return model, x, {"a": inputs(1), "b": numbers(below=2)}


def nested(keras):
    """Models inside a model, one of them used twice."""
    layers = keras.layers
    x = keras.Input((4,))
    inner = keras.Model(x, layers.Dense(4, activation="relu")(x), name="inner")
    head = keras.Sequential([layers.Dense(3), layers.ReLU()], name="head")
    x = keras.Input((4,))
    first = inner(x)
    model = keras.Model(x, [head(layers.Subtract()([inner(first), x])), first])
    model.compile(keras.optimizers.Nadam(0.01), ["mse", "mae"])
    return model, inputs(4), [inputs(3), inputs(4)]


def operations(keras):
    """Functions of `ops` in the graph."""
    layers, ops = keras.layers, keras.ops
    x = keras.Input((4,))
    h = layers.Dense(4)(x)
    h = ops.relu(h) + ops.sum(h, axis=-1, keepdims=True)
    h = ops.concatenate([h, x[:, ::2]], axis=-1)
    h = ops.pad(h * 2.0 - 1.0, ((0, 0), (1, 0)), constant_values=0.5)
    h = ops.einsum("bi,ij->bj", h, np.ones((7, 6), "float32"))
    h = ops.where(h > 0.1, h, -h) ** 2.0
    h = ops.reshape(ops.clip(h, -3.0, 3.0), (-1, 2, 3))
    h = ops.mean(ops.transpose(h, (0, 2, 1)), axis=-1) / 2.0
    model = keras.Model(x, layers.Dense(1)(ops.softmax(h)))
    model.compile(keras.optimizers.Adamax(0.01), "mse")
    return model, inputs(4), inputs(1)


def schedules(keras):
    """A learning rate schedule, a moving average of the weights, clipped gradients."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(keras.optimizers.Adam(schedule, use_ema=True, clipnorm=1.0, amsgrad=True), "mse")
    return model, inputs(3), inputs(2)


def frozen(keras):
    """A layer that does not train between two that do."""
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(2)]
    )
    model.layers[1].trainable = False
    model.layers[0].trainable = False
    model.compile(keras.optimizers.Ftrl(0.05), "mse")
    return model, inputs(3), inputs(2)


def lines(keras):
    """Layers over sequences and volumes without weights."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 4)),
            layers.Conv1D(4, 3, padding="causal"),
            layers.AveragePooling1D(2),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Permute((2, 1)),
            layers.Reshape((4, 2, 2, 1)),
            layers.Conv3D(2, 2, padding="same"),
            layers.Flatten(),
            layers.RepeatVector(2),
            layers.SpatialDropout1D(0.1),
            layers.GaussianNoise(0.1),
            layers.ELU(),
            layers.UnitNormalization(),
            layers.GlobalAveragePooling1D(),
            layers.Activation("swish"),
            layers.Dense(2, bias_initializer=keras.initializers.Constant(0.1)),
            layers.Softmax(),
        ]
    )
    model.compile(keras.optimizers.Adadelta(1.0), keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    return model, inputs(8, 4), np.eye(2, dtype="float32")[numbers(below=2)]


def scaled(keras):
    """Loss scaling around another optimizer."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Lion(0.01)), "mse")
    return model, inputs(3), inputs(2)


def subclassed(keras):
    """A class of one's own with layers in attributes, lists and dictionaries, and weights of its own."""
    layers = keras.layers

    class Block(layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.stages = [layers.Dense(units), [layers.Dense(units), layers.LayerNormalization()]]
            self.named = {"b": layers.Dense(units), "a": layers.Dense(units)}
            self._hidden = layers.Dense(units)

        def build(self, input_shape):
            self.factor = self.add_weight(shape=(self.units,), initializer="ones", name="factor")
            for layer in (self.stages[0], *self.stages[1], *self.named.values(), self._hidden):
                layer.build((None, self.units))

        def call(self, x):
            for layer in (self.stages[0], *self.stages[1], *self.named.values(), self._hidden):
                x = layer(x)
            return x * self.factor

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    class Mixer(keras.Model):
        def __init__(self, units=4, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.zeta = layers.Dense(2)
            self.alpha = Block(units)
            self._private = layers.Dense(units)
            self.many = [Block(units), layers.Dense(units)]

        def call(self, x):
            x = self._private(self.alpha(x))
            for layer in self.many:
                x = layer(x)
            return self.zeta(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = Mixer()
    model(inputs(4))
    model.compile(keras.optimizers.Adafactor(0.01), "mse")
    return model, inputs(4), inputs(2)


def custom_objects(model):
    """What a file of the model mentions and only its author has: {name: class}."""
    found = [type(model), *(type(layer) for layer in getattr(model, "layers", ()))]
    return {cls.__name__: cls for cls in found if cls.__module__ == __name__}


MODELS = [
    perceptron, convolution, recurrent, attention, branches, nested, operations, schedules, frozen, lines, scaled,
    subclassed,
]  # fmt: skip
