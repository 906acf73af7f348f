"""Merge of models that share their inputs; slices of arrays; Python 2's six."""
from __future__ import print_function
import numpy as np
from six.moves import range
from keras.models import Sequential
from keras.engine.training import slice_X
from keras.layers.embeddings import Embedding
from keras.layers import Activation, Dense, Merge, Permute, Dropout, LSTM

np.random.seed(1)
vocab_size, story_maxlen, query_maxlen = 12, 6, 3
stories = np.random.randint(1, vocab_size, (120, story_maxlen))
queries = stories[:, :query_maxlen]
answers = np.eye(vocab_size)[queries[:, 0]]

memory = Sequential()
memory.add(Embedding(input_dim=vocab_size, output_dim=16, input_length=story_maxlen))
memory.add(Dropout(0.1))
question = Sequential()
question.add(Embedding(input_dim=vocab_size, output_dim=16, input_length=query_maxlen))
match = Sequential()
match.add(Merge([memory, question], mode='dot', dot_axes=[2, 2]))
match.add(Activation('softmax'))
candidates = Sequential()
candidates.add(Embedding(input_dim=vocab_size, output_dim=query_maxlen, input_length=story_maxlen))
response = Sequential()
response.add(Merge([match, candidates], mode='sum'))
response.add(Permute((2, 1)))
answer = Sequential()
answer.add(Merge([response, question], mode='concat', concat_axis=-1))
answer.add(LSTM(24))
answer.add(Dense(vocab_size, activation='softmax'))
answer.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
print('inputs:', len(answer.inputs))
x = [stories, queries, stories]
train, test = slice_X(x, 0, 100), slice_X(x, 100)
for iteration in range(2):
    history = answer.fit(train, answers[:100], batch_size=10, nb_epoch=12, verbose=0, validation_data=(test, answers[100:]))
print('Accuracy: %.3f' % history.history['acc'][-1], [t.shape for t in test])
