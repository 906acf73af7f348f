"""Basic text classification with TextVectorization (made-up reviews)."""
import re
import string
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, losses
from tensorflow.keras.layers.experimental.preprocessing import TextVectorization
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences

rng = np.random.RandomState(0)
good, bad, other = ['great', 'lovely', 'fine'], ['awful', 'dull', 'poor'], ['film', 'the', 'plot', 'was', 'a']
texts, labels = [], []
for i in range(200):
  words = list(rng.choice(other, 5)) + list(rng.choice(good if i % 2 else bad, 2))
  rng.shuffle(words)
  texts.append(' '.join(words).capitalize() + '!')
  labels.append(i % 2)
labels = np.array(labels)

max_features = 100
sequence_length = 8
vectorize_layer = TextVectorization(
    max_tokens=max_features,
    output_mode='int',
    output_sequence_length=sequence_length)
raw = tf.data.Dataset.from_tensor_slices((texts, labels)).batch(20)
vectorize_layer.adapt(raw.map(lambda x, y: x))
print(len(vectorize_layer.get_vocabulary()), vectorize_layer.get_vocabulary()[:2])


def vectorize_text(text, label):
  text = tf.expand_dims(text, -1)
  return vectorize_layer(text), label


train_ds = raw.map(vectorize_text).cache().prefetch(tf.data.AUTOTUNE)
model = tf.keras.Sequential([
  layers.Embedding(max_features + 1, 8),
  layers.Dropout(0.2),
  layers.GlobalAveragePooling1D(),
  layers.Dense(1)])
model.compile(loss=losses.BinaryCrossentropy(from_logits=True),
              optimizer=tf.keras.optimizers.Adam(0.02),
              metrics=[tf.metrics.BinaryAccuracy(threshold=0.0)])
history = model.fit(train_ds, epochs=15, verbose=0)
print('accuracy:', history.history['binary_accuracy'][-1])

export_model = tf.keras.Sequential([vectorize_layer, model, layers.Activation('sigmoid')])
print((export_model.predict(tf.constant(["The film was great!", "Awful, the plot was dull"])) > 0.5).ravel().tolist())

tokenizer = Tokenizer(num_words=50, oov_token="<OOV>")
tokenizer.fit_on_texts(texts)
print(pad_sequences(tokenizer.texts_to_sequences(texts[:3]), maxlen=10, padding='post', truncating='post').shape)
