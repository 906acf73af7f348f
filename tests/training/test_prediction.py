"""Predictions replayed give the bits of the usual way, whatever was done to the model between two of them."""

import copy
import itertools
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras as keras
from minikeras import kernels, layers
from minikeras.training.prediction import Structure
from minikeras.training.steady import SteadyCall

RNG = np.random.default_rng(7)
native = pytest.mark.skipif(
    keras.config.kernels() == "reference", reason="only native kernels are put in fixed memory"
)


def small(activation="relu"):
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, activation=activation),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5, activation="tanh"),
            layers.Dense(4, activation="softmax", name="last"),
        ]
    )


def images(count=3):
    return RNG.normal(size=(count, 6, 6, 2)).astype("float32")


def as_usual(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False))


def is_replayed(model, x):
    """Whether the whole of predict is a replay for such a batch."""
    return model._predictions is not None and model._predictions.of_array(x, None) is not None


def warm(model, x):
    for _ in range(4):
        model.predict(x, verbose=0)
    assert is_replayed(model, x)


def assert_right(model, x):
    np.testing.assert_array_equal(model.predict(x, verbose=0), as_usual(model, x))


def test_the_fourth_prediction_is_a_replay_with_the_same_bits():
    model = small()
    for count in (1, 3):
        for number in range(6):
            x = images(count)
            assert is_replayed(model, x) == (number >= 3)
            assert_right(model, x)


@native
def test_it_is_in_fixed_memory():
    model, x = small(), images()
    warm(model, x)
    (forms,) = model._predictions._forms.values()
    assert type(forms.trusted) is SteadyCall


def test_results_belong_to_the_caller():
    model, x = small(), images()
    warm(model, x)
    first = model.predict(x, verbose=0)
    kept = first.copy()
    model.predict(-x, verbose=0)
    np.testing.assert_array_equal(first, kept)
    first[...] = 0.0
    np.testing.assert_array_equal(model.predict(x, verbose=0), kept)


@pytest.mark.parametrize("dtype", ["float64", "float16", "uint8", "int64", "bool", ">f4"])
def test_other_dtypes_are_converted_as_batches_are(dtype):
    model, x = small(), images()
    warm(model, x)
    converted = (x * 3).astype(dtype)
    assert is_replayed(model, converted)
    np.testing.assert_array_equal(
        model.predict(converted, verbose=0), as_usual(model, converted.astype("float32"))
    )


def test_views_and_read_only_arrays():
    model = small()
    warm(model, images())
    wide = np.ascontiguousarray(RNG.normal(size=(6, 6, 6, 4)).astype("float32"))
    for view in (wide[::2, ::-1, :, 1::2], wide[3:, :, :, :2].transpose(0, 2, 1, 3)):
        view.flags.writeable = False
        assert is_replayed(model, view)
        assert_right(model, view)


def another_activation(model):
    model.layers[0].activation = keras.activations.tanh


def another_kernel(model):
    layer = model.layers[5]
    layer.kernel = keras.Variable(np.ones_like(layer.kernel))


def weights_set(model):
    model.set_weights([w + 1 for w in model.get_weights()])


def weight_assigned(model):
    model.get_layer("last").bias.assign([0.0, 1.0, 2.0, 3.0])


def numbers_changed_in_place(model):
    model.get_layer("last").kernel.array[...] = 0.25


def another_array_in_a_variable(model):
    variable = model.get_layer("last").bias
    variable.array = variable.array + 3.0


def moving_average_assigned(model):
    model.layers[1].moving_mean.assign([1.0, 2.0, 3.0])


def trained(model):
    model.compile("sgd", "mse")
    model.fit(images(8), np.ones((8, 4), "float32"), epochs=2, verbose=0)


def trained_on_a_batch(model):
    if not model.compiled:
        model.compile("adam", "mse")
    model.train_on_batch(images(8), np.ones((8, 4), "float32"))


def layer_added(model):
    model.add(layers.Rescaling(2.0))


def layer_removed(model):
    model.pop()


def epsilon_changed(model):
    model.layers[1].epsilon = 5.0


def call_replaced(model):
    layer = model.get_layer("last")
    layer.call = lambda x, training=None: x[:, :1] * layer.kernel[0]


def function_of_the_users_own(model):
    model.layers[0].activation = lambda x: x * model.factor
    model.factor = getattr(model, "factor", 1.0) + 1.0


def made_eager(model):
    model.run_eagerly = not model.run_eagerly


CHANGES = [
    another_activation,
    another_kernel,
    weights_set,
    weight_assigned,
    numbers_changed_in_place,
    another_array_in_a_variable,
    moving_average_assigned,
    trained,
    trained_on_a_batch,
    layer_added,
    epsilon_changed,
    call_replaced,
    function_of_the_users_own,
    made_eager,
]


@pytest.mark.parametrize("change", [*CHANGES, layer_removed])
def test_a_change_between_two_predictions_is_seen(change):
    model, x = small(), images()
    warm(model, x)
    before = model.predict(x, verbose=0)
    change(model)
    assert_right(model, x)
    if change is not made_eager:
        after = as_usual(model, x)
        assert after.shape != before.shape or not np.array_equal(after, before)
    for _ in range(4):
        assert_right(model, images())


