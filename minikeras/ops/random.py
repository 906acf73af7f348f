"""Random tensors, and the seed generator that says which."""

import numpy as np

from minikeras import kernels, seeds
from minikeras.autodiff import Tensor, Variable, as_array, differentiable, operation
from minikeras.autodiff.tensor import state
from minikeras.dtypes import standardize_dtype
from minikeras.ops import elementwise
from minikeras.ops.floating import floating_tensor
from minikeras.ops.indexing import take
from minikeras.serialization import Registered

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


class SeedGenerator(Registered):
    """A stream of seeds: each draw takes the pair (seed, counter) and moves the counter on.

    The pair is a variable, so models store it and training resumes with the numbers that would have come.

    >>> generator = SeedGenerator(7)
    >>> generator.next(), generator.next()
    ((7, 0), (7, 1))
    """

    module = "keras.random"

    def __init__(self, seed=None, name=None, **kwargs):
        if kwargs:
            raise ValueError(f"SeedGenerator received unknown arguments {sorted(kwargs)}.")
        if seed is None:
            seed = seeds.make_default_seed()
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(f"SeedGenerator expected a non-negative integer as seed, received {seed!r}.")
        self._initial_seed = int(seed)
        self.name = name or "seed_generator"
        self.state = Variable(
            np.array([seed % 2**32, 0], "uint32"), trainable=False, name="seed_generator_state"
        )

    @property
    def seed(self):
        """The seed it was made with."""
        return self._initial_seed

    def next(self, ordered=True):
        """The next pair (seed, counter) of Python integers."""
        array = self.state.array
        seed, counter = int(array[0]), int(array[1])
        if not state.probing:
            array[1] = (counter + 1) % 2**32
        return seed, counter

    def get_config(self):
        return {"seed": self._initial_seed}


def draw_key(seed):
    """(seed, counter) for one draw: an integer is its own key, a SeedGenerator gives its next, None the global one's."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        if state.probing:
            return 0, 0
        return seeds.make_default_seed(), 0
    if isinstance(seed, (tuple, list, np.ndarray)):
        return int(seed[0]), int(seed[1])
    return int(seed), 0


def _generator(seed):
    return seeds.generator(*draw_key(seed))


def _sizes(shape):
    """A shape as a tuple of integers."""
    if isinstance(shape, (int, np.integer)):
        return (int(shape),)
    return tuple([int(s) for s in shape])


def _float_type(dtype, name):
    dtype = standardize_dtype(dtype)
    if not dtype.startswith("float"):
        raise ValueError(
            f"random.{name} expected a floating-point dtype, received {dtype!r}. Cast the result instead."
        )
    return dtype


# Distributions of real numbers


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers from a normal distribution."""
    values = _generator(seed).standard_normal(_sizes(shape)) * as_array(stddev) + as_array(mean)
    return Tensor(np.asarray(values, _float_type(dtype, "normal")))


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers from [minval, maxval), evenly distributed."""
    dtype = _float_type(dtype, "uniform")
    minval, maxval = as_array(minval, "float64"), as_array(maxval, "float64")
    values = np.asarray(_generator(seed).random(_sizes(shape)) * (maxval - minval) + minval, dtype)
    # Rounding to the dtype may reach the upper bound, which does not belong to the range.
    below = np.nextafter(maxval.astype(dtype), minval.astype(dtype))
    return Tensor(np.asarray(np.minimum(values, np.maximum(below, minval.astype(dtype)))))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers from a normal distribution, those beyond two standard deviations drawn again."""
    generator = _generator(seed)
    values = np.asarray(generator.standard_normal(_sizes(shape)))
    while (outside := np.abs(values) > 2).any():
        values[outside] = generator.standard_normal(int(outside.sum()))
    return Tensor(
        np.asarray(values * as_array(stddev) + as_array(mean), _float_type(dtype, "truncated_normal"))
    )


def gamma(shape, alpha, dtype=None, seed=None):
    """Numbers from a gamma distribution of shape alpha (broadcast) and scale 1."""
    dtype = _float_type(dtype, "gamma")
    return Tensor(
        np.asarray(_generator(seed).standard_gamma(as_array(alpha, "float64"), _sizes(shape)), dtype)
    )


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Numbers between 0 and 1 from a beta distribution of the two shapes alpha and beta (broadcast)."""
    dtype = _float_type(dtype, "beta")
    values = _generator(seed).beta(as_array(alpha, "float64"), as_array(beta, "float64"), _sizes(shape))
    return Tensor(np.asarray(values, dtype))


# Distributions of integers


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers from minval to maxval - 1, evenly distributed."""
    dtype = standardize_dtype(dtype)
    if np.dtype(dtype).kind not in "iu":
        raise ValueError(
            f"random.randint expected an integer dtype, received {dtype!r}. Cast the result instead."
        )
    return Tensor(
        np.asarray(_generator(seed).integers(as_array(minval), as_array(maxval), _sizes(shape)), dtype)
    )


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """How many of `counts` trials succeed that succeed with `probabilities` each (both broadcast), as floats."""
    dtype = _float_type(dtype, "binomial")
    counts = as_array(counts).astype("int64")
    values = _generator(seed).binomial(counts, as_array(probabilities, "float64"), _sizes(shape))
    return Tensor(np.asarray(values, dtype))


@operation
def categorical(logits, /, num_samples, dtype="int32", seed=None):
    """num_samples classes for each row of (rows, classes) unnormalized logarithms of probabilities: (rows, num_samples)."""
    if logits.ndim != 2:
        raise ValueError(
            f"random.categorical expected logits of shape (rows, classes), received {logits.shape}."
        )
    x = logits.array.astype("float64")
    x = np.exp(x - x.max(-1, keepdims=True))
    bounds = np.cumsum(x, axis=-1)
    draws = _generator(seed).random((len(x), num_samples)) * bounds[:, -1:]
    places = (draws[:, :, None] >= bounds[:, None, :-1]).sum(-1)
    return Tensor(places.astype(standardize_dtype(dtype)))


# Of given tensors


@operation
def shuffle(x, /, axis=0, seed=None):
    """The slices of x along `axis` in random order."""
    return take(x, _generator(seed).permutation(x.shape[axis]), axis=axis)


@differentiable
def _dropout(x, /, rate, seed):
    # The key is drawn here, so that each time the function is applied, or replayed, it takes the next one.
    y, scale = kernels.dropout(x, rate, *draw_key(seed))
    return y, (lambda dy: dy * scale,)


@operation
def dropout(inputs, /, rate, noise_shape=None, seed=None):
    """inputs with each element zeroed at the given rate, the rest scaled by 1 / (1 - rate) (Srivastava et al. 2014).

    noise_shape: the shape of the random choice, broadcast to the inputs (1 or None where shared or as the input).
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"random.dropout expected a rate between 0 and 1, received {rate!r}.")
    if rate == 0:
        return inputs
    if rate == 1:
        return elementwise.multiply(inputs, 0)
    inputs = floating_tensor(inputs)
    if noise_shape is None:
        return _dropout(inputs, rate=rate, seed=seed)
    shape = tuple([s if n is None else n for n, s in zip(noise_shape, inputs.shape, strict=True)])
    return inputs * kernels.dropout(np.ones(shape, inputs.dtype), rate, *draw_key(seed))[1]
