"""tf.data: build input pipelines, and feed them to fit."""
import tensorflow as tf
import pathlib
import numpy as np

dataset = tf.data.Dataset.from_tensor_slices([8, 3, 0, 8, 2, 1])
for elem in dataset:
  print(elem.numpy(), end=' ')
print()
it = iter(dataset)
print(next(it).numpy())
print(dataset.reduce(0, lambda state, value: state + value).numpy())
print(dataset.element_spec)

ds = tf.data.Dataset.range(10).map(lambda x: x * x).filter(lambda x: x % 2 == 0)
print(list(ds.as_numpy_iterator()))
print([list(w.as_numpy_iterator()) for w in tf.data.Dataset.range(6).window(3, shift=1, drop_remainder=True)])
zipped = tf.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(10, 13)))
print([(int(a), int(b)) for a, b in zipped])
batches = tf.data.Dataset.range(7).repeat(2).batch(4, drop_remainder=True).take(3).skip(1)
for batch in batches:
  print(batch)


def gen():
  for i in range(3):
    yield i, [1.0] * 2


made = tf.data.Dataset.from_generator(gen, output_signature=(
    tf.TensorSpec(shape=(), dtype=tf.int32), tf.TensorSpec(shape=(2,), dtype=tf.float32)))
for i, values in made:
  print(int(i), values.shape, values.dtype)

x = np.random.RandomState(0).randn(256, 3).astype('float32')
y = (x @ np.array([1., -2., 3.]))[:, None].astype('float32')
AUTOTUNE = tf.data.AUTOTUNE
train = (tf.data.Dataset.from_tensor_slices((x, y))
         .map(lambda a, b: (a * 2.0, b), num_parallel_calls=AUTOTUNE)
         .cache().shuffle(256, seed=1).batch(32).prefetch(buffer_size=tf.data.experimental.AUTOTUNE))
model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
model.compile(tf.keras.optimizers.Adam(learning_rate=0.1), loss='mse')
history = model.fit(train, epochs=30, verbose=0, validation_data=train)
print(len(train), 'fitted:', history.history['val_loss'][-1] < 0.05)
print(np.round(model.layers[0].kernel.numpy()[:, 0], 1))
