"""Initializers: the first values of weights."""

import inspect
import math

import numpy as np

from minikeras import limits, lookup, seeds, serialization, spellings
from minikeras.autodiff import Tensor, as_array
from minikeras.dtypes import standardize_dtype
from minikeras.ops import random
from minikeras.serialization import Registered
from minikeras.spellings.calls import with_dtype

# How many multiplications of a decomposition are done in the time of a step that limits count.
_PRODUCTS_IN_A_STEP = 24


class Initializer(Registered, family="initializer"):
    """Base of the initializers: a function of a shape and a dtype that returns a tensor of first values.

    A subclass implements `__call__(shape, dtype=None)`; its constructor's arguments, kept under their names, are its
    configuration.
    """

    module = "keras.initializers"

    def __call__(self, shape, dtype=None):
        """A tensor of the given shape and dtype (the default float if None)."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(shape, dtype=None). Implement it.")

    def clone(self):
        """An initializer with the same configuration."""
        return type(self).from_config(self.get_config())


class Zeros(Initializer):
    """All zeros.

    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __call__(self, shape, dtype=None):
        return Tensor(np.zeros(shape, standardize_dtype(dtype)))


class Ones(Initializer):
    """All ones.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __call__(self, shape, dtype=None):
        return Tensor(np.ones(shape, standardize_dtype(dtype)))


class Constant(Initializer):
    """One value everywhere, or an array that broadcasts to the shape.

    >>> Constant(3.0)((2,)).tolist()
    [3.0, 3.0]
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        return Tensor(np.full(shape, as_array(self.value), standardize_dtype(dtype)))

    @classmethod
    def from_config(cls, config):
        return cls(serialization.deserialize(config["value"]))


class Identity(Initializer):
    """gain on the diagonal of a matrix, zeros elsewhere.

    >>> Identity()((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(
                f"Identity expected the shape of a matrix, (rows, columns), received {tuple(shape)}. "
                "Use another initializer for this weight."
            )
        return Tensor(self.gain * np.eye(*shape, dtype=standardize_dtype(dtype)))


class RandomInitializer(Initializer):
    """Base of the random initializers.

    seed: an integer, a SeedGenerator, or None, for which a seed is drawn once: the same object gives the same numbers
    on each call, unless a SeedGenerator moves it on.
    """

    def __init__(self, seed=None):
        if isinstance(seed, dict):
            seed = serialization.deserialize(seed)
        if seed is not None and (
            isinstance(seed, bool) or not isinstance(seed, (int, np.integer, random.SeedGenerator))
        ):
            raise ValueError(
                f"{type(self).__name__} expected seed to be an integer, a SeedGenerator or None, received {seed!r}."
            )
        self._init_seed = seed
        self.seed = seeds.make_default_seed() if seed is None else seed

    def get_config(self):
        return {**super().get_config(), "seed": serialization.serialize(self._init_seed)}


class RandomNormal(RandomInitializer):
    """Numbers from the normal distribution with a mean and a standard deviation.

    >>> RandomNormal(seed=1)((2, 3)).shape
    (2, 3)
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomInitializer):
    """Numbers from the normal distribution, those beyond two standard deviations drawn again.

    >>> float(abs(TruncatedNormal(seed=1)((100,)).numpy()).max()) <= 0.1
    True
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Numbers from [minval, maxval), evenly distributed.

    >>> float(abs(RandomUniform(seed=1)((100,)).numpy()).max()) <= 0.05
    True
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)


def compute_fans(shape, input_axes=None, output_axes=None):
    """How many inputs reach one unit, and how many units one input reaches: (fan_in, fan_out).

    A kernel's last two axes are input and output channels, those before them the receptive field; `input_axes` and
    `output_axes` together say it for other kernels.

    >>> compute_fans((3, 3, 16, 32))
    (144, 288)
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod([shape[a] for a in input_axes]), math.prod([shape[a] for a in output_axes])
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


# The standard deviation of a standard normal distribution cut at two: √(1 - 4 φ(2) / (2 Φ(2) - 1)).
_TRUNCATED_DEVIATION = 0.87962566103423978


