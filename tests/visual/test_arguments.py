"""What cannot be drawn is told in words, and a picture is written whole or not at all."""

import re

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, utils

pytest.importorskip("matplotlib")
X = np.zeros((4, 3), "float32")


@pytest.fixture(scope="module")
def model():
    return keras.Sequential([keras.Input((3,)), layers.Dense(2, name="first"), layers.Dense(1)])


def raises(kind, text):
    return pytest.raises(kind, match=re.escape(text))


@pytest.mark.parametrize(
    "values", [["a", "b"], [{"a": 1}], np.ones((2, 2)), [[1], [1, 2]], [1j], 3.0, np.array(3.0)]
)
def test_histories_that_hold_no_numbers(values):
    text = "plot_history expected history['top'] to be a list with a number for each epoch, received "
    for history, metrics in (({"top": values}, None), ({"top": values, "loss": [1.0]}, ["top"])):
        with raises(TypeError, f"{text}{values!r:.60}. Draw others"):
            utils.plot_history(history, metrics)
    assert len(utils.plot_history({"top": values, "loss": [1.0]}).axes) == 1


def test_histories_of_other_kinds():
    with raises(TypeError, "expected metrics to be a list of names among ['loss'], received 3"):
        utils.plot_history({"loss": [1.0]}, metrics=3)
    assert len(utils.plot_history({"loss": [1.0, None], 3: [1, 2]}, metrics="loss").axes) == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"max_filters": "a"}, "plot_weights expected max_filters to be a whole number from 1 up, received 'a' of type str"),
        ({"max_filters": 0}, "expected max_filters to be a whole number from 1 up, received 0"),
        ({"image_shape": 3}, "expected image_shape to be (height, width) or (height, width, 3), received 3"),
        ({"image_shape": (5, 5)}, "no matrix here has the 25 inputs of images of image_shape=(5, 5); the matrices have [3, 2]"),
    ],
)  # fmt: skip
def test_weights(model, arguments, text):
    with raises(ValueError, text):
        utils.plot_weights(model, **arguments)


def test_activations(model):
    with raises(TypeError, "plot_activations expected a model, received 3 of type int"):
        utils.plot_activations(3, X)
    with raises(TypeError, "expected sample to be the number of a sample, received 'a'"):
        utils.plot_activations(model, X, sample="a")
    with raises(TypeError, "expected layers to be a list of layers' names, received 3"):
        utils.plot_activations(model, X, layers=3)
    with raises(ValueError, "expected max_channels to be a whole number from 1 up, received None"):
        utils.plot_activations(model, X, max_channels=None)
    assert len(utils.plot_activations(model, X, layers="first").axes) == 1


@pytest.mark.parametrize(
    ("truth", "guess", "text"),
    [
        ([0, 10**9], [0, 1], "expected at most 5,000 classes, received the class 1,000,000,000. Number the classes from 0"),
        ([0, -1], [0, 1], "expected classes from 0 up, received the class -1. Number the classes from 0"),
        ([0.5, 1.7], [0, 1], "expected y_true as whole numbers, received numbers from 0.5 to 1.7. Turn them into classes"),
        ([0, 1], [-2.5, 4.0], "whole numbers or probabilities, received numbers from -2.5 to 4. Turn scores into probabilities"),
        ([0, 1], [np.nan, 1], "expected y_pred of finite numbers, received 1 that are NaN or infinite"),
        ([0, 1e30], [0, 1], "expected y_true as numbers of classes, received 1e+30"),
        ([[0], [1, 2]], [0, 1], "expected y_true as an array, received rows of different lengths"),
    ],
)  # fmt: skip
def test_classes(truth, guess, text):
    with raises(ValueError, text):
        utils.plot_confusion_matrix(truth, guess)


def test_labels_and_thresholds():
    with raises(TypeError, "expected labels to be a list of the classes' names, received 3"):
        utils.plot_confusion_matrix([0, 1], [0, 1], labels=3)
    with raises(TypeError, "expected threshold to be a number such as 0.5, received 'a'"):
        utils.plot_confusion_matrix([0, 1], [0.2, 0.7], threshold="a")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"line_length": "a"}, "summary expected line_length to be a positive whole number of characters or None, received 'a'"),
        ({"positions": [0.5, 1.0]}, "expected positions to be where each of its 3 columns (Layer (type), Output Shape, Param #) ends"),
        ({"positions": "a"}, "ascending, as shares of the line such as [0.33, 0.67, 1.0]"),
        ({"layer_range": ["first"]}, "layer_range expected the names (or regular expressions) of two layers, [first, last], received"),
    ],
)  # fmt: skip
def test_summaries(model, arguments, text):
    with raises(ValueError, text):
        model.summary(**arguments)
    with raises(
        TypeError, "summary expected print_fn to be a function of a line of text, such as print, received 3"
    ):
        model.summary(print_fn=3)


@pytest.mark.parametrize("kind", ["history", "model", "image"])
def test_a_full_disk_leaves_the_last_picture(tmp_path, model, kind):
    resource = pytest.importorskip("resource")
    path = tmp_path / "picture.png"

    def write():
        if kind == "history":
            utils.plot_history({"loss": [1.0, 0.5]}).savefig(path, dpi=100)
        elif kind == "model":
            utils.plot_model(model, path)
        else:
            pytest.importorskip("PIL")
            utils.save_img(path, np.random.default_rng(0).random((64, 64, 3)))

    write()
    good = path.read_bytes()
    assert good.startswith(b"\x89PNG")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(
            OSError, match=r"picture.png could not be written: expected room for it, .*Free some space"
        ):
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == good
    assert list(tmp_path.iterdir()) == [path]


def test_pictures_of_all_kinds(tmp_path):
    figure = utils.plot_history({"loss": [1.0, 0.5]})
    figure.savefig(tmp_path / "a.pdf")
    figure.savefig(str(tmp_path / "b"))
    figure.savefig(tmp_path / "c.dat", format="svg")
    heads = {path.name: path.read_bytes()[:5] for path in tmp_path.iterdir()}
    assert heads == {"a.pdf": b"%PDF-", "b.png": b"\x89PNG\r", "c.dat": b"<?xml"}
