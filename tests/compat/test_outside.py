"""What scripts from outside used: slices of variables, metrics and sampled losses of TensorFlow 1, packages of Python 2."""

import subprocess
import sys

import numpy as np
import pytest

import minikeras as keras
from minikeras import backend
from minikeras.compat import initializations

RUN = [sys.executable, "-W", "error", "-m", "minikeras", "run"]


def output_of(tmp_path, script):
    path = tmp_path / "script.py"
    path.write_text(script)
    done = subprocess.run([*RUN, path], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_variables_dtypes_and_tapes(tmp_path):
    found = output_of(
        tmp_path,
        """
import numpy as np, tensorflow as tf
v = tf.Variable([[1., 2., 3.], [4., 5., 6.]])
v[0, 1].assign(42); v[:, 2].assign([0., 1.])
print(v.numpy().tolist(), float(v[0, 1]), tf.constant(v[0]).numpy().tolist())
try:
    v[0].assign([1., 2.])
except ValueError as error:
    print(error)
print(*(tf.as_dtype(np.dtype(n)).name for n in ("int64", "float64", "bool")), tf.zeros(2, 3).dtype.name)
print(tf.one_hot(tf.keras.Input((3,), dtype="int64"), 5).shape)
x, y = tf.Variable(3.0, name="x"), tf.Variable(1.0, name="y", trainable=False)
with tf.GradientTape() as tape:
    z = x * x + y
tape.gradient(z, [x, y])
print([v.name for v in tape.watched_variables()])
class L(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight("w", shape=input_shape.as_list()[1:])
    def call(self, x):
        return x * self.w
    def compute_output_shape(self, s):
        return tf.TensorShape(s.as_list())
inputs = tf.keras.Input((4,))
print(L()(inputs).shape.as_list(), L()(tf.ones((2, 4))).shape)
""",
    )
    assert found.splitlines() == [
        "[[1.0, 42.0, 0.0], [4.0, 5.0, 1.0]] 42.0 [1.0, 42.0, 0.0]",
        "Elements of shape (3,) of 'Variable:0' were assigned a value of shape (2,).",
        "int64 float64 bool int32",
        "(None, 3, 5)",
        "['x:0']",
        "[None, 4] (2, 4)",
    ]


def test_metrics_and_sampled_losses_of_graphs(tmp_path):
    found = output_of(
        tmp_path,
        """
import numpy as np, tensorflow as tf
y, p = tf.placeholder(tf.int32, [None]), tf.placeholder(tf.int32, [None])
value, update = tf.metrics.accuracy(labels=y, predictions=p)
precision, update_precision = tf.metrics.precision(y, p)
w = tf.Variable(tf.random_normal([20, 4], seed=1)); b = tf.Variable(tf.zeros([20])); x = tf.placeholder(tf.float32, [None, 4])
labels = tf.placeholder(tf.int64, [None, 1])
nce = tf.nn.nce_loss(weights=w, biases=b, labels=labels, inputs=x, num_sampled=5, num_classes=20)
soft = tf.nn.sampled_softmax_loss(w, b, labels, x, 5, 20)
train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_mean(nce))
with tf.Session() as sess:
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    print(sess.run(update, {y: [1, 0, 1, 1], p: [1, 1, 1, 0]}), sess.run(update, {y: [1, 0], p: [1, 0]}), sess.run(value))
    print(sess.run(update_precision, {y: [1, 0, 1, 1], p: [1, 1, 1, 0]}))
    feed = {x: np.eye(4), labels: [[0], [1], [2], [3]]}
    first = np.mean([sess.run(nce, feed) for _ in range(20)])
    print(sess.run(nce, feed).shape, (sess.run(nce, feed) > 0).all(), (sess.run(soft, feed) > 0).all())
    for _ in range(200):
        sess.run(train, feed)
    print(np.mean([sess.run(nce, feed) for _ in range(20)]) < first)
print(tf.metrics.Mean.__name__)
""",
    )
    assert found.splitlines() == ["0.5 0.6666667 0.6666667", "0.6666667", "(4,) True True", "True", "Mean"]


def test_packages_of_python_2(tmp_path):
    if subprocess.run([sys.executable, "-c", "import six"], capture_output=True).returncode == 0:
        pytest.skip("a package six is installed, which is the one that is imported")
    found = output_of(
        tmp_path,
        """
import keras
import six
from six.moves import range, cPickle as pickle
from six.moves.urllib.request import urlretrieve
print(list(range(2)), sorted(six.iteritems({"a": 1})), isinstance("x", six.string_types), pickle.loads(pickle.dumps(3)))
""",
    )
    assert found == "[0, 1] [('a', 1)] True 3\n"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_initializations_of_keras_1_are_functions_of_a_shape():
    assert initializations.get("glorot_uniform")((3, 4), name="W").shape == (3, 4)
    assert abs(initializations.normal((400, 50), scale=0.01).numpy().std() - 0.01) < 0.001
    np.testing.assert_array_equal(initializations.identity((3, 3), scale=2.0).numpy(), 2 * np.eye(3))
    layer = keras.layers.SimpleRNN(
        3,
        kernel_initializer=lambda shape, name: initializations.one(shape, name=name),
        recurrent_initializer=lambda shape, name=None: initializations.identity(shape),
    )
    layer.build((None, 5, 2))
    np.testing.assert_array_equal(layer.get_weights()[0], np.ones((2, 3)))
    np.testing.assert_array_equal(layer.get_weights()[1], np.eye(3))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_decaying_learning_rate_is_read_and_set():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(lr=0.1, decay=0.5), "mse")
    assert backend.get_value(model.optimizer.lr) == pytest.approx(0.1)
    backend.set_value(model.optimizer.lr, 0.2)
    x = np.ones((4, 1), "float32")
    rates = []
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rates.append(rate) or rate / 2)
    history = model.fit(x, x, epochs=3, verbose=0, callbacks=[schedule]).history
    # What callbacks see is the rate before its decay: decayed rates would shrink twice.
    np.testing.assert_allclose(rates, [0.2, 0.1, 0.05], rtol=1e-6)
    np.testing.assert_allclose(history["lr"], [0.1, 0.05, 0.025], rtol=1e-6)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.025 / (1 + 0.5 * 3))
