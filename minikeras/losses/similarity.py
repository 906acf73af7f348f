"""Losses of embeddings against each other."""

import numpy as np

from minikeras import ops
from minikeras.losses.loss import LossFunctionWrapper, floating, loss_function

__all__ = [
    "Circle",
    "circle",
]


@loss_function
def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    """log(1 + Σ_p exp(gamma · a_p) · Σ_n exp(gamma · b_n)) for each sample (Sun et al. 2020, eq. 6).

    p runs over the pairs of a sample with references of its label, n over its other pairs; with their cosine distance
    d ≥ 0, a = max(d + margin, 0) · (d - margin) and b = max(1 + margin - d, 0) · (1 - margin - d).

    y_true: (n,) integer labels. y_pred: (n, features) embeddings of length 1. ref_labels, ref_embeddings: what they
    are compared with, the batch itself if None; remove_diagonal leaves each one's pair with itself out. Samples
    without loss are masked.

    >>> circle([0, 1], [[1.0, 0.0], [0.0, 1.0]]).tolist()
    [0.0, 0.0]
    """
    y_pred = floating(y_pred)
    labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
    others = labels if ref_labels is None else ops.reshape(ops.cast(ref_labels, "int32"), (-1, 1))
    references = y_pred if ref_embeddings is None else floating(ref_embeddings)
    distance = ops.maximum(ops.subtract(1.0, ops.matmul(y_pred, ops.transpose(references))), 0.0)

    same = ops.equal(labels, ops.transpose(others))
    different = ops.logical_not(same)
    if remove_diagonal:
        diagonal = np.eye(labels.shape[0], others.shape[0], dtype=bool)
        same = ops.logical_and(same, np.logical_not(diagonal))

    near = ops.multiply(ops.maximum(ops.add(distance, margin), 0.0), ops.subtract(distance, margin))
    far = ops.multiply(
        ops.maximum(ops.subtract(1 + margin, distance), 0.0), ops.subtract(1 - margin, distance)
    )
    attraction = _logsumexp_where(same, ops.multiply(near, gamma))
    repulsion = _logsumexp_where(different, ops.multiply(far, gamma))
    loss = ops.softplus(ops.add(attraction, repulsion))
    loss.mask = ops.greater(loss, 0)
    return loss


def _logsumexp_where(condition, values):
    """log Σ exp over a row's values where the condition holds; a large negative number where it holds nowhere."""
    nothing = np.asarray(np.finfo(values.dtype).min / 4, values.dtype)
    return ops.logsumexp(ops.where(condition, values, nothing), axis=1)


class Circle(LossFunctionWrapper):
    """The circle loss of labelled embeddings of length 1: same labels near, other labels far (Sun et al. 2020).

    gamma: the scale. margin: how near is near enough. remove_diagonal: whether an embedding is not its own neighbour.

    >>> float(Circle()([0, 1], [[1.0, 0.0], [0.0, 1.0]]))
    0.0
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        super().__init__(
            circle, reduction, name, dtype, remove_diagonal=remove_diagonal, gamma=gamma, margin=margin
        )
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal
