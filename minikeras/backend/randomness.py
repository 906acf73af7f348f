"""Random tensors."""

from minikeras import ops
from minikeras.autodiff import convert_to_tensor
from minikeras.backend.recording import recorded, sizes_of
from minikeras.ops import random

__all__ = ["random_bernoulli", "random_binomial", "random_normal", "random_uniform", "truncated_normal"]


@recorded
def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None, std=None):
    """Numbers from a normal distribution; `std` is the name that stddev had in Keras 1.

    >>> random_normal((2, 3), seed=1).shape
    (2, 3)
    """
    return random.normal(sizes_of(shape), mean, stddev if std is None else std, dtype, seed)


@recorded
def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None, low=None, high=None):
    """Numbers from [minval, maxval); `low` and `high` are the names of these in Keras 1."""
    minval, maxval = (minval if low is None else low), (maxval if high is None else high)
    return random.uniform(sizes_of(shape), minval, maxval, dtype, seed)


@recorded
def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """1 with probability p, else 0."""
    drawn = random.uniform(sizes_of(shape), 0.0, 1.0, dtype, seed)
    return ops.cast(ops.less(drawn, convert_to_tensor(p)), drawn.dtype)


random_binomial = random_bernoulli


@recorded
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers from a normal distribution, those beyond two standard deviations drawn again."""
    return random.truncated_normal(sizes_of(shape), mean, stddev, dtype, seed)
