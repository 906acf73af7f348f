"""What belongs to a layer: its variables and sublayers, found among its attributes whenever they are asked for.

Nothing is registered when an attribute is set: the structure is read from the attributes, lists, tuples and
dictionaries included, so it cannot go stale.
"""

import weakref

import numpy as np

from minikeras.autodiff import Variable, is_symbolic
from minikeras.autodiff.tensor import state
from minikeras.layers.context import context
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import Mean
from minikeras.ops import elementwise
from minikeras.ops.random import SeedGenerator
from minikeras.spellings.calls import accepting

# Attributes that refer to layers, weights and metrics without owning them: the graph's, and what training notes.
REFERENCES = (
    "_calls", "_init_arguments", "_losses", "_trained", "_penalized", "_layer_metrics", "_compile_arguments",
)  # fmt: skip

_PLAIN = frozenset((str, int, float, bool, type(None)))
# The layers that hold penalties of a call, so that the common case, none, costs nothing.
_with_losses: weakref.WeakSet = weakref.WeakSet()

# The metrics that came by `add_metric`: who has listed a model's metrics sees by their number when to do it again.
metrics_added: list[str] = []


class Tracking:
    """The structure of a layer: sublayers, weights, penalties, and whether they train."""

    def _owned(self, kinds):
        """Objects of the given classes among the attributes, each once, in order of first assignment."""
        found, seen = [], set()
        for name, value in self.__dict__.items():
            if name not in REFERENCES:
                _collect(value, kinds, found, seen)
        return found

    @property
    def _layers(self):
        """The layers directly inside this one."""
        return [layer for layer in self._owned(Tracking) if layer is not self]

    def _flatten_layers(self, include_self=True, recursive=True):
        """The layers inside this one, each once, parents before children."""
        found, seen = [], set()

        def visit(layer):
            if id(layer) in seen:
                return
            seen.add(id(layer))
            found.append(layer)
            for inner in layer._layers:
                visit(inner)

        if recursive:
            visit(self)
            return found if include_self else found[1:]
        return ([self] if include_self else []) + self._layers

    def _own_variables(self):
        """The layer's own variables, those that train first."""
        variables = _unique([*self._variables, *self._owned(Variable)])
        return _sorted_by_trainable(variables, self._frozen_ids())

    @property
    def variables(self):
        """All variables: weights and the states of seed generators, this layer's first."""
        own = self._own_variables() + [g.state for g in self._owned(SeedGenerator)]
        return _unique([*own, *(v for layer in self._layers for v in layer.variables)])

    @property
    def weights(self):
        """All weights, this layer's own first, then those of its sublayers in order."""
        return _unique([*self._own_variables(), *(v for layer in self._layers for v in layer.weights)])

    @property
    def trainable_variables(self):
        """The variables that training changes: none if the layer is frozen."""
        if not self.trainable:
            return []
        own = [v for v in self._own_variables() if v.trainable]
        return _unique([*own, *(v for layer in self._layers for v in layer.trainable_variables)])

    @property
    def non_trainable_variables(self):
        """The variables that training leaves alone."""
        trainable = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trainable]

    @property
    def trainable_weights(self):
        """The weights that training changes."""
        return self.trainable_variables

    @trainable_weights.setter
    def trainable_weights(self, weights):
        # Layers of Keras 1 listed their weights; here they are found among the attributes, of which this is one.
        self._listed_weights = list(weights)

    @property
    def non_trainable_weights(self):
        """The weights that training leaves alone."""
        trainable = {id(v) for v in self.trainable_variables}
        return [v for v in self.weights if id(v) not in trainable]

    @non_trainable_weights.setter
    def non_trainable_weights(self, weights):
        for variable in weights:
            variable.trainable = False
        self._listed_states = list(weights)

    @property
    def trainable(self):
        """Whether training changes the weights; setting it reaches all sublayers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        value = bool(value)
        self._trainable = value
        frozen = self._frozen_ids()
        for variable in [*self._variables, *self._owned(Variable)]:
            if not value and variable.trainable:
                variable.trainable = False
                frozen.add(id(variable))
            elif value and id(variable) in frozen:
                variable.trainable = True
                frozen.discard(id(variable))
        for layer in self._layers:
            layer.trainable = value

    def _frozen_ids(self):
        """Variables that would train if the layer did."""
        return self.__dict__.setdefault("_frozen", set())

    def count_params(self):
        """How many numbers the weights hold."""
        if not self.built:
            raise ValueError(
                f"{type(self).__name__} '{self.name}' has no weights yet. Call it on data, or build(input_shape), first."
            )
        return sum(v.size for v in self.weights)

    def get_weights(self):
        """The weights as a list of NumPy arrays, copies."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights):
        """Replace the weights by arrays of the same shapes, in the order of `weights`."""
        weights, own = list(weights), self.weights
        if len(weights) != len(own):
            raise ValueError(
                f"{type(self).__name__} '{self.name}' has {len(own)} weights ({_shapes(own)}), "
                f"received {len(weights)}. Pass the list that get_weights() of an equal layer returns."
            )
        for variable, value in zip(own, weights, strict=True):
            if tuple(getattr(value, "shape", ())) != variable.shape:
                raise ValueError(
                    f"{type(self).__name__} '{self.name}': weight '{variable.path}' has shape {variable.shape}, "
                    f"received an array of shape {tuple(getattr(value, 'shape', ()))}. "
                    f"Expected shapes, in order: {_shapes(own)}."
                )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(value)

    def save_own_variables(self, store):
        """Write the layer's own variables, not those of its sublayers, into a mapping of numbered arrays."""
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        """Read the layer's own variables from a mapping of numbered arrays; shapes are compared before any is read."""
        own = self._own_variables()
        shape_of = getattr(store, "shape", lambda key: np.shape(store[key]))
        stored = [tuple(shape_of(str(i))) if str(i) in store else None for i in range(len(store))]
        if stored != [v.shape for v in own]:
            hint = (
                ""
                if self.built
                else " It was never built: build it in the build() of the layer that owns it."
            )
            raise ValueError(
                f"{type(self).__name__} '{self.name}' has variables of shapes ({_shapes(own)}), "
                f"the file ({', '.join(map(str, stored)) or 'none'}).{hint}"
            )
        for i, variable in enumerate(own):
            variable.assign(store[str(i)])

    # Penalties

    @accepting("Layer.add_loss")
    def add_loss(self, loss):
        """Add a scalar tensor, or a list of them, to what training minimizes; call it from `call`."""
        for one in loss if isinstance(loss, (list, tuple)) else [loss]:
            if is_symbolic(one) and context.values is not None and not state.probing:
                one = context.evaluate(one)  # its call read a symbolic tensor of the graph
            self._losses.append(one() if callable(one) else one)
        _with_losses.add(self)

    def add_metric(self, value, name=None, aggregation="mean"):
        """Report the mean of a value that `call` computed, under a name, as older versions of Keras did.

        Today's way is a metric of one's own: `self.m = metrics.Mean()` in `__init__`, `self.m.update_state(value)`.
        """
        if name is None and any(isinstance(m, Metric) for m in vars(self).values()):
            return  # what a metric of the layer's own has just returned; that metric is reported anyway
        if not isinstance(name, str) or aggregation != "mean":
            raise ValueError(
                f"{type(self).__name__} '{self.name}': add_metric expected name= and aggregation='mean', received "
                f"name={name!r}, aggregation={aggregation!r}. For another aggregation make a metric object in __init__."
            )
        added = self.__dict__.setdefault("_added_metrics", {})
        if name not in added:
            added[name] = Mean(name=name)
            metrics_added.append(name)
        if not state.probing:
            added[name].update_state(value)

    @property
    def losses(self):
        """The penalties of this layer and its sublayers: from `add_loss`, activities, and weights' regularizers."""
        found = self._call_losses()
        penalized = [v for v in self.trainable_variables if v.regularizer is not None]
        return found + [v.regularizer(v) for v in penalized]

    def _call_losses(self):
        """What the last call added with `add_loss` and activity regularizers."""
        if not _with_losses:
            return []
        return [loss for layer in self._flatten_layers() for loss in layer._losses]

    def _clear_losses(self):
        """Forget the penalties of the last call; nothing to do as long as no layer anywhere has added one."""
        if not _with_losses:
            return
        for layer in self._flatten_layers():
            layer._losses.clear()
            _with_losses.discard(layer)

    def _regularize_activity(self, outputs):
        for output in outputs if isinstance(outputs, (list, tuple)) else [outputs]:
            penalty = self.activity_regularizer(output)
            if output.shape:
                penalty = elementwise.divide(penalty, float(max(output.shape[0], 1)))
            self.add_loss(penalty)

    # The graph

    @property
    def input(self):
        """The symbolic input of the layer's only call in a functional model."""
        return self._only_call().args[0]

    @property
    def output(self):
        """The symbolic output of the layer's only call in a functional model."""
        return self._only_call().outputs

    def _only_call(self):
        if not self._calls:
            raise AttributeError(
                f"{type(self).__name__} '{self.name}' was never called on a symbolic input: it has no input or output."
            )
        return self._calls[0]

    @property
    def metrics(self):
        """The metrics that this layer and its sublayers own."""
        return _unique([m for layer in self._flatten_layers() for m in layer._owned(Metric)])


def _collect(value, kinds, found, seen):
    if isinstance(value, kinds):
        if id(value) not in seen:
            seen.add(id(value))
            found.append(value)
    elif isinstance(value, (list, tuple, dict)):
        items = value.values() if isinstance(value, dict) else value
        if not _PLAIN.issuperset(map(type, items)):  # vocabularies are long
            for item in items:
                _collect(item, kinds, found, seen)


def _unique(items):
    return list({id(item): item for item in items}.values())


def _sorted_by_trainable(variables, frozen):
    def trains(variable):
        return variable.trainable or id(variable) in frozen

    return [v for v in variables if trains(v)] + [v for v in variables if not trains(v)]


def _shapes(variables):
    return ", ".join(str(v.shape) for v in variables) or "none"
