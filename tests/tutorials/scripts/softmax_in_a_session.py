import tensorflow as tf

a = tf.constant([[1.0, 2.0, 3.0], [1.0, 2.0, 5.0]])
b = tf.nn.softmax(a)
e = tf.exp(a)
c = e / tf.reduce_sum(e, axis=1, keepdims=True)

with tf.Session() as sess:
    print(sess.run(b))
    first, second = sess.run([b, c])
    print(abs(first - second).max() < 1e-6)
    print(sess.run(tf.reduce_sum(b, axis=1)))
