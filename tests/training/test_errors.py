"""Errors at the boundary of compile, fit, evaluate and predict: who, expected, received, what to do."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers


@pytest.fixture
def model():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="softmax", name="head")], name="m"
    )
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
Y = np.arange(20) % 3


def test_wrong_feature_count(model):
    with pytest.raises(ValueError, match=r"'m' expected inputs of 4 features.*received shape \(20, 5\)"):
        model.fit(np.ones((20, 5)), Y, verbose=0, batch_size=20)
    head = layers.Dense(3, name="head")
    head(np.ones((2, 64)))
    with pytest.raises(ValueError, match=r"Dense 'head' expected inputs with 64 features \(it was built on \(2, 64\)\), "
                                         r"received shape \(32, 10\)\. Rebuild the layer or reshape the input\."):  # fmt: skip
        head(np.ones((32, 10)))


def test_wrong_rank(model):
    with pytest.raises(ValueError, match=r"received shape \(4,\).*x\[None\]"):
        model(X[0])
    with pytest.raises(ValueError, match="rank at least 2"):
        layers.Dense(3)(np.ones(4))


def test_images_without_channels():
    with pytest.raises(ValueError, match=r"channels axis: add one with x\[\.\.\., None\]"):
        layers.Conv2D(4, 3)(np.ones((8, 28, 28)))
    net = keras.Sequential([keras.Input((28, 28, 3)), layers.Conv2D(4, 3)])
    with pytest.raises(ValueError, match=r"channels axis: add one with x\[\.\.\., None\]"):
        net.predict(np.ones((8, 28, 28)), verbose=0)


def test_different_lengths(model):
    with pytest.raises(ValueError, match="same number of samples: x has 20 samples, y has 19 samples"):
        model.fit(X, Y[:-1], verbose=0)
    with pytest.raises(ValueError, match="sample_weight has 3 samples"):
        model.fit(X, Y, sample_weight=np.ones(3), verbose=0)


def test_empty(model):
    with pytest.raises(ValueError, match="x is empty: it holds 0 samples"):
        model.fit(X[:0], Y[:0], verbose=0)
    with pytest.raises(ValueError, match="x is empty"):
        model.predict(X[:0], verbose=0)


def test_no_targets(model):
    for arguments in ({"x": X}, {"x": X, "y": Y, "validation_data": X}, {"x": iter([X])}):
        with pytest.raises(ValueError, match="expected targets, received only the inputs"):
            model.fit(**arguments, verbose=0)


def test_notes_name_the_function_and_the_innermost_layer():
    class Times(keras.Layer):
        def call(self, x):
            return keras.ops.matmul(x, np.ones((3, 3), "float32"))

    with pytest.raises(ValueError, match="matmul") as caught:
        keras.Sequential([Times(name="times")], name="outer")(np.ones((2, 4), "float32"))
    assert caught.value.__notes__ == [
        "In ops.matmul on arrays of shapes (2, 4), (3, 3) (float32). "
        "The axes that are multiplied must be of one size: reshape or transpose one of the arrays.",
        "While calling Times 'times' on shapes (2, 4).",
    ]


def test_strings_and_objects(model):
    with pytest.raises(ValueError, match="expected numbers, received an array of strings"):
        model.fit(np.array([["a"] * 4] * 20), Y, verbose=0)
    with pytest.raises(ValueError, match="y expected numbers, received an array of strings"):
        model.fit(X, np.array(["setosa"] * 20), verbose=0)
    ragged = np.empty(2, object)
    ragged[:] = [[1, 2], [3]]
    with pytest.raises(ValueError, match="Python objects"):
        model.fit(ragged, Y[:2], verbose=0)
    with pytest.raises(ValueError, match="different lengths"):
        model.fit([[1, 2, 3, 4], [1, 2]], Y[:2], verbose=0)


def test_labels_outside_the_classes(model):
    labels = Y.copy()
    labels[7] = 3
    with pytest.raises(ValueError, match=r"label 3.*row 7"):
        model.fit(X, labels, verbose=0, shuffle=False)
    labels[7] = -1
    with pytest.raises(ValueError, match=r"label -1.*row 7"):
        model.evaluate(X, labels, verbose=0)


def test_integer_labels_under_a_one_hot_loss(model):
    model.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ValueError, match="sparse_categorical_crossentropy"):
        model.fit(X, Y, verbose=0)


def test_n_against_n_by_1_is_aligned():
    """(n,) targets against (n, 1) predictions are compared element by element, never as (n, n)."""
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mse"])
    y = Y.astype("float32")
    expected = np.mean((model.predict(X, verbose=0)[:, 0] - y) ** 2)
    loss, metric = model.evaluate(X, y, verbose=0, batch_size=20)
    assert loss == pytest.approx(expected, rel=1e-5)
    assert metric == pytest.approx(expected, rel=1e-5)
    assert model.evaluate(X, y[:, None], verbose=0, batch_size=20)[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"optimizer": "adm"}, "Unknown optimizer 'adm'. Did you mean 'adam'"),
        ({"loss": "meen_squared_error"}, "Did you mean 'mean_squared_error'"),
        ({"loss": "mse", "metrics": ["acuracy"]}, "Did you mean '.*accuracy'"),
        ({"optimizer": 3}, "Expected an optimizer"),
    ],
)
def test_unknown_names(model, arguments, text):
    with pytest.raises(ValueError, match=text):
        model.compile(**arguments)


def test_unknown_names_in_layers():
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        layers.Dense(3, activation="reul")
    with pytest.raises(ValueError, match="glorot_uniform|GlorotUniform"):
        layers.Dense(3, kernel_initializer="glorot_unifrom")
    with pytest.raises(ValueError, match="'activaton'.*Did you mean 'activation'"):
        layers.Dense(3, activaton="relu")


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_before_compile(method):
    model = keras.Sequential([layers.Dense(3)], name="m")
    with pytest.raises(ValueError, match=rf"'m' must be compiled before {method}\(\). Call model.compile"):
        getattr(model, method)(X, Y)


@pytest.mark.parametrize("units", [-3, 0, 2.5, "8", None, True])
def test_units(units):
    with pytest.raises(ValueError, match="units must be a positive integer, received"):
        layers.Dense(units)


@pytest.mark.parametrize("split", [1.0, -0.2, 1.5, "0.2"])
def test_validation_split(model, split):
    with pytest.raises(ValueError, match="validation_split must lie between 0 and 1, received"):
        model.fit(X, Y, validation_split=split, verbose=0)


def test_validation_split_that_leaves_nothing(model):
    with pytest.raises(ValueError, match="leaves none for training"):
        model.fit(X[:1], Y[:1], validation_split=0.2, verbose=0)


def test_nan_is_told_once_with_its_rows(model):
    x = X.copy()
    x[[3, 11], 1] = np.nan
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(x, Y, epochs=3, verbose=0)
    told = [str(w.message) for w in caught if "NaN" in str(w.message)]
    assert len(told) == 1
    assert "2 of 20 rows (3, 11)" in told[0]


def test_infinity_is_not_told_as_nan(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(X * np.float32(1e4), Y, verbose=0)


def test_batch_size_and_verbose(model):
    with pytest.raises(ValueError, match="batch_size must be a positive integer, received 0"):
        model.fit(X, Y, batch_size=0)
    with pytest.raises(ValueError, match="verbose must be 'auto'"):
        model.fit(X, Y, verbose=7)
    with pytest.raises(ValueError, match="steps_per_epoch must be a positive integer"):
        model.fit(X, Y, steps_per_epoch=-1, verbose=0)
    with pytest.raises(ValueError, match="validation_freq must be"):
        model.fit(X, Y, validation_split=0.2, validation_freq=0, verbose=0)


def test_weights_of_another_shape(model):
    with pytest.raises(
        ValueError, match=r"weight 'm/head/kernel' has shape \(4, 3\), received an array of shape \(3, 4\)"
    ):
        model.set_weights([np.ones((3, 4)), np.ones(3)])
    with pytest.raises(ValueError, match=r"has 2 weights \(\(4, 3\), \(3,\)\), received 1"):
        model.set_weights([np.ones((4, 3))])


def test_class_and_sample_weights_exclude_each_other(model):
    with pytest.raises(ValueError, match="class_weight and sample_weight cannot be given at the same time"):
        model.fit(X, Y, class_weight={0: 2.0}, sample_weight=np.ones(20), verbose=0)


def test_a_callback_class_instead_of_an_object(model):
    with pytest.raises(TypeError, match="add parentheses"):
        model.fit(X, Y, callbacks=[keras.callbacks.Callback], verbose=0)


def test_bad_data_changes_nothing(model):
    """An error at the boundary leaves weights, metrics and optimizer as they were."""
    before = model.get_weights()
    for x, y in ((X, Y[:-1]), (np.ones((20, 5)), Y), (X[:0], Y[:0])):
        with pytest.raises(ValueError):  # noqa: PT011 (the texts are tested above)
            model.fit(x, y, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert int(model.optimizer.iterations) == 0
