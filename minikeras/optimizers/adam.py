"""Adam: steps scaled by running moments of the gradient."""

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    """Kingma & Ba 2014, "Adam: a method for stochastic optimization" (and amsgrad: Reddi et al. 2018).

    m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², w ← w - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε).

    >>> Adam(learning_rate=0.002).beta_2
    0.999
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
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
        self.amsgrad = amsgrad

    def slot_groups(self):
        return (("momentum", "velocity"), ("velocity_hat",)) if self.amsgrad else (("momentum", "velocity"),)

    def update(self, w, g, lr, m, v, vhat=None):
        kernels.adam(w, g, m, v, lr, self.beta_1, self.beta_2, self.epsilon, self.step, vhat)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019).

    >>> AdamW().weight_decay
    0.004
    """

    def __init__(
        self,
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
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
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue, global_clipnorm,
            use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name,
            **kwargs,
        )  # fmt: skip
        if self.weight_decay is None:
            raise ValueError("AdamW: weight_decay must be a float, received None. Use Adam for no decay.")
