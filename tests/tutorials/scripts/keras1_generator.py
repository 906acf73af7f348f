'''Augmented pictures in real time, from a generator.'''

import numpy as np
np.random.seed(3)

from keras.preprocessing.image import ImageDataGenerator
from keras.models import Sequential
from keras.layers import Dense, Activation, Flatten, Convolution2D, MaxPooling2D, ZeroPadding2D, BatchNormalization
from keras.optimizers import SGD
from keras.utils import np_utils

# bright squares on the left or on the right
n = 160
X = np.random.rand(n, 12, 12, 3).astype('float32') * 0.3
y = np.random.randint(0, 2, n)
for i in range(n):
    X[i, 3:9, (6 if y[i] else 1):(11 if y[i] else 6)] += 0.7
Y = np_utils.to_categorical(y, 2)

model = Sequential()
model.add(ZeroPadding2D((1, 1), input_shape=(12, 12, 3)))
model.add(Convolution2D(4, 3, 3, activation='relu'))
model.add(BatchNormalization())
model.add(MaxPooling2D((2, 2), strides=(2, 2)))
model.add(Flatten())
model.add(Dense(2))
model.add(Activation('softmax'))

sgd = SGD(lr=0.05, decay=1e-6, momentum=0.9, nesterov=True)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])

datagen = ImageDataGenerator(
    featurewise_center=True,
    featurewise_std_normalization=True,
    rotation_range=5,
    width_shift_range=0.05,
    height_shift_range=0.1,
    vertical_flip=True,
    dim_ordering='tf')
datagen.fit(X)

history = model.fit_generator(datagen.flow(X, Y, batch_size=32),
                              samples_per_epoch=X.shape[0],
                              nb_epoch=6,
                              validation_data=datagen.flow(X, Y, batch_size=32),
                              nb_val_samples=X.shape[0],
                              verbose=0)
print('epochs', len(history.history['acc']))


def forever():
    while True:
        chosen = np.random.randint(0, n, 16)
        yield datagen.standardize(X[chosen].copy()), Y[chosen]


score = model.evaluate_generator(forever(), val_samples=160)
print('Test accuracy:', score[1])
print(model.predict_generator(((X[i:i + 16]) for i in range(0, n, 16)), val_samples=n).shape)
