"""Programs of TensorFlow 1 over the façade: graphs, sessions, optimizers, files."""

import warnings

import numpy as np
import pytest


@pytest.fixture
def tf():
    """`import tensorflow.compat.v1 as tf; tf.disable_v2_behavior()`."""
    import minikeras.compat.tensorflow as facade

    tf = facade.compat.v1
    tf.reset_default_graph()
    tf.disable_v2_behavior()
    return tf


RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype("float32")
LABELS = X[:, :3].argmax(1)
Y = np.eye(3, dtype="float32")[LABELS]


def test_regression_without_placeholders(tf):
    x = RNG.random(50).astype("float32")
    w, b = tf.Variable(tf.random_uniform([1], -1.0, 1.0)), tf.Variable(tf.zeros([1]))
    loss = tf.reduce_mean(tf.square(w * x + b - (0.1 * x + 0.3)))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session() as session:
        session.run(tf.initialize_all_variables())
        for _ in range(300):
            session.run(train)
        np.testing.assert_allclose(session.run([w, b]), [[0.1], [0.3]], atol=2e-3)


def test_one_step_is_the_formula(tf):
    """W ← W - lr · xᵀ(softmax(xW) - y) / n, with values fed."""
    x, y = tf.placeholder(tf.float32, [None, 4]), tf.placeholder(tf.float32, [None, 3])
    w = tf.Variable(tf.ones([4, 3]) * 0.1)
    logits = tf.matmul(x, w)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
    step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        _, before = session.run([step, loss], {x: X, y: Y})
        after = session.run(w)
    p = np.full((60, 3), 1 / 3)
    np.testing.assert_allclose(before, np.log(3), rtol=1e-5)
    np.testing.assert_allclose(after, 0.1 - 0.5 * X.T @ (p - Y) / 60, rtol=1e-4, atol=1e-6)


def test_network_of_layers_with_dropout_and_normalization(tf):
    x, y = tf.placeholder(tf.float32, (None, 4)), tf.placeholder(tf.int64, (None,))
    training = tf.placeholder_with_default(False, ())
    hidden = tf.layers.dense(x, 16, activation=tf.nn.relu, name="hidden")
    hidden = tf.layers.batch_normalization(hidden, training=training, momentum=0.9)
    logits = tf.layers.dense(tf.layers.dropout(hidden, 0.1, training=training), 3, name="logits")
    loss = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
    step = tf.train.AdamOptimizer(0.05).minimize(loss)
    right = tf.reduce_mean(tf.cast(tf.nn.in_top_k(logits, y, 1), tf.float32))
    assert logits.get_shape().as_list() == [None, 3]
    names = [v.name for v in tf.trainable_variables()]
    assert names[:2] == ["hidden/kernel:0", "hidden/bias:0"]
    assert len(tf.global_variables()) == len(names) + 2
    with tf.Session() as session:
        tf.global_variables_initializer().run()
        for _ in range(60):
            session.run(step, {x: X, y: LABELS, training: True})
        assert right.eval({x: X, y: LABELS}) > 0.9


def test_gradients_of_variables_placeholders_and_in_between(tf):
    x = tf.placeholder(tf.float32, [2])
    w = tf.Variable([3.0, 4.0])
    h = w * x
    y = tf.reduce_sum(h * h)
    by_w, by_x, by_h, none = tf.gradients(y, [w, x, h, tf.Variable(1.0)])
    assert none is None
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = session.run([by_w, by_x, by_h], {x: [1.0, 2.0]})
    np.testing.assert_allclose(found, [[6.0, 32.0], [18.0, 64.0], [6.0, 16.0]])


def test_gradient_of_a_gradient(tf):
    x = tf.placeholder(tf.float32, [])
    first = tf.gradients(x**3, [x])[0]
    second = tf.gradients(first, [x])[0]
    assert tf.Session().run([first, second], {x: 2.0}) == [12.0, 12.0]


def test_assignments_and_what_is_run_before(tf):
    state = tf.Variable(0, name="counter")
    update = tf.assign(state, state + 1)
    with tf.control_dependencies([update]):
        doubled = state * 2
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert [int(session.run(update)) for _ in range(3)] == [1, 2, 3]
        assert session.run(doubled) == 8
        session.run(tf.global_variables_initializer())
        assert session.run(state) == 0


def test_variables_by_name(tf):
    with tf.variable_scope("net"):
        w = tf.get_variable("w", [3, 2], initializer=tf.truncated_normal_initializer(stddev=0.1))
    with tf.variable_scope("net", reuse=True):
        assert tf.get_variable("w", [3, 2]) is w
    assert w.name == "net/w:0"
    with tf.variable_scope("net"), pytest.raises(ValueError, match="Variable net/w already exists"):
        tf.get_variable("w", [3, 2])
    with tf.variable_scope("net", reuse=True), pytest.raises(ValueError, match="net/v does not exist"):
        tf.get_variable("v", [3, 2])


def test_random_numbers_are_drawn_at_each_run(tf):
    x = tf.placeholder(tf.float32, [None, 2])
    noise = tf.random_normal(tf.shape(x))
    with tf.Session() as session:
        first, second = (session.run(noise, {x: np.zeros((3, 2))}) for _ in range(2))
    assert first.shape == (3, 2)
    assert (first != second).all()


