"""Recurrent layers beyond their numbers: states, masks, dropout, cells of the user's own, errors."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.nest import flatten

X = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
KINDS = [layers.LSTM, layers.GRU, layers.SimpleRNN]


class Decay(layers.Layer):
    """A cell of a user's own: the state halves and the inputs are added."""

    state_size = 3

    def call(self, inputs, states):
        output = 0.5 * states[0] + inputs
        return output, [output]


class Counter:
    """A cell that is not a layer, with states of two kinds."""

    state_size = (3, 1)
    output_size = 3

    def call(self, inputs, states):
        total, count = states
        return total + inputs, (total + inputs, count + 1)


def values(outputs):
    return [np.asarray(leaf) for leaf in flatten(outputs)]


def assert_equal(outputs, expected):
    for one, other in zip(values(outputs), values(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


# Cells


def test_own_cell():
    outputs, state = layers.RNN(Decay(), return_sequences=True, return_state=True)(
        np.ones((1, 3, 3), "float32")
    )
    np.testing.assert_array_equal(np.asarray(outputs)[0, :, 0], [1, 1.5, 1.75])
    np.testing.assert_array_equal(np.asarray(state), np.full((1, 3), 1.75))


def test_own_cell_is_read_from_its_configuration():
    layer = layers.RNN(Decay(name="decay"), go_backwards=True)
    clone = layers.RNN.from_config(layer.get_config(), custom_objects={"Decay": Decay})
    assert isinstance(clone.cell, Decay)
    assert clone.get_config() == layer.get_config()


def test_cell_that_is_no_layer():
    output, total, count = layers.RNN(Counter(), return_state=True)(X)
    assert_equal([output, total, count], [X.sum(1), X.sum(1), np.full((2, 1), 4)])


def test_cells_of_both_kinds_stack():
    stack = layers.RNN([Counter(), layers.GRUCell(2)], return_state=True)
    output, first, second = stack(X)
    assert output.shape == (2, 2)
    assert [s.shape for s in first] == [(2, 3), (2, 1)]
    assert_equal(second, output)
    assert stack.cell.state_size == [(3, 1), 2]
    assert stack.cell.output_size == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.LSTMCell(5),
        lambda: layers.GRUCell(5),
        lambda: layers.GRUCell(5, reset_after=False),
        lambda: layers.GRUCell(5, use_bias=False),
        lambda: layers.SimpleRNNCell(5, activation="relu"),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_one_kernel_does_what_single_steps_do(make, reverse, masked):
    cell = make()
    layer = layers.RNN(cell, return_sequences=True, return_state=True, go_backwards=reverse)
    layer.build(X.shape)
    mask = np.array([[True, False, True, True], [False, False, False, False]]) if masked else None
    state = [0.3 * np.ones((2, 5), "float32") for _ in flatten(cell.state_size)]
    fused = layer(X, mask=mask, initial_state=state)
    assert cell.over_sequence(keras.ops.convert_to_tensor(X), state, mask, reverse, False) is not None
    cell.over_sequence = lambda *arguments: None
    assert_equal(layer(X, mask=mask, initial_state=state), fused)


def test_stack_in_kernels_does_what_single_steps_do():
    layer = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], return_sequences=True, go_backwards=True)
    mask = np.array([[True, False, True, True], [True, True, False, False]])
    fused = layer(X, mask=mask)
    layer.cell.over_sequence = lambda *arguments: None
    assert_equal(layer(X, mask=mask), fused)


@pytest.mark.parametrize(
    ("reset_after", "expected"),
    [
        (True, [[-0.018663, 0.098832], [0.50366, 0.613514]]),
        (False, [[0.491159, 0.516767], [0.837151, 0.654966]]),
    ],
)
def test_gates_are_activated_one_by_one(reset_after, expected):
    """A softmax over a gate's own units, with Keras's numbers."""
    layer = layers.GRU(2, recurrent_activation="softmax", reset_after=reset_after)
    x = np.linspace(-1, 1, 12, dtype="float32").reshape(2, 3, 2)
    layer.build(x.shape)
    layer.set_weights([np.linspace(-1, 1, w.size).reshape(w.shape) for w in layer.get_weights()])
    np.testing.assert_allclose(layer(x), expected, atol=2e-6)


