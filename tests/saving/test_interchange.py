"""Files of minikeras in Keras, and files of Keras in minikeras: both directions, for models of every kind.

This runs where `keras` can be imported and is skipped elsewhere. `tests/saving/keras_environment.sh FOLDER` makes such an
environment from PyPI (Keras 3.15 on PyTorch) and says how to run this file in it.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
import pytest
import saved_models

import minikeras
from minikeras.saving.hdf5 import Group, HDF5File

keras = pytest.importorskip(
    "keras", reason="Keras is not installed (see keras_environment.sh)", exc_type=ImportError
)
pytestmark = pytest.mark.filterwarnings("ignore")

GOLDEN = Path(__file__).parents[1] / "golden"
PREDICTION = {"rtol": 1e-5, "atol": 1e-5}
TOLERANCE = {"rtol": 1e-4, "atol": 1e-5}  # after steps of training, in which differences grow


@pytest.fixture(params=saved_models.MODELS, ids=lambda make: make.__name__)
def make(request):
    return request.param


def made(make, framework):
    """A model of a framework, its data, trained for a step so that its optimizer has a state."""
    framework.utils.set_random_seed(11)
    model, x, y = make(framework)
    model.fit(x, y, epochs=1, batch_size=5, verbose=0)
    return model, x, y


def assert_close(one, other, tolerance=PREDICTION):
    if isinstance(one, dict):
        assert sorted(one) == sorted(other)
        one, other = [one[k] for k in sorted(one)], [other[k] for k in sorted(one)]
    if not isinstance(one, (list, tuple)):
        one, other = [one], [other]
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), **tolerance)


def arrays(path):
    """{path of the array: shape} of a weights file, without the seeds, which Keras does not store."""

    def walk(group):
        for name in group:
            member = group[name]
            yield from walk(member) if isinstance(member, Group) else [(member.path, member.shape)]

    with open(path, "rb") as file:
        return {name: shape for name, shape in walk(HDF5File(file).root) if "seed_generator" not in name}


@pytest.mark.parametrize(
    ("writer", "reader"), [(minikeras, keras), (keras, minikeras)], ids=["to_keras", "from_keras"]
)
def test_a_saved_model_goes_on_in_the_other_framework(make, writer, reader, tmp_path):
    model, x, y = made(make, writer)
    other, _, _ = make(reader)
    model.save(tmp_path / "model.keras")
    loaded = reader.saving.load_model(
        tmp_path / "model.keras", custom_objects=saved_models.custom_objects(other)
    )
    assert_close(model.predict(x, verbose=0), loaded.predict(x, verbose=0))
    assert int(loaded.optimizer.iterations) == int(model.optimizer.iterations) == 1
    assert len(loaded.optimizer.variables) == len(model.optimizer.variables)
    for a, b in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-6)
    if random_in_training(model):
        return
    for _ in range(3):
        model.train_on_batch(x, y)
        loaded.train_on_batch(x, y)
    assert_close(model.predict(x, verbose=0), loaded.predict(x, verbose=0), TOLERANCE)


def random_in_training(model):
    """Whether layers draw random numbers, which the frameworks do not share."""
    return any("Dropout" in type(layer).__name__ or "Noise" in type(layer).__name__ for layer in model.layers)


@pytest.mark.parametrize(
    ("writer", "reader"), [(minikeras, keras), (keras, minikeras)], ids=["to_keras", "from_keras"]
)
def test_saved_weights_fit_the_same_model_of_the_other_framework(make, writer, reader, tmp_path):
    model, x, _ = made(make, writer)
    other, x, _ = made(make, reader)
    model.save_weights(tmp_path / "w.weights.h5")
    other.load_weights(tmp_path / "w.weights.h5")
    assert_close(model.predict(x, verbose=0), other.predict(x, verbose=0))


def test_weights_stand_at_the_same_places(make, tmp_path):
    ours, _, _ = made(make, minikeras)
    theirs, _, _ = made(make, keras)
    ours.save_weights(tmp_path / "ours.weights.h5")
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    assert arrays(tmp_path / "ours.weights.h5") == arrays(tmp_path / "theirs.weights.h5")


def test_a_saved_model_comes_back_unchanged_from_the_other_framework(make, tmp_path):
    model, x, _ = made(make, minikeras)
    ours, theirs = saved_models.custom_objects(model), saved_models.custom_objects(make(keras)[0])
    model.save(tmp_path / "there.keras")
    keras.saving.load_model(tmp_path / "there.keras", custom_objects=theirs).save(tmp_path / "back.keras")
    back = minikeras.saving.load_model(tmp_path / "back.keras", custom_objects=ours)
    assert_close(model.predict(x, verbose=0), back.predict(x, verbose=0))
    for a, b in zip(model.weights, back.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("saved/*.keras")), ids=lambda path: path.stem)
def test_models_that_keras_trained_train_on_as_there(path):
    ours, theirs = minikeras.saving.load_model(path), keras.saving.load_model(path)
    with np.load(GOLDEN / "training" / f"{path.stem}.npz") as data:
        x, y = data["x"], data["y"]
    assert_close(ours.predict(x, verbose=0), theirs.predict(x, verbose=0))
    steps = int(theirs.optimizer.iterations)
    assert int(ours.optimizer.iterations) == steps > 0
    for start in range(0, 32, 8):
        batch = x[start : start + 8], y[start : start + 8]
        one, other = (m.fit(*batch, batch_size=8, verbose=0).history["loss"] for m in (ours, theirs))
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), **TOLERANCE)
    assert_close(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), TOLERANCE)
    assert int(ours.optimizer.iterations) == steps + 4
    for a, b in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("framework", [minikeras, keras], ids=["ours", "theirs"])
def test_the_older_format_in_both_directions(framework, tmp_path):
    other = keras if framework is minikeras else minikeras
    # Keras 3 cannot read the losses and metrics that it writes by their short names.
    model, x, _ = made(saved_models.attention, framework)
    model.save(tmp_path / "model.h5")
    loaded = other.saving.load_model(tmp_path / "model.h5")
    assert_close(model.predict(x, verbose=0), loaded.predict(x, verbose=0))
    assert int(loaded.optimizer.iterations) == 1
    assert loaded.optimizer.get_config()["weight_decay"] == model.optimizer.get_config()["weight_decay"]
