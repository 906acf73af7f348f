"""Activations, losses and normalization."""

from minikeras import activations, config, ops
from minikeras.autodiff import SymbolicTensor, convert_to_tensor
from minikeras.backend.recording import recorded
from minikeras.ops import random

__all__ = [
    "batch_normalization", "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
    "categorical_focal_crossentropy", "dropout", "elu", "hard_sigmoid", "in_top_k", "normalize_batch_in_training", "relu",
    "sigmoid", "softmax", "softplus", "softsign", "sparse_categorical_crossentropy", "tanh",
]  # fmt: skip

# Activations

# These are today's functions.
elu, sigmoid, softplus, softsign, tanh = ops.elu, ops.sigmoid, ops.softplus, ops.softsign, ops.tanh


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """x where above threshold, up to max_value; alpha · (x - threshold) elsewhere."""
    return activations.relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


def softmax(x, axis=-1):
    """Probabilities along an axis, or along several together."""
    if len(x.shape) < 2:
        raise ValueError(
            f"K.softmax expected at least two axes, received shape {tuple(x.shape)}. Use ops.softmax, or expand_dims."
        )
    return ops.softmax(x, axis=axis)


def hard_sigmoid(x):
    """0.2 x + 0.5, kept between 0 and 1: the older definition (today's has a slope of 1/6).

    >>> hard_sigmoid([-3.0, 0.0, 1.0]).tolist()
    [0.0, 0.5, 0.699999988079071]
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


def dropout(x, level, noise_shape=None, seed=None):
    """x with elements zeroed at the rate `level`, the rest scaled up."""
    return random.dropout(x, level, noise_shape=noise_shape, seed=seed)


# Losses


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """The cross-entropy of probabilities (or logits) against one-hot targets."""
    return ops.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)


@recorded
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """The cross-entropy of probabilities (or logits) against class numbers; those of ignore_class count 0."""
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    output = ops.moveaxis(output, axis, -1)
    if len(target.shape) != len(output.shape) - 1:
        target = ops.reshape(target, output.shape[:-1])
    target = ops.cast(target, "int64")
    if ignore_class is None:
        return _sparse_crossentropy(target, output, from_logits)
    valid = ops.not_equal(target, ignore_class)
    return ops.where(valid, _sparse_crossentropy(ops.where(valid, target, 0), output, from_logits), 0.0)


def _sparse_crossentropy(target, output, from_logits):
    if not from_logits:  # as older versions: the logarithms of clipped probabilities taken as logits
        output = ops.log(ops.clip(output, config.epsilon(), 1 - config.epsilon()))
    return ops.sparse_categorical_crossentropy(target, output, from_logits=True)


def binary_crossentropy(target, output, from_logits=False):
    """The cross-entropy of each probability (or logit) against its target, 0 or 1.

    >>> round(float(binary_crossentropy([1.0], [0.5])[0]), 4)
    0.6931
    """
    if from_logits:
        return ops.binary_crossentropy(target, output, from_logits=True)
    epsilon = config.epsilon()
    output = ops.clip(output, epsilon, 1 - epsilon)
    one = ops.multiply(target, ops.log(ops.add(output, epsilon)))
    zero = ops.multiply(ops.subtract(1.0, target), ops.log(ops.add(ops.subtract(1.0, output), epsilon)))
    return ops.negative(ops.add(one, zero))


def binary_focal_crossentropy(
    target, output, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False
):
    """`binary_crossentropy` weighted by (1 - p)^gamma, p the probability of what is right (Lin et al. 2017)."""
    probability = ops.sigmoid(output) if from_logits else output
    target = target if isinstance(target, SymbolicTensor) else convert_to_tensor(target)
    right = ops.add(
        ops.multiply(target, probability),
        ops.multiply(ops.subtract(1.0, target), ops.subtract(1.0, probability)),
    )
    loss = ops.multiply(
        ops.power(ops.subtract(1.0, right), gamma), binary_crossentropy(target, output, from_logits)
    )
    if apply_class_balancing:
        loss = ops.multiply(ops.add(target * alpha, ops.subtract(1.0, target) * (1 - alpha)), loss)
    return loss


def categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0, from_logits=False, axis=-1):
    """Cross-entropy weighted by alpha (1 - p)^gamma for each class (Lin et al. 2017)."""
    if from_logits:
        output = ops.softmax(output, axis=axis)
    output = ops.divide(output, ops.sum(output, axis=axis, keepdims=True))
    output = ops.clip(output, config.epsilon(), 1 - config.epsilon())
    weights = ops.multiply(ops.power(ops.subtract(1.0, output), gamma), alpha)
    return ops.sum(ops.multiply(weights, ops.negative(ops.multiply(target, ops.log(output)))), axis=axis)


def in_top_k(predictions, targets, k):
    """Whether each row's target is among its k highest predictions."""
    return ops.in_top_k(targets, predictions, k=k)


# Normalization


def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """x normalized by its mean and variance over axes: (normalized, mean, variance)."""
    axes = tuple(reduction_axes)
    mean, variance = ops.mean(x, axis=axes, keepdims=True), ops.var(x, axis=axes, keepdims=True)
    rank = len(x.shape)
    kept = [a for a in range(rank) if a not in axes]
    normalized = _normalized(x, mean, variance, beta, gamma, kept, epsilon)
    sizes = [-1 if len(kept) == 1 else mean.shape[a] for a in kept]
    return normalized, ops.reshape(mean, sizes), ops.reshape(variance, sizes)


def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """(x - mean) / √(var + epsilon) · gamma + beta, what has one axis along `axis`."""
    return _normalized(x, mean, var, beta, gamma, [axis % len(x.shape)], epsilon)


def _normalized(x, mean, var, beta, gamma, axes, epsilon):
    def along(value):
        shape = getattr(value, "shape", ())
        if len(shape) != len(axes) or len(shape) == len(x.shape):
            return value
        return ops.reshape(
            value,
            [
                -1 if a in axes and len(axes) == 1 else x.shape[a] if a in axes else 1
                for a in range(len(x.shape))
            ],
        )

    scale = ops.rsqrt(ops.add(along(var), epsilon))
    y = ops.multiply(ops.subtract(x, along(mean)), scale)
    if gamma is not None:
        y = ops.multiply(y, along(gamma))
    return y if beta is None else ops.add(y, along(beta))
