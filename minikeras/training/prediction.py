"""Predictions replayed: what a model computes for a batch, recorded once and repeated without the layers' Python.

As with training steps (`replay.py`) the first batch of some shape is computed as usual while the functions that the
layers apply are noted, two more are computed both ways, and only what gave the same bits is used from then on.

Between two calls of `predict` anything may be done to a model, and there is no moment at which it would tell. So it is
looked at: the objects that its layers' attributes and the lists and dictionaries in them refer to are compared, one by
one, with those it consisted of when it was recorded. Numbers may change inside the variables, where the replay reads
them; any other object in any place and the model is recorded anew.
"""

import threading
from operator import is_
from types import BuiltinFunctionType, FunctionType, MethodType

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor
from minikeras.autodiff.tensor import state
from minikeras.kernels.contents import contents_of, is_unchanged
from minikeras.layers.layer import Layer
from minikeras.layers.tracking import REFERENCES
from minikeras.nest import flatten, map_structure, pack_like
from minikeras.registry import is_built_in
from minikeras.training.columns import batch_dtype
from minikeras.training.forms import SHAPES_KEPT, Forms, are_equal, kept
from minikeras.training.recorded import RecordedCall, UnknownValueError
from minikeras.training.steady import NotSteadyError, SteadyCall

# Batches whose values take more than this are not kept in fixed memory, nor are models replayed whose state does: what
# is saved is a tenth of a millisecond a call.
_MOST_BYTES = 1 << 24
# Nor those that consist of more objects than this, for looking at them takes time too.
_MOST_OBJECTS = 1 << 13

# What changes of a layer or model without changing what it predicts: what a call notes, what training and compiling do.
_NOT_LOOKED_AT = frozenset({
    *REFERENCES, "_accepted",
    "_compiled_loss", "_compiled_metrics", "_compiled_state", "_loss_tracker", "_predictions", "_replay", "compiled",
    "debug_nan", "history", "loss", "optimizer", "steps_per_execution", "stop_training",
})  # fmt: skip


class Predictions:
    """The recorded predictions of one model, by the shapes and dtypes of its batches."""

    def __init__(self, model):
        self.model = model
        self._structure = None
        self._forms = {}
        self._dtype = None
        self._lock = threading.Lock()  # who finds it taken computes as usual: recorded values have one place

    def __reduce__(self):
        return type(self), (self.model,)  # what was recorded stays with the model it was recorded of

    def of_array(self, x, batch_size):
        """The outputs for all rows of x at once; None if they have to be computed as usual.

        They are None too if there are more rows than a batch has, or if x is no plain array of numbers.
        """
        if type(x) is not np.ndarray or x.ndim == 0 or x.dtype.kind not in "fiub" or not self._forms:
            return None
        most = 32 if batch_size is None else batch_size
        if type(most) is not int or not 0 < len(x) <= most:
            return None
        dtype = self._dtype if self._dtype is not None else batch_dtype(x)
        return self._replayed(x if x.dtype == dtype else x.astype(dtype))

    def of_batch(self, batch, usual):
        """The outputs for a batch as arrays of their own; what cannot be replayed is computed by `usual(batch)`."""
        x = batch
        if (
            type(x) is not Tensor
            or x.mask is not None
            or _is_watched()
            or not self._lock.acquire(blocking=False)
        ):
            return _arrays(usual(batch))
        try:
            if self._structure is None or not self._structure.is_unchanged():
                self._look_anew()
            if not self._structure.is_replayable or not self.model.built:
                return _arrays(usual(batch))
            key = _key(x.array)
            forms = self._forms.get(key)
            if forms is None and len(self._forms) < SHAPES_KEPT:
                return self._learnt(key, batch, usual)
            if forms is None or forms.recorded is None:
                return _arrays(usual(batch))
            if forms.trusted is None:
                return self._judged(forms, batch, usual)
            return forms.outputs(x.array)
        finally:
            self._lock.release()

    def _replayed(self, x):
        if _is_watched() or not self._lock.acquire(blocking=False):
            return None
        try:
            forms = self._forms.get(_key(x))
            if forms is None or forms.trusted is None or not self._structure.is_unchanged():
                return None
            return forms.outputs(x)
        finally:
            self._lock.release()

    def _look_anew(self):
        self._structure = Structure(self.model)
        self._forms = {}
        dtypes = self.model._input_dtypes()
        self._dtype = np.dtype(dtypes[0]) if dtypes and self._structure.is_replayable else None

    def _learnt(self, key, batch, usual):
        """Compute as usual and record it, unless Python looks at a value on the way: it may decide otherwise next time."""
        seen = []
        state.recorder, state.reader = [], seen.append
        try:
            outputs = usual(batch)
        finally:
            applications, state.recorder, state.reader = state.recorder, None, None
        if not self._structure.is_unchanged():  # layers note things when they meet a shape for the first time
            self._look_anew()
        self._forms[key] = PredictionForms() if seen else PredictionForms.of(applications, batch, outputs)
        return _arrays(outputs)

    def _judged(self, forms, batch, usual):
        """Compute as usual and hold the replays against it."""
        variables = self._structure.state
        replayed = []
        with kept(variables):
            candidates = forms.candidates([batch.array])
        for form in candidates:
            with kept(variables):
                results = [np.array(a) for a in form.outputs([batch.array])]
                replayed.append((form, results + [v.array.copy() for v in variables]))
        outputs = usual(batch)
        right = [t.array for t in flatten(outputs)] + [v.array for v in variables]
        forms.judge([form for form, arrays in replayed if are_equal(arrays, right)])
        return _arrays(outputs)


