"""Lion: steps of one size, in the direction of a sign."""

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Lion"]


class Lion(Optimizer):
    """Chen et al. 2023, "Symbolic discovery of optimization algorithms", program 1.

    w ← w - lr · sign(β₁ m + (1 - β₁) g), m ← β₂ m + (1 - β₂) g.

    >>> Lion(learning_rate=1e-4).beta_2
    0.99
    """

    slots = ("momentum",)

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.99,
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
        check_numbers(self, beta_1=beta_1)
        check_numbers(self, least=0, most=1, beta_2=beta_2)
        if not 0 < beta_1 <= 1:
            raise ValueError(
                f"Lion: beta_1 must be above 0 and at most 1, received {beta_1}. (0 would be plain sign descent.)"
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def update(self, w, g, lr, m):
        w -= np.sign(m * self.beta_1 + g * (1 - self.beta_1)) * lr
        m *= self.beta_2
        m += g * (1 - self.beta_2)
