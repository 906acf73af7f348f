"""Initializers as functions of a shape and a name, and a layer of one's own that uses them."""
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Activation, SimpleRNN
from keras.engine.topology import Layer
from keras.initializations import normal, identity
from keras import initializations
from keras.optimizers import RMSprop
from keras import backend as K

np.random.seed(0)
X = np.random.rand(200, 10, 1)
y = (X.sum(axis=1) > 5).astype(int)


class Scale(Layer):
    def __init__(self, **kwargs):
        self.init = initializations.get('one')
        super(Scale, self).__init__(**kwargs)

    def build(self, input_shape):
        self.gamma = self.init((input_shape[-1],), name='{}_gamma'.format(self.name))
        self.trainable_weights = [self.gamma]
        super(Scale, self).build(input_shape)

    def call(self, x, mask=None):
        return x * self.gamma

    def get_output_shape_for(self, input_shape):
        return input_shape


model = Sequential()
model.add(SimpleRNN(output_dim=12,
                    init=lambda shape, name: normal(shape, scale=0.1, name=name),
                    inner_init=lambda shape, name: identity(shape, scale=1.0, name=name),
                    activation='relu', input_shape=X.shape[1:]))
model.add(Scale())
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer=RMSprop(lr=0.01, decay=1e-3), metrics=['accuracy'])
model.fit(X, y, batch_size=20, nb_epoch=15, verbose=0)
print('Accuracy: %.3f' % model.evaluate(X, y, verbose=0)[1])
gamma = K.get_value(model.layers[1].gamma)
print('learned:', bool(np.any(gamma != 1)), gamma.shape, len(model.trainable_weights))
