"""Adamax: Adam under the maximum norm."""

import math

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Adamax"]


class Adamax(Optimizer):
    """Kingma & Ba 2014, "Adam: a method for stochastic optimization", section 7.1.

    m ← β₁ m + (1 - β₁) g, u ← max(β₂ u, |g|), w ← w - lr / (1 - β₁ᵗ) · m / (u + ε).

    >>> Adamax(beta_1=0.8)
    Adamax(beta_1=0.8)
    """

    slots = ("momentum", "norm")

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

    def update(self, w, g, lr, m, u):
        scalar = w.dtype.type
        rest = 1 - scalar(math.pow(scalar(self.beta_1), self.step))
        m += (g - m) * (1 - self.beta_1)
        u *= self.beta_2
        np.maximum(u, np.abs(g), out=u)
        step = m * lr
        step /= (u + self.epsilon) * rest
        w -= step
