"""Adafactor: second moments kept by row and column, not by element."""

import numpy as np

from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    """Shazeer & Stern 2018, "Adafactor: adaptive learning rates with sublinear memory cost", algorithms 4 and 5.

    With β = 1 - t^beta_2_decay and s = g² + ε₁, the rows' and columns' running means r and c of s give
    v = (r / mean(r)) ⊗ c; a vector keeps v itself. With u = g / √v:
    w ← w - max(ε₂, rms(w)) · min(lr, 1/√t) · u / max(1, rms(u) / clip_threshold).

    >>> Adafactor(relative_step=False)
    Adafactor(relative_step=False)
    """

    slots = ("row", "column", "velocity")
    elementwise = False

    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
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
            beta_2_decay=beta_2_decay,
            epsilon_1=epsilon_1,
            epsilon_2=epsilon_2,
            clip_threshold=clip_threshold,
        )
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def slot_shape(self, name, variable):
        shape = variable.shape
        if name == "velocity":
            return shape
        if len(shape) < 2:
            return ()  # unused, kept so that saved files have Keras's layout
        return shape[:-1] if name == "row" else (*shape[:-2], shape[-1])

    def update(self, w, g, lr, r, c, v):
        step = float(self.step)
        rho = min(lr, step**-0.5)
        beta = 1 - step**self.beta_2_decay
        square = g * g + self.epsilon_1
        if w.ndim >= 2:
            r *= beta
            r += (1 - beta) * square.mean(axis=-1)
            c *= beta
            c += (1 - beta) * square.mean(axis=-2)
            np.multiply((r / r.mean(axis=-1, keepdims=True))[..., None], c[..., None, :], out=v)
        else:
            v *= beta
            v += (1 - beta) * square
        u = g / np.sqrt(v)
        alpha = max(self.epsilon_2, _rms(w)) * rho
        w -= u * (alpha / max(1.0, _rms(u) / self.clip_threshold))


def _rms(x):
    return float(np.sqrt(np.mean(x * x)))
