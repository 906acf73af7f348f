"""`tf.random`: numbers drawn from distributions, and seeds."""

import numpy as np

from minikeras import seeds
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor, static_shape
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import drawing, liftable

_draws: dict = {}  # how often each operation's own seed was used since `set_seed`


def set_seed(seed):
    """Start the stream of random numbers at a seed: what is drawn after it, layers' weights too, is repeatable."""
    seeds.set_global_seed(None if seed is None else int(seed) % 2**32)
    _draws.clear()


def next_key(seed):
    """(seed, counter) of a draw: an operation's own seed counts its draws, None takes the global stream."""
    if seed is None:
        return seeds.make_default_seed(), 0
    seed = int(seed) % 2**32
    if seeds.global_seed() is not None:
        seed = (seed * 2654435761 + int(seeds.global_seed())) % 2**63
    _draws[seed] = _draws.get(seed, -1) + 1
    return seed, _draws[seed]


def _generator(seed):
    return seeds.generator(*next_key(seed))


# From a NumPy generator: what `tf.random`, `tf.random.Generator` and the stateless functions share.


def _normal(rng, shape, mean=0.0, stddev=1.0, dtype="float32"):
    values = rng.standard_normal(static_shape(shape)) * as_tensor(stddev).array + as_tensor(mean).array
    return Tensor(np.asarray(values, numpy_dtype(dtype)))


def _truncated(rng, shape, mean=0.0, stddev=1.0, dtype="float32"):
    values = np.asarray(rng.standard_normal(static_shape(shape)))
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    return Tensor(np.asarray(values * as_tensor(stddev).array + as_tensor(mean).array, numpy_dtype(dtype)))


def _uniform(rng, shape, minval=0, maxval=None, dtype="float32"):
    dtype, shape = numpy_dtype(dtype), static_shape(shape)
    if dtype.kind in "iu":
        if maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {dtype.name}")
        low, high = np.asarray(as_tensor(minval).array), np.asarray(as_tensor(maxval).array)
        return Tensor(np.asarray(rng.integers(low, high, shape), dtype))
    low = np.asarray(as_tensor(minval).array, "float64")
    high = np.asarray(as_tensor(1.0 if maxval is None else maxval).array, "float64")
    values = np.asarray(rng.random(shape) * (high - low) + low, dtype)
    return Tensor(
        np.minimum(values, np.maximum(np.nextafter(high.astype(dtype), low.astype(dtype)), low)).astype(dtype)
    )


def _categorical(rng, logits, num_samples, dtype="int64"):
    x = np.asarray(as_tensor(logits).array, "float64")
    x = np.exp(x - x.max(-1, keepdims=True))
    bounds = np.cumsum(x, -1)
    draws = rng.random((len(x), int(num_samples))) * bounds[:, -1:]
    return Tensor((draws[:, :, None] >= bounds[:, None, :-1]).sum(-1).astype(numpy_dtype(dtype)))


# tf.random


@drawing
def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Numbers from a normal distribution."""
    return _normal(_generator(seed), shape, mean, stddev, dtype)


@drawing
def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    """Numbers from [minval, maxval), evenly distributed; integers for an integer dtype."""
    return _uniform(_generator(seed), shape, minval, maxval, dtype)


@drawing
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Numbers from a normal distribution, those beyond two standard deviations drawn again."""
    return _truncated(_generator(seed), shape, mean, stddev, dtype)


@drawing
def shuffle(value, seed=None, name=None):
    """The slices along the first axis in random order."""
    value = as_tensor(value)
    return value[_generator(seed).permutation(value.array.shape[0])]


@drawing
def categorical(logits, num_samples, dtype="int64", seed=None, name=None, output_dtype=None):
    """num_samples classes for each row of logarithms of probabilities."""
    return _categorical(_generator(seed), logits, num_samples, output_dtype or dtype or "int64")


