"""A trial: the model called once, while every operation that is applied is noted with the layer at work."""

import contextlib
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
    outputs: list
    start: int
    stop: int


class Recorder(list):
    """The applications of a trial, in order, and the calls of layers."""

    def __init__(self):
        super().__init__()
        self.layers = ()
        self.calls = []
        self.read = []  # (tensor that Python looked at, layers at work)

    def read_value(self, tensor):
        """Note that Python looked at a value."""
        self.read.append((tensor, self.layers))

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


@contextlib.contextmanager
def recording(recorder, higher=False):
    """Within the block every application goes to the recorder, and to nobody else."""
    before = state.recorder, state.reader, state.tapes, state.recording, state.higher
    state.recorder, state.reader = recorder, recorder.read_value
    state.tapes, state.recording, state.higher = (), 0, higher
    try:
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            yield
    finally:
        state.recorder, state.reader, state.tapes, state.recording, state.higher = before


@contextlib.contextmanager
def _watched(model, recorder):
    """Within the block the recorder knows which layers are at work."""
    replaced = []
    try:
        for layer in model._flatten_layers(include_self=False):
            replaced.append((layer, vars(layer).get("call")))
            vars(layer)["call"] = _noting(layer, layer.call, recorder)
        yield
    finally:
        for layer, own in replaced:
            if own is None:
                del vars(layer)["call"]
            else:
                vars(layer)["call"] = own


def _noting(layer, call, recorder):
    """A layer's `call` that also tells the recorder when it begins and ends."""

    def watched(*args, **kwargs):
        if state.recorder is not recorder:  # somebody else's call, in another thread
            return call(*args, **kwargs)
        outer, recorder.layers = recorder.layers, (*recorder.layers, layer)
        start = len(recorder)
        try:
            outputs = call(*args, **kwargs)
        except Exception as error:
            if not hasattr(error, "layer_at_work"):
                error.layer_at_work = layer
            raise
        finally:
            recorder.layers = outer
        arguments = [v for v in flatten([args, kwargs]) if isinstance(v, Tensor)]
        recorder.calls.append(LayerCall(layer, arguments, flatten(outputs), start, len(recorder)))
        return outputs

    return watched


@contextlib.contextmanager
def unchanged(model):
    """Within the block the model is called, and then everything is as it was; a call that changes weights is refused.

    Gives a list, which holds after the block the layers that drew random numbers.
    """
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            raise ExportError(
                f"{who(layer)} cannot be exported: it is stateful, so its outputs depend on the batches before. "
                "Export a model with stateful=False, and return_state=True if the states are wanted."
            )
    variables = [*model.variables, *(v for metric in model.metrics for v in metric.variables)]
    kept = [(v, v.array.copy()) for v in {id(v): v for v in variables}.values()]
    position = seeds.get_position()
    drawing, changed = [], {}
    try:
        yield drawing
    finally:
        for variable, value in kept:
            if not np.array_equal(variable.array, value, equal_nan=value.dtype.kind == "f"):
                changed[id(variable)] = variable
                variable.array[...] = value
        seeds.set_position(position)
        model._clear_losses()
        for layer in model._flatten_layers():
            drawn = [g for g in layer._owned(SeedGenerator) if changed.pop(id(g.state), None) is not None]
            drawing += [layer] if drawn else []
    if changed:
        raise _changing(model, next(iter(changed.values())))


def _changing(model, variable):
    """The error of a model whose call changes a variable."""
    owners = [
        layer for layer in model._flatten_layers() if any(v is variable for v in layer._own_variables())
    ]
    return ExportError(
        f"{who((owners or [model])[-1])} cannot be exported: calling it changes the variable '{variable.path}', "
        "and an ONNX graph changes nothing. Call it with training=False."
    )
