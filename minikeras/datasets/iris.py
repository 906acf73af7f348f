"""Iris: 150 flowers of three species, each with four lengths; the smallest set worth learning from."""

import csv

import numpy as np

from minikeras.datasets.source import Source
from minikeras.datasets.split import require_fraction, split_table

TABLE = Source(
    "iris/iris.csv",
    "https://raw.githubusercontent.com/scikit-learn/scikit-learn/1.9.1/sklearn/datasets/data/iris.csv",
    sha256="f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
)


def load_data(test_split=0.2, seed=113):
    """Measures and species as `(x_train, y_train), (x_test, y_test)`.

    Measures are float64 of shape (rows, 4), in centimetres (`get_feature_names`); species are int64 of shape
    (rows,), from 0 to 2 (`get_label_names`). 120 rows are to train and 30 to test, in an order that depends
    on the seed; `test_split=0` gives all 150 to train.

    Source: R. Fisher, The Use of Multiple Measurements in Taxonomic Problems, Annals of Eugenics 7 (1936), in
    the table of scikit-learn, which follows the paper where the one of the UCI repository errs in two
    flowers.

    >>> (x_train, y_train), (x_test, y_test) = load_data()
    >>> x_train.shape, sorted(set(y_test.tolist()))
    ((120, 4), [0, 1, 2])
    """
    require_fraction(test_split)
    with open(TABLE.fetch(), encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    x = np.array([row[:-1] for row in rows], np.float64)
    y = np.array([row[-1] for row in rows], np.int64)
    return split_table(x, y, test_split, seed)


def get_feature_names():
    """What the four columns measure, in order.

    >>> get_feature_names()[0]
    'sepal length (cm)'
    """
    return ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")


def get_label_names():
    """The three species, in the order of the labels.

    >>> get_label_names()
    ('setosa', 'versicolor', 'virginica')
    """
    return ("setosa", "versicolor", "virginica")
