"""Models as scikit-learn estimators: those of Keras 3, and those of older Keras."""

import copy
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

import minikeras as keras

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.datasets import load_iris  # noqa: E402
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

from minikeras.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer  # noqa: E402
from minikeras.wrappers.scikit_learn import BaseWrapper, KerasClassifier, KerasRegressor  # noqa: E402

X, LABELS = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[LABELS]


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(5)


def dense_model(X, y, loss="categorical_crossentropy", activation="softmax", units=8):
    inputs = keras.Input((X.shape[1],))
    hidden = keras.layers.Dense(units, activation="relu")(inputs)
    outputs = keras.layers.Dense(y.shape[1] if y.ndim > 1 else 1, activation=activation)(hidden)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.02), loss)
    return model


QUICK = {"epochs": 12, "verbose": 0, "batch_size": 16}
REGRESSION = {"loss": "mse", "activation": "linear"}


def test_classifier_learns_and_names_its_classes():
    classifier = make_pipeline(StandardScaler(), SKLearnClassifier(dense_model, fit_kwargs=QUICK))
    classifier.fit(X, NAMES)
    assert classifier.score(X, NAMES) > 0.85
    assert set(classifier.predict(X)) <= set(NAMES)
    assert classifier[-1].classes_.tolist() == sorted(set(NAMES))
    assert classifier[-1].epoch_ == 12
    assert classifier.decision_function(X).shape == (150, 3)


def test_parameters_and_clones():
    classifier = SKLearnClassifier(dense_model, model_kwargs={"units": 4}, fit_kwargs=QUICK)
    assert set(classifier.get_params(deep=False)) == {"model", "warm_start", "model_kwargs", "fit_kwargs"}
    copied = clone(classifier)
    assert copied.model is dense_model
    assert copied.model_kwargs == {"units": 4}
    assert copied.fit_kwargs == QUICK
    assert "model_kwargs={'units': 4}" in repr(classifier)


def test_searching_and_validating():
    classifier = make_pipeline(StandardScaler(), SKLearnClassifier(dense_model, fit_kwargs=QUICK))
    scores = cross_val_score(classifier, X, LABELS, cv=StratifiedKFold(3, shuffle=True, random_state=0))
    assert scores.mean() > 0.8
    search = GridSearchCV(
        classifier, {"sklearnclassifier__model_kwargs": [{"units": 1}, {"units": 16}]}, cv=2
    )
    search.fit(X, LABELS)
    assert search.best_params_ == {"sklearnclassifier__model_kwargs": {"units": 16}}


def test_a_model_is_copied_unless_it_goes_on():
    model = dense_model(X[:, :3], LABELS, **REGRESSION)
    before = [w.copy() for w in model.get_weights()]
    regressor = SKLearnRegressor(model, fit_kwargs={"verbose": 0})
    regressor.fit(X[:, :3], X[:, 3])
    assert regressor.model_ is not model
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert regressor.predict(X[:, :3]).shape == (150,)
    warm = SKLearnRegressor(model, warm_start=True, fit_kwargs={"verbose": 0}).fit(X[:, :3], X[:, 3:])
    assert warm.model_ is model
    assert warm.predict(X[:, :3]).shape == (150, 1)
    first = warm.score(X[:, :3], X[:, 3:])
    assert warm.fit(X[:, :3], X[:, 3:], epochs=20).score(X[:, :3], X[:, 3:]) > first


def test_transformer():
    transformer = SKLearnTransformer(dense_model, model_kwargs=REGRESSION, fit_kwargs=QUICK)
    assert transformer.fit_transform(X, X[:, :2]).shape == (150, 2)


def test_pickling():
    classifier = SKLearnClassifier(dense_model, fit_kwargs=QUICK).fit(X, LABELS)
    for again in (pickle.loads(pickle.dumps(classifier)), copy.deepcopy(classifier)):
        np.testing.assert_array_equal(again.decision_function(X), classifier.decision_function(X))


