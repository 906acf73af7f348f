"""One row for each loss class: arguments other than the defaults, and what it is tried on.

y_true, y_pred: functions of a random generator that make float64 predictions and targets for them.
labels: the targets are labels, which have no gradient. also: further arguments whose gradients are checked. masks: samples without loss are left out of
the mean. symbolic: False where the number of samples must be known, because they are compared with each other.
"""

import numpy as np


def numbers(rng):
    return rng.normal(size=(4, 3))


def positive(rng):
    return rng.uniform(0.2, 2.0, size=(4, 3))


def probabilities(rng):
    x = np.exp(rng.normal(size=(4, 3)))
    return x / x.sum(axis=-1, keepdims=True)


def labels(rng):
    return rng.integers(0, 3, 4)


def signs(rng):
    return rng.choice([-1.0, 1.0], (4, 3))


def one_hot(rng):
    return np.eye(3)[rng.integers(0, 3, 4)]


def images(rng):
    return rng.uniform(0.1, 0.9, (2, 3, 4))


def embeddings(rng):
    x = rng.normal(size=(6, 4))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


ROWS = {
    "MeanSquaredError": {"y_true": numbers, "y_pred": numbers, "kwargs": {"reduction": "sum"}},
    "MeanAbsoluteError": {"y_true": numbers, "y_pred": numbers, "kwargs": {"name": "mine"}},
    "MeanAbsolutePercentageError": {"y_true": positive, "y_pred": numbers},
    "MeanSquaredLogarithmicError": {"y_true": positive, "y_pred": positive},
    "CosineSimilarity": {"y_true": numbers, "y_pred": numbers, "kwargs": {"axis": 0}, "also": [{"axis": -1}]},
    "Huber": {"y_true": numbers, "y_pred": numbers, "kwargs": {"delta": 0.5}},
    "LogCosh": {"y_true": numbers, "y_pred": numbers},
    "KLDivergence": {"y_true": probabilities, "y_pred": probabilities},
    "Poisson": {"y_true": positive, "y_pred": positive},
    "BinaryCrossentropy": {
        "y_true": probabilities,
        "y_pred": numbers,
        "kwargs": {"from_logits": True, "label_smoothing": 0.1},
        "also": [{"from_logits": True, "axis": 0}, {"from_logits": True}],
    },
    "BinaryFocalCrossentropy": {
        "y_true": probabilities,
        "y_pred": probabilities,
        "kwargs": {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5},
        "also": [{"from_logits": True, "label_smoothing": 0.2}, {"apply_class_balancing": False, "axis": 0}],
    },
    "CategoricalCrossentropy": {
        "y_true": probabilities,
        "y_pred": probabilities,
        "kwargs": {"label_smoothing": 0.1},
        "also": [{"from_logits": True}, {"from_logits": True, "label_smoothing": 0.2}, {"axis": 0}],
    },
    "CategoricalFocalCrossentropy": {
        "y_true": probabilities,
        "y_pred": probabilities,
        "kwargs": {"alpha": 0.3, "gamma": 1.5},
        "also": [{"from_logits": True, "label_smoothing": 0.2}, {"alpha": [0.2, 0.5, 0.3]}],
    },
    "SparseCategoricalCrossentropy": {
        "y_true": labels,
        "y_pred": numbers,
        "kwargs": {"from_logits": True, "ignore_class": 0},
        "also": [{"from_logits": True}, {"from_logits": True, "ignore_class": None}],
        "labels": True,
    },
    "CategoricalGeneralizedCrossEntropy": {
        "y_true": labels,
        "y_pred": probabilities,
        "kwargs": {"q": 0.7},
        "labels": True,
    },
    "Hinge": {"y_true": signs, "y_pred": numbers},
    "SquaredHinge": {"y_true": signs, "y_pred": numbers},
    "CategoricalHinge": {"y_true": one_hot, "y_pred": numbers},
    "Dice": {"y_true": images, "y_pred": images, "kwargs": {"axis": [1, 2]}, "also": [{"axis": None}]},
    "Tversky": {
        "y_true": images,
        "y_pred": images,
        "kwargs": {"alpha": 0.3, "beta": 0.7, "axis": [1, 2]},
        "also": [{"axis": None}],
    },
    "Circle": {
        "y_true": lambda rng: np.array([0, 1, 0, 2, 1, 0]),
        "y_pred": embeddings,
        "kwargs": {"gamma": 10.0, "margin": 0.3},
        "labels": True,
        "masks": True,
        "symbolic": False,
    },
    "CTC": {
        "y_true": lambda rng: np.array([[1, 2, 2, 0], [3, 0, 0, 0], [0, 0, 0, 0], [1, 2, 1, 3]]),
        "y_pred": lambda rng: rng.normal(size=(4, 7, 4)),
        "labels": True,
    },
}

# Classes that make losses of functions.
BASES = ("Loss", "LossFunctionWrapper")
