"""Optimizers with decay whose learning rate callbacks read and set; names and shapes of layers; named metrics."""
import numpy as np
from keras import backend as K
from keras.models import Sequential, Model
from keras.layers import Dense, Input, LeakyReLU
from keras.optimizers import SGD, Adam
from keras.callbacks import Callback, LearningRateScheduler, ReduceLROnPlateau

np.random.seed(0)
X = np.random.rand(80, 6)
y = (X[:, 0] > .5).astype(int)


class RateFinder(Callback):
    def __init__(self, factor):
        self.factor = factor
        self.rates = []

    def on_batch_end(self, batch, logs={}):
        self.rates.append(K.get_value(self.model.optimizer.lr))
        K.set_value(self.model.optimizer.lr, self.model.optimizer.lr * self.factor)


class Tracker(Callback):
    def on_epoch_end(self, epoch, logs={}):
        optimizer = self.model.optimizer
        lr = K.eval(optimizer.lr * (1. / (1. + optimizer.decay * K.cast(optimizer.iterations, 'float32'))))
        print('LR: {:.6f}'.format(lr))


model = Sequential()
model.add(Dense(8, input_dim=6, name='fc1'))
model.add(LeakyReLU(alpha=0.1))
model.add(Dense(1, activation='sigmoid'))
model.compile(SGD(lr=0.1, momentum=0.9, decay=0.01), 'binary_crossentropy', metrics=['acc'])
finder = RateFinder(2.)
model.fit(X, y, batch_size=20, epochs=1, callbacks=[finder], verbose=0)
print('rates:', [round(float(r), 3) for r in finder.rates])
model.compile(SGD(lr=0.1, momentum=0.9, decay=0.01), 'binary_crossentropy', metrics=['acc'])
history = model.fit(X, y, batch_size=20, epochs=2, verbose=0, callbacks=[
    LearningRateScheduler(lambda epoch: 0.2 if epoch == 0 else 0.1), ReduceLROnPlateau(monitor='loss'), Tracker()])
print('lr:', [round(float(r), 3) for r in history.history['lr']])
for layer in model.layers:
    print(layer.name, layer.input_shape, layer.output_shape, layer.count_params())
inputs = Input(shape=(6,))
h = Dense(8, activation='relu')(inputs)
two = Model(inputs, [Dense(1, name='a')(h), Dense(1, activation='sigmoid', name='b')(h)])
two.compile('adam', loss={'a': 'mse', 'b': 'binary_crossentropy'}, metrics={'b': 'accuracy'})
two.fit(X, {'a': X[:, 0], 'b': y}, verbose=0)
print(two.metrics_names, len(two.evaluate(X, [X[:, 0], y], verbose=0)))
