"""Connectionist temporal classification: the loss of label sequences whose alignment to the input is unknown."""

import numpy as np

from minikeras import config
from minikeras.autodiff import convert_to_tensor, differentiable
from minikeras.ops.elementwise import cast
from minikeras.ops.probability import log_softmax

__all__ = ["ctc_loss"]


def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """-log of the probability of a label sequence, over all its alignments (Graves et al. 2006, eq. 8).

    target: (samples, labels) integers, of which the first target_length (samples,) count. output: (samples, steps,
    classes) logits, of which the first output_length steps count. mask_index: the class that stands for no label.
    Returns (samples,); infinity where a sequence does not fit into its steps.
    """
    output = convert_to_tensor(output)
    if output.dtype.kind != "f" or output.dtype.itemsize < 4:
        output = cast(output, config.floatx() if output.dtype.kind != "f" else "float32")
    return _ctc(log_softmax(output), target, target_length, output_length, blank=mask_index)


@differentiable
def _ctc(x, labels, label_lengths, steps, /, blank):
    labels = labels.astype(np.int64)
    if x.ndim != 3 or labels.ndim != 2 or len(labels) != len(x):
        raise ValueError(
            "ctc_loss expected target of shape (samples, labels) and output of shape (samples, steps, classes), "
            f"received {labels.shape} and {x.shape}."
        )
    if labels.size and (labels.min() < 0 or labels.max() >= x.shape[-1]):
        raise ValueError(
            f"ctc_loss expected labels from 0 to {x.shape[-1] - 1} (its output has {x.shape[-1]} classes), received "
            f"labels from {labels.min()} to {labels.max()}. Widen the output or renumber the labels."
        )
    label_lengths = np.broadcast_to(label_lengths, len(x)).astype(np.int64)
    steps = np.broadcast_to(steps, len(x)).astype(np.int64)
    # The states are the labels with a blank before, between and after them.
    states = np.full((len(x), 2 * labels.shape[1] + 1), blank)
    states[:, 1::2] = labels
    emitted = np.take_along_axis(x, states[:, None, :], axis=2)
    # A blank between two labels may be skipped unless they are the same.
    skips = np.zeros(states.shape, bool)
    skips[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    ends = np.arange(states.shape[1]) - 2 * label_lengths[:, None]
    ends = np.where((ends == 0) | (ends == -1), 0.0, -np.inf).astype(x.dtype)

    forward = _forward(emitted, skips)
    last = forward[np.arange(len(x)), steps - 1]
    total = np.logaddexp.reduce(last + ends, axis=-1)

    def gradient(dy):
        backward = _backward(emitted, skips, ends, steps)
        with np.errstate(invalid="ignore"):
            weights = np.exp(forward + backward - total[:, None, None])
        weights = np.nan_to_num(weights, nan=0.0)
        share = (states[:, :, None] == np.arange(x.shape[-1])).astype(x.dtype)
        return -dy[:, None, None] * np.matmul(weights, share)

    return -total, (gradient, None, None, None)


def _shifted(x, by):
    """x moved along its last axis, -infinity moving in."""
    y = np.full_like(x, -np.inf)
    if by > 0:
        y[:, by:] = x[:, :-by]
    else:
        y[:, :by] = x[:, -by:]
    return y


def _forward(emitted, skips):
    """log α: of being in each state after each step, the emissions up to that step included (eq. 6)."""
    alpha = np.full_like(emitted, -np.inf)
    alpha[:, 0, :2] = emitted[:, 0, :2]
    for t in range(1, emitted.shape[1]):
        before = alpha[:, t - 1]
        stay = np.logaddexp(before, _shifted(before, 1))
        alpha[:, t] = np.logaddexp(stay, np.where(skips, _shifted(before, 2), -np.inf)) + emitted[:, t]
    return alpha


def _backward(emitted, skips, ends, steps):
    """log β: of ending well from each state at each step, the emissions after that step included (eq. 10)."""
    beta = np.full_like(emitted, -np.inf)
    jumps = np.zeros_like(skips)
    jumps[:, :-2] = skips[:, 2:]
    for t in range(emitted.shape[1] - 1, -1, -1):
        if t < emitted.shape[1] - 1:
            after = beta[:, t + 1] + emitted[:, t + 1]
            stay = np.logaddexp(after, _shifted(after, -1))
            beta[:, t] = np.logaddexp(stay, np.where(jumps, _shifted(after, -2), -np.inf))
        beta[:, t] = np.where((steps - 1 == t)[:, None], ends, beta[:, t])
    return beta
