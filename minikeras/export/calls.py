"""The operations of a model, as several trials agree on them: which value goes into which call.

Values are told apart by the identity of tensors and arrays. What no noted operation made is a constant, and the trials,
run on different data, must agree on it.
"""

import functools
import inspect

import numpy as np

from minikeras.autodiff import FUNCTIONS, Tensor, Variable, as_array
from minikeras.export.errors import ExportError
from minikeras.export.trial import Recorder, recording
from minikeras.export.values import Value, Varying, merged
from minikeras.layers.spec import who
from minikeras.nest import flatten

# What these return depends on the shape of their input alone.
_OF_SHAPES = frozenset({"zeros_like", "ones_like", "empty_like", "_size"})


class Call:
    """One operation: .name, .inputs (Values or None), .settings by name, .outputs, .layers it happens in."""

    __slots__ = ("function", "inputs", "layers", "name", "outputs", "raw", "settings")

    def __init__(self, function, inputs, settings, outputs, layers, raw):
        self.function = function
        self.name = function.__name__
        self.inputs = inputs
        self.settings = settings
        self.outputs = outputs
        self.layers = layers
        self.raw = raw
        for output in outputs:
            output.call = self

    @property
    def needs(self):
        """The values that go into it."""
        given = [*self.inputs, *flatten(list(self.settings.values()))]
        return [v for v in given if isinstance(v, Value)]

    @property
    def built_in(self):
        """Whether it is one of our own operations, not another one of the same name."""
        return FUNCTIONS.get(self.name) is self.function


