"""`tf.nn`: activations, losses on logits, normalization, dropout."""

import functools

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.arithmetic import axis_of, operands
from minikeras.compat.tensorflow.basics import as_tensor, static_shape
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import drawing, liftable, mode
from minikeras.compat.tensorflow.randomness import next_key
from minikeras.ops import random as draws

_ACTIVATIONS = ("relu", "relu6", "selu", "softplus", "softsign", "sigmoid", "tanh", "elu", "log_sigmoid")


def _activation(own):
    def function(features=None, name=None, x=None):
        return getattr(ops, own)(as_tensor(features if features is not None else x))

    function.__name__ = function.__qualname__ = own
    function.__doc__ = f"The activation {own}."
    return liftable(function)


_MADE = {name: functools.partial(_activation, name) for name in _ACTIVATIONS}


def __getattr__(name):
    if name not in _MADE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = function = _MADE[name]()
    return function


@liftable
def leaky_relu(features, alpha=0.2, name=None):
    """features where positive, alpha times them elsewhere."""
    return ops.leaky_relu(as_tensor(features), alpha)


@liftable
def gelu(features, approximate=False, name=None):
    """x · Φ(x)."""
    return ops.gelu(as_tensor(features), approximate)


@liftable
def silu(features, beta=1.0, name=None):
    """x · sigmoid(beta · x)."""
    x = as_tensor(features)
    return ops.silu(x) if isinstance(beta, float) and beta == 1.0 else x * ops.sigmoid(beta * x)


swish = silu


@liftable
def crelu(features, axis=-1, name=None):
    """relu of x and of -x, side by side."""
    x = as_tensor(features)
    return ops.concatenate([ops.relu(x), ops.relu(-x)], axis)


@liftable
def softmax(logits, axis=None, name=None, dim=None):
    """exp(x) / Σ exp(x) along an axis, the last by default."""
    return ops.softmax(
        as_tensor(logits), axis_of(axis if axis is not None else dim if dim is not None else -1)
    )


@liftable
def log_softmax(logits, axis=None, name=None, dim=None):
    """The logarithm of softmax."""
    return ops.log_softmax(
        as_tensor(logits), axis_of(axis if axis is not None else dim if dim is not None else -1)
    )


# Losses on logits


def _order(first, labels, logits, who):
    """The two arguments, whichever way they were given."""
    if first is not None and logits is None:
        # Positions: labels first, but logits first before TensorFlow 1.0, whose programs build graphs.
        return (labels, first) if mode.deferring else (first, labels)
    if labels is None or logits is None:
        raise ValueError(f"{who}: pass both labels= and logits=.")
    return labels, logits


def softmax_cross_entropy_with_logits(*args, labels=None, logits=None, axis=-1, dim=None, name=None):
    """-Σ labels · log softmax(logits) along an axis, for each example."""
    labels, logits = _pair(args, labels, logits, "softmax_cross_entropy_with_logits")
    return _softmax_cross_entropy(labels, logits, axis if dim is None else dim)


@liftable
def _softmax_cross_entropy(labels, logits, axis):
    labels, logits = operands(labels, logits)
    return -ops.sum(
        ops.cast(labels, numpy_dtype(logits.dtype).name) * ops.log_softmax(logits, axis), axis=axis
    )


def sparse_softmax_cross_entropy_with_logits(*args, labels=None, logits=None, name=None):
    """-log softmax(logits)[label], for each example."""
    labels, logits = _pair(args, labels, logits, "sparse_softmax_cross_entropy_with_logits")
    return _sparse_cross_entropy(labels, logits)


@liftable
def _sparse_cross_entropy(labels, logits):
    labels, logits = as_tensor(labels), as_tensor(logits)
    if len(labels.shape) != len(logits.shape) - 1:
        raise ValueError(
            f"`labels.shape` must equal `logits.shape` except for the last dimension. Received: labels.shape="
            f"{labels.shape} and logits.shape={logits.shape}"
        )
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def sigmoid_cross_entropy_with_logits(*args, labels=None, logits=None, name=None):
    """The logistic loss of each element: max(x, 0) - x · z + log(1 + exp(-|x|))."""
    labels, logits = _pair(args, labels, logits, "sigmoid_cross_entropy_with_logits")
    return _sigmoid_cross_entropy(labels, logits)


@liftable
def _sigmoid_cross_entropy(labels, logits):
    labels, x = operands(labels, logits)
    if isinstance(x, Tensor) and tuple(labels.shape) != tuple(x.shape):
        raise ValueError(
            f"`logits` and `labels` must have the same shape, received ({x.shape} vs {labels.shape})."
        )
    return ops.binary_crossentropy(ops.cast(labels, numpy_dtype(x.dtype).name), x, from_logits=True)


def _pair(args, labels, logits, who):
    if len(args) == 2:
        return _order(args[0], args[1], None, who)
    if len(args) == 1:
        return (args[0], logits) if labels is None else (labels, args[0])
    return _order(None, labels, logits, who)


