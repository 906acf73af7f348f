"""Recorded calls: the functions that a model applied, in a list that can be run again on other arrays.

`RecordedCall` is what a model computed from its inputs; `RecordedStep` is a whole training step, with the gradient
functions in reverse and the optimizer behind them. Values are numbered: each function takes and fills numbered slots.
What such a list would miss refuses to be recorded: arrays that came from outside the recorded functions.
"""

import numpy as np

from minikeras.autodiff import Tensor, Variable
from minikeras.autodiff.differentiable import promoted
from minikeras.autodiff.tape import unbroadcast
from minikeras.nest import flatten

# Functions whose outputs' shapes depend on their inputs' values: what follows them would be recorded for one shape.
_SHAPED_BY_VALUES = frozenset({
    "bincount", "nonzero", "segment_max", "segment_min", "segment_prod", "segment_sum", "_unique",
})  # fmt: skip


class UnknownValueError(Exception):
    """A value among the recorded ones that no recorded function made, or whose shape may be another one next time."""


class RecordedCall:
    """The applications that led from the leaves to the results, over numbered slots for the values.

    applications: what `state.recorder` noted. leaves, results: tensors, without masks. Raises UnknownValueError if the
    results are not made of the leaves, variables and constants alone.
    """

    def __init__(self, applications, leaves, results):
        if any(type(tensor) is not Tensor or tensor.mask is not None for tensor in results):
            raise UnknownValueError
        self.read = []  # the variables, each with the array that the functions read
        self._slots = []
        self._numbers = {}
        for leaf in leaves:
            self._numbers[id(leaf)] = self._numbers[id(leaf.array)] = self._new(None)
        for application in applications:
            if application[0] is None:  # a constant
                tensor = application[4]
                self._numbers[id(tensor)] = self._numbers[id(tensor.array)] = self._new(tensor.array)
        applications = [a for a in applications if a[0] is not None]
        self.forward = [self._application(a) for a in applications]
        self.results = [self._number(tensor) for tensor in results]
        self._finish(applications)
        self._numbers = None  # ids mean something only as long as the recorded values live

    def _finish(self, applications):
        """What else is to be recorded while the values are known by their ids."""

    def new_slots(self, inputs):
        """The slots as they are before a call: the inputs, the variables' arrays and the constants; the rest None."""
        slots = self._slots.copy()
        slots[: len(inputs)] = inputs
        return slots

    def outputs(self, arrays):
        """The results' arrays for other inputs of the same shapes and dtypes."""
        slots = self.new_slots(arrays)
        self._run(slots)
        return [slots[number] for number in self.results]

    def _run(self, slots):
        """Run the functions in order; returns their gradients."""
        gradients = []
        for body, numbers, kwargs, places in self.forward:
            output, gradient = body(*[slots[n] for n in numbers], **kwargs)
            gradients.append(gradient)
            if type(places) is tuple:
                for place, value in zip(places, output, strict=True):
                    slots[place] = value
            else:
                slots[places] = output
        return gradients

    # Making the plan

    def _new(self, value):
        self._slots.append(value)
        return len(self._slots) - 1

    def _number(self, value):
        number = self._numbers.get(id(value))
        if number is None:
            raise UnknownValueError
        return number

    def _application(self, application):
        """(body, slots of its arguments, settings, slots of its outputs) of one application."""
        function, args, values, kwargs, output, _ = application
        if _is_shaped_by_values(function, values) or any(_holds_an_array(v) for v in kwargs.values()):
            raise UnknownValueError
        numbers = []
        for arg, value in zip(args, values, strict=True):
            if isinstance(arg, Variable):
                number = self._numbers.get(id(arg))
                if number is None:
                    number = self._numbers[id(arg)] = self._new(arg.array)
                    self.read.append((arg, arg.array))
            elif isinstance(arg, (Tensor, np.ndarray)):
                number = self._number(arg)
            elif _holds_an_array(arg):
                raise UnknownValueError
            else:
                number = self._new(value)
            numbers.append(number)
        body = function.body
        if any(isinstance(a, Tensor) and v.dtype != a.dtype for a, v in zip(args, values, strict=True)):
            body = promoted(body)
        outputs = output if type(output) is tuple else (output,)
        places = []
        for one in outputs:
            self._numbers[id(one)] = self._numbers[id(one.array)] = number = self._new(None)
            places.append(number)
        return body, tuple(numbers), kwargs, tuple(places) if type(output) is tuple else places[0]