class Calls(list):
    """The calls of all trials side by side, in order.

    culprit: named where no layer is at work. names: those of variables, by identity. batches: the Varying size of the
    batch. drawing: the layers that drew random numbers.
    """

    def __init__(self, trials, culprit, names, batches=None, drawing=()):
        super().__init__()
        self.names = names
        self.drawing = drawing
        self.batches = batches
        self.trials = range(trials)
        self.culprit = culprit
        self._values = [{} for _ in self.trials]
        self._alive = []  # identities mean something only as long as what they belong to lives

    # Which value a tensor or array is

    def bind(self, things, value):
        """Let a tensor (or array) of each trial be this value."""
        self._alive.append(things)
        for values, thing in zip(self._values, things, strict=True):
            values[id(thing)] = value
            if isinstance(thing, Tensor):
                values[id(thing.array)] = value
        return value

    def find(self, things):
        """The value that is this tensor or array in every trial, or None."""
        found = {id(v): v for v in map(self._find_one, self._values, things)}
        return next(iter(found.values())) if len(found) == 1 else None

    @staticmethod
    def _find_one(values, thing):
        value = values.get(id(thing))
        return values.get(id(thing.array)) if value is None and isinstance(thing, Tensor) else value

    def _value(self, things, arrays, layers):
        """The value of an argument: one that is found, or a constant."""
        value = self.find(things)
        if value is None:
            if any(self._find_one(v, t) is not None for v, t in zip(self._values, things, strict=True)):
                self.refuse_change(layers)
            variable = isinstance(things[0], Variable)
            value = self.bind(things, Value(arrays, True, self._name_of(things[0]) if variable else None))
            value.foreign = not variable
            if value.foreign and self.batches in value.shape:
                value.beside = layers
        return value

    def _name_of(self, variable):
        return self.names.get(id(variable), variable.path)

    # Reading the trials

    def beside_each_other(self, lists, layers):
        """What the trials list, item by item; refused if the lists differ in length."""
        if len({len(one) for one in lists}) > 1:
            self.refuse_change(layers)
        return list(zip(*lists, strict=True))

    def join(self, recorders):
        """Add the applications of all trials, none of which may have been led by the values of the inputs."""
        self._join_all(recorders)
        for tensor, layers in recorders[0].read:
            value = self._find_one(self._values[0], tensor)
            if value is not None and not value.known:
                self.refuse_reading(layers)

    def _join_all(self, recorders):
        for group in zip(*recorders, strict=False):
            self._join(group)
        if len({len(r) for r in recorders}) > 1:
            longest = max(recorders, key=len)
            self.refuse_change(longest[min(len(r) for r in recorders)].layers)

    def _join(self, group):
        function, layers = group[0].function, group[0].layers
        if any(a.function is not function for a in group):
            self.refuse_change(layers)
        self._alive.append(group)
        outputs = [a.output for a in group]
        if function is None:  # a constant of a shape that may follow the inputs'
            self.bind(outputs, Value([o.array for o in outputs], True))
            return
        several = type(outputs[0]) is tuple
        places = self.beside_each_other(outputs, layers) if several else [outputs]
        if function.__name__ == "_custom":  # what it computed was noted one by one
            for things in places:
                self.bind(things, self._value([t.array for t in things], [t.array for t in things], layers))
            return
        names, count = _parameters(function.body)
        count = len(group[0].args) if count is None else count
        inputs = [self._input(i, group) for i in range(count)]
        given = [dict(zip(names, a.args[count:], strict=False)) | a.kwargs for a in group]
        if any(g.keys() != given[0].keys() for g in given):
            self.refuse_change(layers)
        settings = {k: self._setting([g[k] for g in given], layers) for k in given[0]}
        for name, default in _defaults(function.body).items():
            settings.setdefault(name, default)
        needs = [v for v in [*inputs, *flatten(list(settings.values()))] if isinstance(v, Value)]
        known = function.__name__ in _OF_SHAPES or all(v.known for v in needs)
        hints = {v.hint for v in needs} - {None}
        hint = hints.pop() if known and len(hints) == 1 else None
        values = [self.bind(t, Value([o.array for o in t], known, hint)) for t in places]
        if known:
            beside = next((v.beside for v in needs if v.beside is not None), None)
            for value in values:
                value.foreign, value.beside = any(v.foreign for v in needs), beside
        if not known:
            self.append(Call(function, inputs, settings, values, layers, group))
        elif function.__name__ not in _OF_SHAPES and any(v.constant is None for v in values):
            # Its results are constants only where they can be described as such: see `patterns`.
            Call(function, inputs, settings, values, layers, group)

    def _input(self, i, group):
        if i >= len(group[0].args) or group[0].values[i] is None:
            return None
        things, values, layers = [a.args[i] for a in group], [a.values[i] for a in group], group[0].layers
        arrays = [as_array(v) if isinstance(v, (list, tuple)) else np.asarray(v) for v in values]
        if not isinstance(things[0], (Tensor, np.ndarray)):
            return Value(arrays, True)
        value = self._value(things, [as_array(t) for t in things], layers)
        if value.dtype == arrays[0].dtype:
            return value
        cast = value.like(arrays)
        call = Call(FUNCTIONS["cast"], [value], {"dtype": cast.dtype}, [cast], layers, None)
        if not value.known:
            self.append(call)
        return cast

    def _setting(self, leaves, layers):
        """A setting as the trials agree on it: numbers may be Varying, arrays are Values."""
        first = leaves[0]
        if any(type(leaf) is not type(first) for leaf in leaves):
            self.refuse_change(layers)
        if isinstance(first, (Tensor, np.ndarray)):
            return self._value(leaves, [as_array(leaf) for leaf in leaves], layers)
        if isinstance(first, (int, float, np.number)) and not isinstance(first, bool):
            return merged([leaf.item() if hasattr(leaf, "item") else leaf for leaf in leaves])
        if isinstance(first, slice):
            parts = [(leaf.start, leaf.stop, leaf.step) for leaf in leaves]
            return slice(*[self._setting(part, layers) for part in zip(*parts, strict=True)])
        if isinstance(first, (list, tuple)):
            if any(len(leaf) != len(first) for leaf in leaves):
                self.refuse_change(layers)
            parts = [self._setting(part, layers) for part in zip(*leaves, strict=True)]
            return parts if isinstance(first, list) else tuple(parts)
        if isinstance(first, dict):
            return {k: self._setting([leaf[k] for leaf in leaves], layers) for k in first}
        if not callable(first) and any(leaf != first for leaf in leaves):
            self.refuse_change(layers)
        return first

    def needed_for(self, values):
        """The calls that lead to these values, in order."""
        wanted = {id(v.call) for v in values if v.call is not None}
        found = []
        for call in reversed(self):
            if id(call) in wanted:
                found.append(call)
                wanted.update(id(v.call) for v in call.needs if v.call is not None)
        return found[::-1]

    # Taking an operation apart

    def parts_of(self, call):
        """(calls, their outputs' values): an operation written with other ones; None if there is no such form."""
        if call.raw is None:
            return None
        recorders, results, inputs = [], [], []
        for trial in self.trials:
            application = call.raw[trial]
            values = [
                Tensor(v) if isinstance(v, (np.ndarray, np.generic)) and value is not None else v
                for v, value in zip(
                    application.values, [*call.inputs, *[None] * len(application.values)], strict=False
                )
            ]
            recorder = Recorder()
            recorder.layers = call.layers
            recorders.append(recorder)
            inputs.append(values)
            try:
                with recording(recorder, higher=True):
                    results.append(_decomposed(call.function, values, application.kwargs))
            except Exception:  # a body that was written for arrays alone, whatever it says
                return None
        if any(not isinstance(leaf, Tensor) for result in results for leaf in flatten(result)):
            return None
        parts = Calls(len(self.trials), self.culprit, self.names, self.batches, self.drawing)
        parts._values = [dict(values) for values in self._values]
        parts._alive = [self._alive]
        for i, value in enumerate(call.inputs):
            if isinstance(value, Value) and isinstance(inputs[0][i], Tensor):
                parts.bind([given[i] for given in inputs], value)
        try:
            parts.join(recorders)
        except ExportError:  # what it does beside the operations cannot be taken apart
            return None
        outputs = [parts.find(things) for things in zip(*map(flatten, results), strict=True)]
        if any(v is None or v.dtype != o.dtype for v, o in zip(outputs, call.outputs, strict=True)):
            return None
        if any(c.function is call.function for c in parts):
            return None
        return parts.needed_for(outputs), outputs

    # Refusing

    def refuse(self, layers, why, remedy, beside=False):
        """Raise the error that names the innermost layer at work.

        beside: if that layer drew random numbers, they are the reason.
        """
        if beside and any(layer is one for layer in layers for one in self.drawing):
            why = "it draws random numbers when it predicts, which another runtime cannot repeat"
            remedy = "Leave it out of the exported model, or draw only when training is true."
        raise ExportError(f"{self.who(layers)} cannot be exported: {why}. {remedy}")

    def who(self, layers):
        """The innermost of these layers, for a message."""
        return who(layers[-1]) if layers else who(self.culprit)

    def refuse_reading(self, layers):
        """Refuse what Python does with values."""
        self.refuse(
            layers,
            "its call looks at the values of tensors in Python (an if, float(), numpy()), which another runtime cannot repeat",
            "Use ops.where in place of an if, and functions of minikeras.ops in place of NumPy's.",
        )

    def refuse_foreign(self, layers):
        """Refuse what was made beside the operations."""
        self.refuse(
            layers,
            "it uses arrays that belong to the batch and that no operation of minikeras.ops made (NumPy's work on the values "
            "or the number of its inputs, or random numbers)",
            "Write its call with minikeras.ops (ops.zeros in place of np.zeros, say), or do its work before the model.",
            beside=True,
        )

    def refuse_change(self, layers):
        """Refuse what came out differently for other sizes or other data."""
        self.refuse(
            layers,
            "what it does depends on the values or the unknown sizes of its inputs (an if, a Python loop over them)",
            "Use ops.where in place of an if; give the axis that is looped over a fixed size in Input(shape).",
        )


def _decomposed(function, values, kwargs):
    if function.composed is not None:
        return function.composed(*values, **kwargs)
    return function.body(*values, **kwargs)[0]


@functools.cache
def _parameters(body):
    """(names of the settings in order, number of inputs: None for any)."""
    parameters = list(inspect.signature(body).parameters.values())
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return (), None
    names = [p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY]
    return tuple(names), len(parameters) - len(names)


@functools.cache
def _defaults(body):
    parameters = inspect.signature(body).parameters.values()
    return {
        p.name: p.default for p in parameters if p.kind is not p.POSITIONAL_ONLY and p.default is not p.empty
    }


def is_number(value):
    """Whether a setting is one whole number, Varying or not."""
    return isinstance(value, Varying) or (
        isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    )
