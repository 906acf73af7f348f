"""Metrics are found in logs, histories and monitors under the names of all versions."""

import json
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from minikeras.spellings.logs import RENAMED, SAME, Logs

X = np.linspace(-1, 1, 64, dtype="float32").reshape(16, 4)
Y = np.eye(2, dtype="float32")[[0, 1] * 8]


def model(metrics=("accuracy",), outputs=1):
    x = keras.Input((4,))
    made = keras.Model(x, [layers.Dense(2, activation="softmax", name=f"out{i}")(x) for i in range(outputs)])
    made.compile("sgd", "mse", metrics=[list(metrics)] * outputs if outputs > 1 else list(metrics))
    return made


@pytest.mark.parametrize(("name", "other"), [*RENAMED.items(), *SAME.items()])
@pytest.mark.parametrize("before", ["", "val_", "val_out1_"])
def test_every_row(name, other, before, one_warning):
    for there, asked in ((name, other), (other, name)):
        logs = Logs({before + there: 0.5})
        with one_warning(repr(before + there)):
            assert logs[before + asked] == 0.5
        with one_warning(repr(before + there)):
            assert before + asked in logs
        with one_warning(repr(before + there)):
            assert logs.get(before + asked, 3) == 0.5


def test_logs_are_a_dictionary():
    logs = Logs(loss=1.0, accuracy=0.5)
    assert logs == {"loss": 1.0, "accuracy": 0.5}
    assert json.loads(json.dumps(logs)) == logs
    again = pickle.loads(pickle.dumps(logs))
    assert (again, type(again)) == (logs, Logs)
    assert logs.get("auc") is None
    assert "auc" not in logs
    with pytest.raises(KeyError, match="'auc'"):
        logs["auc"]


@pytest.mark.filterwarnings("error")
def test_names_that_are_there_are_those_that_are_meant():
    logs = Logs(acc=0.25, accuracy=0.5, mae=1.0, mean_absolute_error=2.0)
    assert [logs[name] for name in ("acc", "accuracy", "mae", "mean_absolute_error")] == [0.25, 0.5, 1.0, 2.0]


def test_the_history(one_warning):
    history = model().fit(X, Y, epochs=2, validation_split=0.25, verbose=0)
    with one_warning("'val_accuracy'"):
        assert history.history["val_acc"] == history.history["val_accuracy"]
    assert sorted(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    several = model(outputs=2).fit(X, [Y, Y], verbose=0)
    with one_warning("'out1_accuracy'"):
        assert several.history["out1_acc"] == several.history["out1_accuracy"]


def test_short_and_long_names_of_errors(one_warning):
    short = model(["mae"]).fit(X, Y, validation_split=0.25, verbose=0)
    with one_warning("'val_mae'"):
        assert short.history["val_mean_absolute_error"] == short.history["val_mae"]
    long = model(["mean_absolute_error"]).fit(X, Y, verbose=0)
    with one_warning("'mean_absolute_error'"):
        assert long.history["mae"] == long.history["mean_absolute_error"]


def test_monitors(tmp_path):
    stopping = EarlyStopping(monitor="val_acc", patience=0, min_delta=2)
    plateau = ReduceLROnPlateau(monitor="acc", patience=1, min_delta=2)
    saving = ModelCheckpoint(tmp_path / "{epoch}-{val_acc:.2f}.keras", monitor="val_acc", save_best_only=True)
    with pytest.warns(DeprecationWarning, match="'(val_)?acc' in the logs"):
        history = model().fit(
            X, Y, epochs=5, validation_data=(X, Y), verbose=0, callbacks=[stopping, plateau, saving]
        )
    assert len(history.epoch) == 2
    assert stopping._rises
    assert len(list(tmp_path.iterdir())) >= 1
    with pytest.warns(DeprecationWarning, match="'lr' in the logs"):
        assert history.history["lr"] == history.history["learning_rate"]


def test_logs_of_batches_and_epochs_in_a_callback():
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append(logs.get("acc"))

        def on_epoch_end(self, epoch, logs=None):
            seen.append(logs["val_acc"])

    with pytest.warns(DeprecationWarning, match="older spelling"):
        model().fit(X, Y, batch_size=8, validation_data=(X, Y), verbose=0, callbacks=[Watch()])
    assert len(seen) == 3
    assert all(isinstance(value, float) for value in seen)


def test_evaluate_by_name():
    with pytest.warns(DeprecationWarning, match="older spelling"):
        assert "acc" in model().evaluate(X, Y, verbose=0, return_dict=True)
