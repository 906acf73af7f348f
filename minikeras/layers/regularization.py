"""Layers that disturb training so that models generalize."""

from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.ops import random

__all__ = ["Dropout"]


class Dropout(Layer):
    """In training, each input is zeroed at the given rate and the rest scaled up (Srivastava et al. 2014)."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(f"{who(self)}: rate must lie between 0 and 1, received {rate!r}.")
        self.rate = rate
        self.seed = seed
        self.noise_shape = noise_shape
        self.supports_masking = True
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs, training=False):
        if training and self.rate > 0:
            return random.dropout(inputs, self.rate, self.noise_shape, self.seed_generator)
        return inputs
