"""Slices that are assigned to, custom metrics and losses of several kinds, and a loop with a status bar."""
import numpy as np
import tensorflow as tf
from tensorflow import keras

np.random.seed(42)
tf.random.set_seed(42)
X = np.random.randn(320, 8).astype(np.float32)
y = X @ np.arange(8, dtype=np.float32)[:, np.newaxis] + 2
v = tf.Variable([[1., 2., 3.], [4., 5., 6.]])
v.assign(2 * v)
v[0, 1].assign(42)
v[:, 2].assign([0., 1.])
v.scatter_nd_update(indices=[[0, 0], [1, 2]], updates=[100., 200.])
print(v)


class HuberMetric(keras.metrics.Metric):
    def __init__(self, threshold=1.0, **kwargs):
        super().__init__(**kwargs)
        self.threshold = threshold
        self.total = self.add_weight("total", initializer="zeros")
        self.count = self.add_weight("count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        error = tf.abs(y_true - y_pred)
        metric = tf.where(error < self.threshold, tf.square(error) / 2, self.threshold * error - self.threshold ** 2 / 2)
        self.total.assign_add(tf.reduce_sum(metric))
        self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

    def result(self):
        return self.total / self.count

    def get_config(self):
        return {**super().get_config(), "threshold": self.threshold}


m = HuberMetric(2.)
print(m(tf.constant([[2.]]), tf.constant([[10.]])))


class MyDense(keras.layers.Layer):
    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, batch_input_shape):
        self.kernel = self.add_weight(name="kernel", shape=[batch_input_shape[-1], self.units], initializer="glorot_normal")
        self.bias = self.add_weight(name="bias", shape=[self.units], initializer="zeros")
        super().build(batch_input_shape)

    def call(self, X):
        return self.activation(X @ self.kernel + self.bias)

    def compute_output_shape(self, batch_input_shape):
        return tf.TensorShape(batch_input_shape.as_list()[:-1] + [self.units])


class ReconstructingRegressor(keras.models.Model):
    def __init__(self, output_dim, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [MyDense(30, activation="selu") for _ in range(2)]
        self.out = keras.layers.Dense(output_dim)
        self.reconstruction_mean = keras.metrics.Mean(name="reconstruction_error")

    def build(self, batch_input_shape):
        self.reconstruct = keras.layers.Dense(batch_input_shape[-1])
        super().build(batch_input_shape)

    def call(self, inputs, training=None):
        Z = inputs
        for layer in self.hidden:
            Z = layer(Z)
        recon_loss = tf.reduce_mean(tf.square(self.reconstruct(Z) - inputs))
        self.add_loss(0.05 * recon_loss)
        if training:
            result = self.reconstruction_mean(recon_loss)
            self.add_metric(result)
        return self.out(Z)


model = ReconstructingRegressor(1)
model.compile(loss="mse", optimizer="nadam", metrics=[HuberMetric(2., name="huber")])
history = model.fit(X, y, epochs=5, verbose=0)
print(sorted(history.history), history.history["loss"][-1] < history.history["loss"][0])

model = keras.models.Sequential([MyDense(30, activation="relu", input_shape=X.shape[1:]), keras.layers.Dense(1)])
optimizer = keras.optimizers.Nadam(lr=0.01)
mean_loss = keras.metrics.Mean()
for epoch in range(1, 3):
    for step in range(1, 11):
        idx = np.random.randint(len(X), size=32)
        with tf.GradientTape() as tape:
            loss = tf.add_n([tf.reduce_mean(keras.losses.mean_squared_error(y[idx], model(X[idx])))] + model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean_loss(loss)
    print("{}/{} - {}: {:.4f}".format(step, 10, mean_loss.name, mean_loss.result()))
    mean_loss.reset_states()
