"""What fit, evaluate and predict do with their arguments, against what Keras does."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("int64")


def make(loss="sparse_categorical_crossentropy", units=2, activation="softmax", **options):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(units, activation)]
    )
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, **options)
    return model


def test_learns():
    model = make(metrics=["accuracy"])
    history = model.fit(X, Y, epochs=40, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["accuracy"][-1] > 0.9


def test_same_seed_same_bits():
    weights = []
    for _ in range(2):
        model = make()
        model.fit(X, Y, epochs=3, verbose=0)
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_other_seed_other_order():
    model = make()
    start = model.get_weights()
    results = []
    for seed in (1, 2):
        model.set_weights(start)
        keras.utils.set_random_seed(seed)
        model.fit(X, Y, epochs=1, verbose=0)
        results.append(model.get_weights()[0])
    assert not np.array_equal(*results)


def test_without_shuffling_batches_are_the_rows_in_order():
    seen = []

    class Watching(keras.Sequential):
        def train_step(self, data):
            seen.append(np.asarray(data[0]))
            return super().train_step(data)

    model = Watching([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    assert [len(s) for s in seen] == [16, 16, 16, 2] * 2
    assert np.array_equal(np.concatenate(seen[:4]), X)


def test_shuffling_visits_every_row_once_in_a_new_order_each_epoch():
    seen = []

    class Watching(keras.Sequential):
        def train_step(self, data):
            seen.append(np.asarray(data[1]))
            return super().train_step(data)

    model = Watching([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, np.arange(50.0), batch_size=20, epochs=2, verbose=0)
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert sorted(first) == sorted(second) == list(range(50))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(50))


def test_validation_split_takes_the_last_rows_before_shuffling():
    model = make()
    held_out = model.evaluate(X[40:], Y[40:], verbose=0)
    model.optimizer.learning_rate = 0.0
    history = model.fit(X, Y, validation_split=0.2, epochs=1, verbose=0).history
    assert history["val_loss"][0] == pytest.approx(held_out, rel=1e-5)


def test_validation_data_with_weights_and_frequency():
    model = make(weighted_metrics=["accuracy"])
    data = (X[:10], Y[:10], np.ones(10))
    history = model.fit(X, Y, epochs=5, validation_data=data, validation_freq=2, verbose=0).history
    assert len(history["loss"]) == 5
    assert len(history["val_loss"]) == len(history["val_accuracy"]) == 2
    history = model.fit(X, Y, epochs=5, validation_data=data, validation_freq=[1, 5], verbose=0).history
    assert len(history["val_loss"]) == 2


def test_initial_epoch():
    history = make().fit(X, Y, epochs=5, initial_epoch=3, verbose=0)
    assert history.epoch == [3, 4]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int8", "uint8", "int64", "bool", ">f4"])
def test_arrays_of_any_real_dtype(dtype):
    x = np.abs(X * 2).astype(dtype)
    model = make()
    model.fit(x, Y, epochs=1, verbose=0)
    assert model.predict(x, verbose=0).dtype == np.float32
    expected = model.predict(x.astype("float32"), verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-6)


def test_lists_are_arrays():
    model = make()
    model.fit(X.tolist(), Y.tolist(), epochs=1, verbose=0)
    np.testing.assert_allclose(model.predict(X.tolist(), verbose=0), model.predict(X, verbose=0), rtol=1e-6)


def test_strided_and_read_only_arrays():
    wide = np.repeat(X, 2, axis=1)[:, ::2]
    wide.flags.writeable = False
    one, other = make(), make()
    for model, x in ((one, X), (other, wide)):
        keras.utils.set_random_seed(5)
        model.fit(x, Y, epochs=2, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def test_class_weight_is_sample_weight_by_class():
    one, other = make(), make()
    one.fit(X, Y, class_weight={0: 1.0, 1: 3.0}, epochs=2, shuffle=False, verbose=0)
    other.fit(X, Y, sample_weight=np.where(Y == 1, 3.0, 1.0), epochs=2, shuffle=False, verbose=0)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_class_weight_of_one_hot_labels():
    one, other = make("categorical_crossentropy"), make("categorical_crossentropy")
    labels = keras.utils.to_categorical(Y)
    one.fit(X, labels, class_weight={1: 3.0}, epochs=2, shuffle=False, verbose=0)
    other.fit(X, labels, sample_weight=np.where(Y == 1, 3.0, 1.0), epochs=2, shuffle=False, verbose=0)
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def batches(count=None):
    produced = 0
    while count is None or produced < count:
        yield X[:10], Y[:10]
        produced += 1


def test_generators():
    model = make(metrics=["accuracy"])
    history = model.fit(
        batches(), steps_per_epoch=5, epochs=2, verbose=0, validation_data=batches(), validation_steps=2
    )
    assert int(model.optimizer.iterations) == 10
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    model.fit(batches(3), verbose=0)
    assert int(model.optimizer.iterations) == 13
    assert model.evaluate(batches(4), verbose=0)[0] == pytest.approx(
        model.evaluate(X[:10], Y[:10], verbose=0)[0], rel=1e-5
    )
    assert model.predict(batches(4), verbose=0).shape == (40, 2)


def test_a_generator_that_runs_out_says_so():
    with pytest.warns(UserWarning, match="ran out of data"):
        make().fit(batches(3), steps_per_epoch=5, epochs=1, verbose=0)


def test_steps_per_epoch_goes_through_arrays_in_turns():
    model = make()
    model.fit(X, Y, batch_size=10, steps_per_epoch=2, epochs=3, verbose=0)
    assert int(model.optimizer.iterations) == 6


def test_pydataset():
    class Halves(keras.utils.PyDataset):
        ended = 0

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[index * 25 : index * 25 + 25], Y[index * 25 : index * 25 + 25]

        def on_epoch_end(self):
            Halves.ended += 1

    model = make()
    model.fit(Halves(workers=2), epochs=3, verbose=0)
    assert int(model.optimizer.iterations) == 6
    assert Halves.ended == 3
    np.testing.assert_allclose(model.predict(Halves(), verbose=0), model.predict(X, verbose=0), rtol=1e-6)


def test_events_come_in_keras_order():
    events = []

    class Listening(keras.callbacks.Callback):
        def __getattribute__(self, name):
            if name.startswith("on_") and name not in ("on_batch_begin", "on_batch_end"):
                return lambda *args, **kwargs: events.append(name)
            return super().__getattribute__(name)

    class Batches(Listening):
        def on_train_batch_begin(self, batch, logs=None): ...
        def on_train_batch_end(self, batch, logs=None): ...
        def on_test_batch_begin(self, batch, logs=None): ...
        def on_test_batch_end(self, batch, logs=None): ...

    make().fit(X[:10], Y[:10], validation_split=0.5, verbose=0, callbacks=[Batches()])
    assert events == [
        "on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end", "on_test_begin",
        "on_test_batch_begin", "on_test_batch_end", "on_test_end", "on_epoch_end", "on_train_end",
    ]  # fmt: skip


def test_batch_logs_are_running_averages_and_plain_dictionaries():
    collected = []

    class Collect(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            collected.append(logs)

    model = make()
    history = model.fit(X, Y, batch_size=10, verbose=0, callbacks=[Collect()]).history
    assert len(collected) == 5
    assert all(isinstance(logs, dict) for logs in collected)
    assert float(collected[-1]["loss"]) == pytest.approx(history["loss"][0])
    assert float(collected[0]["loss"]) != pytest.approx(history["loss"][0], rel=1e-7)


def test_stop_training():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    model = make()
    history = model.fit(X, Y, batch_size=10, epochs=5, verbose=0, callbacks=[Stop()])
    assert history.epoch == [0]
    assert int(model.optimizer.iterations) == 2


def test_own_train_step():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)
            self.seen = keras.metrics.Mean(name="seen")

        def call(self, inputs):
            return self.dense(inputs)

        def train_step(self, data):
            x, y = data[:2]
            with keras.GradientTape() as tape:
                loss = keras.ops.mean((self(x, training=True)[:, 0] - y) ** 2)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
            self.seen.update_state(loss)
            return {"seen": self.seen.result()}

    model = Own()
    model.compile(optimizer=keras.optimizers.Adam(0.1))
    history = model.fit(X, X.sum(axis=1), epochs=30, verbose=0).history
    assert list(history) == ["seen"]
    assert history["seen"][-1] < 0.1 * history["seen"][0]


def test_own_compute_loss():
    class Own(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 2.0 * super().compute_loss(x, y, y_pred, sample_weight, training)

    model = Own([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    expected = 2 * np.mean((model.predict(X, verbose=0)[:, 0] - Y) ** 2)
    assert model.evaluate(X, Y, batch_size=50, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_train_on_batch_reports_its_batch_alone():
    model = make(metrics=["accuracy"])
    assert len(model.train_on_batch(X[:10], Y[:10])) == 2
    expected = model.evaluate(X[10:20], Y[10:20], verbose=0)
    second = model.train_on_batch(X[10:20], Y[10:20], return_dict=True)
    assert list(second.values()) == pytest.approx(expected, rel=1e-5)
    tested = model.test_on_batch(X[20:30], Y[20:30])
    assert tested == pytest.approx(model.evaluate(X[20:30], Y[20:30], verbose=0), rel=1e-5)


def test_activity_regularizer_counts_once_per_step():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activity_regularizer=keras.regularizers.L2(0.5))]
    )
    model.compile("sgd", "mse")
    outputs = model.predict(X[:10], verbose=0)
    expected = np.mean(outputs**2) + 0.5 * np.sum(outputs**2) / 10
    for _ in range(2):
        assert model.evaluate(X[:10], np.zeros((10, 3)), verbose=0) == pytest.approx(expected, rel=1e-5)


def test_several_outputs():
    x = keras.Input((4,))
    hidden = layers.Dense(8, activation="tanh")(x)
    model = keras.Model(x, {"a": layers.Dense(1)(hidden), "b": layers.Dense(2, activation="softmax")(hidden)})
    model.compile(
        "adam",
        loss={"a": "mse", "b": "sparse_categorical_crossentropy"},
        loss_weights={"a": 0.5, "b": 2.0},
        metrics={"b": ["accuracy"]},
    )
    history = model.fit(X, {"a": X.sum(axis=1), "b": Y}, epochs=2, verbose=0).history
    assert set(history) == {"loss", "a_loss", "b_loss", "b_accuracy"}
    assert history["loss"][0] == pytest.approx(
        0.5 * history["a_loss"][0] + 2 * history["b_loss"][0], rel=1e-4
    )
    assert set(model.predict(X, verbose=0)) == {"a", "b"}


def test_frozen_layers_stay():
    model = make()
    model.layers[0].trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.fit(X, Y, epochs=2, verbose=0)
    after = model.get_weights()
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[2], after[2])
    model.layers[0].trainable = True
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(X, Y, epochs=2, verbose=0)
    assert not np.array_equal(before[0], model.get_weights()[0])


def test_frames_of_a_step_and_of_a_call():
    """A fit step passes through at most 12 of our frames before NumPy, a layer's call through at most 5."""
    import inspect

    from minikeras import kernels

    depths = []

    def counting(*args):
        ours = [f for f in inspect.stack(0) if "minikeras/" in f.filename.replace("\\", "/")]
        depths.append(len(ours) + 1)  # the kernel's own frame, which this function stands for
        return original(*args)

    original = kernels.dense
    kernels.dense = counting
    try:
        model = make()
        depths.clear()
        model.fit(X, Y, epochs=1, verbose=0)
        step = max(depths)
        depths.clear()
        layer = layers.Dense(3)
        tensor = keras.ops.convert_to_tensor(X)
        layer(tensor)
        depths.clear()
        layer(tensor)
    finally:
        kernels.dense = original
    assert step <= 12
    assert max(depths) <= 5


