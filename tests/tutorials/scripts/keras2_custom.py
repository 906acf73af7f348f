"""Writing your own Keras layers, losses and metrics, as the documentation of Keras 2 had it."""
from keras import backend as K
from keras.engine.topology import Layer
from keras.models import Sequential, Model, load_model
from keras.layers import Dense, Input, Activation, Lambda
from keras.initializers import Constant
from keras.utils.generic_utils import get_custom_objects, CustomObjectScope
from keras import regularizers, constraints, initializers
import numpy as np

np.random.seed(0)


class MyLayer(Layer):

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        # Create a trainable weight variable for this layer.
        self.kernel = self.add_weight(name='kernel',
                                      shape=(input_shape[1], self.output_dim),
                                      initializer='uniform',
                                      regularizer=regularizers.l2(1e-4),
                                      trainable=True)
        super(MyLayer, self).build(input_shape)  # Be sure to call this at the end

    def call(self, x):
        return K.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)

    def get_config(self):
        config = super(MyLayer, self).get_config()
        config['output_dim'] = self.output_dim
        return config


def swish(x):
    return K.sigmoid(x) * x


get_custom_objects().update({'swish2': Activation(swish)})


def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1))


def mean_pred(y_true, y_pred):
    return K.mean(y_pred)


def huber(delta):
    def loss(y_true, y_pred):
        error = K.abs(y_true - y_pred)
        return K.mean(K.switch(error < delta, 0.5 * K.square(error), delta * (error - 0.5 * delta)), axis=-1)
    return loss


x = np.random.randn(128, 6)
y = x.sum(axis=1, keepdims=True) * 0.5
model = Sequential()
model.add(MyLayer(16, input_shape=(6,)))
model.add(Activation(swish))
model.add(Lambda(lambda t: K.clip(t, -5, 5)))
model.add(Dense(1))
model.compile(loss=huber(1.0), optimizer='adam', metrics=[mean_pred, rmse, 'mae'])
history = model.fit(x, y, epochs=30, batch_size=16, verbose=0)
print('mean_absolute_error' in history.history, len(history.history['mean_absolute_error']) == 30)
print('improves', history.history['loss'][-1] < 0.3 * history.history['loss'][0])
print(K.int_shape(model.output), K.get_value(model.optimizer.lr))
K.set_value(model.optimizer.lr, 0.01)
print(round(float(K.get_value(model.optimizer.lr)), 4), K.count_params(model.weights[0]))

simple = Sequential([MyLayer(2, input_dim=6), Dense(1)])
simple.compile(loss=rmse, optimizer='sgd')
simple.save('my_model.h5')
again = load_model('my_model.h5', custom_objects={'MyLayer': MyLayer, 'rmse': rmse})
print(np.allclose(again.predict(x), simple.predict(x)))
K.clear_session()
