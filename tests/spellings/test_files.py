"""Models and weights under names that say nothing of their format."""

import json
import os
import zipfile

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

X = np.linspace(-1, 1, 64, dtype="float32").reshape(16, 4)


def model(fitted=True):
    made = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)]
    )
    made.compile("adam", "mse")
    if fitted:
        made.fit(X, X[:, :1], verbose=0)
    return made


def same(one, other):
    return np.array_equal(one.predict(X, verbose=0), other.predict(X, verbose=0))


def text(value):
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("name", ["model", "model.tf", "my.model", "model.hd5"])
def test_a_model_under_any_name(name, tmp_path, one_warning):
    made = model()
    with one_warning(f"model.save('{name}.keras')"):
        made.save(tmp_path / name)
    assert zipfile.is_zipfile(tmp_path / name)
    again = keras.models.load_model(tmp_path / name)
    assert same(made, again)
    assert again.optimizer.iterations == made.optimizer.iterations
    assert os.listdir(tmp_path) == [name]


def test_a_model_in_a_folder(tmp_path, one_warning):
    made = model()
    with one_warning("model.save"):
        made.save(tmp_path / "saved_model", save_format="tf")
    (tmp_path / "there").mkdir()
    with one_warning("model.save"):
        made.save(tmp_path / "there")
    for name in ("saved_model", "there"):
        assert (tmp_path / name / "config.json").is_file()
        assert same(made, keras.models.load_model(tmp_path / name))


def test_a_model_in_the_format_of_keras_2_under_any_name(tmp_path, one_warning):
    made = model()
    with one_warning("model.save"):
        made.save(tmp_path / "model", save_format="h5")
    with h5py.File(tmp_path / "model") as file:
        assert json.loads(file.attrs["model_config"])["class_name"] == "Sequential"
    assert same(made, keras.models.load_model(tmp_path / "model"))


@pytest.mark.parametrize("name", ["w.h5", "w.hdf5"])
def test_weights_in_the_format_of_keras_2(name, tmp_path, one_warning):
    made, other = model(), model(fitted=False)
    with one_warning("save_weights('w.weights.h5')"):
        made.save_weights(tmp_path / name)
    with h5py.File(tmp_path / name) as file:
        names = [text(n) for n in file.attrs["layer_names"]]
        assert names == [layer.name for layer in made.layers]
        weights = [text(n) for n in file[names[0]].attrs["weight_names"]]
        np.testing.assert_array_equal(file[names[0]][weights[0]][:], made.layers[0].get_weights()[0])
    other.load_weights(tmp_path / name)
    assert same(made, other)
    third = keras.Sequential([keras.Input((4,)), layers.Dense(3, name=names[0])])
    third.load_weights(tmp_path / name, by_name=True)
    np.testing.assert_array_equal(third.get_weights()[0], made.get_weights()[0])


@pytest.mark.parametrize("name", ["w", "checkpoint.ckpt", "w.hd5", "model.01"])
def test_weights_under_any_name(name, tmp_path, one_warning):
    made, other = model(), model(fitted=False)
    with one_warning(f"save_weights('{name}.weights.h5')"):
        made.save_weights(tmp_path / name)
    other.load_weights(tmp_path / name)
    assert same(made, other)
    assert other.optimizer.iterations == made.optimizer.iterations
    (tmp_path / name).rename(tmp_path / "renamed.h5")  # the content says what it is
    third = model(fitted=False)
    third.optimizer.build(third.trainable_variables)
    third.load_weights(tmp_path / "renamed.h5")
    assert same(made, third)
    with pytest.raises(ValueError, match="does not name the layers"):
        third.load_weights(tmp_path / "renamed.h5", by_name=True)


def test_weights_of_a_model_under_any_name(tmp_path, one_warning):
    made, other = model(), model(fitted=False)
    other.optimizer.build(other.trainable_variables)
    with one_warning("model.save"):
        made.save(tmp_path / "model")
    other.load_weights(tmp_path / "model")
    assert same(made, other)


def test_what_is_not_there_or_no_model(tmp_path):
    with pytest.raises(ValueError, match="and there is no such file"):
        model(False).load_weights(tmp_path / "weights")
    (tmp_path / "text").write_text("no model " * 100)
    with pytest.raises(ValueError, match="is not a .keras file"):
        keras.models.load_model(tmp_path / "text")
    with pytest.raises(ValueError, match="no HDF5 file"):
        model(False).load_weights(tmp_path / "text")


def test_checkpoints_under_older_names(tmp_path):
    with pytest.warns(DeprecationWarning, match="is an older spelling"):
        model(False).fit(
            X,
            X[:, :1],
            epochs=2,
            verbose=0,
            callbacks=[
                keras.callbacks.ModelCheckpoint(tmp_path / "cp-{epoch:04d}.ckpt", save_weights_only=True),
                keras.callbacks.ModelCheckpoint(tmp_path / "model_{epoch}"),
                keras.callbacks.ModelCheckpoint(tmp_path / "weights.{epoch:02d}-{loss:.0f}.hdf5"),
            ],
        )
    names = sorted(os.listdir(tmp_path))
    assert [n for n in names if n.endswith((".ckpt", ".hdf5")) or n.startswith("model")] == [
        "cp-0001.ckpt", "cp-0002.ckpt", "model_1", "model_2", *names[-2:],
    ]  # fmt: skip
    assert [name.partition("-")[0] for name in names[-2:]] == ["weights.01", "weights.02"]
    for name in names[-4:]:
        assert keras.models.load_model(tmp_path / name).count_params() == model(False).count_params()
    model(False).load_weights(tmp_path / "cp-0002.ckpt")
