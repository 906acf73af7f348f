"""Cross-entropies of predictions against targets."""

from minikeras import config, kernels
from minikeras.autodiff import differentiable, operation
from minikeras.ops import elementwise, reduce, shaping
from minikeras.ops.activation import log_sigmoid
from minikeras.ops.axes import axis_of
from minikeras.ops.encoding import one_hot
from minikeras.ops.floating import floating_tensor
from minikeras.ops.probability import log_softmax

__all__ = ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]


def _log_probabilities(output, from_logits, epsilon):
    if from_logits:
        return log_softmax(output)
    p = elementwise.divide(output, reduce.sum(output, axis=-1, keepdims=True))
    return elementwise.log(elementwise.clip(p, epsilon, 1 - epsilon))


def _crossentropy_composed(target, output, from_logits, epsilon):
    logarithms = _log_probabilities(output, from_logits, epsilon)
    return elementwise.negative(reduce.sum(elementwise.multiply(target, logarithms), axis=-1))


@differentiable(composed=_crossentropy_composed)
def _crossentropy(target, output, /, from_logits, epsilon):
    target = target.astype(output.dtype, copy=False)
    loss = kernels.crossentropy(target, output, from_logits, epsilon)

    def gradient(dy, into):
        dtarget = doutput = None
        if into[0] is not None:
            dtarget = -dy[..., None] * _log_probabilities(output, from_logits, epsilon).array
        if into[1] is not None:
            doutput = kernels.crossentropy_gradient(dy, target, output, from_logits, epsilon)
        return dtarget, doutput

    return loss, gradient


def _sparse_composed(labels, output, from_logits, epsilon):
    target = one_hot(labels, output.shape[-1], dtype=output.dtype)
    return _crossentropy_composed(target, output, from_logits, epsilon)


@differentiable(composed=_sparse_composed)
def _sparse_crossentropy(labels, output, /, from_logits, epsilon):
    loss = kernels.sparse_crossentropy(labels, output, from_logits, epsilon)

    def gradient(dy, into):
        return None, kernels.sparse_crossentropy_gradient(dy, labels, output, from_logits, epsilon)

    return loss, gradient


def _log_odds(output, from_logits, epsilon):
    """log p and log(1 - p) of p, or of the logits of p."""
    if from_logits:
        return log_sigmoid(output), log_sigmoid(elementwise.negative(output))
    p = elementwise.clip(output, epsilon, 1 - epsilon)
    return elementwise.log(p), elementwise.log(elementwise.subtract(1.0, p))


def _binary_composed(target, output, from_logits, epsilon):
    yes, no = _log_odds(output, from_logits, epsilon)
    rest = elementwise.subtract(1.0, target)
    return elementwise.negative(
        elementwise.add(elementwise.multiply(target, yes), elementwise.multiply(rest, no))
    )


@differentiable(composed=_binary_composed)
def _binary_crossentropy(target, output, /, from_logits, epsilon):
    target = target.astype(output.dtype, copy=False)
    loss = kernels.binary_crossentropy(target, output, from_logits, epsilon)

    def gradient(dy, into):
        dtarget = doutput = None
        if into[0] is not None:
            yes, no = _log_odds(output, from_logits, epsilon)
            dtarget = dy * (no.array - yes.array)
        if into[1] is not None:
            doutput = kernels.binary_crossentropy_gradient(dy, target, output, from_logits, epsilon)
        return dtarget, doutput

    return loss, gradient


@operation
def categorical_crossentropy(target, output, /, from_logits=False, axis=-1):
    """-Σ target · log(output) along `axis`; the output are probabilities, or logits with from_logits."""
    if target.shape != output.shape or not target.shape:
        raise ValueError(
            f"categorical_crossentropy expected target and output of one shape, of at least one axis; received "
            f"{target.shape} and {output.shape}. For integer labels use sparse_categorical_crossentropy."
        )
    if axis_of(axis, output.ndim) != output.ndim - 1:
        target, output = shaping.moveaxis(target, axis, -1), shaping.moveaxis(output, axis, -1)
    return _crossentropy(target, floating_tensor(output), from_logits=from_logits, epsilon=config.epsilon())


@operation
def sparse_categorical_crossentropy(target, output, /, from_logits=False, axis=-1):
    """-log(output[target]) along `axis`, for integer targets of one axis less than the output (or of size 1 there)."""
    if not output.shape:
        raise ValueError(
            "sparse_categorical_crossentropy expected an output of at least one axis, received a scalar."
        )
    axis = axis_of(axis, output.ndim)
    if target.ndim == output.ndim and target.shape[axis] == 1:
        target = shaping.squeeze(target, axis)
    if axis != output.ndim - 1:
        output = shaping.moveaxis(output, axis, -1)
    if target.shape != output.shape[:-1]:
        raise ValueError(
            f"sparse_categorical_crossentropy expected labels of shape {output.shape[:-1]} for predictions of "
            f"shape {output.shape}, received shape {target.shape}."
        )
    labels = elementwise.cast(target, "int32")
    return _sparse_crossentropy(
        labels, floating_tensor(output), from_logits=from_logits, epsilon=config.epsilon()
    )


@operation
def binary_crossentropy(target, output, /, from_logits=False):
    """-(target · log(output) + (1 - target) · log(1 - output)), element by element."""
    if target.shape != output.shape:
        raise ValueError(
            f"binary_crossentropy expected target and output of one shape, received {target.shape} and {output.shape}."
        )
    return _binary_crossentropy(
        target, floating_tensor(output), from_logits=from_logits, epsilon=config.epsilon()
    )
