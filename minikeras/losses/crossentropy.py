"""Cross-entropies: losses of probabilities, or of logits, against classes."""

import warnings

import numpy as np

from minikeras import config, kernels, ops
from minikeras.autodiff import SymbolicTensor, as_array, convert_to_tensor, differentiable
from minikeras.losses.loss import LossFunctionWrapper, floating, loss_function, number, prepare, same_shape
from minikeras.losses.regression import averaged

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
]


@loss_function
def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """The mean of -(y log p + (1 - y) log(1 - p)) along `axis`, y the targets and p the predictions.

    from_logits: y_pred are logits, of which p is the sigmoid. label_smoothing: targets are drawn this far towards 1/2.

    >>> round(binary_crossentropy([[1.0]], [[0.5]]).item(), 4)
    0.6931
    """
    y_true, y_pred = prepare("binary_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = towards_half(y_true, label_smoothing)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


def towards_half(target, amount):
    """Targets of 0 and 1 drawn towards 1/2."""
    return target * (1.0 - amount) + 0.5 * amount


def _overall_binary_composed(y_true, y_pred, from_logits):
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits))


@differentiable(composed=_overall_binary_composed)
def _overall_binary_crossentropy(y_true, y_pred, /, from_logits):
    epsilon = config.epsilon()
    values = kernels.binary_crossentropy(y_true, y_pred, from_logits, epsilon)

    def gradient(dy, into):
        weights = kernels.mean_gradient(dy, values)
        return None, kernels.binary_crossentropy_gradient(weights, y_true, y_pred, from_logits, epsilon)

    return kernels.mean(values), gradient


class BinaryCrossentropy(LossFunctionWrapper):
    """The mean of -(y log p + (1 - y) log(1 - p)), for targets of 0 and 1.

    from_logits: the predictions are logits, of which p is the sigmoid. label_smoothing: targets are drawn this far
    towards 1/2. axis: the axis of the mean.

    >>> round(float(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_crossentropy, reduction, name, dtype, **settings)
        self.from_logits = from_logits
        self.label_smoothing = number(label_smoothing, "label_smoothing", type(self).__name__, optional=True)
        self.axis = axis

    def average(self, y_true, y_pred):
        if self.label_smoothing:
            return None
        return averaged(self, _overall_binary_crossentropy, y_true, y_pred, from_logits=self.from_logits)


@loss_function
def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """-Σ y log p along `axis`, y the one-hot targets and p the predictions divided by their sum.

    from_logits: y_pred are logits, of which p is the softmax. label_smoothing: this share of each target is spread
    evenly over the classes.

    >>> round(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).item(), 4)
    0.6931
    """
    y_true, y_pred = prepare("categorical_crossentropy", y_true, y_pred)
    check_axis("categorical_crossentropy", axis, y_pred.shape)
    warn_of_one_class("categorical_crossentropy", y_pred, axis)
    if label_smoothing:
        y_true = towards_even(y_true, label_smoothing)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


def check_axis(who, axis, shape):
    """An axis given as True or False is a misplaced from_logits; predictions of a shape must have the axis."""
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise ValueError(f"{who} expected axis to be an integer, received {axis!r}.")
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{who} expected axis to be one of the predictions, received axis={axis} and predictions of shape "
            f"{tuple(shape)}. Pass the axis of the classes, -1 if it is the last."
        )


def warn_of_one_class(who, y_pred, axis):
    """Predictions of one class always have probability 1."""
    if y_pred.shape[axis] == 1:
        warnings.warn(
            f"{who} expected predictions of more than one class, received shape {tuple(y_pred.shape)}. "
            "For one output that says yes or no, use 'binary_crossentropy'.",
            SyntaxWarning,
            stacklevel=3,
        )


def towards_even(target, amount):
    """Targets with the given share spread evenly over the classes (Szegedy et al. 2016, section 7)."""
    return target * (1.0 - amount) + amount / target.shape[-1]


def _overall_crossentropy_composed(y_true, y_pred, from_logits):
    return ops.mean(ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits))


@differentiable(composed=_overall_crossentropy_composed)
def _overall_crossentropy(y_true, y_pred, /, from_logits):
    epsilon = config.epsilon()
    values = kernels.crossentropy(y_true, y_pred, from_logits, epsilon)

    def gradient(dy, into):
        weights = kernels.mean_gradient(dy, values)
        return None, kernels.crossentropy_gradient(weights, y_true, y_pred, from_logits, epsilon)

    return kernels.mean(values), gradient


class CategoricalCrossentropy(LossFunctionWrapper):
    """-Σ y log p over the classes, y one-hot targets and p the predictions divided by their sum.

    from_logits: the predictions are logits, of which p is the softmax. label_smoothing: this share of each target is
    spread evenly over the classes. axis: the axis of the classes.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, reduction, name, dtype, **settings)
        self.from_logits = from_logits
        self.label_smoothing = number(label_smoothing, "label_smoothing", type(self).__name__, optional=True)
        self.axis = axis

    def average(self, y_true, y_pred):
        if self.label_smoothing or self.axis != -1 or not y_pred.shape or y_pred.shape[-1] == 1:
            return None
        return averaged(self, _overall_crossentropy, y_true, y_pred, from_logits=self.from_logits)


