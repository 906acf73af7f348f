"""`K.function`, `K.gradients`, the learning phase, variables and updates, as older scripts use them."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import backend
from minikeras.backend import arithmetic as K  # noqa: N812 -- as scripts call it
from minikeras.backend import (
    control,
    convolution,
    ctc,
    functions,
    neural,
    phase,
    products,
    randomness,
    session,
    shaping,
    updates,
    values,
)
from minikeras.compat.updates import get_updates
from minikeras.layers.context import context

x = np.random.default_rng(0).random((5, 8, 8, 3)).astype("float32")


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(3)
    yield
    assert context.training is None
    assert context.depth == 0


@pytest.fixture
def model():
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
            keras.layers.Dropout(0.5),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


# Functions


def test_function_gives_the_output_of_a_middle_layer(model):
    (found,) = functions.function([model.input], [model.layers[0].output])([x])
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, model.layers[0](x).numpy())


def test_function_from_the_middle_to_the_end(model):
    middle = model.layers[0](x).numpy()
    (found,) = functions.function([model.layers[0].output], [model.output])([middle])
    np.testing.assert_allclose(found, model.predict(x, verbose=0), rtol=1e-6)


def test_function_keeps_the_structure_of_its_outputs(model):
    one = functions.function(model.input, model.output)
    assert one(x).shape == one([x]).shape == (5, 3)
    pair = functions.function([model.input], {"end": model.output, "sum": K.sum(model.output)})([x])
    assert pair["end"].shape == (5, 3)
    assert pair["sum"] == pytest.approx(5, rel=1e-5)


def test_learning_phase_among_the_inputs(model):
    run = functions.function([model.input, phase.learning_phase()], [model.layers[1].output])
    used, trained = run([x, 0])[0], run([x, 1])[0]
    np.testing.assert_array_equal(used, model.layers[0](x).numpy())
    kept = trained != 0
    np.testing.assert_allclose(trained[kept], 2 * used[kept], rtol=1e-6)
    assert 0.3 < kept.sum() / (used != 0).sum() < 0.7


def test_function_of_several_inputs():
    a, b = keras.Input((2,)), values.placeholder(ndim=2)
    total = functions.function([a, b], [a + b, K.mean(a * b)])
    first, second = total([[[1, 2]], [[3.0, 4.0]]])
    assert first.tolist() == [[4.0, 6.0]]
    assert second == pytest.approx(5.5)


def test_function_without_inputs_reads_variables():
    v = values.variable([1.0, 2.0])
    read = functions.function([], [v])
    assert read([])[0].tolist() == [1.0, 2.0]
    values.set_value(v, [5.0, 6.0])
    assert read([])[0].tolist() == [5.0, 6.0]


def test_function_says_what_is_wrong(model):
    with pytest.raises(ValueError, match="has 1 inputs, received 2 values"):
        functions.function([model.input], [model.output])([x, x])
    with pytest.raises(
        ValueError, match=r"has shape \(None, 8, 8, 3\), received a value of shape \(2, 8, 8\)"
    ):
        functions.function([model.input], [model.output])([x[:2, :, :, 0]])
    with pytest.raises(TypeError, match="expected symbolic tensors as inputs .*, received ndarray"):
        functions.function([x], [model.output])
    with pytest.raises(ValueError, match="feed_dict belonged to sessions of TensorFlow 1"):
        functions.function([model.input], [model.output], feed_dict={1: 2})
    with pytest.raises(TypeError, match="unknown arguments \\['colour'\\]"):
        functions.function([model.input], [model.output], colour=1)
    with pytest.raises(ValueError, match="the outputs need the input"):
        functions.function([keras.Input((2,))], [model.output])


# Gradients


def test_saliency_is_the_gradient_by_the_input(model):
    loss = model.output[:, 1]
    (symbolic,) = functions.gradients(loss, model.input)
    assert symbolic.shape == (None, 8, 8, 3)
    found = functions.function([model.input], [symbolic])([x])[0]
    inputs = keras.ops.convert_to_tensor(x)
    with keras.GradientTape() as tape:
        tape.watch(inputs)
        target = model(inputs)[:, 1]
    np.testing.assert_allclose(found, tape.gradient(target, inputs), rtol=1e-5, atol=1e-8)
    assert np.abs(found).max() > 0


def test_grad_cam(model):
    """The gradient by a middle layer's output, used in further computation."""
    conv = model.get_layer("conv").output
    weights = K.mean(functions.gradients(model.output[:, 2], conv)[0], axis=(0, 1, 2))
    pooled, activations = functions.function([model.input], [weights, conv[0]])([x[:1]])
    assert pooled.shape == (4,)
    assert activations.shape == (6, 6, 4)
    part = keras.Sequential([keras.Input((6, 6, 4)), *model.layers[2:]])
    middle = keras.ops.convert_to_tensor(activations[None])
    with keras.GradientTape() as tape:
        tape.watch(middle)
        target = part(middle)[:, 2]
    np.testing.assert_allclose(pooled, np.mean(tape.gradient(target, middle), axis=(0, 1, 2)), rtol=1e-5)


