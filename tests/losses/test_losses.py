"""Losses as the user meets them: alignment, weights, masks, errors, names, and losses of the user's own."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras import losses, ops, registry
from minikeras.autodiff import GradientTape, Tensor
from minikeras.losses.loss import align

P = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]], "float32")


# Alignment


@pytest.mark.parametrize(
    "cls", ["MeanSquaredError", "MeanAbsoluteError", "Hinge", "BinaryCrossentropy", "Poisson"]
)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
def test_a_vector_and_a_column_are_compared_element_by_element(cls, reduction):
    loss = getattr(losses, cls)(reduction=reduction)
    rng = np.random.default_rng(0)
    t, p = rng.integers(0, 2, 5).astype("float32"), rng.uniform(0.1, 0.9, 5).astype("float32")
    expected = loss(t[:, None], p[:, None]).numpy()
    np.testing.assert_allclose(loss(t, p[:, None]).numpy(), expected, rtol=1e-6)
    np.testing.assert_allclose(loss(t[:, None], p).numpy(), expected, rtol=1e-6)


def test_own_losses_are_aligned_too():
    class Difference(losses.Loss):
        def call(self, y_true, y_pred):
            return y_true - y_pred

    assert Difference(reduction=None)(np.arange(4), np.zeros((4, 1))).shape == (4, 1)
    wrapped = losses.resolve(lambda y_true, y_pred: y_true - y_pred, np.zeros(4), np.zeros((4, 1)))
    assert float(wrapped(np.arange(4), np.zeros((4, 1)))) == 1.5


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.booleans())
def test_alignment_never_broadcasts(shape, first):
    """Values that differ by a last axis of 1 come out in one shape, with their elements in order."""
    x = np.arange(np.prod(shape)).reshape(shape)
    a, b = align(x, x[..., None]) if first else align(x[..., None], x)
    assert a.shape == b.shape
    np.testing.assert_array_equal(np.ravel(a), np.ravel(b))


# Weights and masks


def test_weights_of_samples_count_for_all_their_steps():
    t, p = np.zeros((2, 3, 4)), np.ones((2, 3, 4))
    value = losses.MeanSquaredError(reduction="none")(t, p, sample_weight=np.array([1.0, 2.0]))
    np.testing.assert_array_equal(value.numpy(), [[1, 1, 1], [2, 2, 2]])


def test_as_many_samples_as_steps_still_weigh_by_sample():
    t, p = np.zeros((2, 2, 4)), np.ones((2, 2, 4))
    value = losses.MeanSquaredError(reduction="none")(t, p, sample_weight=np.array([1.0, 2.0]))
    np.testing.assert_array_equal(value.numpy(), [[1, 1], [2, 2]])


@pytest.mark.parametrize("weight", [np.ones(3), np.ones((4, 2)), np.ones((4, 1, 1))])
def test_weights_that_do_not_fit(weight):
    with pytest.raises(
        ValueError, match=r"sample_weight of shape .* does not fit values of shape .*one weight for each"
    ):
        losses.MeanSquaredError()(np.zeros((4, 5)), np.zeros((4, 5)), sample_weight=weight)


def test_a_mask_leaves_steps_out_of_the_mean():
    p = Tensor(np.array([[[1.0], [9.0]], [[3.0], [9.0]]], "float32"))
    p.mask = Tensor(np.array([[True, False], [True, False]]))
    loss = losses.MeanAbsoluteError()
    assert float(loss(np.zeros((2, 2, 1)), p)) == 2.0
    assert float(loss(np.zeros((2, 2, 1)), p, sample_weight=np.array([1.0, 3.0]))) == 5.0


def test_an_empty_mask_gives_zero():
    p = Tensor(np.ones((2, 2, 1), "float32"))
    p.mask = Tensor(np.zeros((2, 2), bool))
    assert float(losses.MeanSquaredError()(np.zeros((2, 2, 1)), p)) == 0.0


def test_weights_of_zero_with_their_own_mean():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert float(loss([[0.0], [0.0]], [[1.0], [3.0]], sample_weight=[0.0, 2.0])) == 9.0
    assert float(loss([[0.0], [0.0]], [[1.0], [3.0]], sample_weight=[0.0, 0.0])) == 0.0


def test_weights_are_differentiable():
    w = Tensor(np.array([1.0, 2.0], "float32"))
    with GradientTape() as tape:
        tape.watch(w)
        value = losses.MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]], sample_weight=w)
    np.testing.assert_allclose(tape.gradient(value, w).numpy(), [0.5, 4.5])


def test_an_ignored_class_leaves_no_nan_in_the_gradient():
    p = Tensor(np.array([[0.5, 0.5], [np.nan, np.nan]], "float32"))
    with GradientTape() as tape:
        tape.watch(p)
        value = losses.SparseCategoricalCrossentropy(ignore_class=-1)([0, -1], p)
    assert float(value) == pytest.approx(np.log(2), rel=1e-5)
    assert np.isfinite(tape.gradient(value, p).numpy()).all()


# Errors


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "none"])
@pytest.mark.parametrize("label", [3, -1])
@pytest.mark.parametrize("from_logits", [True, False])
def test_a_label_out_of_range_is_named_with_its_row(reduction, label, from_logits):
    loss = losses.SparseCategoricalCrossentropy(from_logits=from_logits, reduction=reduction)
    message = rf"labels from 0 to 2 \(the predictions have 3 classes\), received the label {label} in row 1\."
    with pytest.raises(ValueError, match=message):
        loss(np.array([0, label, 1]), Tensor(P))


def test_a_label_out_of_range_within_a_sequence():
    with pytest.raises(ValueError, match=r"the label 7 in row 1, at \(0,\)\. .* 8 units"):
        losses.SparseCategoricalCrossentropy()(np.array([[0, 1], [7, 0]]), np.full((2, 2, 3), 0.3, "float32"))


@pytest.mark.parametrize(
    "name", ["categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence", "mse"]
)
@pytest.mark.parametrize("labels", [np.array([0, 2, 1]), np.array([[0], [2], [1]])])
def test_labels_under_a_loss_that_wants_one_hot_name_the_sparse_loss(name, labels):
    message = r"targets of shape \(3, 3\).*received shape \(3.*'sparse_categorical_crossentropy'.*to_categorical\(y, 3\)"
    for loss in (losses.get(name), losses.resolve(name, labels, P)):
        with pytest.raises(ValueError, match=message):
            loss(labels, Tensor(P))


def test_one_hot_under_the_sparse_loss_names_the_other():
    message = r"integer labels of shape \(3,\).*received shape \(3, 3\).*'categorical_crossentropy'"
    for loss in (losses.SparseCategoricalCrossentropy(), losses.sparse_categorical_crossentropy):
        with pytest.raises(ValueError, match=message):
            loss(np.eye(3), Tensor(P))


def test_shapes_that_do_not_match():
    with pytest.raises(
        ValueError, match=r"targets of shape \(3, 3\).*received shape \(3, 2\).*reshape the targets"
    ):
        losses.MeanSquaredError()(np.zeros((3, 2)), Tensor(P))
    with pytest.raises(ValueError, match=r"received shape \(2, 3\)"):
        losses.binary_crossentropy(np.zeros((2, 3)), P)
    with pytest.raises(ValueError, match=r"ctc expected targets of shape \(samples, labels\)"):
        losses.CTC()(np.zeros((2,)), np.zeros((2, 3, 4)))
    with pytest.raises(
        ValueError, match=r"labels from 0 to 3 \(its output has 4 classes\), received labels from 1 to 4"
    ):
        losses.CTC()([[1, 4]], np.zeros((1, 3, 4)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: losses.MeanSquaredError(reduction="avg"),
            "MeanSquaredError expected reduction to be one of",
        ),
        (lambda: losses.CategoricalCrossentropy(axis=True)(P, P), "axis to be an integer, received True"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(q=1.5), "q between 0 and 1, received 1.5"),
        (
            lambda: losses.get("meen_squared_error"),
            "^Unknown loss 'meen_squared_error'. Did you mean 'mean_squared_error'",
        ),
        (
            lambda: losses.get(7),
            "^Expected a loss: a name, an object, a function or a configuration; received 7",
        ),
        (lambda: losses.deserialize({"class_name": "Nothing", "config": {}}), "Unknown loss 'Nothing'"),
    ],
)
def test_errors_of_construction(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_one_class_is_a_warning():
    with pytest.warns(SyntaxWarning, match="more than one class.*'binary_crossentropy'"):
        losses.CategoricalCrossentropy()([[1.0], [0.0]], Tensor(np.ones((2, 1), "float32")))


def test_call_must_be_implemented():
    with pytest.raises(NotImplementedError, match=r"Empty has no call\(y_true, y_pred\)"):
        type("Empty", (losses.Loss,), {"__module__": "mine"})()(P, P)


# Names


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("mae", "mean_absolute_error"),
        ("mape", "mean_absolute_percentage_error"),
        ("msle", "mean_squared_logarithmic_error"),
        ("bce", "binary_crossentropy"),
        ("KLD", "kl_divergence"),
        ("logcosh", "log_cosh"),
        ("kullback_leibler_divergence", "kl_divergence"),
    ],
)
def test_short_names(short, long):
    assert losses.get(short) is losses.get(long) is getattr(losses, long)


def test_what_get_takes():
    loss = losses.Huber(delta=2.0)
    assert losses.get(None) is None
    assert losses.get(loss) is loss
    assert type(losses.get("Huber")) is type(losses.get(losses.Huber)) is losses.Huber
    assert losses.get({"class_name": "Huber", "config": {"delta": 3.0}}).delta == 3.0
    assert losses.get(losses.serialize(losses.huber)) is losses.huber


@pytest.mark.parametrize(
    ("y_true", "y_pred", "expected"),
    [
        ((8,), (8, 1), "BinaryCrossentropy"),
        ((8, 1), (8, 1), "BinaryCrossentropy"),
        ((8,), (8, 3), "SparseCategoricalCrossentropy"),
        ((8, 1), (8, 3), "SparseCategoricalCrossentropy"),
        ((8, 3), (8, 3), "CategoricalCrossentropy"),
        ((8, 5), (8, 5, 3), "SparseCategoricalCrossentropy"),
    ],
)
def test_crossentropy_is_chosen_by_the_shapes(y_true, y_pred, expected):
    for name in ("crossentropy", "ce"):
        loss = losses.resolve(name, np.zeros(y_true), np.zeros(y_pred))
        assert (type(loss).__name__, loss.name) == (expected, name)


def test_resolving_keeps_names_and_objects():
    loss = losses.MeanSquaredError(name="mine")
    assert losses.resolve(loss, P, P) is loss
    assert losses.resolve(None, P, P) is None
    assert losses.resolve("mse", P, P).name == "mse"
    assert losses.resolve(losses.huber, P, P).name == "huber"
    assert type(losses.resolve("mae", P, P)) is losses.MeanAbsoluteError


# Losses of the user's own


class Weighted(losses.Loss):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * ops.mean(ops.square(y_true - y_pred), axis=-1)


def test_a_subclass_is_stored_with_its_arguments():
    loss = Weighted(3.0, name="w", reduction="sum")
    config = json.loads(json.dumps(losses.serialize(loss)))
    assert config["config"] == {"name": "w", "reduction": "sum", "factor": 3.0}
    restored = losses.deserialize(config, custom_objects={"Weighted": Weighted})
    assert float(restored([[0.0]], [[2.0]])) == 12.0


def test_a_subclass_that_takes_no_name():
    class Plain(losses.Loss):
        def __init__(self):
            super().__init__(name="plain")

        def call(self, y_true, y_pred):
            return y_true - y_pred

    assert Plain().get_config() == {}
    assert Plain.from_config(Plain().get_config()).name == "plain"


def test_a_subclass_of_a_built_in_loss_is_called():
    class Doubled(losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    assert float(Doubled()([[0.0]], Tensor(np.ones((1, 1), "float32")))) == 2.0


def test_several_outputs_in_one_loss():
    class Both(losses.Loss):
        def call(self, y_true, y_pred):
            return ops.abs(y_true["a"] - y_pred["a"]) + ops.abs(y_true["b"] - y_pred["b"])

    value = Both()({"a": np.zeros(2), "b": np.ones(2)}, {"a": np.ones((2, 1)), "b": np.ones((2, 1))})
    assert float(value) == 1.0


def test_a_function_as_a_loss_is_stored_whole():
    @registry.register_keras_serializable("Losses")
    def bent(y_true, y_pred, by=1.0):
        return by * ops.mean(ops.abs(y_true - y_pred), axis=-1)

    loss = losses.LossFunctionWrapper(bent, by=3.0)
    config = json.loads(json.dumps(losses.serialize(loss)))
    assert config["config"]["fn"]["registered_name"] == "Losses>bent"
    assert float(losses.deserialize(config)([[0.0]], [[1.0]])) == 3.0


def test_names_are_numbered():
    registry.forget_names()
    names = [type("OwnLoss", (losses.Loss,), {"__module__": "mine"})().name for _ in range(2)]
    assert names == ["own_loss", "own_loss_1"]


def test_mixed_precision_computes_in_float32():
    p = Tensor(P.astype("float16"))
    with GradientTape() as tape:
        tape.watch(p)
        value = losses.SparseCategoricalCrossentropy()([0, 2, 1], p)
    assert value.dtype == "float32"
    assert tape.gradient(value, p).dtype == "float16"
