"""The metric: state that batches add to, and the result read from it."""

import inspect

import numpy as np

from minikeras import config, initializers, registry, serialization
from minikeras.autodiff import Tensor, Variable
from minikeras.dtypes import get_policy
from minikeras.nest import flatten
from minikeras.serialization import Registered, constructor_parameters
from minikeras.spellings.calls import accepting

__all__ = [
    "Metric",
]


class Metric(Registered, family="metric"):
    """Base of the metrics: `update_state` adds a batch, `result` reads the value, `reset_state` starts again.

    A subclass creates its state with `add_variable` in its constructor (or at the first update) and implements
    `update_state` and `result`.

    dtype: what the metric is computed in.

    >>> from minikeras import ops
    >>> class Largest(Metric):
    ...     def __init__(self, name="largest", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.value = self.add_variable(shape=(), initializer="zeros", name="value")
    ...     def update_state(self, values, sample_weight=None):
    ...         self.value.assign(ops.maximum(self.value, ops.max(values)))
    ...     def result(self):
    ...         return self.value
    >>> float(Largest()([1.0, 5.0, 3.0]))
    5.0
    """

    module = "keras.metrics"
    # What training reports it as, where that is not its name: with its output's name before it, for example.
    reported_name: str | None = None

    def __init__(self, dtype=None, name=None):
        self.name = name or registry.unique_name(registry.snake_case(type(self).__name__))
        self._dtype = get_policy(dtype or config.floatx()).compute_dtype
        self._variables = []

    @property
    def dtype(self):
        """The name of the dtype that the metric is computed in."""
        return self._dtype

    def add_variable(self, shape, initializer, dtype=None, aggregation="sum", name=None):
        """A new state variable, not trainable, which `reset_state` sets to zero."""
        self._check_constructed()
        variable = Variable(
            initializers.get(initializer),
            shape=tuple(shape),
            dtype=dtype,
            trainable=False,
            aggregation=aggregation,
            name=name,
        )
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    @accepting("Metric.add_weight", looked_at=1)
    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """The same as `add_variable`; zeros by default."""
        return self.add_variable(shape, "zeros" if initializer is None else initializer, dtype, name=name)

    @property
    def variables(self):
        """The state variables, those of metrics among the attributes included."""
        self._check_constructed()
        inner = [
            leaf for key, value in self.__dict__.items() if key != "_variables" for leaf in flatten(value)
        ]
        found = [*self._variables, *(leaf for leaf in inner if isinstance(leaf, Variable))]
        found += [variable for leaf in inner if isinstance(leaf, Metric) for variable in leaf.variables]
        return list({id(variable): variable for variable in found}.values())

    def update_state(self, *args, **kwargs):
        """Add a batch to the state."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state. Implement it.")

    def result(self):
        """The value so far: a scalar tensor, or a dictionary of them."""
        raise NotImplementedError(f"{type(self).__name__} has no result(). Implement it.")

    def reset_state(self):
        """Set all state variables to zero."""
        for variable in self.variables:
            variable.array[...] = 0

    def __call__(self, *args, **kwargs):
        """Add a batch to the state and return the result."""
        self._check_constructed()
        self.update_state(*args, **kwargs)
        return self.result()

    # The same without a lasting change: state goes in and comes out

    def stateless_update_state(self, metric_variables, *args, **kwargs):
        """The values that the state would have after an update from `metric_variables`."""
        with _Borrowed(self, metric_variables):
            self.update_state(*args, **kwargs)
            return [Tensor(variable.numpy()) for variable in self.variables]

    def stateless_result(self, metric_variables):
        """The result that the state `metric_variables` has."""
        with _Borrowed(self, metric_variables):
            result = self.result()
            return result.value if isinstance(result, Variable) else result

    def stateless_reset_state(self):
        """The values that the state has after a reset."""
        with _Borrowed(self, self.variables):
            self.reset_state()
            return [Tensor(variable.numpy()) for variable in self.variables]

    def get_config(self):
        """The constructor's arguments, and the dtype."""
        known = {"name": self.name, "dtype": self.dtype}
        signature = inspect.signature(type(self).__init__).parameters
        if not any(p.kind is p.VAR_KEYWORD for p in signature.values()):
            known = {key: value for key, value in known.items() if key in signature}
        for name in constructor_parameters(type(self)):
            if hasattr(self, name):
                known[name] = serialization.serialize(getattr(self, name))
        return known

    def _check_constructed(self):
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__} was not constructed: call super().__init__() first in its __init__()."
            )

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


class _Borrowed:
    """A block within which a metric has other state."""

    def __init__(self, metric, values):
        self.variables = metric.variables
        if len(values) != len(self.variables):
            raise ValueError(
                f"{type(metric).__name__} '{metric.name}' has {len(self.variables)} variables, received values for "
                f"{len(values)}. Pass a list like its `variables`."
            )
        self.values = [np.array(value) for value in values]

    def __enter__(self):
        self.kept = [variable.numpy() for variable in self.variables]
        for variable, value in zip(self.variables, self.values, strict=True):
            variable.assign(value)

    def __exit__(self, kind, error, traceback):
        for variable, value in zip(self.variables, self.kept, strict=True):
            variable.assign(value)
