"""Convolutional autoencoder for image denoising, from keras.io."""
import numpy as np
from keras import layers
from keras.datasets import mnist
from keras.models import Model
import keras

keras.utils.set_random_seed(1)


def preprocess(array):
    """Normalizes the supplied array and reshapes it."""
    array = array.astype("float32") / 255.0
    return np.reshape(array, (len(array), 28, 28, 1))


def noise(array):
    """Adds random noise to each image in the supplied array."""
    noisy_array = array + 0.4 * np.random.normal(loc=0.0, scale=1.0, size=array.shape)
    return np.clip(noisy_array, 0.0, 1.0)


(train_data, _), (test_data, _) = mnist.load_data()
train_data, test_data = preprocess(train_data[:256]), preprocess(test_data[:64])
noisy_train_data, noisy_test_data = noise(train_data), noise(test_data)

input = layers.Input(shape=(28, 28, 1))
x = layers.Conv2D(8, (3, 3), activation="relu", padding="same")(input)
x = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2D(8, (3, 3), activation="relu", padding="same")(x)
x = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2DTranspose(8, (3, 3), strides=2, activation="relu", padding="same")(x)
x = layers.Conv2DTranspose(8, (3, 3), strides=2, activation="relu", padding="same")(x)
x = layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)

autoencoder = Model(input, x)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
autoencoder.summary()
history = autoencoder.fit(x=noisy_train_data, y=train_data, epochs=4, batch_size=32, shuffle=True,
                          validation_data=(noisy_test_data, test_data), verbose=0)
print("improves", history.history["val_loss"][-1] < 0.9 * history.history["val_loss"][0])
print(autoencoder.predict(noisy_test_data, verbose=0).shape)