def test_subclass_of_a_cell_keeps_its_own_step():
    class Doubled(layers.SimpleRNNCell):
        def call(self, sequence, states, training=False):
            output, states = super().call(sequence, states, training)
            return 2 * output, states

    layer = layers.RNN(Doubled(3), return_state=True)
    output, state = layer(X)
    assert_equal(output, 2 * np.asarray(state))


# States


@pytest.mark.parametrize("kind", KINDS)
def test_stateful_goes_on_where_the_last_batch_ended(kind):
    layer, whole = kind(3, stateful=True), kind(3)
    layer(X[:, :2])
    second = layer(X[:, 2:])
    whole.build(X.shape)
    whole.set_weights(layer.get_weights())
    assert_equal(second, whole(X))
    layer.reset_state()
    assert_equal(layer(X), whole(X))
    assert len(layer.weights) == 3


def test_stateful_stack_and_bidirectional():
    stack = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], stateful=True)
    stack(X)
    assert [s.shape for s in flatten(stack.states)] == [(2, 3), (2, 3), (2, 2)]
    both = layers.Bidirectional(layers.LSTM(3, stateful=True))
    first = both(X)
    assert len(both.states) == 4
    assert np.abs(np.asarray(both(X)) - np.asarray(first)).max() > 1e-3
    both.reset_states()
    assert_equal(both(X), first)


def test_gradient_of_a_stateful_layer_sees_the_state_it_began_with():
    layer = layers.SimpleRNN(3, stateful=True, activation="elu", dtype="float64")
    layer(X)
    state = layer.states[0].numpy()
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(layer(X))
    gradient = tape.gradient(loss, layer.cell.recurrent_kernel).numpy()
    pure = layers.SimpleRNN(3, activation="elu", dtype="float64")
    pure.build(X.shape)
    pure.set_weights(layer.get_weights())
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(pure(X, initial_state=state))
    np.testing.assert_allclose(gradient, tape.gradient(loss, pure.cell.recurrent_kernel).numpy(), rtol=1e-12)


def test_states_pass_from_one_layer_to_another_in_a_model():
    source, target = keras.Input((None, 3)), keras.Input((None, 2))
    _, h, c = layers.LSTM(5, return_state=True)(source)
    outputs = layers.LSTM(5, return_sequences=True)(target, initial_state=[h, c])
    model = keras.Model([source, target], layers.TimeDistributed(layers.Dense(4))(outputs))
    assert model.output_shape == (None, None, 4)
    changed = X.copy()
    changed[0] += 1
    before, after = (np.asarray(model([x, X[:, :, :2]])) for x in (X, changed))
    assert np.abs(before[0] - after[0]).max() > 1e-4
    np.testing.assert_array_equal(before[1], after[1])


# Masks


def masked(x):
    tensor = keras.ops.convert_to_tensor(x)
    tensor.mask = keras.ops.convert_to_tensor(
        np.array([[True, True, False, True], [True, False, False, False]])
    )
    return tensor


@pytest.mark.parametrize(
    ("make", "kept"),
    [
        (lambda: layers.LSTM(3), [False]),
        (lambda: layers.LSTM(3, return_sequences=True), [True]),
        (lambda: layers.LSTM(3, return_sequences=True, return_state=True), [True, False, False]),
        (lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True)), [True]),
        (
            lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True, return_state=True)),
            [True, False, False],
        ),
        (lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode=None), [True, True]),
        (lambda: layers.TimeDistributed(layers.Dense(2)), [True]),
    ],
)
def test_mask_goes_on_with_the_sequence(make, kept):
    assert [output.mask is not None for output in flatten(make()(masked(X)))] == kept
    assert [len(o.shape) for o in flatten(make()(keras.Input((4, 3))))] == [
        len(o.shape) for o in flatten(make()(masked(X)))
    ]


def test_mask_that_travels_is_the_mask_that_is_passed():
    layer = layers.LSTM(3, return_sequences=True)
    tensor = masked(X)
    assert_equal(layer(tensor), layer(X, mask=tensor.mask))
    assert np.abs(np.asarray(layer(tensor)) - np.asarray(layer(X))).max() > 1e-3


def test_masked_images():
    x = np.random.default_rng(1).normal(size=(2, 4, 3, 3, 1)).astype("float32")
    layer = layers.ConvLSTM2D(2, 2, return_sequences=True)
    mask = np.array([[True, True, False, True], [False, True, True, False]])
    outputs = np.asarray(layer(x, mask=mask))
    np.testing.assert_array_equal(outputs[0, 2], outputs[0, 1])
    assert not outputs[1, 0].any()
    np.testing.assert_allclose(outputs[0, 3], np.asarray(layer(x[:1, [0, 1, 3]]))[0, 2], rtol=1e-5)


