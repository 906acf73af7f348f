"""The slots: what an optimizer keeps beside the variables of one arena, each slot in one flat array."""

import numpy as np

from minikeras.autodiff import Variable


class Slots:
    """The flat slots of an optimizer over an arena."""

    def __init__(self, optimizer, arena):
        self.arena = arena
        names = [name for group in optimizer.slot_groups() for name in group]
        names += ["average"] if optimizer.use_ema else []
        names += ["gradient_accumulator"] if optimizer.gradient_accumulation_steps else []
        self.flat = {name: np.zeros_like(arena.values) for name in names}
        for name, value in getattr(optimizer, "slot_values", dict)().items():
            self.flat[name][...] = value
        self._views = {name: arena.views(flat) for name, flat in self.flat.items()}
        self._spans = [Span(self, position) for position in range(len(arena.variables))]
        self._whole = Span(self, None)
        self._ids = {id(v) for v in arena.variables}
        self.constrained = [v for v in arena.variables if v.constraint is not None]

    def span(self, position):
        """The part that belongs to one variable."""
        return self._spans[position]

    def spans(self, ids, whole):
        """The parts that belong to the variables of these ids: one for all together if `whole` and possible."""
        if whole and self._ids <= ids:
            return [self._whole]
        return [span for span in self._spans if id(span.variable) in ids]

    def variables(self, groups):
        """The slots as variables, in the order of saved files: group after group, in each one variable's after another's."""
        found = []
        for group in groups:
            for position, variable in enumerate(self.arena.variables):
                for name in group:
                    found.append(_view(self._views[name][position], f"{variable.path.replace('/', '_')}_{name}"))
        return found


class Span:
    """A stretch of an arena with its gradient and slots: one variable's, or the whole arena's."""

    def __init__(self, slots, position):
        self._slots = slots
        arena = slots.arena
        self.variable = None if position is None else arena.variables[position]
        self._bounds = (0, arena.values.size) if position is None else arena.spans[position]
        start, stop = self._bounds
        self.value = arena.values[start:stop]
        self.gradient = arena.gradients[start:stop]
        self._cut = {name: flat[start:stop] for name, flat in slots.flat.items()}

    def slot(self, name):
        """This stretch of a slot."""
        return self._cut[name]

    def parts(self):
        """The gradients of the single variables in this stretch."""
        if self.variable is not None:
            return [self.gradient]
        return [view.reshape(-1) for view in self._slots.arena.gradient_views]


def _view(array, name):
    """A variable that shares the array."""
    variable = Variable(0.0, trainable=False, name=name)
    variable.array = array
    return variable
