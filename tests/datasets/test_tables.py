"""Boston and California housing from small files on a real server; iris from its real file."""

import inspect
import shutil
from pathlib import Path

import numpy as np
import pytest
from archives import npz
from sklearn.datasets import load_iris

from minikeras.datasets import boston_housing, california_housing, iris

ROWS = 1000
X = np.random.default_rng(0).standard_normal((ROWS, 3))
Y = np.arange(ROWS) / 10


@pytest.mark.parametrize(("test_split", "train"), [(0.2, 800), (0.0, 1000), (0.999, 1)])
@pytest.mark.parametrize("module", [boston_housing, california_housing])
def test_rows_are_shuffled_together_and_split(publish, module, test_split, train):
    publish(module, npz(x=X, y=Y))
    (x_train, y_train), (x_test, y_test) = module.load_data(test_split=test_split, seed=3)
    assert (len(x_train), len(y_train), len(x_test), len(y_test)) == (
        train,
        train,
        ROWS - train,
        ROWS - train,
    )
    order = np.arange(ROWS)
    np.random.RandomState(3).shuffle(order)
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), X[order], strict=True)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), Y[order], strict=True)


@pytest.mark.parametrize("module", [boston_housing, california_housing, iris])
def test_the_seed_decides_the_order(request, module):
    if module is not iris:
        request.getfixturevalue("publish")(module, npz(x=X, y=Y))
    same, again, other = (module.load_data(seed=seed)[0][0] for seed in (113, 113, 114))
    np.testing.assert_array_equal(same, again)
    np.testing.assert_array_equal(same, module.load_data()[0][0])
    assert not np.array_equal(same, other)


@pytest.mark.parametrize("test_split", [-0.1, 1, 1.5, float("nan")])
@pytest.mark.parametrize("module", [boston_housing, california_housing, iris])
def test_refuses_other_shares(module, test_split):
    with pytest.raises(ValueError, match=f"test_split of at least 0 and below 1 .* received {test_split}"):
        module.load_data(test_split=test_split)


def test_the_small_california_is_made_of_the_first_rows(publish):
    publish(california_housing, npz(x=X.astype(np.float32), y=Y.astype(np.float32)))
    (x_train, y_train), (x_test, y_test) = california_housing.load_data("small")
    assert (x_train.shape, x_test.shape, x_train.dtype) == ((480, 3), (120, 3), np.float32)
    np.testing.assert_array_equal(np.sort(np.concatenate([y_train, y_test])), Y[:600].astype(np.float32))


def test_refuses_another_california():
    with pytest.raises(ValueError, match="expected version 'small' or 'large', received 'medium'"):
        california_housing.load_data("medium")


def test_signatures_are_those_of_keras():
    table = "path='{}.npz', test_split=0.2, seed=113)"
    assert str(inspect.signature(boston_housing.load_data)) == "(" + table.format("boston_housing")
    california = "(version='large', " + table.format("california_housing")
    assert str(inspect.signature(california_housing.load_data)) == california


class TestIris:
    def test_is_scikit_learns(self):
        (x, y), (x_test, y_test) = iris.load_data(test_split=0)
        assert (len(x_test), len(y_test)) == (0, 0)
        published = load_iris()
        order = np.arange(150)
        np.random.RandomState(113).shuffle(order)
        np.testing.assert_array_equal(x, published.data[order], strict=True)
        np.testing.assert_array_equal(y, published.target[order])
        assert y.dtype == np.int64
        assert iris.get_feature_names() == tuple(published.feature_names)
        assert iris.get_label_names() == tuple(published.target_names)

    def test_follows_fisher_where_uci_errs(self):
        (x, _), _ = iris.load_data(test_split=0)
        # Fisher's flowers 35 and 38; UCI's file has [4.9, 3.1, 1.5, 0.1] for both.
        assert [4.9, 3.1, 1.5, 0.2] in x.tolist()
        assert [4.9, 3.6, 1.4, 0.1] in x.tolist()

    def test_splits_by_default(self):
        (x_train, y_train), (x_test, y_test) = iris.load_data()
        assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == (
            (120, 4),
            (120,),
            (30, 4),
            (30,),
        )
        assert np.bincount(np.concatenate([y_train, y_test])).tolist() == [50, 50, 50]

    def test_is_downloaded_without_a_checkout(self, publish, server, cache):
        expected = (Path(__file__).parents[2] / "datasets" / "iris" / "iris.csv").read_bytes()
        publish(iris, expected, "TABLE")
        assert iris.load_data()[0][0].shape == (120, 4)
        assert (cache / "iris" / "iris.csv").read_bytes() == expected

    def test_is_found_in_the_cache(self, cache):
        (cache / "iris").mkdir(parents=True)
        shutil.copy(Path(__file__).parents[2] / "datasets" / "iris" / "iris.csv", cache / "iris")
        assert iris.load_data()[0][0].shape == (120, 4)
