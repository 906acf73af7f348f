"""Muon: momentum made orthogonal, for matrices; Adam for everything else."""

import re

import numpy as np

from minikeras import kernels
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.settings import check_numbers

__all__ = ["Muon"]


class Muon(Optimizer):
    """Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".

    A matrix is updated by its momentum, brought near to the closest orthogonal matrix by `ns_steps` Newton-Schulz
    iterations; the scale √max(rows, columns) · rms_rate (Liu et al. 2025, "Muon is scalable for LLM training")
    lets it share Adam's learning rate and decay. Variables of another rank, embeddings (`exclude_embeddings`) and
    those whose path matches one of the expressions in `exclude_layers` (best: the output layer) take Adam's step.

    >>> Muon(exclude_layers=["logits"]).exclude_layers
    ['logits']
    """

    slots = ("momentum", "velocity")
    elementwise = False

    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.7750,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **kwargs,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        check_numbers(self, least=0, below=1, adam_beta_1=adam_beta_1, adam_beta_2=adam_beta_2)
        check_numbers(self, least=0, epsilon=epsilon, momentum=momentum, ns_steps=ns_steps)
        check_numbers(self, adam_lr_ratio=adam_lr_ratio, muon_a=muon_a, muon_b=muon_b, muon_c=muon_c)
        check_numbers(self, optional=True, adam_weight_decay=adam_weight_decay, rms_rate=rms_rate)
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = exclude_layers or []
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def slot_shape(self, name, variable):
        return variable.shape if name == "momentum" or self._takes_adam(variable) else None

    def _takes_adam(self, variable):
        path = variable.path
        return (
            len(variable.shape) != 2
            or (self.exclude_embeddings and "embedding" in path.lower())
            or any(re.search(expression, path) for expression in self.exclude_layers)
        )

    def update(self, w, g, lr, m, v):
        if v is not None:
            rate = lr * self.adam_lr_ratio
            arrays = [a.reshape(-1) for a in (w, g, m, v)]
            kernels.adam(*arrays, rate, self.adam_beta_1, self.adam_beta_2, self.epsilon, self.step)
            return
        m *= self.momentum
        m += g
        direction = g + m * self.momentum if self.nesterov else m
        w -= self.lr_adjust(self.zeropower_via_newtonschulz5(direction, self.ns_steps) * lr)

    def zeropower_via_newtonschulz5(self, x, steps):
        """The matrix with the singular vectors of `x` and singular values near 1, by a quintic iteration.

        X ← a X + (b A + c A²) X with A = X Xᵀ.
        """
        tall = x.shape[-2] > x.shape[-1]
        if tall:
            x = self.transpose_last_axis(x)
        x = x / (np.sqrt(np.sum(x * x, axis=(-2, -1), keepdims=True)) + 1e-7)
        for _ in range(steps):
            a = x @ self.transpose_last_axis(x)
            x = self.muon_a * x + (self.muon_b * a + self.muon_c * (a @ a)) @ x
        return self.transpose_last_axis(x) if tall else x

    def transpose_last_axis(self, X):
        """The last two axes exchanged."""
        return np.swapaxes(X, -2, -1)

    def lr_adjust(self, x):
        """The step in Adam's size; as it is with `rms_rate=None`."""
        return x if self.rms_rate is None else x * (max(x.shape[:2]) ** 0.5 * self.rms_rate)

    def _decay(self, plan, rate):
        for w, variable in zip(plan.values, plan.variables, strict=True):
            decay = self.adam_weight_decay if self._takes_adam(variable) else self.weight_decay
            if decay is not None and not self.is_excluded_from_decay(variable):
                w -= w * (decay * rate)
