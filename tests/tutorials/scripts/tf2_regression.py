"""Basic regression: predict fuel efficiency, with a Normalization layer (made-up cars)."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.layers.experimental import preprocessing

print(tf.__version__ >= '2')
np.set_printoptions(precision=3, suppress=True)
rng = np.random.default_rng(0)
train_features = np.stack([rng.integers(3, 9, 300), rng.normal(3000, 600, 300), rng.normal(100, 30, 300)], 1)
train_labels = 45 - 1.2 * train_features[:, 0] - 0.004 * train_features[:, 1] + rng.normal(0, 0.5, 300)

normalizer = preprocessing.Normalization(axis=-1)
normalizer.adapt(np.array(train_features))
print(normalizer.mean.numpy().shape)


def build_and_compile_model(norm):
  model = keras.Sequential([
      norm,
      layers.Dense(32, activation='relu'),
      layers.Dense(32, activation='relu'),
      layers.Dense(1)
  ])
  model.compile(loss='mean_absolute_error',
                optimizer=tf.keras.optimizers.Adam(0.01))
  return model


dnn_model = build_and_compile_model(normalizer)
early_stop = keras.callbacks.EarlyStopping(monitor='val_loss', patience=10)
history = dnn_model.fit(
    train_features, train_labels,
    validation_split=0.2,
    verbose=0, epochs=60, callbacks=[early_stop])
dnn_model.summary()
print('Validation MAE below 1.5:', min(history.history['val_loss']) < 1.5)
test_predictions = dnn_model.predict(train_features[:7]).flatten()
print(test_predictions.shape)

dnn_model.save('dnn_model')
reloaded = tf.keras.models.load_model('dnn_model')
print(np.allclose(reloaded.predict(train_features[:7]).flatten(), test_predictions))
