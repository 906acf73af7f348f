"""Replay: a training step recorded once and repeated without the layers' Python.

The first step on batches of some shape runs as usual while every differentiable function that is applied is noted. The
list of these applications is the step: replaying it runs the same bodies on the same kinds of arrays, their gradient
functions in reverse, and the optimizer, with nothing looked up or decided again. The numbers are the same bits. With
native kernels the step is also put in fixed memory (`steady.py`), where it allocates nothing.

What a replay would miss refuses to be recorded: arrays that came from outside the recorded functions, layers and models
that are a user's own. And it is checked: steps of each shape, on other batches than the recorded one, run both ways,
and unless loss and gradients and all state that the step changes agree bit by bit, that form is never used.
`compile(run_eagerly=True)` switches replaying off.
"""

import contextlib

import numpy as np

from minikeras.autodiff import Tensor, Variable
from minikeras.autodiff.differentiable import promoted
from minikeras.autodiff.tape import unbroadcast
from minikeras.autodiff.tensor import state
from minikeras.nest import flatten
from minikeras.training.steady import NotSteadyError, SteadyStep

# More shapes than this in one fit are not worth recording.
_SHAPES_KEPT = 8
# On so many batches a replay has to give the bits of the usual way.
_CHECKS = 2


class Replay:
    """The recorded steps of one model, by the shapes and dtypes of their batches."""

    def __init__(self, model):
        self.model = model
        self._forms = {}
        self._state = None
        self._learning = None

    def step(self, x, y, weight):
        """One training step by replay: (predictions, loss); None if this batch has to be trained on as usual.

        What is then done as usual is noted, if it is the first step of its shape; `learn` takes the notes.
        """
        self._learning = None
        if type(x) is not Tensor or type(y) is not Tensor or x.mask is not None:
            return None
        leaves = (x, y) if weight is None else (x, y, weight)
        key = tuple([(leaf.array.shape, leaf.array.dtype.char) for leaf in leaves])
        forms = self._forms.get(key)
        if forms is None:
            if len(self._forms) < _SHAPES_KEPT:
                self._forms[key] = Forms()  # an error on the way leaves the shape unrecorded
                self._learning = forms, key, leaves, None
                state.recorder = []
            return None
        if forms.trusted is not None:
            return forms.trusted.run(leaves)
        if forms.recorded is not None:
            with self._state_kept():
                candidates = forms.candidates()
            self._learning = forms, key, leaves, [(form, self._tried(form, leaves)) for form in candidates]
        return None

    def learn(self, applications, y_pred, loss, variables, gradients):
        """Make the recorded step of what was just done as usual, or hold it against the replay of the same batch."""
        if self._learning is None:
            return
        forms, key, leaves, replayed = self._learning
        if replayed is None:
            recorded = RecordedStep.of(applications, leaves, y_pred, loss, variables, self.model.optimizer)
            self._forms[key] = Forms(recorded, leaves)
            return
        usual = [loss.array, y_pred.array, *gradients, *[v.array for v in self._state]]
        forms.judge([form for form, arrays in replayed if _are_equal(arrays, usual)])

    def _tried(self, form, leaves):
        """What a form computes on a batch: loss, predictions, gradients, and the state it leaves."""
        with self._state_kept() as variables:
            return [np.array(a) for a in form.gradients(leaves)] + [v.array.copy() for v in variables]

    @contextlib.contextmanager
    def _state_kept(self):
        """Within the block the model's state (moving averages, seeds) may change; afterwards it is as before."""
        if self._state is None:  # a step was made: the model is built
            self._state = self.model.non_trainable_variables
        variables = self._state
        before = [v.array.copy() for v in variables]
        try:
            yield variables
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.array[...] = value


def _are_equal(arrays, others):
    return all(
        b is not None and np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, others, strict=True)
    )


