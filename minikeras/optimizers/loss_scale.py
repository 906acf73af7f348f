"""Loss scaling: keeps the small gradients of half precision from vanishing."""

import numpy as np

from minikeras.autodiff import as_array
from minikeras.optimizers.optimizer import Optimizer
from minikeras.serialization import deserialize, serialize

__all__ = ["LossScaleOptimizer"]


class LossScaleOptimizer(Optimizer):
    """Multiplies the loss by a scale, and divides the gradients by it before another optimizer takes them.

    A step whose gradients are not all finite is left out and halves the scale; it doubles after
    `dynamic_growth_steps` good steps in a row (Micikevicius et al. 2017, "Mixed precision training", section 3.2).

    >>> from minikeras.optimizers.sgd import SGD
    >>> LossScaleOptimizer(SGD(), initial_scale=1024.0).scale_loss(2.0)
    2048.0
    """

    def __init__(
        self, inner_optimizer, initial_scale=2.0**15, dynamic_growth_steps=2000, name=None, **kwargs
    ):
        if not isinstance(inner_optimizer, Optimizer):
            raise TypeError(
                f"LossScaleOptimizer: inner_optimizer must be an optimizer, received {inner_optimizer!r}. "
                "Pass an object such as minikeras.optimizers.Adam()."
            )
        _refuse(kwargs)
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        # Scaling twice would be undone once only.
        inner_optimizer.loss_scale_factor = None

    def build(self, variables):
        if not self.built:
            self.step_counter = self.add_variable((), "zeros", "int32", name="step_counter")
            self.dynamic_scale = self.add_variable((), "ones", "float32", name="dynamic_scale")
            self.dynamic_scale.assign(self.initial_scale)
        self.inner_optimizer.build(variables)
        self._trainable_variables = self.inner_optimizer._trainable_variables
        self.built = True

    @property
    def variables(self):
        """Its own variables, then the inner optimizer's."""
        return self._variables + self.inner_optimizer.variables

    @property
    def learning_rate(self):
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self):
        """The inner optimizer's count: steps left out are not in it."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss):
        """The loss times the scale."""
        return loss * (float(self.dynamic_scale) if self.built else self.initial_scale)

    def destinations(self, variables):
        self._build_once(variables)
        return self.inner_optimizer.destinations(variables)

    def apply(self, grads, trainable_variables=None):
        grads = list(grads)
        self._build_once(trainable_variables)
        finite = self.check_finite(grads)
        if finite:
            scale = float(self.dynamic_scale)
            unscaled = [g if g is None else as_array(g) / scale for g in grads]
            self.inner_optimizer.apply(unscaled, trainable_variables)
        self._adapt(finite)

    def step_all(self, variables=None):
        gradients = self.inner_optimizer.destinations(
            self._trainable_variables if variables is None else variables
        )
        finite = self.check_finite(gradients.values())
        if finite:
            for gradient in gradients.values():
                gradient /= float(self.dynamic_scale)
            self.inner_optimizer.step_all(variables)
        self._adapt(finite)

    def check_finite(self, grads):
        """Whether no gradient holds an infinity or a NaN."""
        return all(np.isfinite(as_array(g)).all() for g in grads if g is not None)

    def finalize_variable_values(self, var_list):
        self.inner_optimizer.finalize_variable_values(var_list)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def _build_once(self, variables):
        if not self.built:
            if variables is None:
                raise ValueError(
                    "LossScaleOptimizer.apply(grads) needs the variables at its first call: "
                    "apply(grads, trainable_variables), or build(trainable_variables) before."
                )
            self.build(list(variables))

    def _adapt(self, finite):
        grown = finite and int(self.step_counter) == self.dynamic_growth_steps - 1
        if finite and not grown:
            self.step_counter.assign_add(1)
        else:
            self.step_counter.assign(0)
            self.dynamic_scale.assign(float(self.dynamic_scale) * (2.0 if grown else 0.5))

    def get_config(self):
        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        inner = deserialize(config.pop("inner_optimizer"), custom_objects, family="optimizer")
        return cls(inner, **config)


# Older files hold these arguments, with these values.
_INERT = {
    "dynamic": True, "weight_decay": None, "clipnorm": None, "global_clipnorm": None, "clipvalue": None,
    "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None, "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}  # fmt: skip


def _refuse(arguments):
    for name, value in arguments.items():
        if name not in _INERT:
            raise ValueError(f"LossScaleOptimizer does not support the argument {name!r}.")
        if name == "dynamic" and not value:
            raise ValueError(
                "LossScaleOptimizer supports no dynamic=False. Set loss_scale_factor on the inner optimizer instead."
            )
        if value != _INERT[name]:
            raise ValueError(
                f"LossScaleOptimizer does not support {name}. Set it on the inner_optimizer instead."
            )
