"""A model as a graph: tried, its calls put side by side, and written operation by operation."""

from minikeras.autodiff import Tensor
from minikeras.export.calls import Calls
from minikeras.export.emitters import emitter_of
from minikeras.export.errors import ExportError
from minikeras.export.graph import Graph
from minikeras.export.inputs import TRIALS
from minikeras.export.trial import Trial, unchanged
from minikeras.export.values import Value, Varying
from minikeras.layers.spec import who
from minikeras.nest import flatten

_DEPTH = 6


class Exported:
    """The graph of a model: .graph, .nodes, and (name, dtype, axes) of .inputs and .outputs."""

    def __init__(self, model, inputs):
        if not all(layer.built for layer in model._flatten_layers()):
            _run(model, inputs)
        with unchanged(model) as drawing:
            axes, trials = _run(model, inputs)
        batches = {
            Varying([t.leaves[i].shape[0] for t in trials])
            for i, one in enumerate(axes)
            if one[:1] == ["batch"]
        }
        self.calls = Calls(TRIALS, model, dict(_named_variables(model)), next(iter(batches), None), drawing)
        self.graph = Graph(self.calls, self._emit)
        # 1. What goes in.
        self.inputs, self._labels = [], {}
        for i, (name, spec) in enumerate(zip(inputs.names, inputs.specs, strict=True)):
            value = self.calls.bind(
                [t.leaves[i] for t in trials], Value([t.leaves[i].array for t in trials], False)
            )
            self.graph.made(value, self.graph.take_name(name))
            self.inputs.append((value.name, spec.dtype, axes[i]))
            for label, size in zip(axes[i], value.shape, strict=True):
                if isinstance(size, Varying):
                    self._labels[size] = label
        # 2. What is done.
        self.calls.join([t.applications for t in trials])
        self._check_layers(trials)
        values = self._outputs(trials)
        # 3. The same in nodes.
        for call in self.calls.needed_for(values):
            self._emit(call)
        self.graph.layers = ()
        self.outputs = [
            self._output(n, v) for n, v in zip(_output_names(model, len(values)), values, strict=True)
        ]
        self.nodes = self.graph.used([name for name, _, _ in self.outputs])

    def _outputs(self, trials):
        values = []
        for things in self.calls.beside_each_other([t.outputs for t in trials], ()):
            value = self.calls.find(things) if isinstance(things[0], Tensor) else None
            if value is None:
                self.calls.refuse(
                    (),
                    "it returns what no operation of minikeras.ops computed",
                    "Use minikeras.ops in its call.",
                )
            values.append(value)
        return values

    def _check_layers(self, trials):
        """Refuse layers that compute their outputs with NumPy: the trials may agree by chance."""
        for calls in self.calls.beside_each_other([t.calls for t in trials], ()):
            layers = (calls[0].layer,)
            if any(c.layer is not calls[0].layer for c in calls):
                self.calls.refuse_change(layers)
            arguments = self.calls.beside_each_other([c.arguments for c in calls], layers)
            values = [self.calls.find(group) for group in arguments]
            if all(v is not None and v.known for v in values):
                continue
            for group in self.calls.beside_each_other([c.outputs for c in calls], layers):
                value = self.calls.find(group) if isinstance(group[0], Tensor) else None
                beside = value is None or (
                    value.foreign and not _uses(trials[0], calls[0], calls[0].arguments)
                )
                if isinstance(group[0], Tensor) and beside:
                    self.calls.refuse_foreign(layers)

    # Nodes

    def _emit(self, call, depth=0, name=None):
        graph, name = self.graph, name or call.name
        graph.call, graph.layers = call, call.layers
        for output in call.outputs:
            if output.dtype.kind not in "fiub":
                graph.refuse(f"its operation {name.strip('_')!r} gives values of dtype {output.dtype}")
        emitter = emitter_of(call.name) if call.built_in else None
        if emitter is not None:
            made = emitter(graph, *call.inputs, **call.settings)
            for output, name in zip(call.outputs, made if isinstance(made, tuple) else (made,), strict=True):
                graph.made(output, name)
            return
        parts = self.calls.parts_of(call) if depth < _DEPTH else None
        if parts is None:
            graph.refuse(
                f"there is no ONNX form of its operation {name.strip('_')!r}",
                "Replace it by other operations of minikeras.ops, or leave it out of the exported model.",
                beside=True,
            )
        calls, values = parts
        for part in calls:
            self._emit(part, depth + 1, name)
        graph.call, graph.layers = call, call.layers
        for output, value in zip(call.outputs, values, strict=True):
            graph.made(output, graph.name(value))

    def _output(self, wanted, value):
        name = self.graph.take_name(wanted)
        self.graph.end(value, name)
        axes = [self._labels.get(s) if isinstance(s, Varying) else s for s in value.shape]
        return name, value.dtype, axes


def _named_variables(layer, prefix="", above=()):
    """(identity, name) of the variables inside a layer: the names of the layers inside it, and the variable's own."""
    above = (*above, id(layer))
    for inner in reversed(layer._layers):  # of a layer that is there twice, the first name remains
        if id(inner) not in above:
            yield from _named_variables(inner, f"{prefix}{inner.name}/", above)
    for variable in layer._own_variables():
        yield id(variable), f"{prefix}{variable.name}"


def _uses(trial, call, tensors):
    """Whether an operation within a layer's call was given one of these tensors."""
    ids = {id(t) for t in tensors} | {id(t.array) for t in tensors}
    inside = trial.applications[call.start : call.stop]
    return any(id(leaf) in ids for a in inside for leaf in flatten([a.args, a.kwargs]))


def _run(model, inputs):
    """(names of the inputs' axes, trials), in the first way in which the model runs."""
    failure = None
    for axes, arrays in inputs.ways():
        try:
            trials = []
            for leaves in arrays:
                tensors = [Tensor(a) for a in leaves]
                trials.append(Trial(model, inputs.pack(tensors), tensors))
            return axes, trials
        except ExportError:
            raise
        except Exception as error:  # whatever the user's own call may raise on inputs it was not written for
            failure = error
    raise ExportError(
        f"{who(getattr(failure, 'layer_at_work', model))} cannot be exported: the model did not run on inputs of shapes "
        f"{[spec.shape for spec in inputs.specs]} with different sizes in place of None: {failure} If a size is built in, "
        "make the model with it: Input(shape, batch_size=...)."
    ) from failure


def _output_names(model, count):
    names = model.output_names
    if names is None or len(names) != count:
        return ["output"] if count == 1 else [f"output_{i}" for i in range(count)]
    return names