def test_refusals():
    with pytest.raises(RuntimeError, match="expected a compiled model, received one that is not"):
        SKLearnRegressor(keras.Sequential([keras.layers.Dense(1)])).fit(X, LABELS)
    with pytest.raises(TypeError, match="a compiled model or a function .*, received str"):
        SKLearnRegressor("model").fit(X, LABELS)
    with pytest.raises(ValueError, match="only one class is present"):
        SKLearnClassifier(dense_model).fit(X, np.zeros(150, int))
    with pytest.raises(ValueError, match="Unknown label type: 'continuous'"):
        SKLearnClassifier(dense_model).fit(X, X[:, 0])
    with pytest.raises(RuntimeError, match="enable_metadata_routing=True"):
        SKLearnClassifier(dense_model).set_fit_request(sample_weight=True)
    with pytest.raises(sklearn.exceptions.NotFittedError):
        SKLearnTransformer(dense_model).transform(X)


def test_metadata_requests():
    with sklearn.config_context(enable_metadata_routing=True):
        assert SKLearnClassifier(dense_model).set_fit_request(sample_weight=True) is not None


def seeded_model(X, y, **kwargs):
    """The same model for each fit, so that what is fitted twice is the same."""
    keras.utils.set_random_seed(0)
    return dense_model(X, y, **kwargs)


# Samples of no weight still count, and a model does not always learn every class of a small set.
RANDOM = {
    "check_classifier_data_not_an_array", "check_classifiers_classes", "check_classifiers_one_label_sample_weights",
    "check_classifiers_train", "check_fit_idempotent", "check_supervised_y_2d",
}  # fmt: skip

# Predictions are of the model's dtype, float32.
FLOAT64 = {"check_regressor_multioutput"}


