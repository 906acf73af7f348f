'''What a layer in the middle says, as the FAQ of Keras 1 told it.'''

import numpy as np
np.random.seed(0)

import keras
from keras import backend as K
from keras.models import Sequential, Model, model_from_json
from keras.layers import Dense, Dropout
from keras.layers.advanced_activations import LeakyReLU, PReLU
from keras.layers.noise import GaussianNoise
from keras.layers.normalization import BatchNormalization
from keras.constraints import maxnorm
from keras.callbacks import Callback

model = Sequential([
    Dense(8, input_dim=5, init='lecun_uniform', W_constraint=maxnorm(2.)),
    LeakyReLU(alpha=0.1),
    BatchNormalization(mode=0, axis=-1),
    GaussianNoise(sigma=0.1),
    Dropout(0.5),
    Dense(3, activation='softmax', b_constraint=maxnorm(m=1)),
])
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['acc', 'fmeasure'][:1])

x = np.random.randn(30, 5)
get_third = K.function([model.layers[0].input, K.learning_phase()], [model.layers[2].output])
print(get_third([x, 0])[0].shape)
same = Model(input=model.input, output=model.layers[2].output)
print(np.allclose(get_third([x, 0])[0], same.predict(x), atol=1e-5))


class LossHistory(Callback):
    def on_train_begin(self, logs={}):
        self.losses = []

    def on_batch_end(self, batch, logs={}):
        self.losses.append(logs.get('loss'))


history = LossHistory()
y = np.eye(3)[np.random.randint(0, 3, 30)]
model.fit(x, y, batch_size=10, nb_epoch=2, verbose=0, callbacks=[history])
print(len(history.losses))

again = model_from_json(model.to_json())
again.set_weights(model.get_weights())
print(np.allclose(again.predict(x), model.predict(x), atol=1e-6))
model.save_weights('w.h5', overwrite=True)
again.load_weights('w.h5')
print(K.eval(K.sum(K.ones((2, 3)))), K.epsilon(), K.floatx())
