"""Skip-grams with noise-contrastive estimation, and streaming metrics."""
import math
import numpy as np
import tensorflow as tf

np.random.seed(0)
vocabulary_size, batch_size, embedding_size = 12, 16, 8
graph = tf.Graph()
with graph.as_default():
    tf.set_random_seed(1)
    train_inputs = tf.placeholder(tf.int32, shape=[batch_size])
    train_labels = tf.placeholder(tf.int32, shape=[batch_size, 1])
    embeddings = tf.Variable(tf.random_uniform([vocabulary_size, embedding_size], -1.0, 1.0))
    embed = tf.nn.embedding_lookup(embeddings, train_inputs)
    nce_weights = tf.Variable(tf.truncated_normal([vocabulary_size, embedding_size], stddev=1.0 / math.sqrt(embedding_size)))
    nce_biases = tf.Variable(tf.zeros([vocabulary_size]))
    loss = tf.reduce_mean(tf.nn.nce_loss(weights=nce_weights, biases=nce_biases, labels=train_labels, inputs=embed,
                                         num_sampled=4, num_classes=vocabulary_size))
    optimizer = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    scores = tf.matmul(embed, nce_weights, transpose_b=True) + nce_biases
    accuracy = tf.metrics.accuracy(labels=train_labels[:, 0], predictions=tf.argmax(scores, axis=1))[1]
    init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())

with tf.Session(graph=graph) as session:
    init.run()
    averages, average_loss = [], 0
    for step in range(900):
        words = np.random.randint(0, vocabulary_size, batch_size)
        feed = {train_inputs: words, train_labels: ((words + 1) % vocabulary_size)[:, None]}
        _, value = session.run([optimizer, loss], feed_dict=feed)
        average_loss += value / 300
        if (step + 1) % 300 == 0:
            averages.append(average_loss)
            average_loss = 0
    for _ in range(5):
        words = np.random.randint(0, vocabulary_size, batch_size)
        found = session.run(accuracy, {train_inputs: words, train_labels: ((words + 1) % vocabulary_size)[:, None]})
print('improves', 0 < averages[-1] < averages[0])
print('next word: %.3f' % found)
