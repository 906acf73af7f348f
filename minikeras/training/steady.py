"""A recorded call or training step in fixed memory: its kernels are called again and again on the same arrays.

What is recorded (`recorded.py`) is a list of functions with the places of their inputs. Here each function is run once
more while its calls of kernels are noted. Where these calls explain the function's output entirely, they take its
place, with their inputs and outputs where they lie; any other function stays a call of its own, its output copied to
where the next one expects it. What remains is one flat list, repeated without any Python between the kernels.
"""

import contextlib
import os
import threading

import numpy as np

from minikeras import kernels
from minikeras.autodiff import Tensor, Variable
from minikeras.autodiff.tape import unbroadcast
from minikeras.kernels import calls as kernel_calls
from minikeras.kernels.calls import Noting, noted, repeat, root
from minikeras.nest import flatten
from minikeras.ops import elementwise

# Larger outputs are not copied: the step is then better replayed function by function.
_LARGEST_COPY = 1 << 16

# While kernels are noted others stand in their place for all threads, so one thread does so at a time.
_noting = threading.Lock()


def _renew_lock():
    global _noting
    _noting = threading.Lock()


if hasattr(os, "register_at_fork"):  # the thread that held it may not be there any more
    os.register_at_fork(after_in_child=_renew_lock)


@contextlib.contextmanager
def _alone():
    """While it is entered no other thread notes kernels; afterwards they are as before, even after a Ctrl-C at any place."""
    with _noting:
        before = {name: getattr(kernels, name) for name in kernels.NATIVE}
        try:
            yield
        finally:
            for name, kernel in before.items():
                setattr(kernels, name, kernel)


class NotSteadyError(Exception):
    """What was recorded cannot be put in fixed memory."""


class SteadyCall:
    """The calls of kernels of one recorded call.

    recorded: the call. arrays: inputs of the shapes and dtypes that were recorded; the functions are run on them once,
    with all that they change besides (moving averages, seeds), so whoever makes a steady call keeps the model's state
    and puts it back. nbytes: the memory that is kept for values between the inputs and the results.
    """

    def __init__(self, recorded, arrays):
        if not kernel_calls.can_repeat():
            raise NotSteadyError
        self._recorded = recorded
        self._calls = []
        self._inputs = [array.copy() for array in arrays]
        self._known = {id(array): array for array in self._inputs}
        slots = recorded.new_slots(self._inputs)
        for array in [a for a in slots if isinstance(a, np.ndarray)]:
            self._own(array)
        self._prepare()
        before = set(self._known)
        with _alone():
            gradients = [self._forward(slots, *application) for application in recorded.forward]
            self._results = [slots[number] for number in recorded.results]
            self._finish(slots, gradients)
        self.nbytes = sum(array.nbytes for number, array in self._known.items() if number not in before)

    def _prepare(self):
        """What else has memory of its own."""

    def _finish(self, slots, gradients):
        """What else is to be done once the results are known."""

    def outputs(self, arrays):
        """The results' arrays for other inputs, which the next call overwrites. Inputs are cast to the recorded dtypes."""
        for place, array in zip(self._inputs, arrays, strict=True):
            place[...] = array
        repeat(self._calls)
        return self._results

    # Making the list of calls

    def _own(self, array):
        """Remember that an array's memory is fixed; returns the array."""
        owner = root(array)
        self._known[id(owner)] = owner
        return array

    def _is_fixed(self, array):
        return type(array) is np.ndarray and id(root(array)) in self._known

    def _explained(self, noting, outputs):
        """Whether noted calls, made of fixed arrays alone, are all there is to these outputs; if so they are kept."""
        if noting.calls is None:
            return False
        for _, arguments, arrays in noting.calls:
            if not all(self._is_fixed(a) for a in flatten(list(arguments)) if isinstance(a, np.ndarray)):
                return False
            for array in arrays:
                self._own(array)
        if not all(self._is_fixed(output) for output in outputs):
            return False
        self._calls += noting.calls
        return True

    def _call(self, function, *arguments):
        """Keep a call of a function that is no kernel; returns what it returned, whose arrays are fixed from now on."""
        result, arrays = noted(function, arguments)
        for array in arrays:
            self._own(array)
        self._calls.append((function, arguments, arrays))
        return result

    def _place(self, value):
        """Where a value that is made anew at each step is copied to; the value's own array if that is fixed."""
        value = np.asarray(value)
        if self._is_fixed(value):
            return value
        if value.nbytes > _LARGEST_COPY:
            raise NotSteadyError
        return self._own(value.copy())

    def _forward(self, slots, body, numbers, kwargs, places):
        """Keep the calls of one application and fill its outputs' slots; returns its gradient, and whether it is fixed."""
        arguments = [slots[n] for n in numbers]
        several = type(places) is tuple
        if body in _UFUNCS and all(self._is_fixed(a) for a in arguments):
            output = self._own(np.asarray(_UFUNCS[body](*arguments)))
            self._calls.append((_UFUNCS[body], (*arguments, output), ()))
            slots[places] = output
            return body(*arguments)[1], True
        if not any(isinstance(leaf, Variable) for leaf in flatten(kwargs)):
            with Noting() as noting:
                output, gradient = body(*arguments, **kwargs)
            outputs = output if several else (output,)
            if self._explained(noting, outputs):
                self._fill(slots, places, outputs)
                return gradient, True
        made = _Made(body, arguments, kwargs, several)
        made.places = [self._place(output) for output in self._call(made.forward)]
        self._fill(slots, places, made.places)
        return made, False

    @staticmethod
    def _fill(slots, places, outputs):
        if type(places) is tuple:
            for place, output in zip(places, outputs, strict=True):
                slots[place] = output
        else:
            slots[places] = outputs[0]


