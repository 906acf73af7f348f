'''Trains a LSTM on a sentiment classification task (made-up reviews).'''

from __future__ import print_function
import numpy as np
np.random.seed(1337)  # for reproducibility

from keras.preprocessing import sequence
from keras.utils.np_utils import to_categorical
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.layers.embeddings import Embedding
from keras.layers.recurrent import LSTM, SimpleRNN, GRU

max_features = 50
maxlen = 12  # cut texts after this number of words
batch_size = 32

# a review is good when it has more words below 25 than above
reviews = [list(np.random.randint(1, max_features, np.random.randint(3, 20))) for _ in range(600)]
labels = np.array([np.mean(np.array(r) < 25) > 0.5 for r in reviews]).astype('int32')

X = sequence.pad_sequences(reviews, maxlen=maxlen)
print('X shape:', X.shape)

model = Sequential()
model.add(Embedding(max_features, 16, input_length=maxlen, dropout=0.1, mask_zero=True))
model.add(LSTM(16, dropout_W=0.1, dropout_U=0.1, inner_activation='hard_sigmoid', consume_less='cpu'))
model.add(Dense(1))
model.add(Activation('sigmoid'))

model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])

model.fit(X[:500], labels[:500], batch_size=batch_size, nb_epoch=12, verbose=0,
          validation_data=(X[500:], labels[500:]))
score, acc = model.evaluate(X[500:], labels[500:], batch_size=batch_size, verbose=0)
print('Test score:', score)
print('Test accuracy:', acc)