def test_gradients_by_variables_and_by_what_has_no_part(model):
    other = keras.Input((2,))
    found = functions.gradients(
        K.sum(model.output[:, 0]), [*model.trainable_weights, other, values.variable(1.0)]
    )
    assert found[-2:] == [None, None]
    assert [g.shape for g in found[:-2]] == [w.shape for w in model.trainable_weights]
    results = functions.function([model.input], found[:-2])([x])
    with keras.GradientTape() as tape:
        target = keras.ops.sum(model(x)[:, 0])
    for result, expected in zip(results, tape.gradient(target, model.trainable_weights), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-7)


def test_gradients_of_the_loss_by_the_image_of_a_fixed_size():
    """Deep dreams: losses of several layers, their gradient normalized."""
    base = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(4, 3, name="a"),
            keras.layers.Conv2D(4, 3, name="b"),
        ]
    )
    loss = values.variable(0.0)
    for layer in base.layers:
        size = K.prod(values.cast(values.shape(layer.output), "float32"))
        loss = loss + K.sum(K.square(layer.output[:, 2:-2, 2:-2, :])) / size
    gradient = functions.gradients(loss, base.input)[0]
    gradient /= K.maximum(K.mean(K.abs(gradient)), 1e-7)
    value, direction = functions.function([base.input], [loss, gradient])([x[:1]])
    expected = 0.0
    for layer in (base.layers[0](x[:1]), base.layers[1](base.layers[0](x[:1]))):
        expected += np.square(layer.numpy()[:, 2:-2, 2:-2]).sum() / layer.size
    assert value == pytest.approx(expected, rel=1e-5)
    assert np.abs(direction).mean() == pytest.approx(1, rel=1e-5)


def test_gradients_of_values_are_refused_with_the_remedy():
    with pytest.raises(TypeError, match="expected a symbolic loss.*received Tensor.*GradientTape"):
        functions.gradients(keras.ops.ones(2), [values.variable(1.0)])
    with pytest.raises(TypeError, match="to differentiate by, received ndarray"):
        functions.gradients(keras.Input((2,)), [np.ones(2)])


# Updates


def test_updates_happen_at_each_call():
    a, v = keras.Input((1,)), values.variable(0.0)
    step = functions.function([a], [v + K.sum(a)], updates=[updates.update_add(v, K.sum(a))])
    assert [float(step([[[2.0]]])[0]) for _ in range(3)] == [2.0, 4.0, 6.0]
    assert float(v) == 6.0
    pairs = functions.function([a], [], updates=[(v, K.max(a))])
    pairs([[[9.0], [7.0]]])
    assert float(v) == 9.0


def test_updates_of_values_are_done_at_once():
    v = values.variable([1.0, 2.0])
    assert updates.update(v, [3.0, 4.0]) is v
    updates.update_add(v, 1.0)
    updates.update_sub(v, [1.0, 0.0])
    updates.moving_average_update(v, np.array([0.0, 0.0]), 0.5)
    assert v.numpy().tolist() == [1.5, 2.5]
    with pytest.raises(TypeError, match="K.update expected a variable .*, received Tensor"):
        updates.update(keras.ops.ones(2), 1)


