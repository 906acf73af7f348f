"""Adadelta: steps as long as the steps before them, relative to the gradients."""

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    """Zeiler 2012, "ADADELTA: an adaptive learning rate method" (the paper's own learning rate is 1).

    a ← ρ a + (1 - ρ) g², δ = -g √(d + ε) / √(a + ε), d ← ρ d + (1 - ρ) δ², w ← w + lr · δ.

    >>> Adadelta(learning_rate=1.0).rho
    0.95
    """

    slots = ("accumulated_grad", "accumulated_delta_var")

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.95,
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
        check_numbers(self, least=0, most=1, rho=rho)
        check_numbers(self, least=0, epsilon=epsilon)
        self.rho = rho
        self.epsilon = epsilon

    def update(self, w, g, lr, a, d):
        kernels.adadelta(w, g, a, d, lr, self.rho, self.epsilon)