@loss_function
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """-log p[y] along `axis`, y the integer labels and p the predictions divided by their sum.

    from_logits: y_pred are logits, of which p is the softmax. ignore_class: rows with this label cost 0 and are left
    out of the mean.

    >>> round(sparse_categorical_crossentropy([1], [[0.5, 0.5]]).item(), 4)
    0.6931
    """
    y_pred = floating(y_pred)
    check_axis("sparse_categorical_crossentropy", axis, y_pred.shape)
    y_true = labels_like("sparse_categorical_crossentropy", convert_to_tensor(y_true), y_pred.shape, axis)
    if ignore_class is None:
        return _sparse(y_true, y_pred, from_logits, axis)
    valid = ops.not_equal(y_true, ignore_class)
    y_true = ops.where(valid, y_true, 0)
    # The predictions of ignored rows are replaced too, so that no NaN among them reaches a gradient.
    kept = ops.expand_dims(valid, axis)
    values = _sparse(y_true, ops.where(kept, y_pred, 1.0), from_logits, axis)
    values = ops.where(valid, values, 0.0)
    values.mask = valid
    return values


def labels_like(who, labels, shape, axis):
    """Integer labels in the predictions' shape without the axis of the classes."""
    expected = tuple(s for i, s in enumerate(shape) if i != axis % len(shape))
    if len(labels.shape) == len(shape) and labels.shape[axis] == 1:
        labels = ops.squeeze(labels, axis=axis)
    if not same_shape(labels.shape, expected):
        raise wrong_labels(who, labels.shape, shape, expected)
    return labels if labels.dtype.kind in "iu" else ops.cast(labels, "int32")


def wrong_labels(who, received, shape, expected):
    """The error about labels that do not fit the predictions."""
    message = (
        f"{who} expected integer labels of shape {expected} for predictions of shape {tuple(shape)}, "
        f"received shape {tuple(received)}."
    )
    if tuple(received) == tuple(shape):
        return ValueError(f"{message} For one-hot targets use the loss 'categorical_crossentropy'.")
    return ValueError(f"{message} Pass one label for each prediction.")


def _sparse(labels, output, from_logits, axis):
    try:
        return ops.sparse_categorical_crossentropy(labels, output, from_logits=from_logits, axis=axis)
    except ValueError:
        check_labels(labels, output.shape[axis])
        raise


def check_labels(labels, classes):
    """Raise an error that names the first label outside 0..classes - 1 and its row, if there is one."""
    if isinstance(labels, SymbolicTensor):
        return
    labels = as_array(labels)
    wrong = (labels < 0) | (labels >= classes)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        row = f"row {place[0]}" if len(place) == 1 else f"row {place[0]}, at {place[1:]}"
        raise ValueError(
            f"sparse_categorical_crossentropy expected labels from 0 to {classes - 1} (the predictions have {classes} "
            f"classes), received the label {labels[place]} in {row}. Number the classes from 0, or give the last "
            f"layer {int(labels.max()) + 1} units."
        )


def _overall_sparse_composed(labels, y_pred, from_logits):
    return ops.mean(ops.sparse_categorical_crossentropy(labels, y_pred, from_logits=from_logits))


@differentiable(composed=_overall_sparse_composed)
def _overall_sparse_crossentropy(labels, y_pred, /, from_logits):
    epsilon = config.epsilon()
    values = kernels.sparse_crossentropy(labels, y_pred, from_logits, epsilon)

    def gradient(dy, into):
        weights = kernels.mean_gradient(dy, values)
        return None, kernels.sparse_crossentropy_gradient(weights, labels, y_pred, from_logits, epsilon)

    return kernels.mean(values), gradient


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """-log p[y] over the classes, y the integer labels and p the predictions divided by their sum.

    from_logits: the predictions are logits, of which p is the softmax. ignore_class: rows with this label cost 0 and
    are left out of the mean. axis: the axis of the classes.

    >>> round(float(SparseCategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        settings = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, reduction, name, dtype, **settings)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis
        self._is_simple = ignore_class is None and axis == -1

    def call(self, y_true, y_pred):
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, self.ignore_class, self.axis)

    def average(self, y_true, y_pred):
        prediction = y_pred.array
        if not self._is_simple or prediction.dtype != self._dtype or not prediction.ndim:
            return None
        labels = as_array(y_true)
        if labels.shape != prediction.shape[:-1]:
            if labels.shape != (*prediction.shape[:-1], 1):
                raise wrong_labels(
                    "sparse_categorical_crossentropy", labels.shape, prediction.shape, prediction.shape[:-1]
                )
            labels = labels[..., 0]
        if labels.dtype not in _LABEL_TYPES:
            labels = labels.astype(np.int32)
        try:
            return _overall_sparse_crossentropy(labels, y_pred, from_logits=self.from_logits)
        except ValueError:
            check_labels(labels, prediction.shape[-1])
            raise


_LABEL_TYPES = (np.dtype("int32"), np.dtype("int64"))