class PredictionForms(Forms):
    """The forms of predictions for one shape, and the structure of the outputs."""

    structure = None

    @classmethod
    def of(cls, applications, batch, outputs):
        """Those of what was just computed; none if it cannot be replayed."""
        try:
            recorded = RecordedCall(applications, [batch], flatten(outputs))
        except UnknownValueError:
            return cls()
        forms = cls(recorded, lambda arrays: _small(SteadyCall(recorded, arrays)))
        forms.structure = None if type(outputs) is Tensor else map_structure(lambda _: None, outputs)
        return forms

    def outputs(self, x):
        """The outputs for a batch, in arrays of their own."""
        arrays = self.trusted.outputs([x])
        if self.structure is None:
            return arrays[0].copy()
        return pack_like(self.structure, [array.copy() for array in arrays])


class Structure:
    """The objects that a model consists of at one moment.

    is_replayable: whether predictions of such a model may be recorded at all: not those of classes and functions of the
    user's own, whose Python may do anything.

    Functions replaced in a module, or in a class below those of the layers, are not seen.
    """

    def __init__(self, model):
        layers = model._flatten_layers()
        self.state = model.non_trainable_variables
        self._variables = model.variables
        self._arrays = [variable.array for variable in self._variables]
        self._floatx = config.floatx()
        self._foreign = False
        self._contents = []
        self._look_at_classes(layers)
        for layer in layers:
            held = vars(layer)
            self._contents.append(contents_of(held, ignored=_NOT_LOOKED_AT))
            for name, value in held.items():
                if name not in _NOT_LOOKED_AT:
                    self._look_into(value)
            for call in layer._graph.calls if layer._graph is not None else ():
                if not isinstance(call.function, Layer):
                    self._look_into([call.function, call.args, call.kwargs])
        self.is_replayable = (
            not model.run_eagerly
            and sum(len(values) for _, _, values in self._contents) <= _MOST_OBJECTS
            and sum(variable.array.nbytes for variable in self.state) <= _MOST_BYTES
            and all(is_built_in(type(layer)) and layer.replayable for layer in layers)
            and not self._foreign
        )

    def _look_at_classes(self, layers):
        model, kinds = layers[0], list({type(layer) for layer in layers})

        def classes():
            methods = [method for kind in kinds for method in (kind.__call__, kind.call)]
            return [*map(type, layers), type(model).predict_step, *methods]

        self._classes, self._classes_before = classes, classes()
        self._foreign |= any(map(_is_foreign, self._classes_before))

    def _look_into(self, value):
        self._foreign |= _is_foreign(value)
        kind = type(value)
        if kind in (dict, list):
            self._contents.append(contents_of(value))
        if kind in (dict, list, tuple):
            for item in value.values() if kind is dict else value:
                self._look_into(item)

    def is_unchanged(self):
        """Whether the model still consists of the same objects."""
        return (
            is_unchanged(self._contents)
            and all(map(is_, self._classes(), self._classes_before))
            and all(map(is_, [variable.array for variable in self._variables], self._arrays))
            and config.floatx() == self._floatx
        )


def _is_foreign(thing):
    """Whether a value is a function of the user's own, or an object that can be called like one."""
    if isinstance(thing, FunctionType):  # functools.wraps gives it another's module
        return not (is_built_in(thing) and thing.__globals__["__name__"].partition(".")[0] == "minikeras")
    if isinstance(thing, (BuiltinFunctionType, MethodType)):
        return not is_built_in(thing)
    return callable(thing) and not isinstance(thing, type) and not is_built_in(type(thing))


def _is_watched():
    """Whether somebody else looks at what is being computed in this thread."""
    return state.recorder is not None or state.reader is not None or state.probing or state.higher


def _key(array):
    return array.shape, array.dtype.char


def _small(call):
    if call.nbytes > _MOST_BYTES:
        raise NotSteadyError
    return call


def _arrays(outputs):
    return map_structure(lambda output: np.asarray(output), outputs)
