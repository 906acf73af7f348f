"""Random tensors, and the seed generator that says which."""

import numpy as np

from minikeras import config, kernels, seeds
from minikeras.autodiff import Tensor, Variable, differentiable
from minikeras.autodiff.tensor import state
from minikeras.dtypes import standardize_dtype
from minikeras.serialization import Registered


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
        self.state = Variable(np.array([seed % 2**32, 0], "uint32"), trainable=False, name="seed_generator_state")

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


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers from a normal distribution."""
    values = _generator(seed).standard_normal(shape, dtype=np.float64) * stddev + mean
    return Tensor(np.asarray(values, standardize_dtype(dtype)))


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers from [minval, maxval), evenly distributed."""
    values = _generator(seed).random(shape) * (maxval - minval) + minval
    return Tensor(np.asarray(values, standardize_dtype(dtype)))


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Numbers from a normal distribution, those beyond two standard deviations drawn again."""
    generator = _generator(seed)
    values = generator.standard_normal(shape)
    values = np.asarray(values)
    while (outside := np.abs(values) > 2).any():
        values[outside] = generator.standard_normal(int(outside.sum()))
    return Tensor((values * stddev + mean).astype(standardize_dtype(dtype)))


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers from minval to maxval - 1, evenly distributed."""
    return Tensor(np.asarray(_generator(seed).integers(minval, maxval, shape), standardize_dtype(dtype)))


@differentiable
def _dropout(x, /, rate, key):
    y, scale = kernels.dropout(x, rate, *key)
    return y, (lambda dy: dy * scale,)


def dropout(inputs, rate, noise_shape=None, seed=None):
    """inputs with each element zeroed at the given rate, the rest scaled by 1 / (1 - rate) (Srivastava et al. 2014).

    noise_shape: the shape of the random choice, broadcast to the inputs (1 or None where shared or as the input).
    """
    key = draw_key(seed)
    if noise_shape is None:
        return _dropout(inputs, rate=rate, key=key)
    shape = tuple(s if n is None else n for n, s in zip(noise_shape, inputs.shape, strict=True))
    ones = np.ones(shape, getattr(inputs.dtype, "name", config.floatx()))
    return inputs * Tensor(kernels.dropout(ones, rate, *key)[1])