def test_a_step_of_an_optimizer_as_an_update():
    """Policy gradients as they were written: the loss has inputs that the model does not have."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    actions, rewards = values.placeholder((None, 2)), values.placeholder((None,))
    loss = K.mean(-K.log(K.sum(model.output * actions, axis=1)) * rewards)
    rows, chosen = x.reshape(-1, 4)[:16], np.eye(2)[np.arange(16) % 2]
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    for order in ("2", "1"):
        optimizer = keras.optimizers.SGD(0.5)
        arguments = (loss, model.trainable_weights) if order == "2" else (model.trainable_weights, {}, loss)
        train = functions.function(
            [model.input, actions, rewards], [loss], updates=get_updates(optimizer, *arguments)
        )
        before = train([rows, chosen, np.ones(16)])[0]
        assert train([rows, chosen, np.ones(16)])[0] < before
    copy.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy")
    for _ in range(4):
        copy.train_on_batch(rows, chosen)
    for one, other in zip(model.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match="the loss does not depend on"):
        get_updates(keras.optimizers.SGD(), loss, [values.variable(1.0)])


# Sizes that are not known yet


def test_unknown_sizes_serve_in_shapes():
    """A variational autoencoder's sampling, in a graph and in a Lambda layer."""
    mean = keras.Input((2,))
    batch = values.shape(mean)[0]
    noise = randomness.random_normal(shape=(batch, values.int_shape(mean)[1]), seed=1)
    assert noise.shape == (None, 2)
    model = keras.Model(mean, mean + noise)
    assert model.predict(np.zeros((7, 2)), verbose=0).shape == (7, 2)
    folded = shaping.reshape(mean, (batch * 2, -1))
    assert folded.shape[-1] is None or folded.shape == (None, 1)
    assert keras.Model(mean, folded).predict(np.zeros((7, 2)), verbose=0).shape == (14, 1)
    double = functions.function([mean], [values.cast(values.shape(mean)[0], "float32")])
    assert double([np.zeros((3, 2))])[0] == 3.0
    with pytest.raises(TypeError, match="is not known before the model has data"):
        range(batch)


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda n: n + 1, 6), (lambda n: 1 + n, 6), (lambda n: n - 1, 4), (lambda n: 9 - n, 4), (lambda n: n * 2, 10),
        (lambda n: 2 * n, 10), (lambda n: n // 2, 2), (lambda n: 11 // n, 2), (lambda n: n % 3, 2), (lambda n: n + n, 10),
    ],
)  # fmt: skip
def test_arithmetic_of_unknown_sizes(compute, expected):
    a = keras.Input((2,))
    ones = randomness.random_uniform((compute(values.shape(a)[0]), 3))
    assert functions.function([a], [ones])([np.zeros((5, 2))])[0].shape == (expected, 3)


def test_known_sizes_are_numbers():
    a = keras.Input((2, None))
    assert values.shape(a)[1] == 2
    assert values.int_shape(a) == (None, 2, None)
    assert values.shape(np.ones((2, 3))).tolist() == [2, 3]


# The learning phase


def test_in_train_phase_in_a_layer_and_in_a_graph():
    a = keras.Input((2,))
    layer = keras.Model(a, keras.layers.Lambda(lambda t: phase.in_train_phase(t + 1, t))(a))
    graph = keras.Model(a, phase.in_train_phase(a + 1, a))
    functions_as_choices = keras.Model(a, phase.in_train_phase(lambda: a + 1, lambda: a))
    opposite = keras.Model(a, phase.in_test_phase(a, a + 1))
    switched = keras.Model(a, control.switch(phase.learning_phase(), a + 1, a))
    for model in (layer, graph, functions_as_choices, opposite, switched):
        assert model(np.zeros((1, 2)), training=True).tolist() == [[1.0, 1.0]]
        assert model(np.zeros((1, 2)), training=False).tolist() == [[0.0, 0.0]]
        assert model(np.zeros((1, 2))).tolist() == [[0.0, 0.0]]
    assert phase.in_train_phase(1, 2, training=True) == 1
    assert phase.in_train_phase(1, lambda: 2, training=0) == 2


def test_set_learning_phase(model):
    assert phase.learning_phase() == 0
    with phase.learning_phase_scope(1):
        assert phase.learning_phase() == 1
        assert np.std(model.layers[1](np.ones((1, 100))).numpy()) > 0
    phase.set_learning_phase(1)
    assert phase.learning_phase() == 1
    np.testing.assert_array_equal(model.predict(x, verbose=0), model(x, training=False))
    backend.clear_session()
    assert phase.learning_phase() == 0
    with pytest.raises(ValueError, match="expected 0 .* or 1 .*, received 2"):
        phase.set_learning_phase(2)


# Choices