def test_time_distributed_cuts_the_mask():
    class Seen(layers.Layer):
        def call(self, inputs, mask=None):
            return inputs * keras.ops.cast(mask, "float32")[:, None]

    outputs = np.asarray(layers.TimeDistributed(Seen())(masked(np.ones((2, 4, 1), "float32"))))
    np.testing.assert_array_equal(outputs[..., 0], [[1, 1, 0, 1], [1, 0, 0, 0]])


# Dropout


@pytest.mark.parametrize(
    "options", [{"dropout": 0.5}, {"recurrent_dropout": 0.5}, {"dropout": 0.5, "implementation": 1}]
)
@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU])
def test_dropout_only_in_training_and_anew_for_each_batch(kind, options):
    layer, same = (kind(8, seed=1, **options) for _ in range(2))
    trained, again = values(layer(X, training=True)), values(layer(X, training=True))
    assert np.abs(trained[0] - again[0]).max() > 1e-3
    assert_equal(layer(X), layer(X, training=False))
    assert np.abs(np.asarray(layer(X)) - trained[0]).max() > 1e-3
    same.build(X.shape)
    same.set_weights(layer.get_weights())
    assert_equal(same(X, training=True), trained)


def test_dropout_is_the_same_at_all_steps():
    layer = layers.SimpleRNN(
        3,
        activation=None,
        kernel_initializer="identity",
        recurrent_initializer="zeros",
        dropout=0.5,
        return_sequences=True,
        seed=3,
    )
    outputs = np.asarray(layer(np.ones((40, 5, 3), "float32"), training=True))
    assert set(np.unique(outputs)) == {0.0, 2.0}
    assert (outputs == outputs[:, :1]).all()
    assert 0.35 < (outputs == 0).mean() < 0.65


def test_recurrent_dropout_scales_the_state():
    layer = layers.SimpleRNN(
        50,
        activation=None,
        kernel_initializer="zeros",
        recurrent_initializer="identity",
        recurrent_dropout=0.5,
    )
    output = np.asarray(layer(X, initial_state=np.ones((2, 50), "float32"), training=True))
    assert set(np.unique(output)) == {0.0, 16.0}  # kept at four steps, or dropped at all of them


def test_shape_of_a_symbolic_call_draws_no_dropout():
    layer = layers.LSTM(3, dropout=0.5, seed=1)
    layer(keras.Input((None, 3)))
    assert layer.cell.seed_generator.next() == (1, 0)


# Bidirectional


def test_bidirectional_turns_the_backward_outputs_round():
    layer = layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode=None)
    forward, backward = layer(X)
    assert_equal(backward, np.flip(np.asarray(layer.backward_layer(X)), 1))
    assert_equal(forward, layer.forward_layer(X))


def test_bidirectional_leaves_its_pattern_alone_and_takes_weights():
    pattern = layers.LSTM(2, name="words")
    layer = layers.Bidirectional(pattern)
    layer.build(X.shape)
    assert not pattern.built
    assert [layer.forward_layer.name, layer.backward_layer.name] == ["forward_words", "backward_words"]
    assert layer.weights[3].path.endswith("/backward_words/lstm_cell/kernel")
    again = layers.Bidirectional(layers.LSTM(2), weights=layer.get_weights())
    assert_equal(again(X), layer(X))


# Arguments and errors


@pytest.mark.parametrize("kind", [*KINDS, layers.ConvLSTM2D])
def test_arguments_of_the_cell_are_the_layers(kind):
    size = {"filters": 3, "kernel_size": 2} if kind is layers.ConvLSTM2D else {"units": 3}
    layer = kind(
        **size, activation="relu", kernel_regularizer="l2", zero_output_for_mask=True, unroll=True, name="r"
    )
    assert layer.activation is keras.activations.relu
    assert layer.kernel_regularizer is layer.cell.kernel_regularizer
    config = layer.get_config()
    assert config["zero_output_for_mask"] is True
    assert config["unroll"] is True
    assert "cell" not in config
    assert kind.from_config(config).get_config() == config


def test_activity_and_weights_are_penalized():
    layer = layers.SimpleRNN(3, activity_regularizer="l2", recurrent_regularizer="l1")
    output = np.asarray(layer(X))
    expected = [0.01 * (output**2).sum() / 2, 0.01 * np.abs(layer.get_weights()[1]).sum()]
    np.testing.assert_allclose([float(loss) for loss in layer.losses], expected, rtol=1e-5)


