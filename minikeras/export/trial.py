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


class recording:  # noqa: N801 -- used like a function
    """Within the block every application goes to the recorder, and to nobody else."""

    def __init__(self, recorder, higher=False):
        self.recorder = recorder
        self.higher = higher

    def __enter__(self):
        self._before = state.recorder, state.reader, state.tapes, state.recording, state.higher
        state.recorder, state.reader = self.recorder, self.recorder.read_value
        state.tapes, state.recording, state.higher = (), 0, self.higher
        self._warnings, self._errors = warnings.catch_warnings(), np.errstate(all="ignore")
        self._warnings.__enter__()
        self._errors.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *error):
        self._errors.__exit__(*error)
        self._warnings.__exit__(*error)
        state.recorder, state.reader, state.tapes, state.recording, state.higher = self._before


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


class unchanged:  # noqa: N801
    """Within the block the model is called, and then everything is as it was; a call that changes weights is refused.

    drawing: afterwards, the layers that drew random numbers.
    """

    def __init__(self, model):
        self.model = model
        self.drawing = []

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
        return self

    def __exit__(self, kind, error, traceback):
        changed = {}
        for variable, value in self._kept:
            if not np.array_equal(variable.array, value, equal_nan=value.dtype.kind == "f"):
                changed[id(variable)] = variable
                variable.array[...] = value
        seeds.set_position(self._position)
        self.model._clear_losses()
        for layer in self.model._flatten_layers():
            drawn = [g for g in layer._owned(SeedGenerator) if changed.pop(id(g.state), None) is not None]
            self.drawing += [layer] if drawn else []
        if kind is None and changed:
            self._refuse(next(iter(changed.values())))

    def _refuse(self, variable):
        owners = [
            layer
            for layer in self.model._flatten_layers()
            if any(v is variable for v in layer._own_variables())
        ]
        raise ExportError(
            f"{who((owners or [self.model])[-1])} cannot be exported: calling it changes the variable '{variable.path}', "
            "and an ONNX graph changes nothing. Call it with training=False."
        )