def test_lines_when_the_output_is_a_file(capsys):
    make(metrics=["accuracy"]).fit(X, Y, epochs=2, validation_split=0.2)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    ends = [line for line in lines if line.startswith("2/2")]
    assert len(ends) == 2
    assert all(
        part in ends[0]
        for part in ("step", " - loss: ", " - accuracy: ", " - val_loss: ", " - val_accuracy: ")
    )
    make().evaluate(X, Y)
    assert capsys.readouterr().out.startswith("2/2 - ")


def test_verbose_0_is_silent(capfd):
    model = make()
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert capfd.readouterr() == ("", "")


def test_a_bar_on_a_terminal():
    """A real terminal gets a bar for each epoch, drawn over itself, with the epoch's end as its last state."""
    code = (
        "import numpy as np, minikeras as keras; m = keras.Sequential([keras.layers.Dense(1)]); "
        "m.compile('sgd', 'mse'); x = np.ones((64, 2)); m.fit(x, x[:, :1], epochs=2, validation_split=0.5); "
        "m.evaluate(x, x[:, :1]); m.predict(x)"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        output = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            output += chunk
    os.close(ours)
    assert process.returncode == 0, output.decode()
    lines = output.decode().replace("\r\n", "\n").splitlines()
    last_states = [[*filter(str.strip, line.split("\r"))][-1] for line in lines if line.strip()]
    assert last_states[0] == "Epoch 1/2"
    assert re.fullmatch(
        r"1/1 \[=+\] - \d+s \d+[mu]s/step - loss: [\d.e-]+ - val_loss: [\d.e-]+ *", last_states[1]
    )
    assert sum(line.startswith(("1/1 [", "2/2 [")) for line in last_states) == 4


@pytest.mark.parametrize("given", [("x",), ("x", "y"), ("x", "y", "w")])
def test_a_train_step_receives_what_was_given(given):
    """x alone, (x, y) or (x, y, sample_weight), as in Keras."""
    received = []

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def train_step(self, data):
            received.append(data)
            return {"seen": 1.0}

    model = Own()
    model.compile("sgd")
    values = {"x": X, "y": Y, "w": np.ones(50)}
    model.fit(
        *[values[name] for name in given[:2]], sample_weight=values["w"] if "w" in given else None, verbose=0
    )
    if len(given) == 1:
        assert received[0].shape == (32, 4)
    else:
        assert [part.shape for part in received[0]] == [(32, 4), (32,), (32,)][: len(given)]
    model.fit([X, X], verbose=0)
    assert len(received[-1]) == 1
    assert len(received[-1][0]) == 2
