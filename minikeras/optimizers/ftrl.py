"""FTRL: follow the regularized leader, for sparse linear models."""

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Ftrl"]


class Ftrl(Optimizer):
    """McMahan et al. 2013, "Ad click prediction: a view from the trenches", algorithm 1.

    With p = learning_rate_power, λ₁ and λ₂ the regularization strengths, λ₂ raised by β / (2 lr), and g' the gradient
    plus 2 · l2_shrinkage · w:
    n ← a + g², z ← z + g' - (n⁻ᵖ - a⁻ᵖ) / lr · w, w ← (clip(z, -λ₁, λ₁) - z) / (n⁻ᵖ / lr + 2 λ₂), a ← n.

    >>> Ftrl(l1_regularization_strength=0.01)
    Ftrl(l1_regularization_strength=0.01)
    """

    slots = ("accumulator", "linear")

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
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
        check_numbers(
            self,
            learning_rate_power=learning_rate_power,
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            beta=beta,
        )
        if learning_rate_power > 0:
            raise ValueError(
                f"Ftrl: learning_rate_power must be negative or zero, received {learning_rate_power}. "
                "Pass -0.5 for the usual 1/√t decay."
            )
        for argument, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0:
                raise ValueError(f"Ftrl: {argument} must be positive or zero, received {value}.")
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def initial_slot(self, name, variable):
        return self.initial_accumulator_value if name == "accumulator" else 0

    def update(self, w, g, lr, a, z):
        power = -self.learning_rate_power
        new = a + g * g
        root = new**power
        z += g + w * (2 * self.l2_shrinkage_regularization_strength) - (root - a**power) / lr * w
        limit = self.l1_regularization_strength
        l2 = self.l2_regularization_strength + self.beta / (2 * lr)
        w[...] = (np.clip(z, -limit, limit) - z) / (root / lr + 2 * l2)
        a[...] = new