@pytest.mark.filterwarnings("ignore:Gradients do not exist")  # for the kernel that another took the place of
@settings(deadline=None, max_examples=30)
@given(st.lists(st.one_of(st.sampled_from(CHANGES), st.integers(1, 3)), min_size=2, max_size=14))
def test_changes_in_any_order_are_seen(actions):
    model = small()
    for action in actions:
        if isinstance(action, int):
            assert_right(model, images(action))
        else:
            action(model)
    assert_right(model, images(2))


def test_training_and_predicting_by_turns_stays_replayed():
    model, x = small(), images()
    model.compile("sgd", "mse")
    targets = np.zeros((3, 4), "float32")
    for number in range(8):
        model.fit(x, targets, verbose=0)
        if number > 4:
            assert is_replayed(model, x)
        assert_right(model, x)


def test_a_users_function_is_never_replayed():
    factor = 2.0
    model = small(activation=lambda x: x * factor)
    x = images()
    for factor in (2.0, 2.0, 2.0, 2.0, 3.0):  # noqa: B007 -- read by the activation
        assert_right(model, x)
    assert not is_replayed(model, x)


def test_a_subclass_is_never_replayed():
    class Doubled(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)
            self.factor = 1.0

        def call(self, x):
            return self.dense(x) * self.factor

    model, x = Doubled(), np.ones((2, 3), "float32")
    for factor in range(6):
        model.factor = float(factor)
        assert_right(model, x)
    assert not is_replayed(model, x)


def test_several_outputs_come_back_in_their_structure():
    x = keras.Input((4,))
    y = layers.Dense(3)(x)
    model = keras.Model(x, {"b": y, "a": [layers.ReLU()(y), layers.Dense(1)(y)]})
    batch = RNG.normal(size=(5, 4)).astype("float32")
    for _ in range(6):
        outputs = model.predict(batch, verbose=0)
        expected = model(batch)
        assert list(outputs) == list(expected)
        np.testing.assert_array_equal(outputs["b"], expected["b"])
        np.testing.assert_array_equal(outputs["a"][0], expected["a"][0])
        np.testing.assert_array_equal(outputs["a"][1], expected["a"][1])
    assert is_replayed(model, batch)


def test_nested_and_shared_layers_are_looked_at():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="relu")])
    shared = layers.Dense(4)
    x = keras.Input((4,))
    model = keras.Model(x, layers.Add()([shared(inner(x)), shared(x)]))
    batch = RNG.normal(size=(2, 4)).astype("float32")
    warm(model, batch)
    inner.layers[0].activation = keras.activations.sigmoid
    assert_right(model, batch)


def test_states_that_a_call_changes_are_not_replayed():
    x = keras.Input(batch_shape=(2, 5, 3))
    model = keras.Model(x, layers.LSTM(4, stateful=True)(x))
    batch = RNG.normal(size=(2, 5, 3)).astype("float32")
    results = [model.predict(batch, verbose=0) for _ in range(6)]
    assert not is_replayed(model, batch)
    assert all(not np.array_equal(a, b) for a, b in itertools.pairwise(results))


def test_sequences_with_masks():
    model = keras.Sequential(
        [keras.Input((6,)), layers.Embedding(9, 4, mask_zero=True), layers.GRU(3), layers.Dense(2)]
    )
    for _ in range(8):
        words = RNG.integers(0, 9, size=(3, 6))
        words[:, RNG.integers(1, 6) :] = 0
        np.testing.assert_array_equal(model.predict(words, verbose=0), as_usual(model, words))


def test_two_lengths_by_turns_stay_replayed():
    model = keras.Sequential([keras.Input((None, 3)), layers.LSTM(4), layers.Dense(2)])
    for number in range(12):
        x = RNG.normal(size=(2, 4 + number % 2, 3)).astype("float32")
        if number > 6:
            assert is_replayed(model, x)
        assert_right(model, x)


def test_bad_input_is_refused_as_before_and_leaves_the_replay_alone():
    model, x = small(), images()
    warm(model, x)
    with pytest.raises(ValueError, match="6, 6, 2"):
        model.predict(np.zeros((3, 6, 5, 2), "float32"), verbose=0)
    with pytest.raises(ValueError, match="0 samples"):
        model.predict(x[:0], verbose=0)
    with pytest.raises(ValueError, match="batch_size"):
        model.predict(x, batch_size=0, verbose=0)
    with pytest.raises(ValueError, match="verbose"):
        model.predict(x, verbose="loud")
    assert_right(model, x)
    assert is_replayed(model, x)


def test_events_are_told_where_somebody_listens():
    seen = []

    class Listener(keras.callbacks.Callback):
        def on_predict_batch_end(self, batch, logs=None):
            seen.append(logs["outputs"])

    model, x = small(), images()
    warm(model, x)
    result = model.predict(x, verbose=0, callbacks=[Listener()])
    np.testing.assert_array_equal(seen[0], result)


