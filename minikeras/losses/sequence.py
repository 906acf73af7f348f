"""The loss of label sequences whose alignment to the input is unknown."""

from minikeras import ops
from minikeras.autodiff import convert_to_tensor
from minikeras.losses.loss import LossFunctionWrapper, floating, loss_function
from minikeras.ops.ctc import ctc_loss

__all__ = [
    "CTC",
    "ctc",
]


@loss_function
def ctc(y_true, y_pred):
    """-log of the probability of each label sequence, over all its alignments (Graves et al. 2006).

    y_true: (samples, labels) integers from 1, padded with 0 at the end. y_pred: (samples, steps, classes) logits;
    class 0 stands for no label.

    >>> round(ctc([[1]], [[[0.0, 0.0]]]).item(), 4)
    0.6931
    """
    y_true, y_pred = convert_to_tensor(y_true), floating(y_pred)
    if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
        raise ValueError(
            "ctc expected targets of shape (samples, labels) and predictions of shape (samples, steps, classes), "
            f"received {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
        )
    lengths = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    return ctc_loss(y_true, y_pred, lengths, y_pred.shape[1], mask_index=0)


class CTC(LossFunctionWrapper):
    """-log of the probability of each label sequence, over all its alignments (Graves et al. 2006).

    Targets are (samples, labels) integers from 1, padded with 0; predictions (samples, steps, classes) logits.

    >>> round(float(CTC()([[1]], [[[0.0, 0.0]]])), 4)
    0.6931
    """

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(ctc, reduction, name, dtype)
