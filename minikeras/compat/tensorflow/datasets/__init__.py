"""`tf.data`: data sets in memory, as chains of steps over elements."""