def test_switch():
    assert control.switch(True, lambda: 1, lambda: 2) == 1
    assert (
        control.switch(K.less(values.constant(3.0), 2.0), values.constant(1.0), values.constant(2.0)).item()
        == 2
    )
    rows = control.switch(np.array([True, False]), np.ones((2, 3)), np.zeros((2, 3)))
    assert rows.tolist() == [[1, 1, 1], [0, 0, 0]]
    a = keras.Input((3,))
    assert control.switch(K.greater(a, 0.5), K.square(a), a).shape == (None, 3)
    with pytest.raises(ValueError, match="a condition of at most 1 axes"):
        control.switch(np.ones((2, 2), bool), np.ones(2), np.ones(2))


def test_nests_in_map_fn():
    pair = control.map_fn(lambda ab: (ab[0] + ab[1], ab[0]), (np.arange(3), np.ones(3)), dtype="float32")
    assert [p.tolist() for p in pair] == [[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]]


def test_stop_gradient_of_several():
    v = values.variable(3.0)
    with keras.GradientTape() as tape:
        a, b = control.stop_gradient([v * 2, v * 3])
        y = v + a + b
    assert tape.gradient(y, v).item() == 1


# Variables and values


def test_variables():
    v = values.variable(np.arange(3))
    assert v.dtype == "float32"
    assert values.is_variable(v)
    assert values.is_tensor(v)
    assert not values.is_placeholder(v)
    assert values.zeros((2, 3)).shape == values.ones_variable((2, 3)).shape == (2, 3)
    assert values.eye((2, 3)).numpy().tolist() == [[1, 0, 0], [0, 1, 0]]
    assert values.count_params(v) == 3
    assert values.dtype(v) == "float32"
    assert values.dtype(np.zeros(1, "int8")) == "int8"
    uniform = values.random_uniform_variable((100,), 2.0, 3.0, seed=1).numpy()
    assert 2 <= uniform.min() < uniform.max() < 3
    normal = values.random_normal_variable((1000,), 5.0, 0.1, seed=1).numpy()
    assert normal.mean() == pytest.approx(5, abs=0.02)


def test_values_in_batches():
    a, b = values.variable(1.0), values.variable([1.0, 2.0])
    values.batch_set_value([(a, 5), (b, [3.0, 4.0])])
    got = values.batch_get_value([a, b])
    assert got[0] == 5
    assert got[1].tolist() == [3.0, 4.0]
    with pytest.raises(TypeError, match="K.set_value expected a variable, received float"):
        values.set_value(1.0, 2.0)


def test_constants():
    assert values.constant(2.0, shape=(2, 2)).tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert values.constant([1, 2], shape=(3,)).tolist() == [1.0, 2.0, 2.0]
    assert values.constant([1, 2], dtype="int32").dtype == "int32"
    with pytest.raises(ValueError, match="3 elements do not fit into shape"):
        values.constant([1, 2, 3], shape=(2,))


def test_evaluation():
    assert values.eval(values.variable(3.0) * 2) == 6
    assert values.get_value(values.constant([1.0])).tolist() == [1.0]
    with pytest.raises(ValueError, match="the outputs need the input"):
        values.eval(keras.Input((1,)))


def test_print_tensor(capsys):
    values.print_tensor(np.array([1.0, 2.0]), message="x = ")
    assert capsys.readouterr().out == "x = [1. 2.]\n"


def test_identity_and_kinds():
    a = keras.Input((2,))
    assert values.identity(a) is not a
    assert values.is_placeholder(a)
    assert not values.is_sparse(a)
    assert values.to_dense(a) is a
    assert values.ndim(a) == 2


# Random tensors


def test_random_tensors():
    assert randomness.random_normal((1000,), mean=4.0, std=0.5, seed=1).numpy().std() == pytest.approx(
        0.5, abs=0.05
    )
    assert randomness.random_uniform((50,), low=2.0, high=3.0).numpy().min() >= 2
    ones = randomness.random_binomial((1000,), p=0.25, seed=2).numpy()
    assert set(np.unique(ones)) == {0.0, 1.0}
    assert ones.mean() == pytest.approx(0.25, abs=0.05)
    assert np.abs(randomness.truncated_normal((1000,), seed=3).numpy()).max() <= 2
    dropped = neural.dropout(np.ones((100, 10)), 0.5, noise_shape=(100, 1)).numpy()
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert (dropped.std(axis=1) == 0).all()


# The rest


