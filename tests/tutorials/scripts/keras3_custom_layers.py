"""Making new layers and models via subclassing, in the manner of 2024."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="Tutorials")
class Linear(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class ActivityRegularizationLayer(layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs))
        return inputs


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(shape=ops.shape(z_mean), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


class ComputeSum(layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


x = ops.ones((2, 2))
my_sum = ComputeSum(2)
print(my_sum(x).numpy() if hasattr(my_sum(x), "numpy") else my_sum(x))
print("weights:", len(my_sum.weights), "trainable:", len(my_sum.trainable_weights))

model = keras.Sequential([keras.Input((4,)), Linear(16), layers.ReLU(), ActivityRegularizationLayer(), Linear(1)])
model.compile(optimizer=keras.optimizers.AdamW(0.02), loss="mse", metrics=[keras.metrics.RootMeanSquaredError()])
data = np.random.default_rng(0).normal(size=(256, 4)).astype("float32")
target = data @ np.array([[1.0], [2.0], [0.0], [-1.0]], dtype="float32")
history = model.fit(data, target, epochs=20, verbose=0)
print("improves", history.history["loss"][-1] < 0.1 * history.history["loss"][0])

plain = keras.Sequential([keras.Input((4,)), Linear(2)])
plain.save("linear.keras")
again = keras.saving.load_model("linear.keras")
print(np.allclose(again.predict(data, verbose=0), plain.predict(data, verbose=0)))
z = Sampling()([ops.zeros((3, 2)), ops.zeros((3, 2))])
print(z.shape, keras.backend.backend(), keras.config.floatx())
