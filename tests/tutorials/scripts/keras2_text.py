"""Tokenizer, sequences and predict_classes."""
import numpy as np
from keras.preprocessing.text import Tokenizer, text_to_word_sequence, one_hot
from keras.preprocessing.sequence import pad_sequences
from keras.models import Sequential
from keras.layers import Dense, Embedding, Flatten, Bidirectional, LSTM, SpatialDropout1D
from keras.utils.np_utils import to_categorical

docs = ['Well done!', 'Good work', 'Great effort', 'nice work', 'Excellent!',
        'Weak', 'Poor effort!', 'not good', 'poor work', 'Could have done better.']
labels = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])

t = Tokenizer(num_words=50, oov_token='<OOV>')
t.fit_on_texts(docs)
vocab_size = len(t.word_index) + 1
print(vocab_size, t.word_index['work'], t.texts_to_sequences(['good unknown work']))
encoded_docs = t.texts_to_sequences(docs)
padded_docs = pad_sequences(encoded_docs, maxlen=4, padding='post')
print(padded_docs.shape)
print(t.texts_to_matrix(docs, mode='tfidf').shape, text_to_word_sequence('The quick, brown fox!'))

model = Sequential()
model.add(Embedding(vocab_size, 8, input_length=4))
model.add(Flatten())
model.add(Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['acc'])
model.summary()
model.fit(padded_docs, labels, epochs=120, verbose=0)
loss, accuracy = model.evaluate(padded_docs, labels, verbose=0)
print('Accuracy: %f' % (accuracy * 100))
print(model.predict_classes(padded_docs)[:, 0].tolist())

model = Sequential()
model.add(Embedding(vocab_size, 8, input_length=padded_docs.shape[1]))
model.add(SpatialDropout1D(0.2))
model.add(Bidirectional(LSTM(6, dropout=0.1, recurrent_dropout=0.1)))
model.add(Dense(2, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
history = model.fit(padded_docs, to_categorical(labels), epochs=2, batch_size=5, verbose=0, validation_split=0.2)
print(model.predict(padded_docs).argmax(axis=1).shape, sorted(history.history))
