"""Softmax, log-softmax and the cross-entropies, over the last axis, with their gradients.

Every row is shifted by its maximum before the exponential, so that no row overflows:

    softmax      y = exp(x - max) / sum                     dx = y (dy - sum(dy y))
    log-softmax  y = (x - max) - log(sum exp(x - max))      dx = dy - exp(y) sum(dy)
"""

import numpy as np

from .arrays import widened


def softmax(x):
    """The softmax of every row of x (..., k).

    >>> softmax(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """
    if x.dtype == np.float16:
        return widened(softmax, x)
    y = x - np.maximum.reduce(x, -1, keepdims=True)
    np.exp(y, out=y)
    y /= np.add.reduce(y, -1, keepdims=True)
    return y


def softmax_gradient(dy, y):
    """The gradient of `softmax` for its input, from its output y."""
    if dy.dtype == np.float16:
        return widened(softmax_gradient, dy, y)
    dx = dy * y
    total = np.add.reduce(dx, -1, keepdims=True)
    dx -= y * total
    return dx


def log_softmax(x):
    """The logarithm of the softmax of every row of x (..., k)."""
    if x.dtype == np.float16:
        return widened(log_softmax, x)
    y = x - np.maximum.reduce(x, -1, keepdims=True)
    y -= np.log(np.add.reduce(np.exp(y), -1, keepdims=True))
    return y


def log_softmax_gradient(dy, y):
    """The gradient of `log_softmax` for its input, from its output y."""
    if dy.dtype == np.float16:
        return widened(log_softmax_gradient, dy, y)
    dx = np.exp(y)
    dx *= np.add.reduce(dy, -1, keepdims=True)
    return np.subtract(dy, dx, out=dx)


def crossentropy(target, output, from_logits, epsilon):
    """-sum(target log p) over every row: target and output (..., k) -> (...).

    p is softmax(output) when `from_logits`, else output / sum(output) clipped to [epsilon, 1 - epsilon].
    """
    if output.dtype == np.float16:
        return widened(crossentropy, target, output, from_logits, epsilon)
    logarithms = log_softmax(output) if from_logits else np.log(_clipped(output, epsilon))
    logarithms *= target
    loss = np.add.reduce(logarithms, -1)
    return np.negative(loss, out=loss) if loss.ndim else -loss


def crossentropy_gradient(dloss, target, output, from_logits, epsilon):
    """The gradient of `crossentropy` for `output`; dloss (...) weighs the rows."""
    if output.dtype == np.float16:
        return widened(crossentropy_gradient, dloss, target, output, from_logits, epsilon)
    dloss = np.asarray(dloss)[..., None]
    if from_logits:
        doutput = softmax(output)
        doutput *= np.add.reduce(target, -1, keepdims=True)
        doutput -= target
        doutput *= dloss
        return doutput.astype(output.dtype, copy=False)
    total = np.add.reduce(output, -1, keepdims=True)
    p = output / total
    kept = _inside(p, epsilon)
    dp = np.where(kept, -dloss * target / np.where(kept, p, 1), 0).astype(output.dtype, copy=False)
    dp -= np.add.reduce(dp * p, -1, keepdims=True)
    dp /= total
    return dp


def sparse_crossentropy(labels, output, from_logits, epsilon):
    """-log p of the labelled class: integer labels (...), output (..., k) -> (...).

    >>> sparse_crossentropy(np.array([1]), np.array([[0.0, 0.0]]), True, 1e-7).round(4)
    array([0.6931])
    """
    if output.dtype == np.float16:
        return widened(sparse_crossentropy, labels, output, from_logits, epsilon)
    _check_labels(labels, output.shape[-1])
    rows, picked = _labelled(labels, output)
    if from_logits:
        shifted = rows - np.maximum.reduce(rows, -1, keepdims=True)
        loss = -shifted[picked]
        loss += np.log(np.add.reduce(np.exp(shifted, out=shifted), -1))
    else:
        p = rows[picked] / np.add.reduce(rows, -1)
        np.minimum(np.maximum(p, epsilon, out=p), 1 - epsilon, out=p)
        loss = np.negative(np.log(p, out=p), out=p)
    return loss.reshape(labels.shape)