def test_normalize_batch_in_training():
    y, mean, variance = neural.normalize_batch_in_training(x, np.ones(3), np.zeros(3), [0, 1, 2], epsilon=0)
    np.testing.assert_allclose(mean, x.mean((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(variance, x.var((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(y, (x - x.mean((0, 1, 2))) / x.std((0, 1, 2)), rtol=1e-3, atol=1e-4)


def test_bias_and_padding_channels_first():
    images = np.zeros((1, 3, 2, 2), "float32")
    assert products.bias_add(images, np.arange(3.0), "channels_first").numpy()[0, :, 0, 0].tolist() == [
        0,
        1,
        2,
    ]
    assert products.bias_add(images, np.ones((2, 2, 3)), "channels_first").shape == (1, 3, 2, 2)
    assert shaping.spatial_2d_padding(images, (1, 2), "channels_first").shape == (1, 3, 4, 6)


def test_arguments_of_keras_1():
    images = np.ones((1, 3, 8, 8), "float32")
    kernel = np.ones((3, 3, 3, 2), "float32")
    with pytest.warns(DeprecationWarning, match="older spelling") as caught:
        y = convolution.conv2d(images, kernel, border_mode="same", dim_ordering="th")
    assert sorted(str(w.message).partition("(")[2].partition("=")[0] for w in caught) == [
        "border_mode",
        "dim_ordering",
    ]
    assert y.shape == (1, 2, 8, 8)
    assert shaping.resize_images(images, 2, 3, "th").shape == (1, 3, 16, 24)


def test_locally_connected():
    sequence = np.arange(12.0, dtype="float32").reshape(1, 4, 3)
    kernel = np.random.default_rng(1).random((3, 6, 2)).astype("float32")
    found = convolution.local_conv1d(sequence, kernel, (2,), (1,)).numpy()
    expected = np.stack([sequence[0, i : i + 2].reshape(-1) @ kernel[i] for i in range(3)])
    np.testing.assert_allclose(found[0], expected, rtol=1e-5)
    flat = convolution.local_conv2d(sequence[..., None], kernel, (2, 3), (1, 1), (3, 1)).numpy()
    np.testing.assert_allclose(flat[0, :, 0], expected, rtol=1e-5)
    assert convolution.local_conv1d(keras.Input((4, 3)), kernel, (2,), (1,)).shape == (None, 3, 2)


def test_sessions_and_scopes(model):
    with session.name_scope("block") as name, session.control_dependencies([]):
        assert name == "block"
    run = session.get_session().run
    assert run(values.constant(2.0)) == 2
    end, none = run([model.output, None], feed_dict={model.input: x, phase.learning_phase(): 0})
    assert none is None
    np.testing.assert_allclose(end, model.predict(x, verbose=0), rtol=1e-6)
    mine = object()
    session.set_session(mine)
    assert session.get_session() is mine
    backend.clear_session()
    assert session.get_session() is not mine
    session.manual_variable_initialization(True)
    assert backend.get_uid("thing") == 1
    session.reset_uids()
    assert backend.get_uid("thing") == 1


def test_image_dim_ordering():
    try:
        session.set_image_dim_ordering("th")
        assert keras.config.image_data_format() == "channels_first"
        assert session.image_dim_ordering() == "th"
    finally:
        session.set_image_dim_ordering("tf")
    assert session.normalize_data_format(None) == "channels_last"
    with pytest.raises(ValueError, match="expected 'tf' or 'th'"):
        session.set_image_dim_ordering("xy")


def test_sparse_labels_are_refused_by_name():
    with pytest.raises(NotImplementedError, match="no sparse tensors.*ctc_batch_cost"):
        ctc.ctc_label_dense_to_sparse(np.ones((1, 2)), [2])


def test_in_losses_metrics_and_lambda_layers():
    def dice(y_true, y_pred):
        overlap = K.sum(shaping.flatten(y_true) * shaping.flatten(y_pred))
        return 1 - (2 * overlap + 1) / (K.sum(y_true) + K.sum(y_pred) + 1)

    def recall(y_true, y_pred):
        return K.sum(K.round(K.clip(y_true * y_pred, 0, 1))) / (K.sum(y_true) + backend.epsilon())

    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(2, activation="softmax"),
            keras.layers.Lambda(lambda t: products.l2_normalize(t, axis=1)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.05), loss=dice, metrics=[recall])
    rows = x.reshape(-1, 4)[:32]
    targets = np.eye(2)[(rows[:, 0] > 0.5).astype(int)]
    history = model.fit(rows, targets, epochs=12, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert set(history) == {"loss", "recall"}
