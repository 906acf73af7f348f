"""Every callback, the histories and the files of Keras 2."""
import glob
import numpy as np
from keras.models import Sequential, load_model, model_from_json, model_from_yaml
from keras.layers import Dense
from keras.callbacks import (ModelCheckpoint, EarlyStopping, ReduceLROnPlateau, LearningRateScheduler, CSVLogger,
                             LambdaCallback, Callback, TerminateOnNaN, History, TensorBoard)
from keras.optimizers import Adam, SGD
import keras.backend as K

numpy_seed = 7
np.random.seed(numpy_seed)
X = np.random.rand(200, 8)
Y = (X[:, 0] + X[:, 1] > 1).astype(int)

model = Sequential()
model.add(Dense(12, input_dim=8, kernel_initializer='uniform', activation='relu'))
model.add(Dense(1, kernel_initializer='uniform', activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer=Adam(lr=0.01, decay=0.0), metrics=['acc'])

rates = []


class Rates(Callback):
    def on_epoch_begin(self, epoch, logs={}):
        rates.append(float(K.get_value(self.model.optimizer.lr)))


def step_decay(epoch):
    return 0.02 if epoch < 3 else 0.01


filepath = "weights-improvement-{epoch:02d}-{val_acc:.2f}.hdf5"
checkpoint = ModelCheckpoint(filepath, monitor='val_acc', verbose=0, save_best_only=True, mode='max')
callbacks_list = [
    checkpoint,
    EarlyStopping(monitor='val_acc', patience=30, min_delta=0.0001, mode='auto'),
    LearningRateScheduler(step_decay, verbose=0),
    ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=50, epsilon=0.0001, cooldown=0, min_lr=1e-6),
    CSVLogger('training.log', separator=',', append=False),
    LambdaCallback(on_epoch_end=lambda epoch, logs: None),
    Rates(),
    TerminateOnNaN(),
]
history = model.fit(X, Y, validation_split=0.33, epochs=8, batch_size=10, callbacks=callbacks_list, verbose=0)
print(sorted(history.history.keys()))
print(round(rates[0], 4), round(rates[-1], 4), len(glob.glob('weights-improvement-*.hdf5')) > 0)
print(round(history.history['lr'][0], 4))
print(open('training.log').readline().strip())

best = sorted(glob.glob('weights-improvement-*.hdf5'))[-1]
again = load_model(best)
scores = again.evaluate(X, Y, verbose=0)
print("%s: %.2f%%" % (again.metrics_names[1], scores[1] * 100))

with open("model.json", "w") as json_file:
    json_file.write(model.to_json())
model.save_weights("model.h5")
loaded_model = model_from_json(open('model.json').read())
loaded_model.load_weights("model.h5")
print(np.allclose(loaded_model.predict(X), model.predict(X), atol=1e-6))
