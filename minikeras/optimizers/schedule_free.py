"""Schedule-free Adam: averaging in place of a decaying learning rate."""

import math

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["ScheduleFreeAdamW"]


class ScheduleFreeAdamW(Optimizer):
    """Defazio et al. 2024, "The road less scheduled", algorithm 1.

    The variables hold y = (1 - β₁) z + β₁ x, where z takes RMSprop's steps and x is the running mean of z. In each
    step, with lr growing over `warmup_steps`: v ← β₂ v + (1 - β₂) g², z ← z - lr · g / (√(v / (1 - β₂ᵗ)) + ε),
    x ← (1 - 1/t) x + z / t. (Keras does this on its JAX backend; on the others x is taken from the new z.)

    >>> ScheduleFreeAdamW(warmup_steps=100)
    ScheduleFreeAdamW(warmup_steps=100)
    """

    slots = ("momentum", "velocity")

    def __init__(
        self,
        learning_rate=0.0025,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        warmup_steps=0,
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
        check_numbers(self, least=0, epsilon=epsilon, warmup_steps=warmup_steps)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def initial_slot(self, name, variable):
        return variable.array if name == "momentum" else 0

    def update(self, w, g, lr, z, v):
        scalar = w.dtype.type
        step, beta_1 = self.step, self.beta_1
        rest = 1 - scalar(math.pow(scalar(self.beta_2), step))
        if self.warmup_steps > 0:
            lr *= min(step / self.warmup_steps, 1.0)
        v += (g * g - v) * (1 - self.beta_2)
        x = (w - z * (1 - beta_1)) / beta_1
        z -= g * lr / (np.sqrt(v / rest) + self.epsilon)
        x *= 1 - 1 / step
        x += z / step
        w[...] = z * (1 - beta_1) + x * beta_1
