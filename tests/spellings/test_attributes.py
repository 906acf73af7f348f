"""Every older method and attribute does what it did."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.spellings.attributes import ATTRIBUTES, DEFINED

X = np.linspace(-1, 1, 32, dtype="float32").reshape(8, 4)
Y = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0, 1]]


def model(outputs=3, activation="softmax"):
    made = keras.Sequential([keras.Input((4,)), layers.Dense(outputs, activation=activation)])
    made.compile(keras.optimizers.SGD(0.5), "mse")
    return made


def updates(optimizer):
    made = model()
    return optimizer.get_updates(loss=made.output, params=made.trainable_weights)


def batches(size=2):
    while True:
        for start in range(0, 8, size):
            yield X[start : start + size], Y[start : start + size]


def dense():
    layer = layers.Dense(2)
    layer.build((None, 4))
    return layer


def connected():
    layer = layers.Dense(2)
    layer(keras.Input((4,)))
    return layer


# {(class, older name): (what has it, using it, what should come out)}
CALLS = {
    ("Layer", "W"): (dense, lambda o: o.W is o.kernel, True),
    ("Layer", "b"): (dense, lambda o: o.b is o.bias, True),
    ("Layer", "get_output_shape_for"): (dense, lambda o: o.get_output_shape_for((None, 4)), (None, 2)),
    ("Layer", "inner_activation"): (lambda: layers.LSTM(2), lambda o: o.inner_activation.__name__, "sigmoid"),
    ("Layer", "inner_init"): (lambda: layers.LSTM(2), lambda o: type(o.inner_init).__name__, "Orthogonal"),
    ("Layer", "nb_filter"): (lambda: layers.Conv1D(5, 3), lambda o: o.nb_filter, 5),
    ("Layer", "output_dim"): (dense, lambda o: o.output_dim, 2),
    ("Layer", "p"): (lambda: layers.Dropout(0.25), lambda o: o.p, 0.25),
    ("Layer", "subsample"): (lambda: layers.Conv1D(5, 3, 2), lambda o: o.subsample, (2,)),
    ("Layer", "border_mode"): (lambda: layers.Conv1D(5, 3), lambda o: o.border_mode, "valid"),
    ("Layer", "uses_learning_phase"): (lambda: layers.Dropout(0.5), lambda o: o.uses_learning_phase, True),
    ("Layer", "add_update"): (dense, lambda o: o.add_update([], inputs=None), None),
    ("Layer", "apply"): (dense, lambda o: o.apply(X).shape, (8, 2)),
    ("Layer", "get_input_at"): (connected, lambda o: o.get_input_at(0) is o.input, True),
    ("Layer", "get_input_shape_at"): (connected, lambda o: o.get_input_shape_at(0), (None, 4)),
    ("Layer", "get_losses_for"): (dense, lambda o: o.get_losses_for(None), []),
    ("Layer", "get_output_at"): (connected, lambda o: o.get_output_at(0) is o.output, True),
    ("Layer", "get_output_shape_at"): (connected, lambda o: o.get_output_shape_at(0), (None, 2)),
    ("Layer", "get_updates_for"): (dense, lambda o: o.get_updates_for(None), []),
    ("Layer", "input_shape"): (connected, lambda o: o.input_shape, (None, 4)),
    ("Layer", "output_shape"): (connected, lambda o: o.output_shape, (None, 2)),
    ("Layer", "input_mask"): (connected, lambda o: o.input_mask, None),
    ("Layer", "output_mask"): (connected, lambda o: o.output_mask, None),
    ("Layer", "updates"): (dense, lambda o: o.updates, []),
    ("Metric", "reset_states"): (keras.metrics.Mean, lambda o: o.reset_states(), None),
    ("Model", "compiled_loss"): (model, lambda o: float(o.compiled_loss(Y, Y)), 0.0),
    ("Model", "compiled_metrics"): (model, lambda o: o.compiled_metrics.update_state(Y, Y), None),
    ("Model", "reset_states"): (model, lambda o: o.reset_states(), None),
    ("Model", "evaluate_generator"): (model, lambda o: type(o.evaluate_generator(batches(), 4)), float),
    ("Model", "fit_generator"): (model, lambda o: o.fit_generator(batches(), 4, 2, verbose=0).epoch, [0, 1]),
    ("Model", "model"): (model, lambda o: o.model is o, True),
    ("Model", "predict_classes"): (model, lambda o: o.predict_classes(X).shape, (8,)),
    ("Model", "predict_generator"): (model, lambda o: o.predict_generator(batches(), 3).shape, (6, 3)),
    ("Model", "predict_proba"): (model, lambda o: o.predict_proba(X, verbose=0).shape, (8, 3)),
    ("Model", "state_updates"): (model, lambda o: o.state_updates, []),
    ("Model", "total_loss"): (model, lambda o: callable(o.total_loss), True),
    ("Optimizer", "_decayed_lr"): (keras.optimizers.SGD, lambda o: float(o._decayed_lr("float32")), pytest.approx(0.01)),
    ("Optimizer", "decay"): (keras.optimizers.SGD, lambda o: o.decay, 0.0),
    ("Optimizer", "get_updates"): (keras.optimizers.SGD, lambda o: len(updates(o)), 1),
    ("Optimizer", "get_weights"): (keras.optimizers.SGD, lambda o: [w.item() for w in o.get_weights()], [0, pytest.approx(0.01)]),
    ("Optimizer", "lr"): (keras.optimizers.SGD, lambda o: o.lr is o.learning_rate, True),
    ("Optimizer", "weights"): (keras.optimizers.SGD, lambda o: len(o.weights), 2),
}  # fmt: skip
TESTED_BELOW = {("Callback", "validation_data")}


def test_every_row_has_a_use():
    rows = {(owner, name) for owner, table in ATTRIBUTES.items() for name in table}
    assert sorted(CALLS.keys() | TESTED_BELOW) == sorted(rows)


@pytest.mark.parametrize(("owner", "name"), CALLS)
def test_an_older_attribute(owner, name, one_warning):
    make, use, expected = CALLS[owner, name]
    row = ATTRIBUTES[owner][name]
    made = make()
    with one_warning(row if isinstance(row, str) else row.modern):
        found = use(made)
    assert found == expected


def test_an_attribute_that_no_version_had():
    with pytest.raises(AttributeError, match="'Sequential' object has no attribute 'fit_gen'"):
        model().fit_gen  # noqa: B018
    with pytest.raises(AttributeError, match="'Flatten' object has no attribute 'W'"):
        layers.Flatten().W  # noqa: B018
    with pytest.raises(AttributeError, match="'SGD' object has no attribute 'fit_generator'"):
        keras.optimizers.SGD().fit_generator  # noqa: B018
    assert not hasattr(layers.Dense(2), "kernel")


def test_a_property_that_fails_says_why():
    with pytest.raises(AttributeError, match="was never called on a symbolic input"):
        layers.Dense(2).output  # noqa: B018


def test_the_learning_rate_is_set(one_warning):
    optimizer = keras.optimizers.Adam(0.5)
    with one_warning("optimizer.learning_rate = ..."):
        optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        decaying = keras.optimizers.SGD(lr=0.5, decay=0.25)
        assert (decaying.lr, decaying.decay) == (0.5, 0.25)
        decaying.lr = 1.0
        assert decaying.lr == 1.0
    assert float(decaying.learning_rate) == 1.0


def test_samples_are_counted_as_steps(one_warning):
    seen = []

    def counted():
        for batch in batches(2):
            seen.append(len(batch[0]))
            yield batch

    with one_warning("model.fit"):
        made = model()
        history = made.fit_generator(
            counted(),
            samples_per_epoch=6,
            nb_epoch=2,
            nb_val_samples=4,
            validation_data=batches(2),
            verbose=0,
        )
    assert len(seen) == 6
    assert made.optimizer.iterations.numpy() == 6
    assert sorted(history.history) == ["loss", "val_loss"]
    with one_warning("model.fit"):  # by position, where another argument tells that these are samples
        model().fit_generator(counted(), 6, nb_epoch=1, verbose=0)
    assert len(seen) == 9
    with one_warning("model.predict"):
        assert model().predict_generator(batches(4), val_samples=8).shape == (8, 3)


def test_a_generator_is_consumed_as_by_fit():
    one, other = model(), model()
    other.set_weights(one.get_weights())
    with pytest.warns(DeprecationWarning, match="older spelling"):
        one.fit_generator(batches(), steps_per_epoch=4, epochs=2, verbose=0, workers=2, max_queue_size=3)
    other.fit(batches(), steps_per_epoch=4, epochs=2, verbose=0)
    np.testing.assert_array_equal(one.get_weights()[0], other.get_weights()[0])


def test_classes_of_one_output():
    made = model(1, "sigmoid")
    with pytest.warns(DeprecationWarning, match="older spelling"):
        classes = made.predict_classes(X)
    assert classes.shape == (8, 1)
    assert classes.dtype == np.int32
    np.testing.assert_array_equal(classes, made.predict(X, verbose=0) > 0.5)


def test_callbacks_find_the_validation_data():
    found = []

    class Scores(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            x, y, weights = self.validation_data
            found.append((x.shape, y.shape, weights.tolist()))

    with pytest.warns(DeprecationWarning, match="validation_data"):
        model().fit(X, Y, validation_data=(X[:2], Y[:2]), callbacks=[Scores()], verbose=0)
    assert found == [((2, 4), (2, 3), [1.0, 1.0])]


def test_classes_in_the_older_manner(one_warning):
    assert sorted(DEFINED) == ["Layer", "Metric"]
    with one_warning("Layer.compute_output_shape"):

        class Linear(layers.Layer):
            def __init__(self, output_dim, **kwargs):
                self.output_dim = output_dim
                super().__init__(**kwargs)

            def build(self, input_shape):
                self.W = self.add_weight(
                    shape=(input_shape[1], self.output_dim), initializer="ones", name="W"
                )
                self.trainable_weights = [self.W]

            def call(self, x, mask=None):
                return keras.ops.matmul(x, self.W)

            def get_output_shape_for(self, input_shape):
                return (input_shape[0], self.output_dim)

    layer = Linear(3)
    assert keras.Sequential([keras.Input((4,)), layer]).output_shape == (None, 3)
    assert [w.shape for w in layer.weights] == [(4, 3)]
    assert layer.compute_output_shape((None, 4)) == (None, 3)
    with one_warning("Metric.reset_state"):

        class Count(keras.metrics.Metric):
            def __init__(self):
                super().__init__(name="count")
                self.seen = 0

            def update_state(self, y_true, y_pred, sample_weight=None):
                self.seen += 1

            def result(self):
                return self.seen

            def reset_states(self):
                self.seen = 0

    count = Count()
    count.update_state(1, 1)
    count.reset_state()
    assert count.seen == 0


def test_a_discriminator_that_is_frozen_after_compile_trains():
    """As in the adversarial networks of those years."""
    discriminator = keras.Sequential([keras.Input((3,)), layers.Dense(1, activation="sigmoid")])
    discriminator.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
    generator = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    discriminator.trainable = False
    noise = keras.Input((4,))
    both = keras.Model(noise, discriminator(generator(noise)))
    both.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")

    def weights():
        return [generator.get_weights()[0].copy(), discriminator.get_weights()[0].copy()]

    ones, before = np.ones((8, 1), "float32"), weights()
    for _ in range(4):  # recorded steps are replayed from the third on
        with pytest.warns(DeprecationWarning, match="trainable = False after compile"):
            discriminator.train_on_batch(Y, ones)
        after = weights()
        assert np.array_equal(before[0], after[0])
        assert not np.array_equal(before[1], after[1])
        both.train_on_batch(X, ones)
        before = weights()
        assert not np.array_equal(before[0], after[0])
        assert np.array_equal(before[1], after[1])
    assert not discriminator.trainable
    assert discriminator.trainable_variables == []
