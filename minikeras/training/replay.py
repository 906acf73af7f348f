"""Replay: a training step recorded once and repeated without the layers' Python.

The first step on batches of some shape runs as usual while every differentiable function that is applied is noted. The
list of these applications is the step: replaying it runs the same bodies on the same kinds of arrays, their gradient
functions in reverse, and the optimizer, with nothing looked up or decided again. The numbers are the same bits. With
native kernels the step is also put in fixed memory (`steady.py`), where it allocates nothing.

What a replay would miss refuses to be recorded: arrays that came from outside the recorded functions, values that Python
looked at (to decide an `if`), layers and models that are a user's own. And it is checked: steps of each shape, on other batches than the recorded one, run both ways,
and unless loss and gradients and all state that the step changes agree bit by bit, that form is never used.
`compile(run_eagerly=True)` switches replaying off.
"""

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.autodiff.tensor import state
from minikeras.training.forms import SHAPES_KEPT, Forms, are_equal, kept
from minikeras.training.recorded import RecordedStep, UnknownValueError
from minikeras.training.steady import SteadyStep


class Replay:
    """The recorded steps of one model, by the shapes and dtypes of their batches."""

    def __init__(self, model):
        self.model = model
        self._forms = {}
        self._state = None
        self._learning = None
        self._looked_at = []

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
            if len(self._forms) < SHAPES_KEPT:
                self._forms[key] = Forms()  # an error on the way leaves the shape unrecorded
                self._learning = forms, key, leaves, None
                self._looked_at = []
                state.recorder, state.reader = [], self._looked_at.append
            return None
        if forms.trusted is not None:
            return forms.trusted.run(leaves)
        if forms.recorded is not None:
            if self._state is None:  # a step was made: the model is built
                self._state = self.model.non_trainable_variables
            with kept(self._state):
                candidates = forms.candidates()
            self._learning = forms, key, leaves, [(form, self._tried(form, leaves)) for form in candidates]
        return None

    def learn(self, applications, y_pred, loss, variables, gradients):
        """Make the recorded step of what was just done as usual, or hold it against the replay of the same batch."""
        if self._learning is None:
            return
        forms, key, leaves, replayed = self._learning
        if replayed is None:
            self._forms[key] = self._recorded(applications, leaves, y_pred, loss, variables)
            self._looked_at = []
            return
        usual = [loss.array, y_pred.array, *gradients, *[v.array for v in self._state]]
        forms.judge([form for form, arrays in replayed if are_equal(arrays, usual)])

    def _recorded(self, applications, leaves, y_pred, loss, variables):
        # Python looked at a value that was computed: at another one it may do something else.
        if not variables or any(all(tensor is not leaf for leaf in leaves) for tensor in self._looked_at):
            return Forms()
        try:
            step = RecordedStep(applications, leaves, y_pred, loss, variables, self.model.optimizer)
        except UnknownValueError:
            return Forms()
        return Forms(step, lambda: SteadyStep(step, [leaf.array for leaf in leaves]))

    def _tried(self, form, leaves):
        """What a form computes on a batch: loss, predictions, gradients, and the state it leaves."""
        with kept(self._state):
            return [np.array(a) for a in form.gradients(leaves)] + [v.array.copy() for v in self._state]
