"""RMSprop: the gradient over the root of its running mean square."""

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Hinton 2012, "Neural networks for machine learning", lecture 6e.

    v ← ρ v + (1 - ρ) g², w ← w - lr · g / √(v + ε). With momentum μ, steps add up: s ← μ s + step, w ← w - s.
    centered: v is lessened by the square of the gradient's running mean (Graves 2013, section 4.2).

    >>> RMSprop(momentum=0.9)
    RMSprop(momentum=0.9)
    """

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
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
        check_numbers(self, least=0, most=1, rho=rho, momentum=momentum)
        check_numbers(self, least=0, epsilon=epsilon)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def slot_groups(self):
        groups = [("velocity",)]
        if self.momentum > 0:
            groups.append(("momentum",))
        if self.centered:
            groups.append(("average_gradient",))
        return tuple(groups)

    def update(self, w, g, lr, v, *others):
        s = others[0] if self.momentum > 0 else None
        mean = others[-1] if self.centered else None
        kernels.rmsprop(w, g, v, lr, self.rho, self.epsilon, self.momentum, s, mean)
