"""The slots: what an optimizer keeps beside the variables of one arena; and the plan of a step over some of them."""

import numpy as np

from minikeras.autodiff import Variable


class Slots:
    """An arena with the optimizer's slots: flat arrays of the arena's layout, and views of them for each variable.

    An optimizer that does not treat all elements alike may give a slot another shape, or none, for each variable
    (`slot_shape`); such a slot has no flat array.
    """

    def __init__(self, optimizer, arena):
        self.arena = arena
        self.names = [name for group in optimizer.slot_groups() for name in group]
        self.flat, self.views = {}, {}
        for name in self.names:
            if optimizer.elementwise:
                self._add_flat(name)
            else:
                shapes = [optimizer.slot_shape(name, v) for v in arena.variables]
                self.views[name] = [
                    None if shape is None else np.zeros(shape, arena.dtype) for shape in shapes
                ]
            for position, variable in enumerate(arena.variables):
                self._fill(name, position, optimizer.initial_slot(name, variable))
        for name, kept in (
            ("average", optimizer.use_ema),
            ("gradient_accumulator", optimizer.gradient_accumulation_steps),
        ):
            if kept:
                self._add_flat(name)

    def _add_flat(self, name):
        self.flat[name] = np.zeros_like(self.arena.values)
        self.views[name] = self.arena.views(self.flat[name])

    def _fill(self, name, position, value):
        view = self.views[name][position]
        if view is None:
            return
        if name in self.flat and np.ndim(value) == 0:
            # The elements up to the next variable too: with a = 0 there, Ftrl would divide 0 by 0.
            start = self.arena.spans[position][0]
            following = self.arena.spans[position + 1 : position + 2]
            self.flat[name][start : following[0][0] if following else None] = value
        else:
            view[...] = value

    def variable(self, name, position):
        """A slot's part as a variable that shares its memory; None where a variable has no such slot."""
        array = self.views[name][position]
        if array is None:
            return None
        variable = Variable(
            0.0, trainable=False, name=f"{self.arena.variables[position].path.replace('/', '_')}_{name}"
        )
        variable.array = array
        return variable

    def whole(self):
        """The arena as one stretch."""
        return Span(
            self.arena.values,
            self.arena.gradients,
            tuple(self.flat[name] for name in self.names),
            self.flat.get("gradient_accumulator"),
            [view.reshape(-1) for view in self.arena.gradient_views],
        )

    def part(self, position, flat):
        """The stretch of one variable, in one dimension if `flat`, else in the variable's shape."""
        start, stop = self.arena.spans[position]
        shape = (-1,) if flat else self.arena.variables[position].shape
        accumulated = self.views.get("gradient_accumulator")
        slots = [self.views[name][position] for name in self.names]
        return Span(
            self.arena.values[start:stop].reshape(shape),
            self.arena.gradients[start:stop].reshape(shape),
            tuple(slot.reshape(-1) if flat else slot for slot in slots),
            None if accumulated is None else accumulated[position].reshape(shape),
            [self.arena.gradients[start:stop]],
        )


class Span:
    """A stretch of an arena: values, gradient, the slots that `update` takes; `gradients`, flat, variable by variable."""

    __slots__ = ("accumulated", "gradient", "gradients", "slots", "value")

    def __init__(self, value, gradient, slots, accumulated, gradients):
        self.value = value
        self.gradient = gradient
        self.slots = slots
        self.accumulated = accumulated
        self.gradients = gradients


class Plan:
    """A step over some of an optimizer's variables: everything that is the same at each such step.

    spans: what `update` is called with; decayed: what weight decay shrinks; values, gradients: each variable's value and
    place for its gradient; destinations: the latter by the variable's id.
    """

    def __init__(self, optimizer, places, variables):
        self.variables = variables
        flat = optimizer.works_on_flat_arrays()
        parts = [slots.part(position, flat) for slots, position in places]
        self.values = [part.value for part in parts]
        self.gradients = [slots.arena.gradient_views[position] for slots, position in places]
        self.destinations = {id(v): g for v, g in zip(variables, self.gradients, strict=True)}
        self.constrained = [v for v in variables if v.constraint is not None]
        excluded = {id(v) for v in variables if optimizer.is_excluded_from_decay(v)}
        owners = [slots for slots, _ in places]
        complete = [s for s in dict.fromkeys(owners) if owners.count(s) == len(s.arena.variables)]
        whole = complete if flat else []
        self.spans = [s.whole() for s in whole]
        self.spans += [part for part, owner in zip(parts, owners, strict=True) if owner not in whole]
        decayed = [s for s in complete if excluded.isdisjoint(s.arena.into)]
        self.decayed = [s.arena.values for s in decayed]
        for part, owner, variable in zip(parts, owners, variables, strict=True):
            if owner not in decayed and id(variable) not in excluded:
                self.decayed.append(part.value)
