"""Metrics as the user meets them: names, resolution by shapes, errors, masks, and metrics of the user's own."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from minikeras import losses, metrics, ops, registry
from minikeras.autodiff import SymbolicTensor, Tensor, probing
from minikeras.metrics.confusion import Thresholds, confusion

# Names


@pytest.mark.parametrize(
    ("y_true", "y_pred", "expected"),
    [
        ((8,), (8, 1), "BinaryAccuracy"),
        ((8, 1), (8, 1), "BinaryAccuracy"),
        ((8,), (8,), "BinaryAccuracy"),
        ((8,), (8, 3), "SparseCategoricalAccuracy"),
        ((8, 1), (8, 3), "SparseCategoricalAccuracy"),
        ((8, 3), (8, 3), "CategoricalAccuracy"),
        ((8, 5), (8, 5, 3), "SparseCategoricalAccuracy"),
        ((8, 5, 3), (8, 5, 3), "CategoricalAccuracy"),
    ],
)
def test_accuracy_is_chosen_by_the_shapes(y_true, y_pred, expected):
    for name in ("accuracy", "acc"):
        metric = metrics.resolve(name, np.zeros(y_true), np.zeros(y_pred))
        assert (type(metric).__name__, metric.name) == (expected, name)


def test_resolving_keeps_names_and_objects():
    y = np.zeros((2, 2))
    metric = metrics.Precision(name="mine")
    assert metrics.resolve(metric, y, y) is metric
    assert metrics.resolve("mse", y, y).name == "mse"
    assert metrics.resolve("MSE", y, y).name == "MSE"
    assert type(metrics.resolve("mse", y, y)) is metrics.MeanSquaredError
    assert metrics.resolve(losses.huber, y, y).name == "huber"
    assert metrics.resolve(metrics.AUC, y, y).name.startswith("auc")
    assert metrics.resolve(losses.MeanSquaredError(name="loss"), y, y).name == "loss"


def test_short_names():
    for short, cls in [
        ("mse", "MeanSquaredError"),
        ("MAE", "MeanAbsoluteError"),
        ("bce", "BinaryCrossentropy"),
    ]:
        assert type(metrics.get(short)) is getattr(metrics, cls)
    assert metrics.get("huber") is losses.huber
    assert metrics.get(None) is None


def test_unknown_names():
    with pytest.raises(ValueError, match=r"^Unknown metric 'acuracy'\. Did you mean 'accuracy'\?"):
        metrics.get("acuracy")
    with pytest.raises(ValueError, match=r"^Expected a metric: .* received 3"):
        metrics.get(3)


def test_names_are_numbered():
    registry.forget_names()
    assert [metrics.Precision().name for _ in range(3)] == ["precision", "precision_1", "precision_2"]
    assert [metrics.Mean().name for _ in range(2)] == ["mean", "mean"]


# Alignment, weights and masks


@pytest.mark.parametrize(
    "cls", ["BinaryAccuracy", "MeanSquaredError", "Precision", "AUC", "Hinge", "BinaryCrossentropy"]
)
def test_a_vector_and_a_column_are_compared_element_by_element(cls):
    rng = np.random.default_rng(0)
    t, p = rng.integers(0, 2, 8).astype("float32"), rng.random(8).astype("float32")
    expected = getattr(metrics, cls)()(t[:, None], p[:, None]).numpy()
    np.testing.assert_allclose(getattr(metrics, cls)()(t, p[:, None]).numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(getattr(metrics, cls)()(t[:, None], p).numpy(), expected, rtol=1e-6)


def test_own_functions_are_aligned_too():
    metric = metrics.resolve(lambda y_true, y_pred: ops.abs(y_true - y_pred), 0, 0)
    assert float(metric(np.arange(4.0), np.zeros((4, 1)))) == 1.5


def masked(values, mask):
    tensor = Tensor(np.asarray(values, "float32"))
    tensor.mask = Tensor(np.asarray(mask))
    return tensor


def test_a_mask_leaves_steps_out():
    p = masked([[[1.0], [9.0]], [[3.0], [9.0]]], [[True, False], [True, False]])
    metric = metrics.MeanAbsoluteError()
    metric.update_state(np.zeros((2, 2, 1)), p)
    assert float(metric.result()) == 2.0


def test_a_mask_and_weights_together():
    p = masked([[[1.0], [9.0]], [[3.0], [5.0]]], [[True, False], [True, True]])
    metric = metrics.MeanAbsoluteError()
    metric.update_state(np.zeros((2, 2, 1)), p, sample_weight=np.array([1.0, 3.0]))
    # Of the first sample a half remains; a sample's values and weights are means over its steps.
    assert float(metric.result()) == pytest.approx((0.5 * 1 + 3 * 4) / (0.5 + 3))


@pytest.mark.parametrize("cls", ["MeanSquaredError", "Precision", "AUC", "Mean"])
def test_weights_that_do_not_fit(cls):
    values = [np.zeros((4, 2)), np.zeros((4, 2))]
    with pytest.raises(ValueError, match=r"sample_weight of shape \(3,\) does not fit (values|predictions)"):
        getattr(metrics, cls)().update_state(*values[: 1 if cls == "Mean" else 2], sample_weight=np.ones(3))


# Errors


@pytest.mark.parametrize(
    ("cls", "y_true", "y_pred", "message"),
    [
        ("SparseCategoricalAccuracy", (4, 3), (4, 3), r"received shape \(4, 3\).*'categorical_accuracy'"),
        ("CategoricalAccuracy", (4,), (4, 3), r"received shape \(4,\).*'sparse_categorical_accuracy'"),
        ("TopKCategoricalAccuracy", (4,), (4, 3), "'sparse_top_k_categorical_accuracy'"),
        ("SparseTopKCategoricalAccuracy", (4, 3), (4, 3), "'top_k_categorical_accuracy'"),
        (
            "BinaryAccuracy",
            (4,),
            (4, 3),
            r"binary_accuracy expected targets that fit predictions of shape \(4, 3\)",
        ),
        ("Accuracy", (4,), (5,), r"received shape \(4,\)"),
        ("Precision", (4,), (4, 3), r"targets of shape \(4, 3\).*to_categorical"),
        ("AUC", (4,), (4, 3), "to_categorical"),
        ("F1Score", (4,), (4, 3), "one-hot targets.*to_categorical"),
        ("R2Score", (4,), (4,), r"shape \(samples, outputs\), received \(4,\)"),
        ("RootMeanSquaredError", (4, 2), (4, 3), r"targets of shape \(4, 3\)"),
        ("MeanSquaredError", (4, 2), (4, 3), r"targets of shape \(4, 3\)"),
    ],
)
def test_shapes_that_do_not_match(cls, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        getattr(metrics, cls)().update_state(np.zeros(y_true, int), np.zeros(y_pred))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: metrics.Precision(thresholds=1.5),
            "Precision expected one threshold or several, numbers between 0 and 1, received 1.5",
        ),
        (lambda: metrics.AUC(curve="XY"), "AUC expected curve to be one of.*'XY'"),
        (lambda: metrics.AUC(summation_method="sum"), "summation_method to be one of.*'sum'"),
        (lambda: metrics.AUC(num_labels=3), "num_labels only with multi_label"),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds to be an integer of at least 2, received 1"),
        (lambda: metrics.AUC(thresholds=[2.0]), "thresholds between 0 and 1"),
        (lambda: metrics.SensitivityAtSpecificity(2.0), "between 0 and 1, received 2.0"),
        (
            lambda: metrics.RecallAtPrecision(0.5, num_thresholds=0),
            "num_thresholds to be an integer of at least 1, received 0",
        ),
        (lambda: metrics.FBetaScore(average="mean"), "average to be one of"),
        (lambda: metrics.FBetaScore(beta=1), "beta to be a positive float, received 1"),
        (lambda: metrics.F1Score(threshold=2.0), "threshold to be a float in"),
        (lambda: metrics.IoU(2, [2]), "target_class_ids to be an integer from 0 to 1, received 2"),
        (lambda: metrics.IoU(2, 1), r"a list of classes, such as \[0, 1\], received 1"),
        (
            lambda: metrics.MeanIoU("two"),
            "MeanIoU expected num_classes to be an integer of at least 1, received 'two'",
        ),
        (lambda: metrics.MeanIoU(2, ignore_class=[0, 1]), r"ignore_class to be one class, received \[0, 1\]"),
        (
            lambda: metrics.MeanIoU(2).update_state([0, 1], [0, 1], sample_weight=np.ones(3, int)),
            r"one weight, or one for each of the 2 targets, received weights of shape \(3,\)",
        ),
        (lambda: metrics.AUC(num_thresholds="many"), "an integer of at least 2, received 'many'"),
        (
            lambda: metrics.Recall(class_id=3).update_state(np.eye(2), np.eye(2)),
            "class_id to be an integer from -2 to 1, received 3",
        ),
        (lambda: metrics.R2Score(class_aggregation="sum"), "class_aggregation to be one of"),
        (lambda: metrics.R2Score(num_regressors=-1), "num_regressors to be 0 or more"),
        (lambda: metrics.MeanIoU(2).update_state([0, 1], [[0.1, 0.9], [0.2, 0.8]]), "sparse_y_pred"),
        (lambda: metrics.Precision(class_id=1).update_state([0, 1], [0.1, 0.9]), "Leave class_id out"),
        (lambda: metrics.Mean().stateless_result([1.0]), "has 2 variables, received values for 1"),
    ],
)
def test_errors_of_use(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_constructor_of_the_base_must_be_called():
    class Careless(metrics.Metric):
        def __init__(self):
            self.value = self.add_variable((), "zeros")

    with pytest.raises(
        RuntimeError, match=r"Careless was not constructed: call super\(\).__init__\(\) first"
    ):
        Careless()


def test_float_weights_of_integer_counts_are_a_warning():
    with pytest.warns(UserWarning, match="counts in int32, so its float weights lose their fractions"):
        metrics.MeanIoU(2).update_state([0, 1], [0, 1], sample_weight=np.array([0.5, 0.5]))


def test_too_many_regressors_are_a_warning():
    metric = metrics.R2Score(num_regressors=5)
    metric.update_state([[1.0], [2.0]], [[1.0], [3.0]])
    with pytest.warns(UserWarning, match="5 regressors leave no degree of freedom to 2 samples"):
        metric.result()


# Values


@given(
    arrays("float32", 12, elements=st.floats(0, 1, width=32)),
    arrays(bool, 12),
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=5),
)
def test_confusion_counts_what_lies_above_each_threshold(predictions, targets, thresholds):
    counted = confusion(targets, predictions, Thresholds(thresholds))
    above = predictions[None] > np.array(thresholds, "float32")[:, None]
    np.testing.assert_array_equal(counted.true_positives, (above & targets).sum(axis=1))
    np.testing.assert_array_equal(counted.false_positives, (above & ~targets).sum(axis=1))
    np.testing.assert_array_equal(counted.false_negatives, (~above & targets).sum(axis=1))
    np.testing.assert_array_equal(counted.true_negatives, (~above & ~targets).sum(axis=1))


def test_auc_of_many_thresholds_is_the_share_of_ordered_pairs():
    """The area under the ROC curve is the probability that a positive ranks above a negative (Hanley & McNeil 1982)."""
    rng = np.random.default_rng(0)
    t = rng.integers(0, 2, 200)
    p = np.clip(rng.normal(0.4 + 0.2 * t, 0.15), 0, 1)
    pairs = np.mean(p[t == 1][:, None] > p[t == 0][None])
    assert float(metrics.AUC(num_thresholds=5000)(t, p)) == pytest.approx(pairs, abs=1e-3)


def test_nan_predictions_are_above_no_threshold():
    assert float(metrics.Recall()([1, 1], [np.nan, 0.9])) == 0.5
    assert np.isfinite(float(metrics.AUC()([1, 0], [np.nan, 0.9])))


def test_a_mean_over_batches_is_the_mean_over_all():
    rng = np.random.default_rng(1)
    t, p = rng.integers(0, 3, 100), rng.random((100, 3))
    metric = metrics.SparseCategoricalAccuracy()
    for start in range(0, 100, 32):
        metric.update_state(t[start : start + 32], p[start : start + 32])
    assert float(metric.result()) == pytest.approx(np.mean(p.argmax(axis=-1) == t))


def test_top_k_counts_ties_as_hits():
    assert float(metrics.SparseTopKCategoricalAccuracy(k=1)([1], [[0.5, 0.5]])) == 1.0
    assert float(metrics.SparseTopKCategoricalAccuracy(k=1)([7], [[0.5, 0.5]])) == 0.0


def test_functions_return_floats():
    result = metrics.sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.1, 0.9]])
    assert (result.dtype, result.tolist()) == ("float32", [1.0, 0.0])
    with pytest.raises(TypeError, match="has no value yet"):
        metrics.binary_accuracy(SymbolicTensor((None,)), SymbolicTensor((None,)))


def test_probing_changes_no_state():
    metric = metrics.Mean()
    precision = metrics.Precision()
    with probing():
        metric.update_state([1.0])
        precision.update_state([1.0], [1.0])
    assert not any(v.numpy().any() for v in [*metric.variables, *precision.variables])


# Metrics of the user's own


class TruePositivesOf(metrics.Metric):
    def __init__(self, label=1, name="true_positives_of", **kwargs):
        super().__init__(name=name, **kwargs)
        self.label = label
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.inner = [metrics.Mean(name="inner")]

    def update_state(self, y_true, y_pred, sample_weight=None):
        hit = ops.logical_and(ops.equal(y_true, self.label), ops.equal(y_pred, self.label))
        values = ops.cast(hit, self.dtype)
        self.hits.assign(self.hits + ops.sum(values))
        self.inner[0].update_state(values)

    def result(self):
        return self.hits


def test_a_subclass_works_and_is_stored_with_its_arguments():
    metric = TruePositivesOf(2)
    assert float(metric(np.array([2, 1, 2]), np.array([2, 2, 2]))) == 2.0
    assert [v.name for v in metric.variables] == ["hits", "total", "count"]
    assert metric.variables[0].path == "true_positives_of/hits"
    metric.reset_state()
    assert float(metric.result()) == 0.0
    config = json.loads(json.dumps(metrics.serialize(metric)))
    assert config["config"] == {"label": 2, "name": "true_positives_of", "dtype": "float32"}
    assert metrics.deserialize(config, custom_objects={"TruePositivesOf": TruePositivesOf}).label == 2


def test_a_function_as_a_metric_is_stored_whole():
    metric = metrics.MeanMetricWrapper(losses.huber, name="h", delta=2.0)
    config = json.loads(json.dumps(metrics.serialize(metric)))
    restored = metrics.deserialize(config)
    arguments = ([[0.0]], [[5.0]])
    assert float(restored(*arguments)) == float(metric(*arguments)) == 8.0


def test_what_must_be_implemented():
    empty = type("Empty", (metrics.Metric,), {"__module__": "mine"})()
    with pytest.raises(NotImplementedError, match="Empty has no update_state"):
        empty.update_state()
    with pytest.raises(NotImplementedError, match="Empty has no result"):
        empty.result()
