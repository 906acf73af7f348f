"""Input(tensor=...) of a concatenation with a placeholder, gradients by it, and SciPy's minimizer."""
import numpy as np
from scipy.optimize import fmin_l_bfgs_b
from keras import backend as K
from keras.layers import Input, Conv2D
from keras.models import Model

rng = np.random.RandomState(0)
rows = columns = 8
base = K.variable(rng.rand(1, rows, columns, 3))
style = K.variable(rng.rand(1, rows, columns, 3))
combination = K.placeholder((1, rows, columns, 3))
input_tensor = K.concatenate([base, style, combination], axis=0)
inputs = Input(tensor=input_tensor)
features = Conv2D(4, 3, padding='same', activation='relu', name='block1_conv1')(inputs)
model = Model(inputs, features)


def gram_matrix(x):
    features = K.batch_flatten(K.permute_dimensions(x, (2, 0, 1)))
    return K.dot(features, K.transpose(features))


layer_features = model.get_layer('block1_conv1').output
loss = K.variable(0.)
loss = loss + 0.5 * K.sum(K.square(layer_features[2, :, :, :] - layer_features[0, :, :, :]))
loss = loss + K.sum(K.square(gram_matrix(layer_features[1]) - gram_matrix(layer_features[2]))) / (4. * 9 * (rows * columns) ** 2)
f_outputs = K.function([combination], [loss] + K.gradients(loss, combination))


def evaluate(x):
    value, gradient = f_outputs([x.reshape((1, rows, columns, 3))])
    return float(value), gradient.flatten().astype('float64')


x = rng.rand(1, rows, columns, 3)
first = evaluate(x)[0]
x, last, info = fmin_l_bfgs_b(evaluate, x.flatten(), maxfun=20)
print('improves', last < first / 2, x.shape)
