"""Save and load models: checkpoints, names with the epoch, whole models."""
import os
import tensorflow as tf
from tensorflow import keras

(train_images, train_labels), (test_images, test_labels) = tf.keras.datasets.mnist.load_data()
train_labels = train_labels[:500]
test_labels = test_labels[:500]
train_images = train_images[:500].reshape(-1, 28 * 28) / 255.0
test_images = test_images[:500].reshape(-1, 28 * 28) / 255.0


# Define a simple sequential model
def create_model():
  model = tf.keras.models.Sequential([
    keras.layers.Dense(64, activation='relu', input_shape=(784,)),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(10)
  ])
  model.compile(optimizer='adam',
                loss=tf.losses.SparseCategoricalCrossentropy(from_logits=True),
                metrics=['accuracy'])
  return model


model = create_model()
checkpoint_path = "training_1/cp.ckpt"
checkpoint_dir = os.path.dirname(checkpoint_path)
cp_callback = tf.keras.callbacks.ModelCheckpoint(filepath=checkpoint_path,
                                                 save_weights_only=True,
                                                 verbose=1)
model.fit(train_images, train_labels, epochs=4, validation_data=(test_images, test_labels), verbose=0,
          callbacks=[cp_callback])
loss, acc = model.evaluate(test_images, test_labels, verbose=2)

untrained = create_model()
untrained.load_weights(checkpoint_path)
print(acc == untrained.evaluate(test_images, test_labels, verbose=0)[1])

checkpoint_path = "training_2/cp-{epoch:04d}.ckpt"
cp_callback = tf.keras.callbacks.ModelCheckpoint(checkpoint_path, verbose=0, save_weights_only=True, save_freq='epoch')
model = create_model()
model.save_weights(checkpoint_path.format(epoch=0))
model.fit(train_images, train_labels, epochs=3, callbacks=[cp_callback], verbose=0)
latest = tf.train.latest_checkpoint("training_2")
print(latest)
model = create_model()
model.load_weights(latest)

os.makedirs('saved_model', exist_ok=True)
model.save('saved_model/my_model')
new_model = tf.keras.models.load_model('saved_model/my_model')
new_model.summary()
model.save('my_model.h5')
again = tf.keras.models.load_model('my_model.h5')
print((again.predict(test_images) == new_model.predict(test_images)).all())
