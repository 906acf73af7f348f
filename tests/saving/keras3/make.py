"""Writes the files of this folder with Keras 3: `KERAS_BACKEND=torch python make.py` in the environment of keras_environment.sh."""

import keras
import numpy as np

layers = keras.layers
noise = np.random.default_rng(0)


def write(name, model, x, y, optimizer):
    """Train, save in both formats, train on: the uninterrupted training is what a loaded one has to repeat."""
    model.compile(optimizer, "mean_squared_error", metrics=["mae"])
    model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    model.save(
        f"{name}.keras"
    )  # before the .h5 file, for which Keras takes the optimizer out of the configuration
    model.save(f"{name}.h5")
    losses = model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"]
    weights = {f"weight_{i}": weight for i, weight in enumerate(model.get_weights())}
    x = {f"x_{i}": part for i, part in enumerate(x if isinstance(x, list) else [x])}
    np.savez(f"{name}.npz", **x, y=y, losses=losses, **weights)


def shared():
    """A layer that is called at two depths; in the order of the calls its weights would not be the second."""
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    twice = layers.Dense(3, name="twice", activation="tanh")
    first = layers.BatchNormalization(name="norm")(twice(layers.Dense(4, name="before")(a)))
    joined = layers.Concatenate(name="joined")([twice(a), layers.Dense(3, name="after")(twice(b)), first])
    return keras.Model([a, b], layers.Dense(1, name="out")(joined))


def nested():
    """A model that is called twice, and a sum of tensors, which the .h5 format names as it names the layer Add."""
    x = keras.Input((4,))
    inner = keras.Sequential([layers.Dense(4, name="one"), layers.Dense(4, name="two")], name="inner")
    inner.build((None, 4))
    return keras.Model(x, layers.Dense(1, name="out")(inner(layers.Dense(4, name="first")(x)) + inner(x)))


def main():
    keras.utils.set_random_seed(3)
    a, b = (noise.normal(size=(32, 4)).astype("float32") for _ in range(2))
    y = noise.normal(size=(32, 1)).astype("float32")
    kinds = keras.optimizers
    write("shared-adam", shared(), [a, b], y, kinds.Adam(0.01, amsgrad=True))
    write("shared-rmsprop", shared(), [a, b], y, kinds.RMSprop(0.01, momentum=0.5, centered=True))
    write("nested-adamw", nested(), a, y, kinds.AdamW(0.01, use_ema=True, ema_overwrite_frequency=3))
    write("nested-sgd", nested(), a, y, kinds.SGD(0.02, momentum=0.9, nesterov=True))


if __name__ == "__main__":
    main()