@liftable
def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """The logistic loss with the positive examples' share multiplied."""
    z, x = operands(labels, logits)
    weight = 1 + (pos_weight - 1) * z
    return (1 - z) * x + weight * (ops.log1p(ops.exp(-ops.absolute(x))) + ops.relu(-x))


@liftable
def l2_loss(t, name=None):
    """Half the sum of squares."""
    return ops.sum(ops.square(as_tensor(t))) / 2


@liftable
def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """exp(c) - z · c."""
    z, c = operands(targets, log_input)
    return ops.exp(c) - z * c


@liftable
def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """The sum of the examples' losses over the batch size."""
    loss = as_tensor(per_example_loss)
    if sample_weight is not None:
        loss = loss * sample_weight
    return ops.sum(loss) / (
        float(global_batch_size) if global_batch_size is not None else float(loss.shape[0])
    )


@liftable
def scale_regularization_loss(regularization_loss):
    """The sum of penalties: there is one replica."""
    return ops.sum(as_tensor(regularization_loss))


# Normalization


@liftable
def moments(x, axes, shift=None, keepdims=False, name=None, keep_dims=None):
    """Mean and variance over axes."""
    mean, variance = ops.moments(as_tensor(x), axis_of(axes), keepdims=bool(keepdims or keep_dims))
    return mean, variance


@liftable
def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """x divided by its norm along axes."""
    x = as_tensor(x)
    squares = ops.sum(ops.square(x), axis=axis_of(axis if axis is not None else dim), keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, epsilon))


@liftable
def batch_normalization(x, mean, variance, offset, scale, variance_epsilon=1e-3, name=None):
    """(x - mean) / √(variance + ε) · scale + offset."""
    x = as_tensor(x)
    inverse = ops.rsqrt(as_tensor(variance) + variance_epsilon)
    if scale is not None:
        inverse = inverse * scale
    y = (x - as_tensor(mean)) * inverse
    return y if offset is None else y + as_tensor(offset)


@liftable
def fused_batch_norm(
    x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC", is_training=True, name=None
):  # fmt: skip
    """Batch normalization of images: (y, mean, variance)."""
    x = as_tensor(x)
    axes = [0, 2, 3] if data_format == "NCHW" else [0, 1, 2]
    if is_training:
        mean, variance = ops.moments(x, axes)
    y = ops.batch_normalization(x, mean, variance, 1 if data_format == "NCHW" else -1, offset, scale, epsilon)
    return y, mean, variance


@liftable
def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """x / (bias + alpha · Σ of the neighbouring channels' squares) ^ beta."""
    x = as_tensor(input)
    radius, channels = int(depth_radius), x.shape[-1]
    squares = ops.pad(ops.square(x), [(0, 0)] * (len(x.shape) - 1) + [(radius, radius)])
    total = sum(squares[..., i : i + channels] for i in range(2 * radius + 1))
    return x / ops.power(bias + alpha * total, beta)


lrn = local_response_normalization


@liftable
def bias_add(value, bias, data_format=None, name=None):
    """value + bias along the channels."""
    x, b = operands(value, bias)
    if data_format is not None and data_format.startswith("NC"):
        b = ops.reshape(b, (-1,) + (1,) * (len(x.shape) - 2))
    return x + b


@liftable
def xw_plus_b(x, weights, biases, name=None):
    """x · weights + biases."""
    return as_tensor(x) @ as_tensor(weights) + as_tensor(biases)


@liftable
def relu_layer(x, weights, biases, name=None):
    """relu(x · weights + biases)."""
    return ops.relu(xw_plus_b(x, weights, biases))


# Dropout


def dropout(x, rate=None, noise_shape=None, seed=None, name=None, keep_prob=None):
    """x with elements zeroed at the rate, the rest scaled up.

    In programs of TensorFlow 1 the second argument by position is keep_prob, the share that stays.
    """
    if keep_prob is None and rate is not None and mode.deferring:
        keep_prob, rate = rate, None
    if rate is None:
        if keep_prob is None:
            raise ValueError(
                "tf.nn.dropout expected rate= (the share to zero) or, as in TensorFlow 1, keep_prob=."
            )
        rate = 1 - keep_prob
    return _dropout(x, rate, noise_shape, seed)


@drawing
def _dropout(x, rate, noise_shape, seed):
    rate = float(rate)
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must be a scalar tensor or a float in the range [0, 1), got {rate}")
    noise_shape = None if noise_shape is None else static_shape(noise_shape)
    return draws.dropout(as_tensor(x), rate, noise_shape, next_key(seed))


@liftable
def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """Mean and variance from sufficient statistics."""
    mean = as_tensor(mean_ss) / counts
    variance = as_tensor(variance_ss) / counts - ops.square(mean)
    return (mean if shift is None else mean + shift), variance


@liftable
def ctc_loss(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None, blank_index=0, name=None
):  # fmt: skip
    """The connectionist temporal classification loss of each sequence; labels are dense (batch, length)."""
    logits = as_tensor(logits)
    if logits_time_major:
        logits = ops.transpose(logits, (1, 0, 2))
    if blank_index != 0:
        blank_index %= logits.shape[-1]
    return ops.ctc_loss(labels, logits, label_length, logit_length, blank_index)