def test_many_batches_are_replayed_too():
    model, x = small(), images(80)
    expected = np.concatenate([as_usual(model, x[i : i + 32]) for i in range(0, 80, 32)])
    for _ in range(3):
        np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
    (forms, _) = model._predictions._forms.values()
    assert forms.trusted is not None


def in_threads(work):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_several_threads_at_once():
    model = small()
    batches = [images(1) for _ in range(4)]
    expected = [as_usual(model, x) for x in batches]
    warm(model, batches[0])
    wrong = []

    def work(number):
        for _ in range(200):
            if not np.array_equal(model.predict(batches[number], verbose=0), expected[number]):
                wrong.append(number)

    in_threads(work)
    assert wrong == []


def test_a_copy_of_a_model_predicts_for_itself():
    model, x = small(), images()
    warm(model, x)
    copy = keras.models.clone_model(model)
    copy.set_weights([w * 0.5 for w in model.get_weights()])
    assert_right(copy, x)
    assert_right(model, x)


def test_predict_on_batch():
    model, x = small(), images()
    for _ in range(6):
        x = images()
        result = model.predict_on_batch(x)
        np.testing.assert_array_equal(result, as_usual(model, x))
        result[...] = 0.0


@native
def test_large_values_are_not_kept():
    model = keras.Sequential([keras.Input((400, 400, 3)), layers.Conv2D(16, 3), layers.GlobalMaxPooling2D()])
    x = np.ones((2, 400, 400, 3), "float32")
    for _ in range(4):
        model.predict(x, verbose=0)
    (forms,) = model._predictions._forms.values()
    assert type(forms.trusted) is not SteadyCall


def test_the_structure_of_a_model_is_itself():
    model = small()
    structure = Structure(model)
    assert structure.is_replayable
    assert structure.is_unchanged()
    model.layers[0].note = "new"
    assert not structure.is_unchanged()
    structure = Structure(model)
    del model.layers[0].note
    model.layers[0].other = "as many as before"
    assert not structure.is_unchanged()


def graph(function):
    x = keras.Input((3,))
    return keras.Model(x, function(x))


@pytest.mark.parametrize(
    "function",
    [  # the first four batches have the same values, the next ones not
        lambda x: x[(0, keras.ops.argmax(x[0]))],
        lambda x: x[x > 0],
        lambda x: keras.ops.where(x > 0),
        lambda x: keras.ops.bincount(keras.ops.cast(x, "int32")),
        lambda x: keras.ops.segment_sum(x[0], keras.ops.cast(x[0], "int32")),
        lambda x: keras.ops.while_loop(lambda a: keras.ops.sum(a) < 9, lambda a: (a * 2.0,), (x,))[0],
    ],
)
def test_what_depends_on_values_is_not_replayed(function):
    model = graph(function)
    for values in ([1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [0, 1, 2], [0, 4, 1]):
        assert_right(model, np.array([values], "float32"))


def test_lists_in_a_graph_are_looked_at():
    places = [2, 1, 0]
    model, x = graph(lambda x: keras.ops.take(x, places, axis=1)), np.array([[1, 2, 3]], "float32")
    warm(model, x)
    places[0] = 0
    assert_right(model, x)


def test_an_operation_of_the_users_own_is_never_replayed():
    class Scaled(keras.Operation):
        factor = 2.0

        def call(self, x):
            return x * self.factor

    operation = Scaled()
    model, x = graph(operation), np.ones((1, 3), "float32")
    for operation.factor in (2.0, 2.0, 2.0, 2.0, 3.0):
        assert_right(model, x)


def test_changed_classes_are_seen(monkeypatch):
    class Halved(layers.Dense):
        def call(self, inputs, training=None):
            return super().call(inputs) * 0.5

    model, x = small(), images()
    warm(model, x)
    model.get_layer("last").__class__ = Halved
    assert_right(model, x)
    model = small()
    warm(model, x)
    monkeypatch.setattr(layers.Flatten, "call", lambda self, inputs: keras.ops.reshape(inputs * 2.0, (3, -1)))
    assert_right(model, x)


def test_refused_shapes_take_no_place_and_no_rows_stay_refused():
    model, x = small(), images()
    for width in range(20, 32):
        with pytest.raises(ValueError, match="6, 6, 2"):
            model.predict(np.zeros((1, 6, width, 2), "float32"), verbose=0)
    warm(model, x)
    for _ in range(4):
        assert model.predict_on_batch(images(0)).shape == (0, 4)
    with pytest.raises(ValueError, match="0 samples"):
        model.predict(images(0), verbose=0)


def test_an_unbuilt_model_that_predicted_is_pickled_and_copied():
    model = keras.Sequential([layers.Dense(3)])
    model.predict(np.ones((1, 2), "float32"), verbose=0)
    model.pop()
    for other in (pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):
        assert other._predictions is None


@native
def test_models_put_in_fixed_memory_at_once_leave_the_kernels_alone():
    before = {name: getattr(kernels, name) for name in kernels.NATIVE}

    in_threads(lambda _: [warm(small(), images(1)) for _ in range(6)])
    assert all(getattr(kernels, name) is kernel for name, kernel in before.items())
