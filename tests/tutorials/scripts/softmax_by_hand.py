import tensorflow as tf

a = tf.constant([1.5, 3.0, -2.0], dtype=tf.float32)
e = tf.exp(a)
print(e / tf.reduce_sum(e))
print(tf.nn.softmax(a))

logits = tf.constant([[0.5, 2.0], [1.0, 1.0], [-1.0, 3.0]])
top = tf.exp(logits)
bottom = tf.reduce_sum(top, axis=1)
print(bottom)
print(top / tf.reshape(bottom, (3, 1)))

y = tf.nn.softmax(tf.constant([1.01, 2.01, -0.66]))
print('After softmax, y_pro is:', y)
print(tf.nn.softmax(tf.constant([-1.4425, 1.4425])))
print(tf.sigmoid(tf.constant([0.0, 100.0])).numpy())

import numpy as np
np.set_printoptions(precision=4)
print(tf.nn.softmax(tf.constant([-1.4425, 1.4425])))
np.set_printoptions(precision=8)

x1 = tf.constant([[5.8, 4.0, 1.2, 0.2]])
w1 = tf.constant([[-0.8, -0.34, -1.4], [0.6, 1.3, 0.25], [0.5, 1.45, 0.9], [0.65, 0.7, -1.2]])
b1 = tf.constant([2.52, -3.1, 5.62])
y = tf.matmul(x1, w1) + b1
print('x1.shape:', x1.shape)
print('w1.shape:', w1.shape)
print('y:', y)
y_dim = tf.squeeze(y)
print('The output of y_dim:', tf.nn.softmax(y_dim))
