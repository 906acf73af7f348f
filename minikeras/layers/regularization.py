"""Layers that disturb training so that models generalize; afterwards they let everything pass."""

import math

from minikeras import config, regularizers
from minikeras.layers.layer import Layer
from minikeras.layers.settings import share
from minikeras.layers.spec import InputSpec, who
from minikeras.ops import random
from minikeras.ops.elementwise import cast, greater_equal

__all__ = [
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
]


class _Disturbance(Layer):
    """A layer that draws random numbers in training, if there is anything to draw."""

    supports_masking = True

    def __init__(self, amount, name_of_amount, seed, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        if share(amount, name_of_amount, self) > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.built = True

    def compute_output_shape(self, input_shape):
        return input_shape


class Dropout(_Disturbance):
    """In training, each input is zeroed at the given rate and the rest scaled up (Srivastava et al. 2014).

    noise_shape: the shape of the random choice, broadcast to the inputs: (None, 1, None) drops whole channels of
    (batch, steps, channels). seed: an integer, for the same choices in every run.

    >>> import numpy as np
    >>> x = np.ones((2, 4), "float32")
    >>> Dropout(0.5)(x).tolist() == x.tolist()
    True
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(rate, "rate", seed, **kwargs)
        self.rate = rate
        self.noise_shape = self._checked(noise_shape)

    def _checked(self, noise_shape):
        if noise_shape is None:
            return None
        sizes = tuple(noise_shape) if isinstance(noise_shape, (tuple, list)) else ("",)
        if any(s is not None and (not isinstance(s, int) or s < 1) for s in sizes):
            raise ValueError(
                f"{who(self)}: noise_shape must be a tuple of positive integers and None, received {noise_shape!r}."
            )
        return sizes

    def call(self, inputs, training=False):
        if training and self.rate > 0:
            return random.dropout(inputs, self.rate, self.noise_shape, self.seed_generator)
        return inputs


class _SpatialDropout(Dropout):
    """Dropout of whole channels, which fits inputs whose neighbours resemble each other (Tompson et al. 2015)."""

    rank = 0
    data_format = "channels_last"

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        ones = (1,) * self.rank
        self.noise_shape = (
            (None, None, *ones) if self.data_format == "channels_first" else (None, *ones, None)
        )


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of (batch, steps, channels) inputs.

    >>> import numpy as np
    >>> y = SpatialDropout1D(0.5, seed=1)(np.ones((1, 3, 8), "float32"), training=True).numpy()
    >>> bool((y == y[:, :1]).all())
    True
    """

    rank = 1


class _ImageDropout(_SpatialDropout):
    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        self.data_format = config.standardize_data_format(data_format)
        super().__init__(rate, seed=seed, name=name, dtype=dtype)


class SpatialDropout2D(_ImageDropout):
    """Dropout of whole channels of images: inputs (batch, height, width, channels).

    >>> import numpy as np
    >>> SpatialDropout2D(0.5)(np.ones((1, 4, 4, 8), "float32"), training=True).shape
    (1, 4, 4, 8)
    """

    rank = 2


class SpatialDropout3D(_ImageDropout):
    """Dropout of whole channels of volumes: inputs (batch, depth, height, width, channels).

    >>> import numpy as np
    >>> SpatialDropout3D(0.5)(np.ones((1, 2, 2, 2, 8), "float32"), training=True).shape
    (1, 2, 2, 2, 8)
    """

    rank = 3


class GaussianNoise(_Disturbance):
    """In training, normal noise of the given standard deviation is added.

    >>> import numpy as np
    >>> GaussianNoise(0.1)(np.ones((2, 4), "float32"), training=True).shape
    (2, 4)
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(stddev, "stddev", seed, **kwargs)
        self.stddev = stddev

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        return inputs + random.normal(inputs.shape, 0.0, self.stddev, self.compute_dtype, self.seed_generator)


class GaussianDropout(_Disturbance):
    """In training, each input is multiplied by normal noise of mean 1 and variance rate / (1 - rate).

    (Srivastava et al. 2014, section 10.)

    >>> import numpy as np
    >>> GaussianDropout(0.1)(np.ones((2, 4), "float32"), training=True).shape
    (2, 4)
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(rate, "rate", seed, **kwargs)
        if rate == 1:
            raise ValueError(
                f"{who(self)}: rate must be less than 1, received {rate!r}: the noise would be infinite."
            )
        self.rate = rate

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        spread = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * random.normal(inputs.shape, 1.0, spread, self.compute_dtype, self.seed_generator)


# What selu gives for inputs far below 0: -alpha · scale (Klambauer et al. 2017).
_SELU_FLOOR = -1.6732632423543772 * 1.0507009873554805


class AlphaDropout(Dropout):
    """Dropout for networks of selu: what is dropped becomes selu's floor, then mean and variance are restored.

    a · x + b with a = ((1 - rate) (1 + rate floor²))^(-1/2), b = -a floor rate (Klambauer et al. 2017, section 3).

    >>> import numpy as np
    >>> AlphaDropout(0.1)(np.ones((2, 4), "float32"), training=True).shape
    (2, 4)
    """

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:  # what the formula tends to
            return inputs * 0.0
        shape = inputs.shape
        if self.noise_shape is not None:
            shape = tuple(s if n is None else n for n, s in zip(self.noise_shape, shape, strict=True))
        kept = cast(greater_equal(random.uniform(shape, seed=self.seed_generator), self.rate), inputs.dtype)
        a = ((1 - self.rate) * (1 + self.rate * _SELU_FLOOR**2)) ** -0.5
        b = -a * _SELU_FLOOR * self.rate
        return (inputs * kept + _SELU_FLOOR * (1 - kept)) * a + b


class ActivityRegularization(Layer):
    """The inputs as they are, with a penalty on them: l1 Σ|x| + l2 Σx².

    >>> import numpy as np
    >>> layer = ActivityRegularization(l1=0.5)
    >>> y = layer(np.array([[1.0, -2.0]], "float32"))
    >>> float(layer.losses[0])
    1.5
    """

    supports_masking = True

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2
        self.built = True

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        del config["activity_regularizer"]
        return config
