"""Adagrad: each element's step shrinks with the gradients it has seen."""

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    """Duchi et al. 2011, "Adaptive subgradient methods for online learning and stochastic optimization".

    a ← a + g², w ← w - lr · g / √(a + ε); a begins at `initial_accumulator_value`.

    >>> Adagrad(learning_rate=0.5).initial_accumulator_value
    0.1
    """

    slots = ("accumulator",)

    def __init__(
        self,
        learning_rate=0.001,
        initial_accumulator_value=0.1,
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
        check_numbers(self, least=0, epsilon=epsilon, initial_accumulator_value=initial_accumulator_value)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def initial_slot(self, name, variable):
        return self.initial_accumulator_value

    def update(self, w, g, lr, a):
        kernels.adagrad(w, g, a, lr, self.epsilon)