def test_the_rate_may_be_fed_and_may_decay(tf):
    w, rate = tf.Variable(1.0), tf.placeholder(tf.float32)
    step = tf.train.GradientDescentOptimizer(rate).minimize(w * 2.0)
    count = tf.Variable(0, trainable=False)
    decaying = tf.train.exponential_decay(0.1, count, 2, 0.5, staircase=True)
    other = tf.train.GradientDescentOptimizer(decaying).minimize(w * 1.0, global_step=count)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step, {rate: 0.25})
        assert session.run(w) == pytest.approx(0.5)
        for _ in range(3):
            session.run(other)
        assert session.run(w) == pytest.approx(0.5 - 0.1 - 0.1 - 0.05)
        assert session.run(count) == 3


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("MomentumOptimizer", (0.1, 0.9), 1 - 0.2 - 0.38),
        ("AdagradOptimizer", (0.1,), 1 - 0.2 / 4.1**0.5 - 0.2 / 8.1**0.5),
        ("RMSPropOptimizer", (0.1,), 1 - 0.2 / 1.3**0.5 - 0.2 / 1.57**0.5),
        ("AdamOptimizer", (0.1,), 0.8),
    ],
)
def test_two_steps_of_an_optimizer(tf, name, arguments, expected):
    w = tf.Variable(1.0)
    step = getattr(tf.train, name)(*arguments).minimize(2.0 * w)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        session.run(step)
        assert session.run(w) == pytest.approx(expected, rel=1e-5)


def test_saver(tf, tmp_path):
    w = tf.Variable([1.0, 2.0], name="w")
    saver = tf.train.Saver(max_to_keep=1)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        first = saver.save(session, str(tmp_path / "model.ckpt"), global_step=1)
        saver.save(session, str(tmp_path / "model.ckpt"), global_step=2)
        session.run(w.assign([0.0, 0.0]))
        latest = tf.train.latest_checkpoint(str(tmp_path))
        saver.restore(session, latest)
        assert session.run(w).tolist() == [1.0, 2.0]
    assert latest.endswith("model.ckpt-2")
    with pytest.raises(FileNotFoundError, match="there is no checkpoint"):
        saver.restore(None, first)


def test_errors_say_what_to_do(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    y = tf.reduce_sum(x, 1)
    with pytest.raises(ValueError, match="You must feed a value for placeholder tensor 'x'"):
        tf.Session().run(y)
    with pytest.raises(ValueError, match=r"Cannot feed value of shape \(1, 3\) for Tensor 'x:0'"):
        tf.Session().run(y, {x: [[1.0, 2.0, 3.0]]})
    with pytest.raises(TypeError, match="Use tf.cond or tf.where"):
        bool(y)
    w = tf.Variable(1.0)
    with pytest.raises(ValueError, match="the loss does not depend on any of"):
        tf.train.GradientDescentOptimizer(0.1).minimize(y, var_list=[w])


def test_eager_values_in_a_session_and_losses_that_are_values(tf):
    tf.enable_eager_execution()
    assert tf.Session().run(tf.constant("hello")) == b"hello"
    assert tf.Session().run({"a": [tf.ones(2) * 3]})["a"][0].tolist() == [3.0, 3.0]
    v = tf.Variable(2.0)
    with pytest.raises(RuntimeError, match=r"tf\.compat\.v1\.disable_eager_execution\(\)"):
        tf.train.GradientDescentOptimizer(0.5).minimize(v * v)
    tf.train.GradientDescentOptimizer(0.25).minimize(lambda: v * v)
    assert v.numpy() == 1.0


def test_printing(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    assert str(x + 1.0) == 'Tensor("add:0", shape=(None, 2), dtype=float32)'
    assert repr(x) == "<tf.Tensor 'x:0' shape=(None, 2) dtype=float32>"
    assert str(tf.Variable([1.0], name="v")) == "<tf.Variable 'v:0' shape=(1,) dtype=float32_ref>"


def test_elements_of_a_data_set_at_each_run(tf):
    data = tf.data.Dataset.from_tensor_slices((X, LABELS)).batch(40)
    iterator = data.make_one_shot_iterator()
    images, labels = iterator.get_next()
    total = tf.reduce_sum(images, axis=0)
    session = tf.Session()
    np.testing.assert_allclose(session.run(total), X[:40].sum(0), rtol=1e-5)
    assert session.run(labels).tolist() == LABELS[40:].tolist()
    with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
        session.run(total)


def test_a_program_announces_itself():
    from minikeras.compat.tensorflow.era import is_written_for_graphs

    assert is_written_for_graphs("import tensorflow as tf\nx = tf.placeholder(tf.float32)")
    assert not is_written_for_graphs("import tensorflow as tf\nprint(tf.constant(1))")
    assert not is_written_for_graphs("tf.enable_eager_execution()\ns = tf.Session()\ns.run(x)")
    assert not is_written_for_graphs("session = tf.compat.v1.Session(config=config)\nmodel.fit(x, y)")


def test_older_names_are_told_once(tf):
    import minikeras.compat.tensorflow as facade

    vars(facade).pop("to_float", None)
    vars(facade._top).pop("to_float", None)
    with pytest.warns(DeprecationWarning, match=r"tf\.to_float is an older spelling: write tf\.cast"):
        assert facade.to_float(tf.constant(1)).numpy() == 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        facade.to_float(tf.constant(1))