class RecordedStep(RecordedCall):
    """A training step: the call and its loss, the gradient functions in reverse, and the optimizer."""

    def __init__(self, applications, leaves, y_pred, loss, variables, optimizer):
        self.variables = variables
        self.optimizer = optimizer
        super().__init__(applications, leaves, [y_pred, loss])

    def _finish(self, applications):
        self.prediction, self.loss = self.results
        self.backward = self._reversed(applications)

    def _reversed(self, applications):
        """What runs backwards: (number of the application, slots of its outputs, where each input's gradient goes)."""
        into = self.optimizer.destinations(self.variables)
        followed = {self._number(v): into.get(id(v)) for v in self.variables if id(v) in self._numbers}
        if len(followed) != len(self.variables):
            raise UnknownValueError  # a variable without a gradient: the usual way warns of it
        needs = set(followed)
        for (_, numbers, _, places), application in zip(self.forward, applications, strict=True):
            if application[-1] is not None and any(n in needs for n in numbers):
                needs.update(places if type(places) is tuple else (places,))
        if self.loss not in needs:
            raise UnknownValueError
        has = {self.loss}
        plan = []
        for i in range(len(applications) - 1, -1, -1):
            gradient = applications[i][-1]
            _, numbers, _, places = self.forward[i]
            if gradient is None or not has.intersection(places if type(places) is tuple else (places,)):
                continue
            joint = type(gradient) is not tuple
            inputs = numbers if joint else numbers[: len(gradient)]
            wanted = [
                (position, n, applications[i][2][position].shape)
                for position, n in enumerate(inputs)
                if n in needs and (joint or gradient[position] is not None)
            ]
            destinations = [None] * len(numbers)
            for position, n, _ in wanted:
                first = n not in has
                destinations[position] = followed.get(n) if first and followed.get(n) is not None else True
                has.add(n)
            plan.append((i, places, joint, tuple(wanted), tuple(destinations)))
        if not set(followed) <= has:
            raise UnknownValueError
        self.targets = [(self._number(v), into.get(id(v))) for v in self.variables]
        return plan

    # Running it

    def run(self, leaves):
        """Train on one batch: (predictions, loss)."""
        loss, prediction, *gradients = self.gradients(leaves)
        for gradient, (_, destination) in zip(gradients, self.targets, strict=True):
            if gradient is not destination:
                destination[...] = gradient
        self.optimizer.step_all(self.variables)
        return Tensor(prediction), Tensor(np.asarray(loss))

    def gradients(self, leaves):
        """[loss, predictions, gradient of each variable] for one batch."""
        # Takes the variables back, should another optimizer have them.
        self.optimizer.destinations(self.variables)
        slots = self.new_slots([leaf.array for leaf in leaves])
        backward = self._run(slots)
        loss = slots[self.loss]
        found = {self.loss: np.ones_like(loss)}
        for i, places, joint, wanted, destinations in self.backward:
            if type(places) is tuple:
                dy = tuple([found.pop(p, None) for p in places])
            else:
                dy = found.pop(places)
            gradient = backward[i]
            if joint:
                dxs = gradient(dy, destinations)
            for position, number, shape in wanted:
                dx = dxs[position] if joint else gradient[position](dy)
                if dx.shape != shape:
                    dx = unbroadcast(dx, shape)
                before = found.get(number)
                found[number] = dx if before is None else before + dx
        prediction = slots[self.prediction]
        return [loss, prediction, *[found[number] for number, _ in self.targets]]


def _is_shaped_by_values(function, values):
    name = function.body.__name__
    if name == "where":  # the places of a condition, or a choice
        return len(values) == 1 or values[1] is None
    if name == "getitem":  # rows chosen by a mask
        return any(isinstance(value, np.ndarray) and value.dtype == bool for value in values[1:])
    return name in _SHAPED_BY_VALUES


def _holds_an_array(value):
    leaves = flatten(value)
    leaves += [end for s in leaves if isinstance(s, slice) for end in (s.start, s.stop, s.step)]
    return any(isinstance(leaf, (np.ndarray, Tensor)) and not isinstance(leaf, Variable) for leaf in leaves)
