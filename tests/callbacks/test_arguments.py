"""Wrong arguments of callbacks: the error says who, what was expected, what was received, and what to do."""

import re

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks

X = np.random.default_rng(0).random((8, 3)).astype("float32")


def fit(callback, **kwargs):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model.fit(X, X.sum(1), epochs=2, verbose=0, callbacks=[callback], **kwargs)


def wrong(kind, name, text, **arguments):
    return pytest.param(kind, name, arguments, text, id=f"{name}-{'-'.join(arguments)}")


@pytest.mark.parametrize(
    ("kind", "name", "arguments", "text"),
    [
        wrong(TypeError, "EarlyStopping", "EarlyStopping expected monitor to be a text such as 'val_loss', received 3 of type int", monitor=3),
        wrong(ValueError, "EarlyStopping", "EarlyStopping expected patience to be a number from 0 up, received -1", patience=-1),
        wrong(TypeError, "EarlyStopping", "expected min_delta to be a number, received 'a' of type str", min_delta="a"),
        wrong(TypeError, "EarlyStopping", "expected baseline to be a number or None, received 'a'", baseline="a"),
        wrong(TypeError, "EarlyStopping", "expected start_from_epoch to be a number from 0 up, received None", start_from_epoch=None),
        wrong(TypeError, "ReduceLROnPlateau", "ReduceLROnPlateau expected factor to be a number from 0 up, received '0.1'", factor="0.1"),
        wrong(ValueError, "ReduceLROnPlateau", "expected factor to be a number from 0 up, received -1", factor=-1),
        wrong(TypeError, "ReduceLROnPlateau", "expected min_lr to be a number from 0 up, received 'a'", min_lr="a"),
        wrong(ValueError, "ReduceLROnPlateau", "expected cooldown to be a number from 0 up, received -2", cooldown=-2),
        wrong(TypeError, "ModelCheckpoint", "ModelCheckpoint expected filepath to be a path (a text or a pathlib.Path), received 3 of type int", filepath=3),
        wrong(TypeError, "ModelCheckpoint", "expected initial_value_threshold to be a number or None, received 'a'", filepath="m.keras", initial_value_threshold="a"),
        wrong(ValueError, "ModelCheckpoint", "unrecognized save_freq: 'batch'. Expected save_freq are 'epoch' or a positive integer", filepath="m.keras", save_freq="batch"),
        wrong(TypeError, "LearningRateScheduler", "takes other arguments: (a, b, c)", schedule=lambda a, b, c: 0.1),
        wrong(TypeError, "RemoteMonitor", "RemoteMonitor expected headers to be a dictionary such as {'Authorization': '...'}, received 'a'", headers="a"),
        wrong(TypeError, "RemoteMonitor", "expected path to be a text such as '/publish/epoch/end/', received 3", path=3),
        wrong(ValueError, "CSVLogger", "CSVLogger expected separator to be one character such as ';', received ';;'", filename="a.csv", separator=";;"),
        wrong(TypeError, "CSVLogger", "CSVLogger expected filename to be a path (a text or a pathlib.Path), received None", filename=None),
        wrong(TypeError, "BackupAndRestore", "BackupAndRestore expected backup_dir to be a path (a text or a pathlib.Path), received 3", backup_dir=3),
        wrong(TypeError, "TensorBoard", "TensorBoard expected histogram_freq to be a whole number from 0 up, received 'a'", histogram_freq="a"),
        wrong(TypeError, "LambdaCallback", "LambdaCallback expected on_epoch_end to be a function, received 3 of type int", on_epoch_end=3),
    ],
)  # fmt: skip
def test_constructors(kind, name, arguments, text):
    with pytest.raises(kind, match=re.escape(text)):
        getattr(callbacks, name)(**arguments)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            "a",
            r"LearningRateScheduler: The output .* should be a float. Got: 'a' in epoch 1. Return float\(rate\)",
        ),
        (
            float("nan"),
            "expected a finite learning rate, received nan from the schedule in epoch 1. Look for a division",
        ),
    ],
)
def test_learning_rates_that_are_none(value, text):
    with pytest.raises(ValueError, match=text):
        fit(callbacks.LearningRateScheduler(lambda epoch: value))


@pytest.mark.parametrize("name", ["m-{epoch:q}.keras", "m-{epoch.keras", "m-{}.keras"])
def test_templates_that_cannot_be_filled_in(tmp_path, name):
    with pytest.raises(
        ValueError, match=r"ModelCheckpoint expected filepath with names in braces.*Available: epoch, loss"
    ):
        fit(callbacks.ModelCheckpoint(tmp_path / name))


def test_a_server_whose_address_is_none():
    with pytest.warns(
        UserWarning, match="Could not reach RemoteMonitor root server at http://a b: .*Training goes on"
    ):
        fit(callbacks.RemoteMonitor("http://a b"))


def test_places_where_no_file_can_be(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"CSVLogger cannot write .*log.csv'.*no folder .*Create it first"
    ):
        fit(callbacks.CSVLogger(tmp_path / "none" / "log.csv"))
    with pytest.raises(
        IsADirectoryError, match=r"expected filename to be a file, received the folder .*log.csv'"
    ):
        fit(callbacks.CSVLogger(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(
        NotADirectoryError, match=r"BackupAndRestore expected backup_dir to be a folder, received the file"
    ):
        fit(callbacks.BackupAndRestore(tmp_path / "file"))


def test_a_log_that_is_gone_on_with_has_other_columns(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,accuracy\n0,0.5")
    with pytest.warns(
        UserWarning,
        match=r"has the columns \['epoch', 'accuracy'\], this training has \['epoch', 'loss', 'val_loss'\]",
    ):
        fit(callbacks.CSVLogger(path, append=True))
    lines = path.read_text().splitlines()
    assert lines[:2] == ["epoch,accuracy", "0,0.5"]
    assert len(lines) == 4
    fit(callbacks.CSVLogger(tmp_path / "other.csv"))
    fit(callbacks.CSVLogger(tmp_path / "other.csv", append=True))
    assert len((tmp_path / "other.csv").read_text().splitlines()) == 5
