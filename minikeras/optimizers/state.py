"""The state of an optimizer: what a file or a copy of it holds."""

import warnings

import numpy as np

from minikeras import dtypes, initializers
from minikeras.autodiff import Tensor, Variable

# The attributes under which Keras's optimizers keep the variables of a slot, one for each trainable variable.
_ATTRIBUTES = {
    "average": "_model_variables_moving_average",
    "gradient_accumulator": "_accumulated_gradients",
    "momentum": "_momentums",
    "velocity": "_velocities",
    "velocity_hat": "_velocity_hats",
    "accumulator": "_accumulators",
    "accumulated_grad": "_accumulated_grads",
    "accumulated_delta_var": "_accumulated_delta_vars",
    "average_gradient": "_average_gradients",
    "linear": "_linears",
    "norm": "_norms",
}


class OptimizerState:
    """The variables of an optimizer: made, listed, saved, loaded, copied."""

    @property
    def variables(self):
        """Everything that a saved file keeps, in its order: iterations, learning rate, slots."""
        return list(self._variables)

    def add_variable(
        self, shape, initializer="zeros", dtype=None, aggregation="none", layout=None, name=None
    ):
        """Make a variable that belongs to the optimizer; `aggregation` and `layout` are accepted as in Keras."""
        variable = Variable(
            initializers.get(initializer), tuple(shape), dtypes.standardize_dtype(dtype),
            trainable=False, aggregation=aggregation, name=name,
        )  # fmt: skip
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """Make a variable of the shape and dtype of another, such as a momentum."""
        name = f"{reference_variable.path.replace('/', '_')}_{name or 'var'}"
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, name=name)

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """A new variable beside each of the given ones; for a list of names, a tuple with one list for each."""
        names = [name] if isinstance(name, str) else list(name)
        starts = list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        if len(starts) != len(names):
            raise ValueError(
                f"add_optimizer_variables needs as many initializers as names, received name={name!r}, "
                f"initializer={initializer!r}."
            )
        rows = [
            [self.add_variable_from_reference(v, n, start) for n, start in zip(names, starts, strict=True)]
            for v in trainable_variables
        ]
        columns = tuple([row[i] for row in rows] for i in range(len(names)))
        return columns[0] if isinstance(name, str) else columns

    def _name_slots(self, new):
        """List the slots of newly built variables, and give them Keras's attributes: `_momentums`, `_velocities`."""
        groups = [("average",)] if self.use_ema else []
        groups += [("gradient_accumulator",)] if self.gradient_accumulation_steps else []
        for group in (*groups, *self.slot_groups()):
            for variable in new:
                slots, position = self._places[id(variable)]
                for name in group:
                    slot = slots.variable(name, position)
                    if name in _ATTRIBUTES:
                        self.__dict__.setdefault(_ATTRIBUTES[name], []).append(slot)
                    if slot is not None:
                        self._variables.append(slot)

    def _get_variable_index(self, variable):
        return self._indices[id(variable)]

    def assign(self, variable, value):
        """variable.assign(value)."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """variable.assign_add(value)."""
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        """variable.assign_sub(value)."""
        variable.assign_sub(value)

    def set_weights(self, weights):
        """Set all `variables`, from a list of arrays."""
        if not self.built:
            raise ValueError(
                f"{type(self).__name__}.set_weights() needs the optimizer's variables to exist. "
                "Call optimizer.build(trainable_variables) first."
            )
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(
                f"{type(self).__name__}.set_weights() expected {len(variables)} arrays, received {len(weights)}."
            )
        for variable, weight in zip(variables, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store):
        """Write the state into a mapping of numbered arrays."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        """Read the state from a mapping of numbered arrays; a state of another size is passed over, with a warning."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(variables)} variables "
                f"whereas the saved optimizer has {len(store.keys())} variables.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))

    def stateless_apply(self, optimizer_variables, grads, trainable_variables):
        """What `apply` would make of these values: (trainable variables, optimizer variables); nothing is changed."""
        if not self.built:
            raise ValueError(
                f"{type(self).__name__}.stateless_apply() needs the optimizer's variables to exist. "
                "Call optimizer.build(trainable_variables) first."
            )
        for what, given, own in (
            ("optimizer_variables", optimizer_variables, self.variables),
            ("trainable_variables", trainable_variables, self._trainable_variables),
        ):
            if len(given) != len(own):
                raise ValueError(
                    f"{type(self).__name__}.stateless_apply() expected {len(own)} {what}, received {len(given)}."
                )
        everything = [*self._trainable_variables, *self.variables]
        before = [v.numpy() for v in everything]
        try:
            for variable, value in zip(everything, [*trainable_variables, *optimizer_variables], strict=True):
                variable.assign(value)
            self.apply(grads)
            after = [Tensor(v.numpy()) for v in everything]
        finally:
            for variable, value in zip(everything, before, strict=True):
                variable.assign(value)
        count = len(self._trainable_variables)
        return after[:count], after[count:]

    def __reduce__(self):
        return (
            _restore,
            (type(self), self.get_config(), self._trainable_variables, [v.array for v in self.variables]),
        )


def _restore(cls, config, trainable_variables, values):
    optimizer = cls.from_config(config)
    if trainable_variables:
        optimizer.build(trainable_variables)
    for variable, value in zip(optimizer.variables, values, strict=True):
        variable.assign(value)
    return optimizer
