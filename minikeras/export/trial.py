"""A trial: the model called once, while every operation that is applied is noted with the layer at work."""

import typing
import warnings

import numpy as np

from minikeras import seeds
from minikeras.autodiff import Tensor
from minikeras.autodiff.tensor import state
from minikeras.export.errors import ExportError
from minikeras.layers.spec import who
from minikeras.nest import flatten
from minikeras.ops.random import SeedGenerator


class Application(typing.NamedTuple):
    """An operation applied: its arguments as given and as arrays, what came out, and the layers it happened in."""

    function: object
    args: tuple
    values: list
    kwargs: dict
    output: object
    layers: tuple


class LayerCall(typing.NamedTuple):
    """A layer called: its arguments, what it returned, and which applications happened in between."""

    layer: object
    arguments: list
    masks: list
    outputs: list
    start: int
    stop: int


class Recorder(list):
    """The applications of a trial, in order, and the calls of layers."""

    def __init__(self):
        super().__init__()
        self.layers = ()
        self.calls = []

    def append(self, application):
        function, args, values, kwargs, output, _ = application
        super().append(Application(function, args, list(values), kwargs, output, self.layers))


class Trial:
    """What happened when `model` was called on inputs: .leaves, .outputs (flat), .applications and .calls of layers."""

    def __init__(self, model, inputs, leaves):
        self.leaves = leaves
        self.applications = Recorder()
        self.calls = self.applications.calls
        with recording(self.applications), _watched(model, self.applications):
            self.outputs = flatten(model(inputs, training=False))


class recording:  # noqa: N801 -- used like a function
    """Within the block every application goes to the recorder, and to nobody else."""

    def __init__(self, recorder, higher=False):
        self.recorder = recorder
        self.higher = higher

    def __enter__(self):
        self._before = state.recorder, state.tapes, state.recording, state.higher
        state.recorder, state.tapes, state.recording, state.higher = self.recorder, (), 0, self.higher
        self._warnings, self._errors = warnings.catch_warnings(), np.errstate(all="ignore")
        self._warnings.__enter__()
        self._errors.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *error):
        self._errors.__exit__(*error)
        self._warnings.__exit__(*error)
        state.recorder, state.tapes, state.recording, state.higher = self._before


class _watched:  # noqa: N801
    """Within the block the recorder knows which layers are at work."""

    def __init__(self, model, recorder):
        self.model = model
        self.recorder = recorder
        self._replaced = []

    def __enter__(self):
        for layer in self.model._flatten_layers(include_self=False):
            own = vars(layer).get("call")
            self._replaced.append((layer, own))
            vars(layer)["call"] = self._watching(layer, layer.call)

    def __exit__(self, *error):
        for layer, own in self._replaced:
            if own is None:
                del vars(layer)["call"]
            else:
                vars(layer)["call"] = own

    def _watching(self, layer, call):
        recorder = self.recorder

        def watched(*args, **kwargs):
            outer, recorder.layers = recorder.layers, (*recorder.layers, layer)
            start = len(recorder)
            try:
                outputs = call(*args, **kwargs)
            finally:
                recorder.layers = outer
            arguments = [v for v in flatten([args, kwargs]) if isinstance(v, Tensor)]
            masks = [m for m in flatten(kwargs.get("mask")) if isinstance(m, Tensor)]
            recorder.calls.append(
                LayerCall(layer, arguments, masks, flatten(outputs), start, len(recorder))
            )
            return outputs

        return watched


class unchanged:  # noqa: N801
    """Within the block the model is called, and then everything is as it was; a call that changes it is refused."""

    def __init__(self, model):
        self.model = model

    def __enter__(self):
        for layer in self.model._flatten_layers():
            if getattr(layer, "stateful", False):
                raise ExportError(
                    f"{who(layer)} cannot be exported: it is stateful, so its outputs depend on the batches before. "
                    "Export a model with stateful=False, and return_state=True if the states are wanted."
                )
        variables = [*self.model.variables, *(v for metric in self.model.metrics for v in metric.variables)]
        self._kept = [(v, v.array.copy()) for v in {id(v): v for v in variables}.values()]
        self._position = seeds.get_position()

    def __exit__(self, kind, error, traceback):
        changed = []
        for variable, value in self._kept:
            if not np.array_equal(variable.array, value, equal_nan=value.dtype.kind == "f"):
                changed.append(variable)
                variable.array[...] = value
        seeds.set_position(self._position)
        self.model._clear_losses()
        if kind is None and changed:
            self._refuse(changed[0])

    def _refuse(self, variable):
        for layer in reversed(self.model._flatten_layers()):
            if any(g.state is variable for g in layer._owned(SeedGenerator)):
                raise ExportError(
                    f"{who(layer)} cannot be exported: it draws random numbers when it predicts, which another runtime "
                    "cannot repeat. Leave it out of the exported model, or draw only when training is true."
                )
            if any(v is variable for v in layer._own_variables()):
                raise ExportError(
                    f"{who(layer)} cannot be exported: calling it changes its variable '{variable.name}', and an ONNX "
                    "graph changes nothing. Call it with training=False."
                )
        raise ExportError(
            f"{who(self.model)} cannot be exported: calling it changes the variable '{variable.path}', and an ONNX graph "
            "changes nothing. Change it only when training is true."
        )
