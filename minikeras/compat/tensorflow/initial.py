"""Initializers under the names, and with the arguments, of TensorFlow 1."""

from minikeras import initializers


def truncated_normal_initializer(mean=0.0, stddev=1.0, seed=None, dtype=None):
    """Normal numbers within two standard deviations."""
    return initializers.TruncatedNormal(mean, stddev, seed)


def random_normal_initializer(mean=0.0, stddev=1.0, seed=None, dtype=None):
    """Normal numbers."""
    return initializers.RandomNormal(mean, stddev, seed)


def random_uniform_initializer(minval=0, maxval=1.0, seed=None, dtype=None):
    """Numbers evenly distributed between two bounds."""
    return initializers.RandomUniform(minval, maxval, seed)


def constant_initializer(value=0, dtype=None, verify_shape=False):
    """One number everywhere, or the given ones."""
    return initializers.Constant(value)


def zeros_initializer(dtype=None):
    """Zeros."""
    return initializers.Zeros()


def ones_initializer(dtype=None):
    """Ones."""
    return initializers.Ones()


def variance_scaling_initializer(
    scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype=None
):
    """Numbers whose variance depends on the size of the layer."""
    return initializers.VarianceScaling(
        scale, mode, {"normal": "truncated_normal"}.get(distribution, distribution), seed
    )


def orthogonal_initializer(gain=1.0, seed=None, dtype=None):
    """An orthogonal matrix."""
    return initializers.Orthogonal(gain, seed)
