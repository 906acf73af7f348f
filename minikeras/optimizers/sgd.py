"""Gradient descent with momentum."""

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent: w ← w - lr · g; with momentum μ: v ← μ v - lr · g, w ← w + v.

    nesterov takes the gradient's step from where the momentum leads: w ← w + μ v - lr · g (Sutskever et al. 2013,
    "On the importance of initialization and momentum in deep learning").

    >>> SGD(learning_rate=0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9)
    """

    def __init__(
        self,
        learning_rate=0.01,
        momentum=0.0,
        nesterov=False,
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
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"SGD: momentum must be a float between 0 and 1, received {momentum!r}.")
        self.momentum = momentum
        self.nesterov = nesterov

    def slot_groups(self):
        return (("momentum",),) if self.momentum else ()

    def update(self, w, g, lr, v=None):
        if v is None:
            kernels.sgd(w, g, lr)
        else:
            kernels.momentum(w, g, v, lr, self.momentum, self.nesterov)