def sparse_crossentropy_gradient(dloss, labels, output, from_logits, epsilon):
    """The gradient of `sparse_crossentropy` for `output`; dloss (...) weighs the rows."""
    if output.dtype == np.float16:
        return widened(sparse_crossentropy_gradient, dloss, labels, output, from_logits, epsilon)
    rows, picked = _labelled(labels, output)
    dloss = np.asarray(dloss, rows.dtype)
    if dloss.shape != labels.shape:
        dloss = np.broadcast_to(dloss, labels.shape)
    dloss = dloss.reshape(-1)
    if from_logits:
        doutput = softmax(rows)
        doutput[picked] -= 1
        doutput *= dloss[:, None]
        return doutput.reshape(output.shape)
    # With s the row's sum and p = output / s of the label: d(-log p) = 1 / s everywhere, -1 / output at the label.
    total = np.add.reduce(rows, -1)
    chosen = rows[picked]
    dloss = dloss * _inside(chosen / total, epsilon)
    doutput = np.empty_like(rows, order="C")
    doutput[...] = (dloss / total)[:, None]
    doutput[picked] -= dloss / np.maximum(chosen, _TINY.get(rows.dtype, 0))
    return doutput.reshape(output.shape)


def binary_crossentropy(target, output, from_logits, epsilon):
    """-(t log p + (1 - t) log(1 - p)) elementwise, for target and output of one shape.

    p is sigmoid(output) when `from_logits` (computed as max(o, 0) - o t + log(1 + exp(-|o|))), else output clipped
    to [epsilon, 1 - epsilon].
    """
    if output.dtype == np.float16:
        return widened(binary_crossentropy, target, output, from_logits, epsilon)
    if from_logits:
        loss = np.maximum(output, 0) - output * target
        loss += np.log1p(np.exp(-np.abs(output)))
        return loss.astype(output.dtype, copy=False)
    p = np.clip(output, epsilon, 1 - epsilon)
    return -(target * np.log(p) + (1 - target) * np.log(1 - p)).astype(output.dtype, copy=False)


def binary_crossentropy_gradient(dloss, target, output, from_logits, epsilon):
    """The gradient of `binary_crossentropy` for `output`; dloss has its shape."""
    if output.dtype == np.float16:
        return widened(binary_crossentropy_gradient, dloss, target, output, from_logits, epsilon)
    if from_logits:
        decay = np.exp(-np.abs(output))
        sigmoid = np.where(output >= 0, 1, decay) / (1 + decay)
        return (dloss * (sigmoid - target)).astype(output.dtype, copy=False)
    p = np.clip(output, epsilon, 1 - epsilon)
    slope = np.where(_inside(output, epsilon), (p - target) / (p * (1 - p)), 0)
    return (dloss * slope).astype(output.dtype, copy=False)


def _clipped(output, epsilon):
    p = output / np.add.reduce(output, -1, keepdims=True)
    return np.clip(p, epsilon, 1 - epsilon, out=p)


def _inside(p, epsilon):
    """Where a clip to [epsilon, 1 - epsilon] lets the gradient pass."""
    one = p.dtype.type
    return (p >= one(epsilon)) & (p <= one(1 - epsilon))


# What keeps 0 / 0 from being taken where the clip lets nothing pass anyway.
_TINY = {np.dtype(kind): np.finfo(kind).tiny for kind in ("float32", "float64")}


def _labelled(labels, output):
    """The output's rows, and the index of the labelled entry in each of them."""
    return output.reshape(-1, output.shape[-1]), (np.arange(labels.size), labels.reshape(-1))


def _check_labels(labels, classes):
    # Seen as unsigned, a negative label is a huge one: one look at the largest finds both errors.
    unsigned = labels.view(f"u{labels.dtype.itemsize}")
    if labels.size and np.maximum.reduce(unsigned, None) >= classes:
        wrong = labels[(labels < 0) | (labels >= classes)][0]
        raise ValueError(
            f"sparse_crossentropy expected labels from 0 to {classes - 1} (its output has {classes} classes), "
            f"received a label {wrong}. Widen the output layer or renumber the labels."
        )
