'''Sequence to sequence example in Keras (character-level): reverse a word.'''
from __future__ import print_function

from keras.models import Model
from keras.layers import Input, LSTM, Dense
import numpy as np

np.random.seed(2)
batch_size = 32
epochs = 40
latent_dim = 32
letters = 'abcd'
words = [''.join(np.random.choice(list(letters), 3)) for _ in range(128)]
input_texts = words
target_texts = ['\t' + w[::-1] + '\n' for w in words]
target_characters = sorted('\t\n' + letters)
num_encoder_tokens, num_decoder_tokens = len(letters), len(target_characters)
max_encoder, max_decoder = 3, 5
input_token_index = dict([(char, i) for i, char in enumerate(letters)])
target_token_index = dict([(char, i) for i, char in enumerate(target_characters)])

encoder_input_data = np.zeros((len(words), max_encoder, num_encoder_tokens), dtype='float32')
decoder_input_data = np.zeros((len(words), max_decoder, num_decoder_tokens), dtype='float32')
decoder_target_data = np.zeros((len(words), max_decoder, num_decoder_tokens), dtype='float32')
for i, (input_text, target_text) in enumerate(zip(input_texts, target_texts)):
    for t, char in enumerate(input_text):
        encoder_input_data[i, t, input_token_index[char]] = 1.
    for t, char in enumerate(target_text):
        decoder_input_data[i, t, target_token_index[char]] = 1.
        if t > 0:
            decoder_target_data[i, t - 1, target_token_index[char]] = 1.

encoder_inputs = Input(shape=(None, num_encoder_tokens))
encoder = LSTM(latent_dim, return_state=True)
encoder_outputs, state_h, state_c = encoder(encoder_inputs)
encoder_states = [state_h, state_c]

decoder_inputs = Input(shape=(None, num_decoder_tokens))
decoder_lstm = LSTM(latent_dim, return_sequences=True, return_state=True)
decoder_outputs, _, _ = decoder_lstm(decoder_inputs, initial_state=encoder_states)
decoder_dense = Dense(num_decoder_tokens, activation='softmax')
decoder_outputs = decoder_dense(decoder_outputs)

model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
model.compile(optimizer='rmsprop', loss='categorical_crossentropy')
history = model.fit([encoder_input_data, decoder_input_data], decoder_target_data,
                    batch_size=batch_size, epochs=epochs, validation_split=0.2, verbose=0)
print('improves', history.history['val_loss'][-1] < 0.8 * history.history['val_loss'][0])
model.save('s2s.h5')

# Next: inference mode (sampling).
encoder_model = Model(encoder_inputs, encoder_states)
decoder_state_input_h = Input(shape=(latent_dim,))
decoder_state_input_c = Input(shape=(latent_dim,))
decoder_states_inputs = [decoder_state_input_h, decoder_state_input_c]
decoder_outputs, state_h, state_c = decoder_lstm(decoder_inputs, initial_state=decoder_states_inputs)
decoder_states = [state_h, state_c]
decoder_outputs = decoder_dense(decoder_outputs)
decoder_model = Model([decoder_inputs] + decoder_states_inputs, [decoder_outputs] + decoder_states)

states_value = encoder_model.predict(encoder_input_data[:1])
target_seq = np.zeros((1, 1, num_decoder_tokens))
target_seq[0, 0, target_token_index['\t']] = 1.
decoded = ''
for _ in range(4):
    output_tokens, h, c = decoder_model.predict([target_seq] + states_value)
    index = np.argmax(output_tokens[0, -1, :])
    decoded += target_characters[index]
    target_seq = np.zeros((1, 1, num_decoder_tokens))
    target_seq[0, 0, index] = 1.
    states_value = [h, c]
print(len(decoded), output_tokens.shape)