class SteadyStep(SteadyCall):
    """The calls of one recorded training step."""

    def run(self, leaves):
        """Train on one batch: (predictions, loss), which the next step overwrites."""
        self._compute(leaves)
        self._recorded.optimizer.step_all(self._recorded.variables)
        return self._tensors

    def gradients(self, leaves):
        """[loss, predictions, gradient of each variable] for one batch; the gradients lie at their destinations."""
        self._compute(leaves)
        prediction, loss = self._results
        return [loss, prediction, *[destination for _, destination in self._recorded.targets]]

    def _compute(self, leaves):
        self._recorded.optimizer.take_back()
        self.outputs([leaf.array for leaf in leaves])

    # Making the list of calls

    def _prepare(self):
        for destination in [d for _, d in self._recorded.targets if d is not None]:
            self._own(destination)

    def _finish(self, slots, gradients):
        self._tensors = tuple([Tensor(array) for array in self._results])
        self._backward(slots, gradients)

    def _backward(self, slots, gradients):
        recorded = self._recorded
        loss = slots[recorded.loss]
        found = {recorded.loss: self._own(np.ones_like(loss))}
        targets = dict(recorded.targets)
        for i, places, joint, wanted, destinations in recorded.backward:
            several = type(places) is tuple
            dy = tuple([found.pop(p, None) for p in places]) if several else found.pop(places)
            dxs = self._gradient(*gradients[i], dy, joint, [w[0] for w in wanted], destinations)
            for dx, (_, number, shape) in zip(dxs, wanted, strict=True):
                if dx.shape != shape:
                    whole, dx = dx, self._own(np.empty(shape, dx.dtype))
                    self._call(_unbroadcast_into, dx, whole)
                before = found.get(number)
                found[number] = dx if before is None else self._sum(before, dx, targets.get(number))
        for number, destination in recorded.targets:
            if destination is None:
                raise NotSteadyError
            if found[number] is not destination:
                self._call(np.copyto, destination, found[number])

    def _sum(self, before, dx, destination):
        total = before if before is destination else self._own(np.empty_like(before))
        self._call(np.add, before, dx, total)
        return total

    def _gradient(self, gradient, fixed, dy, joint, positions, destinations):
        """The gradients at these inputs' positions, from the gradient function (or the application) of one call."""
        if fixed:
            with Noting() as noting:
                dxs = _applied(gradient, joint, dy, positions, destinations)
            if self._explained(noting, dxs):
                return dxs
            return self._computed(_Gradient(gradient, joint, dy, positions, destinations))
        return self._computed(_Gradient(gradient, joint, dy, positions, destinations))

    def _computed(self, made):
        made.places = [self._place(dx) for dx in self._call(made.backward)]
        return made.places


class _Made:
    """A function that is called as it is at each step; its gradient is that of its last call."""

    def __init__(self, body, arguments, kwargs, several):
        self.body, self.arguments, self.kwargs, self.several = body, arguments, kwargs, several
        self.places = None

    def forward(self):
        """Call the function and copy its outputs to their places, once these are known."""
        output, self.gradient = self.body(*self.arguments, **self.kwargs)
        return _put(output if self.several else (output,), self.places)


class _Gradient:
    """A gradient function that is called as it is at each step."""

    def __init__(self, gradient, *arguments):
        self.gradient, self.arguments = gradient, arguments
        self.places = None

    def backward(self):
        """Call the function and copy its results to their places, once these are known."""
        made = self.gradient
        joint, dy, positions, destinations = self.arguments
        gradient = made.gradient if isinstance(made, _Made) else made
        return _put(_applied(gradient, joint, dy, positions, destinations), self.places)


def _applied(gradient, joint, dy, positions, destinations):
    if joint:
        dxs = gradient(dy, destinations)
        return [dxs[position] for position in positions]
    return [gradient[position](dy) for position in positions]


def _put(values, places):
    for value, place in zip(values, places or (), strict=places is not None):
        if value is not place:
            np.copyto(place, value)
    return values


def _unbroadcast_into(dx, whole):
    np.copyto(dx, unbroadcast(whole, dx.shape))


# Functions that are one ufunc, and whose gradient functions compute nothing.
_UFUNCS = {elementwise.add.body: np.add}
