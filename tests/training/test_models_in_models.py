"""Models with compiled models inside, as in adversarial networks."""

import numpy as np
import pytest

import minikeras as keras


@pytest.fixture
def judge():
    """A compiled classifier of four numbers."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("form", ["functional", "sequential"])
def test_the_outer_model_reports_its_own_loss(judge, form):
    maker = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    if form == "functional":
        noise = keras.Input((3,))
        outer = keras.Model(noise, judge(maker(noise)))
    else:
        outer = keras.Sequential([keras.Input((3,)), maker, judge])
    outer.compile("adam", "binary_crossentropy")
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    expected = float(np.mean(keras.losses.binary_crossentropy(y, outer.predict(x, verbose=0)).numpy()))
    assert outer.metrics_names == ["loss"]
    assert outer.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert outer.train_on_batch(x, y) == pytest.approx(expected, rel=1e-5)
    assert list(outer.fit(x, y, verbose=0).history) == ["loss"]


def test_the_inner_model_keeps_its_own(judge):
    outer = keras.Sequential([keras.Input((4,)), judge])
    outer.compile("adam", "mse")
    x = np.ones((8, 4), "float32")
    outer.fit(x, np.ones((8, 1)), verbose=0)
    loss, accuracy = judge.evaluate(x, np.ones((8, 1)), verbose=0)
    assert loss > 0
    assert accuracy in (0.0, 1.0)
