"""Cross-entropies for hard or wrongly labelled samples: focal and generalized."""

from minikeras import config, ops
from minikeras.autodiff import convert_to_tensor
from minikeras.losses.crossentropy import (
    check_axis,
    labels_like,
    towards_even,
    towards_half,
    warn_of_one_class,
)
from minikeras.losses.loss import LossFunctionWrapper, floating, loss_function, number, prepare

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
]


@loss_function
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """The mean of (1 - q)^gamma · binary cross-entropy along `axis`, q the probability given to the target.

    apply_class_balancing: targets of 1 weigh alpha, those of 0 weigh 1 - alpha (Lin et al. 2017, eq. 5).

    >>> round(binary_focal_crossentropy([[1.0]], [[0.5]]).item(), 4)
    0.1733
    """
    y_true, y_pred = prepare("binary_focal_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = towards_half(y_true, label_smoothing)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    values = ops.binary_crossentropy(y_true, y_pred)
    rest = ops.subtract(1.0, y_true)
    given = ops.add(ops.multiply(y_true, y_pred), ops.multiply(rest, ops.subtract(1.0, y_pred)))
    values = ops.multiply(ops.power(ops.subtract(1.0, given), gamma), values)
    if apply_class_balancing:
        values = ops.multiply(ops.add(ops.multiply(y_true, alpha), ops.multiply(rest, 1 - alpha)), values)
    return ops.mean(values, axis=axis)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """The mean of (1 - q)^gamma · binary cross-entropy, q the probability given to the target (Lin et al. 2017).

    apply_class_balancing: targets of 1 weigh alpha, those of 0 weigh 1 - alpha. from_logits: the predictions are
    logits. label_smoothing: targets are drawn this far towards 1/2. axis: the axis of the mean.

    >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)
    0.1733
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = number(gamma, "gamma", type(self).__name__)
        self.from_logits = from_logits
        self.label_smoothing = number(label_smoothing, "label_smoothing", type(self).__name__, optional=True)
        self.axis = axis


@loss_function
def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """-Σ alpha · (1 - p)^gamma · y log p along `axis`, y one-hot targets and p the predictions divided by their sum.

    >>> round(categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)
    0.0433
    """
    y_true, y_pred = prepare("categorical_focal_crossentropy", y_true, y_pred)
    check_axis("categorical_focal_crossentropy", axis, y_pred.shape)
    warn_of_one_class("categorical_focal_crossentropy", y_pred, axis)
    if label_smoothing:
        y_true = towards_even(y_true, label_smoothing)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    p = ops.divide(y_pred, ops.sum(y_pred, axis=axis, keepdims=True))
    p = ops.clip(p, config.epsilon(), 1.0 - config.epsilon())
    weight = ops.negative(ops.multiply(ops.power(ops.subtract(1.0, p), gamma), alpha))
    return ops.sum(ops.multiply(weight, ops.multiply(y_true, ops.log(p))), axis=axis)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """-Σ alpha · (1 - p)^gamma · y log p over the classes, y one-hot targets (Lin et al. 2017).

    from_logits: the predictions are logits, of which p is the softmax. label_smoothing: this share of each target is
    spread evenly over the classes. axis: the axis of the classes.

    >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.0433
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.alpha = alpha
        self.gamma = number(gamma, "gamma", type(self).__name__)
        self.from_logits = from_logits
        self.label_smoothing = number(label_smoothing, "label_smoothing", type(self).__name__, optional=True)
        self.axis = axis


@loss_function
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """(1 - p[y]^q) / q along the last axis, y integer labels: between cross-entropy (q → 0) and |error| (q = 1).

    Wrong labels move it less than cross-entropy (Zhang & Sabuncu 2018, eq. 6).

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
    [1.0]
    """
    y_pred = floating(y_pred)
    labels = labels_like("categorical_generalized_cross_entropy", convert_to_tensor(y_true), y_pred.shape, -1)
    target = ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
    p = ops.sum(ops.multiply(y_pred, target), axis=-1)
    return ops.divide(ops.subtract(1.0, ops.power(p, q)), q)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """(1 - p[y]^q) / q, y integer labels: between cross-entropy (q → 0) and |error| (q = 1) (Zhang & Sabuncu 2018).

    >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        number(q, "q", type(self).__name__)
        if not 0 < q < 1:
            raise ValueError(
                f"CategoricalGeneralizedCrossEntropy expected q between 0 and 1, received {q!r}. "
                "Use the categorical cross-entropy for the limit 0."
            )
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
        self.q = q
