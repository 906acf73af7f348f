"""fit_generator with keras.utils.Sequence, as Stanford's blog of 2018 taught it."""
import numpy as np
import keras
from keras.models import Sequential
from keras.layers import Dense, Conv1D, GlobalMaxPooling1D, CuDNNLSTM
from keras.utils import Sequence, to_categorical, multi_gpu_model


class DataGenerator(keras.utils.Sequence):
    'Generates data for Keras'

    def __init__(self, list_IDs, labels, batch_size=32, dim=(20, 1), n_classes=2, shuffle=True):
        'Initialization'
        self.dim = dim
        self.batch_size = batch_size
        self.labels = labels
        self.list_IDs = list_IDs
        self.n_classes = n_classes
        self.shuffle = shuffle
        self.on_epoch_end()

    def __len__(self):
        'Denotes the number of batches per epoch'
        return int(np.floor(len(self.list_IDs) / self.batch_size))

    def __getitem__(self, index):
        'Generate one batch of data'
        indexes = self.indexes[index * self.batch_size:(index + 1) * self.batch_size]
        list_IDs_temp = [self.list_IDs[k] for k in indexes]
        return self.__data_generation(list_IDs_temp)

    def on_epoch_end(self):
        'Updates indexes after each epoch'
        self.indexes = np.arange(len(self.list_IDs))
        if self.shuffle:
            np.random.shuffle(self.indexes)

    def __data_generation(self, list_IDs_temp):
        'Generates data containing batch_size samples'
        X = np.empty((self.batch_size, *self.dim))
        y = np.empty((self.batch_size), dtype=int)
        for i, ID in enumerate(list_IDs_temp):
            y[i] = self.labels[ID]
            X[i,] = np.sin(np.arange(20) * (0.3 + 0.6 * y[i]) + ID)[:, None]
        return X, keras.utils.to_categorical(y, num_classes=self.n_classes)


labels = {i: i % 2 for i in range(320)}
params = {'dim': (20, 1), 'batch_size': 32, 'n_classes': 2, 'shuffle': True}
training_generator = DataGenerator(list(range(256)), labels, **params)
validation_generator = DataGenerator(list(range(256, 320)), labels, **params)

model = Sequential()
model.add(Conv1D(8, 5, activation='relu', input_shape=(20, 1)))
model.add(GlobalMaxPooling1D())
model.add(Dense(2, activation='softmax'))
model.compile('adam', 'categorical_crossentropy', metrics=['acc'])

history = model.fit_generator(generator=training_generator,
                              validation_data=validation_generator,
                              epochs=15, verbose=0,
                              use_multiprocessing=False,
                              workers=2, max_queue_size=10)
print(sorted(history.history.keys()))
print('Validation accuracy:', history.history['val_acc'][-1])
loss, acc = model.evaluate_generator(validation_generator, steps=2)
print('Evaluated accuracy:', acc)
print(model.predict_generator(validation_generator).shape)

rnn = Sequential([CuDNNLSTM(4, input_shape=(20, 1)), Dense(1)])
print(rnn.predict(np.zeros((3, 20, 1))).shape, rnn.layers[0].count_params())
