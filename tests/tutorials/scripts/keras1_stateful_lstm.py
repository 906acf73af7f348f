'''A stateful RNN that models a long cosine, one step at a time.'''

from __future__ import print_function
import numpy as np
np.random.seed(1)

from keras.models import Sequential
from keras.layers import Dense, LSTM, TimeDistributedDense

tsteps = 1
batch_size = 25
epochs = 15
lahead = 1

x = np.arange(0, 200)
cos = np.cos(2 * np.pi * x / 50) * np.exp(-0.001 * x)
cos = cos.reshape(200, 1, 1)
expected = np.roll(cos[:, 0, :], -1, axis=0)

model = Sequential()
model.add(LSTM(20, batch_input_shape=(batch_size, tsteps, 1), return_sequences=True, stateful=True))
model.add(LSTM(20, return_sequences=False, stateful=True))
model.add(Dense(1))
model.compile(loss='mse', optimizer='rmsprop')

losses = []
for i in range(epochs):
    history = model.fit(cos, expected, batch_size=batch_size, verbose=0, nb_epoch=1, shuffle=False)
    losses.append(history.history['loss'][0])
    model.reset_states()
predicted = model.predict(cos, batch_size=batch_size)
print(predicted.shape, 'improves', losses[-1] < 0.7 * losses[0])

tagger = Sequential()
tagger.add(LSTM(output_dim=4, input_dim=3, input_length=5, return_sequences=True))
tagger.add(TimeDistributedDense(2, activation='softmax'))
print(tagger.predict(np.zeros((2, 5, 3))).shape)
