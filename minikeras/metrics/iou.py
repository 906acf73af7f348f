"""Intersection over union, of the pixels that predictions and targets give to a class."""

import warnings

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.metrics.metric import Metric
from minikeras.metrics.settings import whole

__all__ = [
    "BinaryIoU",
    "IoU",
    "MeanIoU",
    "OneHotIoU",
    "OneHotMeanIoU",
]


class IoU(Metric):
    """The mean over target classes of: pixels of the class in both / pixels of the class in either.

    num_classes: how many there are. target_class_ids: those to report. ignore_class: pixels with this target do not
    count. sparse_y_true, sparse_y_pred: whether targets and predictions are class numbers, or one value per class
    along `axis`, of which the largest counts.

    >>> m = IoU(num_classes=2, target_class_ids=[0])
    >>> m.update_state([0, 0, 1, 1], [0, 1, 0, 1])
    >>> round(float(m.result()), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(dtype=dtype or "int", name=name)
        who = type(self).__name__
        self.num_classes = num_classes = whole(num_classes, "num_classes", who, low=1)
        if not isinstance(target_class_ids, (list, tuple, range, np.ndarray)) or not len(target_class_ids):
            raise ValueError(
                f"{who} expected target_class_ids to be a list of classes, such as [0, 1], received {target_class_ids!r}."
            )
        self.target_class_ids = [
            whole(i, "target_class_ids", who, 0, num_classes - 1) for i in target_class_ids
        ]
        if ignore_class is not None and (not np.isscalar(ignore_class) or isinstance(ignore_class, str)):
            raise ValueError(f"{who} expected ignore_class to be one class, received {ignore_class!r}.")
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", self.dtype, name="total_confusion_matrix"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = as_array(y_true), as_array(y_pred)
        y_true = y_true if self.sparse_y_true else y_true.argmax(self.axis)
        y_pred = y_pred if self.sparse_y_pred else y_pred.argmax(self.axis)
        if y_true.size != y_pred.size:
            raise ValueError(
                f"{type(self).__name__} expected as many targets as predictions, received shapes {y_true.shape} and "
                f"{y_pred.shape}. Say with sparse_y_true and sparse_y_pred which of them are class numbers."
            )
        y_true, y_pred = y_true.reshape(-1).astype(np.int64), y_pred.reshape(-1).astype(np.int64)
        weight = self._weights(sample_weight, y_true.shape)
        counted = (y_true >= 0) & (y_true < self.num_classes) & (y_pred >= 0) & (y_pred < self.num_classes)
        if self.ignore_class is not None:
            counted &= y_true != self.ignore_class
        cells = y_true[counted] * self.num_classes + y_pred[counted]
        totals = np.bincount(cells, weight[counted], self.num_classes**2)
        self.total_cm.assign_add(totals.reshape(self.total_cm.shape))

    def _weights(self, sample_weight, shape):
        if sample_weight is None:
            return np.ones(shape)
        weight = as_array(sample_weight)
        if weight.dtype.kind == "f" and "int" in self.dtype:
            warnings.warn(
                f"{type(self).__name__} '{self.name}' counts in {self.dtype}, so its float weights lose their "
                "fractions. Pass dtype='float32' to keep them.",
                stacklevel=4,
            )
        if weight.size not in (1, shape[0]):
            raise ValueError(
                f"{type(self).__name__} expected one weight, or one for each of the {shape[0]} targets, received "
                f"weights of shape {weight.shape}. Reshape sample_weight to the shape of the targets."
            )
        return np.broadcast_to(weight.astype(self.dtype).reshape(-1) if weight.ndim else weight, shape)

    def result(self):
        matrix = self.total_cm.array.astype(np.float64)
        both = np.diagonal(matrix)[self.target_class_ids]
        either = (matrix.sum(axis=0) + matrix.sum(axis=1))[self.target_class_ids] - both
        present = either > 1e-9
        ratios = np.where(present, both / (either + config.epsilon()), 0.0)
        return Tensor(np.asarray(ratios.sum() / (present.sum() + config.epsilon()), "float32"))


class BinaryIoU(IoU):
    """IoU of predictions below the threshold (class 0) and from it on (class 1).

    >>> m = BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
    >>> m.update_state([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])
    >>> round(float(m.result()), 4)
    0.3333
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, as_array(y_pred, "float32") >= np.float32(self.threshold), sample_weight)


class MeanIoU(IoU):
    """The mean of the IoU of all classes.

    >>> m = MeanIoU(num_classes=2)
    >>> m.update_state([0, 0, 1, 1], [0, 1, 0, 1])
    >>> round(float(m.result()), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        classes = range(whole(num_classes, "num_classes", type(self).__name__, low=1))
        super().__init__(num_classes, classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)


class OneHotIoU(IoU):
    """IoU for one-hot targets.

    >>> m = OneHotIoU(num_classes=2, target_class_ids=[0])
    >>> m.update_state([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]])
    >>> round(float(m.result()), 4)
    0.5
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)


class OneHotMeanIoU(MeanIoU):
    """The mean of the IoU of all classes, for one-hot targets.

    >>> m = OneHotMeanIoU(num_classes=2)
    >>> m.update_state([[1, 0], [0, 1]], [[0.8, 0.2], [0.4, 0.6]])
    >>> round(float(m.result()), 4)
    1.0
    """

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