def test_forget_bias_begins_with_one():
    np.testing.assert_array_equal(_bias(layers.LSTM(2)), [0, 0, 1, 1, 0, 0, 0, 0])
    assert not _bias(layers.LSTM(2, unit_forget_bias=False)).any()


def _bias(layer):
    layer.build(X.shape)
    return layer.get_weights()[2]


@pytest.mark.parametrize("dtype", ["float64", "float16", "mixed_float16"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", ["tanh", "elu"])
def test_dtypes(kind, dtype, activation):
    layer = kind(3, activation=activation, dtype=dtype, return_state=True)
    wanted = dtype.removeprefix("mixed_")
    assert {o.dtype.name for o in layer(X)} == {wanted}
    assert {w.dtype.name for w in layer.weights} == {"float32" if dtype.startswith("mixed") else dtype}


def test_integers_are_numbers():
    assert layers.LSTM(3)(np.ones((2, 3, 4), "int32")).dtype == "float32"


ERRORS = [
    (lambda: layers.LSTM(3)(X[0]), r"LSTM 'lstm\w*' expected inputs of rank 3 \(batch, time, features\)"),
    (
        lambda: layers.GRU(3)(keras.Input((4,))),
        r"GRU 'gru\w*' expected inputs of rank 3 \(batch, time, features\)",
    ),
    (lambda: layers.LSTM(-1), "units must be a positive integer, received units=-1"),
    (lambda: layers.LSTM(2)(X[:, :0]), r"expected at least one time step, received shape \(2, 0, 3\)"),
    (
        lambda: layers.RNN(3),
        r"expected a cell: an object with call\(inputs, states\) and state_size; received 3",
    ),
    (lambda: layers.RNN(layers.Dense(2)), "which has no state_size"),
    (lambda: layers.RNN([]), "expected a list of at least one cell"),
    (
        lambda: layers.GRU(2)(X, initial_state=[X[:, 0]]),
        r"expected initial_state of shapes \[\(2, 2\)\], received \[\(2, 3\)\]",
    ),
    (lambda: layers.LSTM(2)(X, initial_state=[np.zeros((2, 2))]), "one tensor for each state"),
    (lambda: layers.GRU(2, stateful=True).build((None, 4, 3)), "expected a fixed batch size, received None"),
    (lambda: layers.Bidirectional(3), "expected a recurrent layer as layer, received 3"),
    (lambda: layers.Bidirectional(layers.Dense(3)), "expected a recurrent layer as layer, received <Dense"),
    (lambda: layers.Bidirectional(layers.GRU(2), merge_mode="max"), "merge_mode must be 'concat', 'sum'"),
    (
        lambda: layers.Bidirectional(layers.GRU(2), backward_layer=layers.GRU(2)),
        "one backwards, received go_backwards=False",
    ),
    (
        lambda: layers.Bidirectional(
            layers.GRU(2), backward_layer=layers.GRU(2, go_backwards=True, return_state=True)
        ),
        "the same return_state, received False and True",
    ),
    (
        lambda: layers.TimeDistributed(layers.Dense(2))(X[0]),
        r"at least 3 \(batch, time, ...\), received shape \(4, 3\)",
    ),
    (lambda: layers.TimeDistributed(3), "expected a layer to wrap, received 3"),
    (
        lambda: layers.TimeDistributed(layers.LSTM(2))(X[:, None], mask=X[:, :, 0] > 0),
        r"mask of shape \(2, 1\)",
    ),
    (
        lambda: layers.ConvLSTM2D(2, 3, padding="causal"),
        "padding must be 'valid' or 'same', received 'causal'",
    ),
    (lambda: layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), "strides > 1 do not go together"),
    (
        lambda: layers.ConvLSTM2D(2, 3)(keras.Input((4, None, None, 1))),
        "expected images of known size and channels",
    ),
]


@pytest.mark.parametrize(("make", "message"), ERRORS)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_stateful_batches_have_one_size():
    layer = layers.LSTM(2, stateful=True)
    layer(X)
    with pytest.raises(ValueError, match="expected batches of 2 samples, received 1"):
        layer(X[:1])
    with pytest.raises(AttributeError, match="is not stateful"):
        layers.Bidirectional(layers.LSTM(2)).reset_state()