class Forms:
    """The forms in which the steps of one shape of batch may be replayed: function by function, or in fixed memory.

    trusted: the form to use, once it has given the bits of the usual way on _CHECKS batches; None so far or for good.
    recorded: the recorded step; None if there is none or it was found wrong.
    """

    def __init__(self, recorded=None, leaves=None):
        self.trusted = None
        self.recorded = recorded
        self._steady = None
        self._leaves = leaves
        self._checks = 0

    def candidates(self):
        """The forms to be tried on the next batch."""
        if self._leaves is not None:
            leaves, self._leaves = self._leaves, None
            with contextlib.suppress(NotSteadyError):
                self._steady = SteadyStep(self.recorded, leaves)
        return [form for form in (self.recorded, self._steady) if form is not None]

    def judge(self, right):
        """Take which of the candidates were right; what is built on a wrong recording is as wrong."""
        if self.recorded not in right:
            self.recorded = None
        if self._steady not in right or self.recorded is None:
            self._steady = None
        self._checks += 1
        if self._checks == _CHECKS:
            self.trusted = self._steady or self.recorded


class RecordedStep:
    """The applications of one step: forward in order, backward in reverse, over numbered slots for the values."""

    @classmethod
    def of(cls, applications, leaves, y_pred, loss, variables, optimizer):
        """The step made of these applications; None if something in it cannot be replayed."""
        if type(y_pred) is not Tensor or y_pred.mask is not None or not variables:
            return None
        try:
            return cls(applications, leaves, y_pred, loss, variables, optimizer)
        except _UnknownValueError:
            return None

    def __init__(self, applications, leaves, y_pred, loss, variables, optimizer):
        self.variables = variables
        self.optimizer = optimizer
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
        self.prediction = self._number(y_pred)
        self.loss = self._number(loss)
        self.backward = self._reversed(applications)
        self._numbers = None  # ids mean something only as long as the recorded values live

    def new_slots(self, inputs):
        """The slots as they are before a step: the inputs, the variables' arrays and the constants; the rest None."""
        slots = list(self._slots)
        for _, _, _, places in self.forward:
            for place in places if type(places) is tuple else (places,):
                slots[place] = None
        slots[: len(inputs)] = inputs
        return slots

    # Making the plan

    def _new(self, value):
        self._slots.append(value)
        return len(self._slots) - 1

    def _number(self, value):
        number = self._numbers.get(id(value))
        if number is None:
            raise _UnknownValueError
        return number

    def _application(self, application):
        """(body, slots of its arguments, settings, slots of its outputs) of one application."""
        function, args, values, kwargs, output, _ = application
        if any(_holds_an_array(v) for v in kwargs.values()):
            raise _UnknownValueError
        numbers = []
        for arg, value in zip(args, values, strict=True):
            if isinstance(arg, Variable):
                number = self._numbers.get(id(arg))
                if number is None:
                    number = self._numbers[id(arg)] = self._new(arg.array)
            elif isinstance(arg, (Tensor, np.ndarray)):
                number = self._number(arg)
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

    def _reversed(self, applications):
        """What runs backwards: (number of the application, slots of its outputs, where each input's gradient goes)."""
        into = self.optimizer.destinations(self.variables)
        followed = {self._number(v): into.get(id(v)) for v in self.variables if id(v) in self._numbers}
        if len(followed) != len(self.variables):
            raise _UnknownValueError  # a variable without a gradient: the usual way warns of it
        needs = set(followed)
        for (_, numbers, _, places), application in zip(self.forward, applications, strict=True):
            if application[-1] is not None and any(n in needs for n in numbers):
                needs.update(places if type(places) is tuple else (places,))
        if self.loss not in needs:
            raise _UnknownValueError
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
            raise _UnknownValueError
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
        self.optimizer.destinations(
            self.variables
        )  # takes the variables back, should another optimizer have them
        slots = self._slots
        for number, leaf in enumerate(leaves):
            slots[number] = leaf.array
        backward = []
        for body, numbers, kwargs, places in self.forward:
            output, gradient = body(*[slots[n] for n in numbers], **kwargs)
            backward.append(gradient)
            if type(places) is tuple:
                for place, value in zip(places, output, strict=True):
                    slots[place] = value
            else:
                slots[places] = output
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


class _UnknownValueError(Exception):
    """A value in the step that the recorded functions did not make."""


def _holds_an_array(value):
    return any(
        isinstance(leaf, (np.ndarray, Tensor)) and not isinstance(leaf, Variable) for leaf in flatten(value)
    )
