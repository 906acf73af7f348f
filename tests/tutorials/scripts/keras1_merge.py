'''Two branches, merged in every way of Keras 1.'''

import numpy as np
np.random.seed(7)

from keras.models import Sequential, Model
from keras.layers import Dense, Input, Merge, merge, Lambda
from keras.regularizers import l2, activity_l2

# 1. the Sequential way
left = Sequential()
left.add(Dense(8, input_dim=4, activation='relu'))
right = Sequential()
right.add(Dense(8, input_dim=3, activation='relu'))

model = Sequential()
model.add(Merge([left, right], mode='concat'))
model.add(Dense(1, activation='sigmoid', W_regularizer=l2(0.0001)))
model.compile(loss='binary_crossentropy', optimizer='rmsprop', metrics=['accuracy'])

a = np.random.randn(200, 4)
b = np.random.randn(200, 3)
y = (a[:, 0] + b[:, 0] > 0).astype('float32')
model.fit([a, b], y, nb_epoch=60, batch_size=16, verbose=0)
print('concat', model.output_shape, model.evaluate([a, b], y, verbose=0)[1])

# 2. the functional way
first = Input(shape=(4,), name='first')
second = Input(shape=(4,), name='second')
shared = Dense(6, bias=False, init='normal')
x1, x2 = shared(first), shared(second)
for mode in ('sum', 'mul', 'ave', 'max', 'concat', 'dot', 'cos'):
    merged = merge([x1, x2], mode=mode, dot_axes=1) if mode in ('dot', 'cos') else merge([x1, x2], mode=mode)
    both = Model(input=[first, second], output=merged)
    print(mode, both.predict([a[:5], a[:5]]).shape)

out = Dense(1)(merge([x1, x2], mode=lambda pair: pair[0] - pair[1], output_shape=(6,)))
model = Model(input=[first, second], output=[out])
model.compile('sgd', 'mse')
print('difference', float(abs(model.predict([a, a])).max()))
