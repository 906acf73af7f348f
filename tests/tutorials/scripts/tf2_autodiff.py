"""Introduction to gradients and automatic differentiation; a custom training loop by hand."""
import numpy as np
import tensorflow as tf

x = tf.Variable(3.0)
with tf.GradientTape() as tape:
  y = x**2
dy_dx = tape.gradient(y, x)
print(dy_dx.numpy())

w = tf.Variable(tf.random.normal((3, 2)), name='w')
b = tf.Variable(tf.zeros(2, dtype=tf.float32), name='b')
x = [[1., 2., 3.]]
with tf.GradientTape(persistent=True) as tape:
  y = x @ w + b
  loss = tf.reduce_mean(y**2)
[dl_dw, dl_db] = tape.gradient(loss, [w, b])
print(w.shape, dl_dw.shape)
print(tape.gradient(loss, {'w': w, 'b': b})['b'].shape)

x0 = tf.constant(3.0)
with tf.GradientTape() as t2:
  t2.watch(x0)
  with tf.GradientTape() as t1:
    t1.watch(x0)
    y = x0 * x0 * x0
  first = t1.gradient(y, x0)
print(first.numpy(), t2.gradient(first, x0).numpy())

TRUE_W, TRUE_B = 3.0, 2.0
NUM_EXAMPLES = 200
x = tf.linspace(-2, 2, NUM_EXAMPLES)
x = tf.cast(x, tf.float32)
y = x * TRUE_W + TRUE_B + tf.random.normal(shape=[NUM_EXAMPLES]) * 0.01


class MyModel(tf.Module):
  def __init__(self, **kwargs):
    super().__init__(**kwargs)
    self.w = tf.Variable(5.0)
    self.b = tf.Variable(0.0)

  def __call__(self, x):
    return self.w * x + self.b


model = MyModel()
print("Variables:", len(model.variables))


@tf.function
def loss(target_y, predicted_y):
  return tf.reduce_mean(tf.square(target_y - predicted_y))


for epoch in range(60):
  with tf.GradientTape() as t:
    current_loss = loss(y, model(x))
  dw, db = t.gradient(current_loss, [model.w, model.b])
  model.w.assign_sub(0.1 * dw)
  model.b.assign_sub(0.1 * db)
print(f"W = {model.w.numpy():1.2f}, b = {model.b.numpy():1.2f}")

t = tf.range(12)
print(tf.reshape(t, [3, 4]))
print(tf.reduce_max(tf.reshape(t, [3, 4]), axis=0), tf.rank(t).numpy(), tf.size(t).numpy())
print(tf.concat([[1, 2], [3]], axis=0), tf.stack([1, 2]), tf.one_hot([0, 2], 3), sep='\n')
print(tf.Variable([1.0, 2.0]), tf.gather([10, 20, 30], [2, 0]), tf.where([True, False], [1, 1], [2, 2]))
