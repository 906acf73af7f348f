"""The files that real Keras saved after a training: they load here, predict the same, and train on as in Keras."""

import json

import numpy as np
import pytest
import record_resumed

import minikeras as keras

RECORD = json.loads(record_resumed.RECORD.read_text())
PATHS = sorted(record_resumed.GOLDEN.glob("saved/*.keras"))
files = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def trained(path):
    """The data of the training that ended in a file, and Keras's predictions for its first ten rows."""
    with np.load(record_resumed.GOLDEN / "training" / f"{path.stem}.npz") as data:
        return data["x"], data["predict"]


def test_there_are_eight():
    assert len(PATHS) == 8
    assert sorted(RECORD) == sorted(["keras", *(path.stem for path in PATHS)])


@files
def test_it_predicts_the_same(path):
    x, expected = trained(path)
    model = keras.saving.load_model(path)
    np.testing.assert_allclose(model.predict(x[:10], verbose=0), expected, rtol=1e-5, atol=1e-5)


@files
def test_its_weights_file_fits_the_same_model(path):
    x, expected = trained(path)
    model = keras.models.clone_model(keras.saving.load_model(path))
    assert not np.allclose(model.predict(x[:10], verbose=0), expected, atol=1e-3)
    model.load_weights(path.with_suffix(".weights.h5"))
    np.testing.assert_allclose(model.predict(x[:10], verbose=0), expected, rtol=1e-5, atol=1e-5)


@files
def test_it_trains_on_as_in_keras(path):
    received, expected = record_resumed.resumed(keras, path), RECORD[path.stem]
    assert received["steps"] == expected["steps"] > 0
    np.testing.assert_allclose(received["losses"], expected["losses"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(received["predictions"], expected["predictions"], rtol=1e-4, atol=1e-5)