@pytest.mark.parametrize(
    ("estimator", "allowed"),
    [
        (SKLearnClassifier(seeded_model, fit_kwargs={"epochs": 5, "verbose": 0}), RANDOM),
        (SKLearnRegressor(seeded_model, model_kwargs=REGRESSION, fit_kwargs={"verbose": 0}), FLOAT64),
        (SKLearnTransformer(seeded_model, model_kwargs=REGRESSION, fit_kwargs={"verbose": 0}), set()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_checks_of_scikit_learn(estimator, allowed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = {r["check_name"] for r in results if r["status"] == "failed"}
    assert failed <= allowed
    assert sum(r["status"] == "passed" for r in results) > 35


# Of older Keras


def make_classifier(optimizer="adam", units=8, outputs=3):
    last = {"units": outputs, "activation": "softmax" if outputs > 1 else "sigmoid"}
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units, activation="relu"), keras.layers.Dense(**last)]
    )
    loss = "categorical_crossentropy" if outputs > 1 else "binary_crossentropy"
    model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    return model


def make_regressor():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


@pytest.fixture
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def test_the_older_classifier_warns():
    with pytest.warns(DeprecationWarning, match="write keras.wrappers.SKLearnClassifier") as caught:
        KerasClassifier(build_fn=make_classifier, epochs=1)
    assert caught[0].filename == __file__


@pytest.mark.usefixtures("_quiet")
def test_the_older_classifier_in_a_search_over_everything():
    classifier = KerasClassifier(build_fn=make_classifier, epochs=2, batch_size=10, verbose=0)
    search = GridSearchCV(classifier, {"epochs": [1, 30], "units": [4, 16], "optimizer": ["adam"]}, cv=2)
    order = np.random.default_rng(0).permutation(150)
    found = search.fit(X[order], LABELS[order])
    assert found.best_params_["epochs"] == 30
    assert found.best_score_ > 0.6
    assert found.best_estimator_.model.layers[0].units == found.best_params_["units"]
    scores = cross_val_score(classifier, X[order], LABELS[order], cv=3)
    assert scores.shape == (3,)


@pytest.mark.usefixtures("_quiet")
def test_the_older_classifier_predicts():
    classifier = KerasClassifier(build_fn=make_classifier, epochs=15, verbose=0)
    history = classifier.fit(X, NAMES)
    assert len(history.history["loss"]) == 15
    assert classifier.classes_.tolist() == sorted(set(NAMES))
    assert classifier.predict(X).shape == (150,)
    assert set(classifier.predict(X)) <= set(NAMES)
    np.testing.assert_allclose(classifier.predict_proba(X).sum(1), 1, rtol=1e-5)
    assert classifier.score(X, NAMES) == pytest.approx((classifier.predict(X) == NAMES).mean())
    one_hot = keras.utils.to_categorical(LABELS)
    classifier.fit(X, one_hot, epochs=1)
    assert classifier.predict(X[:2]).dtype.kind == "i"
    assert 0 <= classifier.score(X, one_hot) <= 1


@pytest.mark.usefixtures("_quiet")
def test_the_older_classifier_with_one_output_and_weights():
    classifier = KerasClassifier(make_classifier, outputs=1, epochs=3, verbose=0)
    classifier.fit(X[:100], LABELS[:100], sample_weight=np.ones(100))
    assert classifier.predict(X[:5]).shape == (5, 1)
    assert classifier.predict_proba(X[:5]).shape == (5, 2)
    assert classifier.n_classes_ == 2


@pytest.mark.usefixtures("_quiet")
def test_the_older_regressor():
    regressor = KerasRegressor(build_fn=make_regressor, epochs=5, batch_size=5, verbose=0)
    pipeline = make_pipeline(StandardScaler(), regressor)
    scores = cross_val_score(pipeline, X, X[:, 2], cv=3)
    assert (scores < 0).all()
    regressor.fit(X, X[:, 2])
    assert regressor.predict(X).shape == (150,)
    loss = regressor.model.evaluate(X, X[:, 2], verbose=0)
    assert regressor.score(X, X[:, 2]) == pytest.approx(-loss, rel=1e-5)


@pytest.mark.usefixtures("_quiet")
def test_older_parameters():
    classifier = KerasClassifier(build_fn=make_classifier, units=3, epochs=2)
    assert classifier.get_params() == {"units": 3, "epochs": 2, "build_fn": make_classifier}
    assert classifier.set_params(units=5).get_params()["units"] == 5
    copied = clone(classifier)
    assert copied.get_params() == classifier.get_params()
    assert copied.filter_sk_params(make_classifier) == {"units": 5}
    with pytest.raises(ValueError, match="colour is not a legal parameter"):
        KerasClassifier(build_fn=make_classifier, colour=1)
    with pytest.raises(ValueError, match="expected build_fn, a function that makes a compiled model"):
        KerasRegressor()
    with pytest.raises(AttributeError, match="has no model yet. Call fit first"):
        classifier.predict(X)
    with pytest.raises(ValueError, match="Invalid shape for y"):
        classifier.fit(X, np.zeros((150, 2, 2)))


@pytest.mark.usefixtures("_quiet")
def test_an_older_wrapper_that_makes_its_model_itself():
    class Mine(KerasClassifier):
        def __call__(self, units=2):
            return make_classifier(units=units)

    mine = Mine(units=6, epochs=1, verbose=0)
    mine.fit(X, LABELS)
    assert mine.model.layers[0].units == 6
    assert isinstance(mine, BaseWrapper)


@pytest.mark.usefixtures("_quiet")
def test_no_accuracy_no_score():
    def without_metrics():
        model = make_classifier()
        model.compile("adam", "categorical_crossentropy")
        return model

    classifier = KerasClassifier(build_fn=without_metrics, epochs=1, verbose=0)
    classifier.fit(X, LABELS)
    with pytest.raises(ValueError, match=r'Pass metrics=\["accuracy"\]'):
        classifier.score(X, LABELS)


def test_without_scikit_learn():
    """The package is there without it; using an estimator says what to install."""
    code = (
        "import sys; sys.modules['sklearn'] = None; import minikeras.wrappers as w\n"
        "try:\n    w.SKLearnClassifier\nexcept ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (
        run.stdout
        == "SKLearnClassifier needs scikit-learn, which is not installed. Run: pip install scikit-learn\n"
    )
