"""LAMB: Adam's step, scaled for each variable to the variable's own length."""

import math

import numpy as np

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Lamb"]


class Lamb(Optimizer):
    """You et al. 2019, "Large batch optimization for deep learning: training BERT in 76 minutes", algorithm 2.

    With Adam's m and v: s = m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ε), w ← w - lr · ‖w‖ / ‖s‖ · s, where the ratio is 1
    if either norm is 0.

    >>> Lamb(epsilon=1e-6)
    Lamb(epsilon=1e-06)
    """

    slots = ("momentum", "velocity")
    elementwise = False

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

    def update(self, w, g, lr, m, v):
        scalar = w.dtype.type
        rest_1 = 1 - scalar(math.pow(scalar(self.beta_1), self.step))
        rest_2 = 1 - scalar(math.pow(scalar(self.beta_2), self.step))
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        step = m / rest_1
        step /= np.sqrt(v / rest_2) + self.epsilon
        lengths = kernels.squared_norm(w), kernels.squared_norm(step)
        ratio = math.sqrt(lengths[0]) / math.sqrt(lengths[1]) if min(lengths) > 0 else 1.0
        w -= step * (ratio * lr)
