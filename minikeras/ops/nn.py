"""Functions of neural networks: normalizers, losses on probabilities and logits; the activations stand beside."""

import numpy as np

from minikeras import config, kernels
from minikeras.autodiff.tensor import state
from minikeras.autodiff import as_array, differentiable, is_symbolic
from minikeras.ops import elementwise, reduce, shape
from minikeras.ops.activation import log_sigmoid
from minikeras.ops.floating import floating

# Normalizers


def _softmax_composed(x):
    e = elementwise.exp(
        elementwise.subtract(x, elementwise.stop_gradient(reduce.max(x, axis=-1, keepdims=True)))
    )
    return elementwise.divide(e, reduce.sum(e, axis=-1, keepdims=True))


@differentiable(composed=_softmax_composed)
def _softmax(x, /):
    y = kernels.softmax(floating(x))
    return y, lambda dy, into: (kernels.softmax_gradient(dy, y),)


@differentiable(composed=lambda x: elementwise.subtract(x, reduce.logsumexp(x, axis=-1, keepdims=True)))
def _log_softmax(x, /):
    y = kernels.log_softmax(floating(x))
    return y, lambda dy, into: (kernels.log_softmax_gradient(dy, y),)


def softmax(x, axis=-1):
    """eˣ / Σ eˣ along `axis` (an integer, a tuple, or None for all axes together)."""
    return _along(_softmax, x, axis)


def log_softmax(x, axis=-1):
    """log(softmax(x)) along `axis`, exact where the softmax is tiny."""
    return _along(_log_softmax, x, axis)


def _along(function, x, axis):
    """Apply a function of the last axis along another, or along several taken as one."""
    if axis == -1:
        return function(x)
    sizes = shape.shape(x)
    rank = len(sizes)
    axes = tuple(range(rank)) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple(a % rank for a in axes)
    if axes == (rank - 1,):
        return function(x)
    order = tuple(a for a in range(rank) if a not in axes) + axes
    moved = shape.transpose(x, order)
    if len(axes) == 1:
        return shape.transpose(function(moved), np.argsort(order).tolist())
    if is_symbolic(x):
        moved_sizes = [sizes[a] for a in order]
    else:
        moved_sizes = list(shape.shape(moved))
    joined = shape.reshape(moved, (*moved_sizes[: rank - len(axes)], -1))
    parted = shape.reshape(function(joined), moved_sizes)
    return shape.transpose(parted, np.argsort(order).tolist())


def normalize(x, axis=-1, order=2, epsilon=None):
    """x divided by its norm of the given order along `axis`; vectors shorter than epsilon stay short."""
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"normalize expected order to be an integer of at least 1, received {order!r}.")
    x = floating_tensor(x)
    if not shape.shape(x):
        x = shape.expand_dims(x, 0)
    epsilon = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        squares = reduce.sum(elementwise.square(x), axis=axis, keepdims=True)
        return elementwise.multiply(x, elementwise.rsqrt(elementwise.maximum(squares, epsilon * epsilon)))
    powers = reduce.sum(elementwise.power(elementwise.absolute(x), order), axis=axis, keepdims=True)
    return elementwise.divide(x, elementwise.maximum(elementwise.power(powers, 1 / order), epsilon))


def moments(x, axes, keepdims=False, synchronized=False):
    """The mean and the (biased) variance of x along `axes`."""
    return reduce.mean(x, axis=axes, keepdims=keepdims), reduce.var(x, axis=axes, keepdims=keepdims)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    """(x - mean) / √(variance + epsilon) · scale + offset, the statistics lying along `axis`."""
    broadcast = [1] * len(shape.shape(x))
    broadcast[axis] = shape.shape(mean)[0]
    inverse = elementwise.rsqrt(elementwise.add(shape.reshape(variance, broadcast), epsilon))
    if scale is not None:
        inverse = elementwise.multiply(inverse, shape.reshape(scale, broadcast))
    shift = elementwise.negative(elementwise.multiply(shape.reshape(mean, broadcast), inverse))
    if offset is not None:
        shift = elementwise.add(shift, shape.reshape(offset, broadcast))
    return elementwise.add(elementwise.multiply(x, inverse), shift)


@differentiable
def normalize_batch(x, gamma, beta, /, epsilon, moving):
    """Batch normalization by x's own statistics over all axes but the last (Ioffe & Szegedy 2015).

    moving: (mean variable, variance variable, momentum), the averages that move towards the batch's statistics.
    """
    y, mean, variance, inverse = kernels.batch_norm(x, gamma, beta, epsilon)
    if not state.probing:
        moving_mean, moving_variance, momentum = moving
        for average, batch in ((moving_mean.array, mean), (moving_variance.array, variance)):
            average *= momentum
            average += (1.0 - momentum) * batch
    return y, lambda dy, into: kernels.batch_norm_gradient(dy, x, gamma, mean, inverse, into)


@differentiable
def normalize_layer(x, gamma, beta, /, epsilon):
    """Layer normalization over the last axis (Ba et al. 2016)."""
    y, mean, inverse = kernels.layer_norm(x, gamma, beta, epsilon)
    return y, lambda dy, into: kernels.layer_norm_gradient(dy, x, gamma, mean, inverse, into)


# Losses of predictions against targets


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
    target = one_hot(labels, shape.shape(output)[-1], dtype=output.dtype)
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


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-Σ target · log(output) along `axis`; the output are probabilities, or logits with from_logits."""
    if axis != -1 and axis != len(shape.shape(output)) - 1:
        target, output = shape.moveaxis(target, axis, -1), shape.moveaxis(output, axis, -1)
    return _crossentropy(target, floating_tensor(output), from_logits=from_logits, epsilon=config.epsilon())


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-log(output[target]) along `axis`, for integer targets of one axis less than the output."""
    rank = len(shape.shape(output))
    if axis != -1 and axis != rank - 1:
        output = shape.moveaxis(output, axis, -1)
    if len(shape.shape(target)) == rank and shape.shape(target)[-1] == 1:
        target = shape.squeeze(target, axis=-1)
    if shape.shape(target) != shape.shape(output)[:-1]:
        raise ValueError(
            f"sparse_categorical_crossentropy expected labels of shape {shape.shape(output)[:-1]} for predictions of "
            f"shape {shape.shape(output)}, received shape {shape.shape(target)}."
        )
    labels = elementwise.cast(target, "int32")
    return _sparse_crossentropy(
        labels, floating_tensor(output), from_logits=from_logits, epsilon=config.epsilon()
    )


def binary_crossentropy(target, output, from_logits=False):
    """-(target · log(output) + (1 - target) · log(1 - output)), element by element."""
    if shape.shape(target) != shape.shape(output):
        raise ValueError(
            f"binary_crossentropy expected target and output of one shape, received {shape.shape(target)} and "
            f"{shape.shape(output)}."
        )
    return _binary_crossentropy(
        target, floating_tensor(output), from_logits=from_logits, epsilon=config.epsilon()
    )


def floating_tensor(x):
    """x in a float dtype: as it is if it has one, else cast to the default float."""
    if not hasattr(x, "dtype"):
        x = as_array(x)
    return x if x.dtype.kind == "f" else elementwise.cast(x, config.floatx())


@differentiable
def one_hot(x, /, num_classes, axis=-1, dtype=None, sparse=False):
    """A 1 at each index of x along a new axis of size num_classes, 0 elsewhere; an index outside gives zeros."""
    x = np.asarray(x).astype(np.int64)
    y = np.equal(x[..., None], np.arange(num_classes)).astype(dtype or config.floatx())
    return np.moveaxis(y, -1, axis), None