class VarianceScaling(RandomInitializer):
    """Random numbers with the variance scale / n, n the fan-in, the fan-out or their average (He et al. 2015, eq. 10).

    distribution: 'truncated_normal', 'untruncated_normal' or 'uniform', all with that variance and mean 0.

    >>> kernel = VarianceScaling(2.0, "fan_in", "uniform", seed=1)((100, 50))
    >>> round(float(kernel.numpy().var() * 100), 1)
    2.0
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        if scale <= 0:
            raise ValueError(
                f"{type(self).__name__} expected scale to be a positive number, received {scale!r}."
            )
        if mode not in _FANS:
            raise ValueError(
                f"{type(self).__name__} expected mode to be one of {list(_FANS)}, received {mode!r}."
            )
        distribution = {"normal": "truncated_normal"}.get(
            str(distribution).lower(), str(distribution).lower()
        )
        if distribution not in _DISTRIBUTIONS:
            raise ValueError(
                f"{type(self).__name__} expected distribution to be one of {list(_DISTRIBUTIONS)}, "
                f"received {distribution!r}."
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        fans = compute_fans(shape, self.input_axes, self.output_axes)
        variance = self.scale / max(1.0, _FANS[self.mode](*fans))
        return _DISTRIBUTIONS[self.distribution](shape, math.sqrt(variance), dtype, self.seed)


_FANS = {
    "fan_in": lambda fan_in, fan_out: fan_in,
    "fan_out": lambda fan_in, fan_out: fan_out,
    "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}


def _truncated(shape, deviation, dtype, seed):
    return random.truncated_normal(shape, 0.0, deviation / _TRUNCATED_DEVIATION, dtype, seed)


def _untruncated(shape, deviation, dtype, seed):
    return random.normal(shape, 0.0, deviation, dtype, seed)


def _uniform(shape, deviation, dtype, seed):
    # Evenly distributed numbers up to a have the variance a² / 3.
    limit = math.sqrt(3.0) * deviation
    return random.uniform(shape, -limit, limit, dtype, seed)


_DISTRIBUTIONS = {"truncated_normal": _truncated, "untruncated_normal": _untruncated, "uniform": _uniform}


class GlorotUniform(VarianceScaling):
    """Evenly distributed numbers with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 16).

    >>> float(abs(GlorotUniform(seed=1)((3, 3)).numpy()).max()) <= 1.0
    True
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(1.0, "fan_avg", "uniform", seed, input_axes, output_axes)


