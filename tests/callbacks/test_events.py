"""Which events callbacks are told of, in which order, with which logs."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers

X = np.random.default_rng(0).normal(size=(6, 2)).astype("float32")
Y = X[:, :1]
EVENTS = [
    f"on_{mode}_{moment}" for mode in ("train", "test", "predict") for moment in ("begin", "batch_begin", "batch_end", "end")
] + ["on_epoch_begin", "on_epoch_end"]  # fmt: skip


class Recorder(callbacks.Callback):
    """Notes every event: (name, number, {metric: type})."""

    def __init__(self):
        super().__init__()
        self.events = []


def _noting(name):
    if name in (
        "on_train_begin",
        "on_train_end",
        "on_test_begin",
        "on_test_end",
        "on_predict_begin",
        "on_predict_end",
    ):
        return lambda self, logs=None: self.events.append((name, None, _types(logs)))
    return lambda self, number, logs=None: self.events.append((name, number, _types(logs)))


def _types(logs):
    return {key: type(value).__name__ for key, value in logs.items()}


for event in EVENTS:
    setattr(Recorder, event, _noting(event))


def compiled():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


METRICS = {"loss": "float", "mae": "float"}
VALIDATED = {**METRICS, "val_loss": "float", "val_mae": "float"}


def batches(mode, logs):
    """The events of two batches."""
    return [
        (f"on_{mode}_batch_{moment}", number, logs if moment == "end" else {})
        for number in range(2)
        for moment in ("begin", "end")
    ]


def test_order_in_fit():
    recorder = Recorder()
    compiled().fit(
        X,
        Y,
        batch_size=3,
        epochs=2,
        validation_data=(X, Y),
        validation_batch_size=3,
        verbose=0,
        callbacks=[recorder],
    )
    expected = [("on_train_begin", None, {})]
    for epoch in range(2):
        expected += [("on_epoch_begin", epoch, {}), *batches("train", METRICS), ("on_test_begin", None, {})]
        expected += [
            *batches("test", METRICS),
            ("on_test_end", None, METRICS),
            ("on_epoch_end", epoch, VALIDATED),
        ]
    assert recorder.events == [*expected, ("on_train_end", None, VALIDATED)]


def test_order_in_evaluate_and_predict():
    recorder, model = Recorder(), compiled()
    model.evaluate(X, Y, batch_size=3, verbose=0, callbacks=[recorder])
    assert recorder.events == [
        ("on_test_begin", None, {}),
        *batches("test", METRICS),
        ("on_test_end", None, METRICS),
    ]
    recorder.events.clear()
    model.predict(X, batch_size=3, verbose=0, callbacks=[recorder])
    outputs = batches("predict", {"outputs": "ndarray"})
    assert recorder.events == [("on_predict_begin", None, {}), *outputs, ("on_predict_end", None, {})]


def test_params_and_model():
    recorder, model = Recorder(), compiled()
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=[recorder])
    assert recorder.params == {"epochs": 3, "steps": 2, "verbose": 0}
    assert recorder.model is model


def test_what_one_callback_writes_into_the_logs_the_next_one_and_the_history_see():
    class Writing(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["square"] = epoch**2

    history = compiled().fit(X, Y, epochs=3, verbose=0, callbacks=[Writing()])
    assert history.history["square"] == [0, 1, 4]


def test_older_names_of_batch_events():
    class Older(callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

        def on_batch_begin(self, batch, logs=None):
            self.seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            self.seen.append(("end", batch, sorted(logs)))

    older = Older()
    compiled().fit(X, Y, batch_size=3, verbose=0, callbacks=[older])
    assert older.seen == [
        ("begin", 0),
        ("end", 0, ["loss", "mae"]),
        ("begin", 1),
        ("end", 1, ["loss", "mae"]),
    ]


def test_stopping_within_an_epoch_ends_it_in_order():
    class Stopping(Recorder):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    stopping = Stopping()
    history = compiled().fit(X, Y, batch_size=2, epochs=5, verbose=0, callbacks=[stopping])
    names = [name for name, _, _ in stopping.events]
    assert names == [
        "on_train_begin",
        "on_epoch_begin",
        "on_train_batch_begin",
        "on_epoch_end",
        "on_train_end",
    ]
    assert history.epoch == [0]


def test_lambda_callback():
    seen = []
    told = callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: seen.append(("epoch", epoch)),
        on_train_batch_begin=lambda batch, logs: seen.append(("batch", batch)),
        on_train_end=lambda logs: seen.append(("end", sorted(logs))),
        on_test_begin=lambda logs: seen.append("test"),
    )
    compiled().fit(X, Y, batch_size=3, validation_data=(X, Y), verbose=0, callbacks=[told])
    assert seen == [
        ("epoch", 0),
        ("batch", 0),
        ("batch", 1),
        "test",
        ("end", ["loss", "mae", "val_loss", "val_mae"]),
    ]


def test_lambda_callback_refuses_events_that_do_not_exist():
    with pytest.raises(TypeError, match=r"'on_epoch_ends' is no event. Did you mean 'on_epoch_end'\?"):
        callbacks.LambdaCallback(on_epoch_ends=print)


def test_a_class_in_place_of_an_object():
    with pytest.raises(TypeError, match=r"callbacks expected objects.*Create it: add parentheses"):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.History])
    with pytest.raises(
        TypeError, match="callbacks expected objects of minikeras.callbacks.Callback, received 3"
    ):
        compiled().fit(X, Y, verbose=0, callbacks=[3])


def test_a_loop_of_ones_own():
    recorder = Recorder()
    model = compiled()
    together = callbacks.CallbackList(
        [[recorder]], add_history=True, model=model, epochs=1, steps=1, verbose=0
    )
    together.on_train_begin()
    together.on_epoch_begin(0)
    together.on_train_batch_begin(0)
    together.on_train_batch_end(0, model.train_on_batch(X, Y, return_dict=True))
    together.on_epoch_end(0, {"loss": 1.0})
    together.on_train_end()
    assert [name for name, _, _ in recorder.events] == [
        "on_train_begin", "on_epoch_begin", "on_train_batch_begin", "on_train_batch_end", "on_epoch_end", "on_train_end",
    ]  # fmt: skip
    assert recorder.events[3][2] == METRICS
    assert model.history.history == {"loss": [1.0]}


def test_fit_takes_a_callback_list_and_a_history_of_ones_own():
    history = callbacks.History()
    model = compiled()
    assert model.fit(X, Y, epochs=2, verbose=0, callbacks=[history]) is history
    assert (
        model.fit(X, Y, epochs=2, verbose=0, callbacks=callbacks.CallbackList([history], model=model))
        is history
    )
    assert (history.epoch, len(history.history["loss"])) == ([0, 1], 4)


def test_without_listeners_batches_cost_nothing():
    together = callbacks.CallbackList([callbacks.EarlyStopping(), callbacks.History()])
    assert all(
        together.batch_listener(f"on_{mode}_batch_end") is None for mode in ("train", "test", "predict")
    )


def test_the_state_of_a_callback_is_its_plain_attributes():
    class Counting(callbacks.Callback):
        def __init__(self, limit=3):
            super().__init__()
            self.limit = limit
            self.count = 0
            self.best = {"loss": np.float32(0.5), "at": (1, [2.5, None])}
            self.file = object()

    counting = Counting()
    assert sorted(counting.get_state()) == ["best", "count"]
    other = Counting(limit=5)
    counting.count = 7
    other.set_state(counting.get_state())
    assert (other.limit, other.count) == (5, 7)


def test_every_public_name_and_signature():
    """The public names of Keras 3.15, with their arguments."""
    import inspect

    for name, expected in SIGNATURES.items():
        parameters = list(inspect.signature(getattr(callbacks, name).__init__).parameters.values())[1:]
        assert ", ".join(str(p).replace("'", '"') for p in parameters) == expected, name


SIGNATURES = {
    "BackupAndRestore": 'backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True',
    "CSVLogger": 'filename, separator=",", append=False',
    "CallbackList": "callbacks=None, add_history=False, add_progbar=False, model=None, **params",
    "EarlyStopping": 'monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None, '
    "restore_best_weights=False, start_from_epoch=0",
    "History": "",
    "LambdaCallback": "on_epoch_begin=None, on_epoch_end=None, on_train_begin=None, on_train_end=None, "
    "on_train_batch_begin=None, on_train_batch_end=None, **kwargs",
    "LearningRateScheduler": "schedule, verbose=0",
    "ModelCheckpoint": 'filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False, '
    'mode="auto", save_freq="epoch", initial_value_threshold=None',
    "ProgbarLogger": "",
    "ReduceLROnPlateau": 'monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=0.0001, '
    "cooldown=0, min_lr=0.0, **kwargs",
    "RemoteMonitor": 'root="http://localhost:9000", path="/publish/epoch/end/", field="data", headers=None, '
    "send_as_json=False",
    "SwapEMAWeights": "swap_on_epoch=False",
    "TensorBoard": 'log_dir="logs", histogram_freq=0, write_graph=True, write_images=False, '
    'write_steps_per_second=False, update_freq="epoch", profile_batch=0, embeddings_freq=0, embeddings_metadata=None',
    "TerminateOnNaN": "raise_error: bool = False",
}
