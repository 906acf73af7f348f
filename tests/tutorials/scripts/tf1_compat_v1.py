"""Basic operations, under the name that TensorFlow 2 kept for version 1."""
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
import numpy as np

a = tf.constant(2)
b = tf.constant(3)
with tf.Session() as sess:
    print("a=2, b=3")
    print("Addition with constants: %i" % sess.run(a + b))
    print("Multiplication with constants: %i" % sess.run(a * b))

a = tf.placeholder(tf.int16)
b = tf.placeholder(tf.int16)
add = tf.add(a, b)
mul = tf.multiply(a, b)
with tf.Session() as sess:
    print("Addition with variables: %i" % sess.run(add, feed_dict={a: 2, b: 3}))
    print("Multiplication with variables: %i" % sess.run(mul, feed_dict={a: 2, b: 3}))

matrix1 = tf.constant([[3., 3.]])
matrix2 = tf.constant([[2.], [2.]])
product = tf.matmul(matrix1, matrix2)
with tf.Session() as sess:
    result = sess.run(product)
    print(result)

state = tf.Variable(0, name='counter')
one = tf.constant(1)
new_value = tf.add(state, one)
update = tf.assign(state, new_value)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(3):
        sess.run(update)
        print(sess.run(state))

# logistic regression on two clouds
rng = np.random.RandomState(0)
points = np.concatenate([rng.randn(50, 2) + 2, rng.randn(50, 2) - 2]).astype('float32')
kinds = np.array([1.0] * 50 + [0.0] * 50, dtype='float32')[:, None]
x = tf.placeholder(tf.float32, [None, 2], name='x')
y = tf.placeholder(tf.float32, [None, 1], name='y')
with tf.variable_scope('model'):
    W = tf.get_variable('W', shape=[2, 1], initializer=tf.zeros_initializer())
    b = tf.get_variable('b', shape=[1], initializer=tf.constant_initializer(0.0))
logits = tf.matmul(x, W) + b
loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
step = tf.train.MomentumOptimizer(learning_rate=0.1, momentum=0.9).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(50):
        _, value = sess.run([step, loss], feed_dict={x: points, y: kinds})
    print('final loss below 0.05:', value < 0.05, [v.name for v in tf.trainable_variables()][-2:])
