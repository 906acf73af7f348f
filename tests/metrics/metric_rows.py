"""One row for each metric class: arguments other than the defaults, and the kinds of its targets and predictions.

kinds: 'numbers', 'probabilities', 'binary' (of shape (8, 4)), 'labels', 'classes' (of shape (8,)), 'onehot', 'yes' and
'single' (one number a sample); targets None for metrics of values alone.
"""

ROWS = {
    "Mean": {"y_true": None, "y_pred": "numbers"},
    "Sum": {"y_true": None, "y_pred": "numbers"},
    "MeanSquaredError": {"y_true": "numbers", "y_pred": "numbers", "kwargs": {"name": "mine"}},
    "RootMeanSquaredError": {"y_true": "numbers", "y_pred": "numbers"},
    "MeanAbsoluteError": {"y_true": "numbers", "y_pred": "numbers"},
    "MeanAbsolutePercentageError": {"y_true": "numbers", "y_pred": "numbers"},
    "MeanSquaredLogarithmicError": {"y_true": "probabilities", "y_pred": "probabilities"},
    "CosineSimilarity": {"y_true": "numbers", "y_pred": "numbers", "kwargs": {"axis": 1}},
    "LogCoshError": {"y_true": "numbers", "y_pred": "numbers"},
    "R2Score": {"y_true": "numbers", "y_pred": "numbers", "kwargs": {"class_aggregation": None}},
    "PearsonCorrelation": {"y_true": "numbers", "y_pred": "numbers", "kwargs": {"axis": 1}},
    "ConcordanceCorrelation": {"y_true": "numbers", "y_pred": "numbers", "kwargs": {"axis": 1}},
    "KLDivergence": {"y_true": "probabilities", "y_pred": "probabilities"},
    "Poisson": {"y_true": "probabilities", "y_pred": "probabilities"},
    "BinaryCrossentropy": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"label_smoothing": 0.1}},
    "CategoricalCrossentropy": {"y_true": "onehot", "y_pred": "numbers", "kwargs": {"from_logits": True}},
    "SparseCategoricalCrossentropy": {
        "y_true": "labels",
        "y_pred": "probabilities",
        "kwargs": {"ignore_class": 0},
    },
    "Hinge": {"y_true": "binary", "y_pred": "numbers"},
    "SquaredHinge": {"y_true": "binary", "y_pred": "numbers"},
    "CategoricalHinge": {"y_true": "onehot", "y_pred": "numbers"},
    "Accuracy": {"y_true": "labels", "y_pred": "classes"},
    "BinaryAccuracy": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"threshold": 0.3}},
    "CategoricalAccuracy": {"y_true": "onehot", "y_pred": "probabilities"},
    "SparseCategoricalAccuracy": {"y_true": "labels", "y_pred": "probabilities"},
    "TopKCategoricalAccuracy": {"y_true": "onehot", "y_pred": "probabilities", "kwargs": {"k": 2}},
    "SparseTopKCategoricalAccuracy": {"y_true": "labels", "y_pred": "probabilities", "kwargs": {"k": 2}},
    "TruePositives": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"thresholds": 0.4}},
    "TrueNegatives": {"y_true": "binary", "y_pred": "probabilities"},
    "FalsePositives": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"thresholds": [0.2, 0.4]}},
    "FalseNegatives": {"y_true": "binary", "y_pred": "probabilities"},
    "Precision": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"top_k": 2, "class_id": 1}},
    "Recall": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"thresholds": 0.2}},
    "SensitivityAtSpecificity": {
        "y_true": "binary",
        "y_pred": "probabilities",
        "kwargs": {"specificity": 0.4},
    },
    "SpecificityAtSensitivity": {
        "y_true": "binary",
        "y_pred": "probabilities",
        "kwargs": {"sensitivity": 0.4, "class_id": 1},
    },
    "PrecisionAtRecall": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"recall": 0.5}},
    "RecallAtPrecision": {
        "y_true": "binary",
        "y_pred": "probabilities",
        "kwargs": {"precision": 0.2, "num_thresholds": 20},
    },
    "AUC": {"y_true": "binary", "y_pred": "probabilities", "kwargs": {"num_thresholds": 50, "curve": "PR"}},
    "F1Score": {"y_true": "onehot", "y_pred": "probabilities", "kwargs": {"average": "macro"}},
    "FBetaScore": {"y_true": "onehot", "y_pred": "probabilities", "kwargs": {"beta": 2.0, "threshold": 0.3}},
    "IoU": {
        "y_true": "labels",
        "y_pred": "classes",
        "kwargs": {"num_classes": 4, "target_class_ids": [0, 2]},
    },
    "BinaryIoU": {"y_true": "yes", "y_pred": "single", "kwargs": {"target_class_ids": [1], "threshold": 0.4}},
    "MeanIoU": {"y_true": "labels", "y_pred": "classes", "kwargs": {"num_classes": 4}},
    "OneHotIoU": {
        "y_true": "onehot",
        "y_pred": "probabilities",
        "kwargs": {"num_classes": 4, "target_class_ids": [1]},
    },
    "OneHotMeanIoU": {"y_true": "onehot", "y_pred": "probabilities", "kwargs": {"num_classes": 4}},
}

# Classes that make metrics of functions.
BASES = ("Metric", "MeanMetricWrapper")
