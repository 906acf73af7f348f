"""Several optimizers for one model: each takes the variables that a map assigns to it."""

import re
from collections.abc import MutableMapping

from minikeras.optimizers.loss_scale import LossScaleOptimizer
from minikeras.optimizers.optimizer import Optimizer
from minikeras.serialization import Registered, deserialize, serialize

__all__ = ["MultiOptimizer", "OptimizerMap"]


class OptimizerMap(Registered, MutableMapping, family="optimizer_map"):
    """Optimizers by the path of a variable: the key that equals it, or the one expression that matches all of it.

    >>> from minikeras.optimizers.adam import Adam
    >>> from minikeras.optimizers.sgd import SGD
    >>> optimizers = OptimizerMap(SGD(), {"encoder/.*": Adam()})
    >>> optimizers["encoder/dense/kernel"], optimizers["decoder/kernel"]
    (Adam(), SGD())
    """

    module = "keras.optimizers"

    def __init__(self, default_optimizer, optimizer_map=None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(
                f"OptimizerMap: default_optimizer must be an optimizer, received {default_optimizer!r}."
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"OptimizerMap: optimizer_map must be a dictionary, received {optimizer_map!r}.")
        self.default_optimizer = default_optimizer
        self.optimizer_map = optimizer_map or {}

    def __getitem__(self, key):
        if key in self.optimizer_map:
            return self.optimizer_map[key]
        matching = [pattern for pattern in self.optimizer_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(
                f"Multiple optimizers assigned to variable {key}: the keys {matching} all match. Make them exclusive."
            )
        return self.optimizer_map[matching[0]] if matching else self.default_optimizer

    def __setitem__(self, key, optimizer):
        if not isinstance(key, str):
            raise ValueError(f"OptimizerMap: a key must be a string, received {key!r}.")
        if key in self.optimizer_map:
            raise ValueError(
                f"OptimizerMap: {key!r} already exists, with {self.optimizer_map[key]!r}. Delete it first."
            )
        _check_inner(optimizer)
        self.optimizer_map[key] = optimizer

    def __delitem__(self, key):
        del self.optimizer_map[key]

    def __len__(self):
        return len(self.optimizer_map)

    def __iter__(self):
        return iter(self.optimizer_map)

    def __call__(self, variable):
        return self[variable.path]

    @classmethod
    def from_config(cls, config, custom_objects=None):
        default = deserialize(config["default_optimizer"], custom_objects, family="optimizer")
        members = config["optimizer_map"].items()
        return cls(
            default, {key: deserialize(value, custom_objects, family="optimizer") for key, value in members}
        )


class MultiOptimizer(Optimizer):
    """Gives each variable to the optimizer that `optimizer_map` (an OptimizerMap or a function) names for it.

    It has no learning rate of its own: those of `optimizers` count.

    >>> from minikeras.optimizers.sgd import SGD
    >>> MultiOptimizer(OptimizerMap(SGD())).optimizers
    [SGD()]
    """

    def __init__(self, optimizer_map, loss_scale_factor=None, name=None):
        self.optimizers = []
        super().__init__(0.0, loss_scale_factor=loss_scale_factor, name=name)
        self.optimizer_map = optimizer_map
        self._owners = {}
        values = list(optimizer_map.values()) if isinstance(optimizer_map, OptimizerMap) else []
        for optimizer in [*values, getattr(optimizer_map, "default_optimizer", None)]:
            if optimizer is not None:
                self._adopt(optimizer)

    def _adopt(self, optimizer):
        _check_inner(optimizer)
        if not any(known is optimizer for known in self.optimizers):
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)

    def build(self, variables):
        self.built = True
        new = [v for v in variables if id(v) not in self._owners]
        for variable in new:
            optimizer = self.optimizer_map(variable)
            self._adopt(optimizer)
            self._owners[id(variable)] = optimizer
        for optimizer in self.optimizers:
            own = self._own(optimizer, new)
            if own:
                optimizer.build(own)
        self._trainable_variables += new

    def _own(self, optimizer, variables):
        return [v for v in variables if self._owners[id(v)] is optimizer]

    @property
    def variables(self):
        """Its own variables, then those of its optimizers, one after the other."""
        return self._variables + [v for optimizer in self.optimizers for v in optimizer.variables]

    @property
    def learning_rate(self):
        """Not there: each of `optimizers` has its own."""
        raise AttributeError(
            "MultiOptimizer has no learning rate. Read the learning rates of the single ones, in its `optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError(
            "MultiOptimizer has no learning rate. Set the learning rates of the single ones, in its `optimizers`."
        )

    @property
    def loss_scale_factor(self):
        """The factor of the loss, the same for all its optimizers."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        self._loss_scale_factor = value
        for optimizer in self.optimizers:
            optimizer.loss_scale_factor = value

    def destinations(self, variables):
        self.build(variables)
        found = {}
        for optimizer in self.optimizers:
            found.update(optimizer.destinations(self._own(optimizer, variables)))
        return found

    def apply(self, grads, trainable_variables=None):
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None and not self.built:
            raise ValueError(
                "MultiOptimizer.apply(grads) needs the variables at its first call: "
                "apply(grads, trainable_variables), or build(trainable_variables) before."
            )
        variables = list(self._trainable_variables if trainable_variables is None else trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"MultiOptimizer.apply received {len(grads)} gradients for {len(variables)} variables."
            )
        self.build(variables)
        for optimizer in self.optimizers:
            pairs = [
                (g, v) for g, v in zip(grads, variables, strict=True) if self._owners[id(v)] is optimizer
            ]
            optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])
        self._iterations.assign_add(1)

    def step_all(self, variables=None):
        for optimizer in self.optimizers:
            own = self._own(optimizer, self._trainable_variables if variables is None else variables)
            if own:
                optimizer.step_all(own)
        self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list):
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(self._own(optimizer, var_list))

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        for optimizer in self.optimizers:
            optimizer.exclude_from_weight_decay(var_list, var_names)

    def get_config(self):
        return {
            "optimizer_map": serialize(self.optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        optimizer_map = deserialize(config["optimizer_map"], custom_objects, family="optimizer_map")
        return cls(**{**config, "optimizer_map": optimizer_map})


def _check_inner(optimizer):
    if not isinstance(optimizer, Optimizer) or isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(
            "The optimizer of a variable must be an optimizer, and neither a LossScaleOptimizer nor a MultiOptimizer; "
            f"received {optimizer!r}."
        )
