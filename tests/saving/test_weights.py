"""Weights alone: `.weights.h5` files, mismatches, parts left out."""

import numpy as np
import pytest

import minikeras as keras
from minikeras.saving import ModelFileError


def model(units=3, seed=0, outputs=2):
    keras.utils.set_random_seed(seed)
    layers = [
        keras.Input((4,)),
        keras.layers.Dense(units),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(outputs),
    ]
    made = keras.Sequential(layers)
    made.compile("adam", "mse")
    return made


def test_weights_and_optimizer_come_back_bit_for_bit(tmp_path):
    one, other = model(seed=1), model(seed=2)
    x, y = np.ones((5, 4), "float32"), np.ones((5, 2), "float32")
    one.fit(x, y, verbose=0)
    other.fit(x, y, epochs=2, verbose=0)
    one.save_weights(tmp_path / "a.weights.h5")
    other.load_weights(tmp_path / "a.weights.h5")
    for a, b in zip(
        [*one.variables, *one.optimizer.variables],
        [*other.variables, *other.optimizer.variables],
        strict=True,
    ):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    other.save_weights(tmp_path / "b.weights.h5")
    assert (tmp_path / "a.weights.h5").stat().st_size == (tmp_path / "b.weights.h5").stat().st_size


def test_weights_of_a_whole_model(tmp_path):
    one, other = model(seed=1), model(seed=2)
    one.save(tmp_path / "model.keras")
    other.load_weights(tmp_path / "model.keras")
    for a, b in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_mismatch_names_the_layer_and_both_shapes(tmp_path):
    model(3).save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(
        ModelFileError,
        match=r"Dense 'dense.*' at 'layers/dense': .*\(4, 5\), \(5,\)\), the file \(\(4, 3\), \(3,\)\)",
    ):
        model(5).load_weights(tmp_path / "w.weights.h5")


def test_a_mismatch_may_be_passed_over(tmp_path):
    model(3, seed=1, outputs=2).save_weights(tmp_path / "w.weights.h5")
    stored, other = model(3, seed=1, outputs=2), model(3, seed=2, outputs=7)
    last = other.layers[-1].get_weights()
    with pytest.warns(UserWarning, match=r"layers/dense_1.*Their values were left as they are"):
        other.load_weights(tmp_path / "w.weights.h5", skip_mismatch=True)
    np.testing.assert_array_equal(other.layers[0].get_weights()[0], stored.layers[0].get_weights()[0])
    np.testing.assert_array_equal(other.layers[-1].get_weights()[0], last[0])


def test_objects_may_be_left_out(tmp_path):
    one, other = model(seed=1), model(seed=2)
    before = other.layers[0].get_weights()[0]
    one.save_weights(tmp_path / "w.weights.h5")
    other.load_weights(tmp_path / "w.weights.h5", objects_to_skip=[other.layers[0], other.optimizer])
    np.testing.assert_array_equal(other.layers[0].get_weights()[0], before)
    np.testing.assert_array_equal(other.layers[-1].get_weights()[0], one.layers[-1].get_weights()[0])


def test_errors_say_what_to_do(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.weights\.h5"):
        model().save_weights(tmp_path / "w.keras")
    with pytest.raises(ValueError, match=r"ends in \.weights\.h5"):
        model().load_weights(tmp_path / "w.npz")
    with pytest.raises(ValueError, match=r"has no weights yet, so none can be saved.*build"):
        keras.Sequential([keras.layers.Dense(2)]).save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(ValueError, match="by_name=True works for .h5 files of Keras 2 only"):
        model().load_weights(tmp_path / "w.weights.h5", by_name=True)
    model().save_weights(tmp_path / "w.weights.h5")
    with pytest.raises(FileExistsError, match="exists already"):
        model().save_weights(tmp_path / "w.weights.h5", overwrite=False)
    (tmp_path / "x.weights.h5").write_bytes(b"no HDF5 file at all" * 10)
    with pytest.raises(ModelFileError, match=r"x\.weights\.h5 is damaged or no HDF5 file"):
        model().load_weights(tmp_path / "x.weights.h5")
