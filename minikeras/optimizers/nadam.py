"""Nadam: Adam with Nesterov momentum."""

import math

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Nadam"]

_DECAY = 0.96


class Nadam(Optimizer):
    """Dozat 2016, "Incorporating Nesterov momentum into Adam".

    With the momentum schedule μₜ = β₁ (1 - 0.96ᵗ / 2) and its running product Πₜ:
    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,
    w ← w - lr · (μₜ₊₁ m / (1 - Πₜ μₜ₊₁) + (1 - μₜ) g / (1 - Πₜ)) / (√(v / (1 - β₂ᵗ)) + ε).

    >>> Nadam(learning_rate=0.002)
    Nadam(learning_rate=0.002)
    """

    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        check_numbers(self, least=0, below=1, beta_1=beta_1, beta_2=beta_2)
        check_numbers(self, least=0, epsilon=epsilon)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables):
        first = not self.built
        super().build(variables)
        if first:
            dtype = self._trainable_variables[0].dtype if self._trainable_variables else None
            self._u_product = self.add_variable((), "ones", dtype)

    def begin_update(self):
        self._u_product.array[...] *= self._schedule(self.step)

    def _schedule(self, step):
        return self.beta_1 * (1 - 0.5 * _DECAY**step)

    def update(self, w, g, lr, m, v):
        scalar = w.dtype.type
        now, following = self._schedule(self.step), self._schedule(self.step + 1)
        product = self._u_product.array.item()
        rest = 1 - scalar(math.pow(scalar(self.beta_2), self.step))
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        step = m * (following / (1 - product * following))
        step += g * ((1 - now) / (1 - product))
        step *= lr
        step /= np.sqrt(v / rest) + self.epsilon
        w -= step
