"""Weights under names without an ending, as programs for TensorFlow 2 keep them."""

import os
import warnings

import numpy as np
import pytest

import minikeras as keras


class Small(keras.Model):
    """A model whose weights are made when it is first called."""

    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(4, activation="relu")
        self.out = keras.layers.Dense(1)

    def call(self, inputs):
        return self.out(self.hidden(inputs))


@pytest.fixture(autouse=True)
def _older_spellings():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is an older spelling", category=DeprecationWarning)
        yield


def trained(model, epochs=2):
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    return model.fit(x, x.sum(1, keepdims=True), epochs=epochs, verbose=0, shuffle=False), x


def test_programs_find_what_they_look_for(tmp_path):
    path = tmp_path / "new" / "cp.ckpt"
    model = Small()
    trained(model)
    model.save_weights(path)
    assert sorted(os.listdir(path.parent)) == ["checkpoint", "cp.ckpt", "cp.ckpt.index"]
    assert (path.parent / "checkpoint").read_text() == 'model_checkpoint_path: "cp.ckpt"\n'


def test_other_names_get_no_companions(tmp_path):
    model = Small()
    trained(model)
    model.save_weights(tmp_path / "a.weights.h5")
    model.save_weights(tmp_path / "b.h5")
    assert sorted(os.listdir(tmp_path)) == ["a.weights.h5", "b.h5"]


@pytest.mark.parametrize(
    "make", [Small, lambda: keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])]
)
def test_a_model_without_weights_takes_them_when_it_has_some(tmp_path, make):
    """Training goes on where it stood, the optimizer's state included."""
    keras.utils.set_random_seed(0)
    whole, half = make(), make()
    _, x = trained(whole, epochs=1)
    whole.save_weights(tmp_path / "cp")
    expected = whole.fit(x, x.sum(1, keepdims=True), epochs=1, verbose=0, shuffle=False).history["loss"]
    half.compile("adam", "mse")
    half.load_weights(tmp_path / "cp")
    assert not half.built
    history = half.fit(x, x.sum(1, keepdims=True), epochs=1, verbose=0, shuffle=False)
    assert history.history["loss"] == pytest.approx(expected, rel=1e-5)
    for a, b in zip(whole.get_weights(), half.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert int(half.optimizer.iterations) == 2


def test_a_call_alone_is_enough(tmp_path):
    model, again = Small(), Small()
    _, x = trained(model)
    model.save_weights(tmp_path / "cp")
    again.load_weights(tmp_path / "cp")
    np.testing.assert_array_equal(again(x).numpy(), model(x).numpy())


def test_what_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="there is no such file"):
        Small().load_weights(tmp_path / "absent")