class GlorotNormal(VarianceScaling):
    """Truncated normal numbers with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010).

    >>> GlorotNormal(seed=1)((3, 4)).shape
    (3, 4)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, input_axes, output_axes)


class LecunNormal(VarianceScaling):
    """Truncated normal numbers with variance 1 / fan_in (LeCun et al. 1998, section 4.6).

    >>> LecunNormal(seed=1)((3, 4)).shape
    (3, 4)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(1.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


class LecunUniform(VarianceScaling):
    """Evenly distributed numbers with variance 1 / fan_in (LeCun et al. 1998, section 4.6).

    >>> LecunUniform(seed=1)((3, 4)).shape
    (3, 4)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(1.0, "fan_in", "uniform", seed, input_axes, output_axes)


class HeNormal(VarianceScaling):
    """Truncated normal numbers with variance 2 / fan_in (He et al. 2015).

    >>> HeNormal(seed=1)((3, 4)).shape
    (3, 4)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(2.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


class HeUniform(VarianceScaling):
    """Evenly distributed numbers with variance 2 / fan_in (He et al. 2015).

    >>> HeUniform(seed=1)((3, 4)).shape
    (3, 4)
    """

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(2.0, "fan_in", "uniform", seed, input_axes, output_axes)


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal rows or columns, times gain; leading axes count as rows (Saxe et al. 2013).

    >>> q = Orthogonal(seed=1)((4, 2)).numpy()
    >>> bool(abs(q.T @ q - [[1, 0], [0, 1]]).max() < 1e-6)
    True
    """

    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(
                f"{type(self).__name__} expected a shape of at least two axes, received {tuple(shape)}. "
                "Use another initializer for this weight."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        dtype = standardize_dtype(dtype)
        limits.check_steps(rows, columns, min(rows, columns) // _PRODUCTS_IN_A_STEP)
        numbers = random.normal(
            (max(rows, columns), min(rows, columns)), dtype="float64", seed=self.seed
        ).array
        q, r = np.linalg.qr(numbers)
        # With the signs of R's diagonal Q is evenly distributed over the orthogonal matrices (Mezzadri 2007).
        q = q * np.sign(np.diagonal(r))
        return Tensor((self.gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype))


def _sum_of_cosines(*weights):
    """A window Σ (-1)ᵏ wₖ cos(2πk t), t from 0 to 1 (Harris 1978)."""
    return lambda t: sum((-1) ** k * w * np.cos(2 * np.pi * k * t) for k, w in enumerate(weights))


_WINDOWS = {
    "boxcar": np.ones_like,
    "bartlett": lambda t: 1 - np.abs(2 * t - 1),
    "hann": _sum_of_cosines(0.5, 0.5),
    "hamming": _sum_of_cosines(0.54, 0.46),
    "blackman": _sum_of_cosines(0.42, 0.5, 0.08),
    "nuttall": _sum_of_cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": _sum_of_cosines(0.35875, 0.48829, 0.14128, 0.01168),
    "flattop": _sum_of_cosines(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}


class STFT(Initializer):
    """The kernel of a convolution that computes the real or the imaginary part of a short-time Fourier transform.

    Its shape is (frame length, 1, fft length / 2 + 1). window: the name of a window, an array of the frame's length,
    or None. scaling: 'density' divides by √Σw², 'spectrum' by Σ|w|, None by nothing. periodic: the window as one
    period of a repeating function, rather than symmetric.

    >>> STFT("imag", window=None)((4, 1, 3))[:, 0, 1].numpy().round(3).tolist()
    [-0.0, -1.0, -0.0, 1.0]
    """

    def __init__(self, side="real", window="hann", scaling="density", periodic=False):
        if side not in ("real", "imag"):
            raise ValueError(f"STFT expected side='real' or 'imag', received {side!r}.")
        if isinstance(window, str) and window not in _WINDOWS:
            raise ValueError(
                f"STFT expected window to be an array or one of {sorted(_WINDOWS)}, received {window!r}."
            )
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(f"STFT expected scaling='density', 'spectrum' or None, received {scaling!r}.")
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape, dtype=None):
        length, _, bins = shape
        time = np.arange(length)[:, None, None]
        frequency = np.arange(bins)[None, None, :] / ((bins - 1) * 2)
        angle = -2 * np.pi * time * frequency
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is not None:
            window = self._window_of(length)
            kernel = kernel * window[:, None, None]
            if self.scaling == "density":
                kernel = kernel / np.sqrt(np.sum(window**2))
            elif self.scaling == "spectrum":
                kernel = kernel / np.sum(np.abs(window))
        return Tensor(kernel.astype(standardize_dtype(dtype)))

    def _window_of(self, length):
        if isinstance(self.window, str):
            if length == 1:
                return np.ones(1)
            return _WINDOWS[self.window](np.arange(length) / (length if self.periodic else length - 1))
        window = as_array(self.window).astype(np.float64)
        if window.shape != (length,):
            raise ValueError(
                f"STFT expected a window of shape ({length},), the frame's, received {window.shape}."
            )
        return window


zeros, ones, constant, identity, stft, orthogonal = Zeros, Ones, Constant, Identity, STFT, Orthogonal
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, glorot_normal, glorot_uniform = VarianceScaling, GlorotNormal, GlorotUniform
he_normal, he_uniform, lecun_normal, lecun_uniform = HeNormal, HeUniform, LecunNormal, LecunUniform
IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT

_ALIASES = {
    "IdentityInitializer": "Identity",
    "OrthogonalInitializer": "Orthogonal",
    "STFTInitializer": "STFT",
    "normal": "RandomNormal",
    "uniform": "RandomUniform",
    "one": "Ones",
    "zero": "Zeros",
}


def serialize(initializer):
    """An initializer as data that JSON can hold."""
    return serialization.serialize(initializer)


def deserialize(config, custom_objects=None):
    """The initializer that a configuration describes."""
    return lookup.read(config, "initializer", custom_objects, _ALIASES)


def get(identifier):
    """The initializer that a name, class, object, function, array or configuration means; None stays None.

    A name or a class gives a new object, with a seed of its own. An array gives itself to weights of its shape.

    >>> get("he_normal")((3, 4)).shape
    (3, 4)
    """
    if isinstance(identifier, (np.ndarray, np.generic, Tensor)):
        return _values(as_array(identifier))
    found = lookup.look_up(identifier, "initializer", _ALIASES)
    return with_dtype(found) if inspect.isfunction(found) else found


def _values(array):
    def initialize(shape, dtype=None):
        if tuple(shape) != array.shape:
            raise ValueError(
                f"An array of shape {array.shape} cannot initialize a weight of shape {tuple(shape)}. "
                "Pass an array of the weight's shape."
            )
        return Tensor(array.astype(standardize_dtype(dtype)))

    return initialize


__getattr__ = spellings.fallback(__name__)