@drawing
def gamma(shape, alpha, beta=None, dtype="float32", seed=None, name=None):
    """Numbers from gamma distributions, for each alpha of a tensor `shape` of them."""
    alpha = np.asarray(as_tensor(alpha).array, "float64")
    values = _generator(seed).standard_gamma(alpha, (*static_shape(shape), *alpha.shape))
    return Tensor(np.asarray(values / (1.0 if beta is None else as_tensor(beta).array), numpy_dtype(dtype)))


@drawing
def poisson(shape, lam, dtype="float32", seed=None, name=None):
    """Numbers from Poisson distributions, for each lam of a tensor `shape` of them."""
    lam = np.asarray(as_tensor(lam).array, "float64")
    return Tensor(
        _generator(seed).poisson(lam, (*static_shape(shape), *lam.shape)).astype(numpy_dtype(dtype))
    )


@drawing
def random_crop(value, size, seed=None, name=None):
    """A block of the given size from a random place."""
    value, size = as_tensor(value), static_shape(size)
    rng = _generator(seed)
    starts = [int(rng.integers(0, n - s + 1)) for n, s in zip(value.array.shape, size, strict=True)]
    return value[tuple([slice(a, a + s) for a, s in zip(starts, size, strict=True)])]


# Without state: the seed is a pair of integers


def _key(seed):
    first, second = (int(s) for s in np.asarray(as_tensor(seed).array).reshape(-1)[:2])
    return seeds.generator(first, second)


@liftable
def stateless_normal(shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"):
    """Normal numbers that depend on the pair `seed` alone."""
    return _normal(_key(seed), shape, mean, stddev, dtype)


@liftable
def stateless_uniform(shape, seed, minval=0, maxval=None, dtype="float32", name=None, alg="auto_select"):
    """Uniform numbers that depend on the pair `seed` alone."""
    return _uniform(_key(seed), shape, minval, maxval, dtype)


@liftable
def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """Truncated normal numbers that depend on the pair `seed` alone."""
    return _truncated(_key(seed), shape, mean, stddev, dtype)


@liftable
def stateless_categorical(logits, num_samples, seed, dtype="int64", name=None):
    """Classes that depend on the pair `seed` alone."""
    return _categorical(_key(seed), logits, num_samples, dtype)


@liftable
def stateless_shuffle(value, seed, name=None, alg="auto_select"):
    """The slices in an order that depends on the pair `seed` alone."""
    value = as_tensor(value)
    return value[_key(seed).permutation(value.array.shape[0])]


@liftable
def split(seed, num=2, alg="auto_select"):
    """Several seeds from one."""
    return Tensor(_key(seed).integers(-(2**31), 2**31, (int(num), 2)).astype(np.int32))


class Generator:
    """A stream of random numbers of its own."""

    def __init__(self, copy_from=None, state=None, alg=None, seed=None):
        self._seed = seed if seed is not None else seeds.make_default_seed()
        self._rng = seeds.generator(self._seed)

    @classmethod
    def from_seed(cls, seed, alg=None):
        """The stream of a seed."""
        return cls(seed=int(seed))

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """A stream that nobody can foresee."""
        return cls(seed=int(np.random.SeedSequence().entropy % 2**63))

    @classmethod
    def from_state(cls, state, alg=None):
        """The stream of a state."""
        return cls(seed=int(np.asarray(state).reshape(-1)[0]))

    def reset_from_seed(self, seed):
        """Begin anew at a seed."""
        self._rng = seeds.generator(int(seed))

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Numbers from a normal distribution."""
        return _normal(self._rng, shape, mean, stddev, dtype)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Numbers from a truncated normal distribution."""
        return _truncated(self._rng, shape, mean, stddev, dtype)

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        """Numbers from [minval, maxval), evenly distributed."""
        return _uniform(self._rng, shape, minval, maxval, dtype)

    def split(self, count=1):
        """Further streams."""
        return [Generator(seed=int(s)) for s in self._rng.integers(0, 2**62, count)]

    def make_seeds(self, count=1):
        """Pairs of integers for the stateless functions, one a column."""
        return Tensor(self._rng.integers(0, 2**31, (2, count)))


_global: list = []


def get_global_generator():
    """The stream that nobody made."""
    if not _global:
        _global.append(Generator())
    return _global[0]
