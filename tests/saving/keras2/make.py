"""Writes the files of this folder with Keras 2: `python make.py` where tf_keras and TensorFlow are installed."""

import numpy as np
import tf_keras as keras

layers = keras.layers
noise = np.random.default_rng(0)


def write(name, model, x, y, optimizer, loss, metrics):
    model.compile(optimizer, loss, metrics=metrics)
    model.fit(x, y, epochs=1, batch_size=8, verbose=0)
    model.save(f"{name}.h5")
    if name == "graph":
        model.save_weights("graph-weights.h5")
    predicted = model.predict(x, verbose=0)
    for _ in range(3):
        model.train_on_batch(x, y)
    np.savez(f"{name}.npz", x=x, y=y, predict=predicted, after=model.predict(x, verbose=0))


def images():
    model = keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.0),
            layers.Dense(3, activation="softmax"),
        ]
    )
    x, y = noise.normal(size=(24, 8, 8, 1)).astype("float32"), noise.integers(0, 3, 24)
    write("images", model, x, y, "adam", "sparse_categorical_crossentropy", ["accuracy"])


def graph():
    x = keras.Input((5, 4))
    h = layers.Concatenate()([layers.LSTM(6)(x), layers.GRU(6)(x)])
    shared = layers.Dense(12, kernel_regularizer="l2", name="shared")
    model = keras.Model(x, layers.Dense(2)(shared(layers.Add()([shared(h), h]))))
    x, y = noise.normal(size=(24, 5, 4)).astype("float32"), noise.normal(size=(24, 2))
    write("graph", model, x, y, keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True), "mse", ["mae"])


def binary():
    model = keras.Sequential(
        [
            layers.Dense(4, activation="tanh", input_dim=4, name="a"),
            layers.Activation("relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    x, y = noise.normal(size=(24, 4)).astype("float32"), noise.integers(0, 2, 24)
    loss, metric = keras.losses.BinaryCrossentropy(), keras.metrics.BinaryAccuracy()
    write("binary", model, x, y, keras.optimizers.RMSprop(0.002), loss, [metric])


def nested():
    x = keras.Input((4,))
    inner, head = keras.Model(x, layers.Dense(4)(x)), keras.Sequential([layers.Dense(3, input_shape=(4,))])
    x = keras.Input((4,))
    first = inner(x)
    model = keras.Model([x], [head(layers.Add()([first, inner(first)])), first])
    model.compile("adam", "mse")
    model.save("nested.h5")
    x = noise.normal(size=(5, 4)).astype("float32")
    predicted = model.predict(x, verbose=0)
    np.savez("nested.npz", x=x, p0=predicted[0], p1=predicted[1])


if __name__ == "__main__":
    keras.utils.set_random_seed(3)
    for make in (images, graph, binary, nested):
        make()
