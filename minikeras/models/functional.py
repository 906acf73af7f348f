"""Functional models: a graph of layers, and its configuration in Keras's format."""

import collections

import numpy as np

from minikeras import limits, registry
from minikeras.autodiff import SymbolicTensor, is_symbolic
from minikeras.autodiff.symbolic import Spec, symbolic_call
from minikeras.layers import shapes
from minikeras.layers.core import InputLayer
from minikeras.layers.layer import Layer
from minikeras.layers.operation import Operation
from minikeras.models.model import Model
from minikeras.models.operations import is_operation, operation_entry, operation_from_entry
from minikeras.models.sequential import Sequential
from minikeras.nest import flatten, map_structure
from minikeras.serialization import deserialize, serialize

__all__ = ["Functional"]


class Functional(Model):
    """A model made of symbolic inputs and outputs; `Model(inputs, outputs)` makes one."""

    module = "keras.src.models.functional"

    def __init__(self, inputs, outputs, name=None, **kwargs):
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)


def graph_config(model):
    """The configuration of a model that was made of symbolic tensors, its layers and their calls included."""
    graph = model._graph
    names = _Names(graph)
    layers = []
    for layer in model.layers:
        config = serialize(layer)
        config["name"] = layer.name
        config["inbound_nodes"] = [
            names.node(call.args, call.kwargs) for call in names.calls_of(layer) if call.inputs
        ]
        layers.append(config)
    for call in graph.calls:
        if not isinstance(call.function, Layer):
            layers.append(names.function_entry(call))
    return {
        "name": model.name,
        "trainable": model._trainable,
        "layers": layers,
        "input_layers": map_structure(names.outer_place, graph.input_structure),
        "output_layers": map_structure(names.outer_place, graph.output_structure),
    }


def model_from_graph_config(cls, config, custom_objects=None):
    """The model of a class, made of symbolic tensors as the configuration of one says."""
    inputs, outputs = _rebuilt(config, custom_objects)
    model = cls(inputs, outputs, name=config.get("name"))
    if config.get("trainable") is False:
        model.trainable = False
    return model


Model.functional_class = Functional
Model.graph_configs = (graph_config, model_from_graph_config)


class _Names:
    """Where each symbolic tensor of a graph comes from: [layer's name, number of its call, position in its outputs]."""

    def __init__(self, graph):
        self._calls = {}
        self._functions = {}
        taken = {layer.name for layer in graph.layers}
        for tensor in graph.inputs:
            if isinstance(tensor.call.function, InputLayer):
                self._calls.setdefault(id(tensor.call.function), []).append(tensor.call)
        for call in graph.calls:
            if isinstance(call.function, Layer):
                self._calls.setdefault(id(call.function), []).append(call)
            else:
                owned = isinstance(call.function, Operation)
                name = call.function.name if owned else call.function.__name__.strip("_")
                self._functions[id(call)] = call, _unused(name, taken)

    def calls_of(self, layer):
        """The calls of a layer in the graph."""
        return self._calls.get(id(layer), [])

    def place(self, tensor):
        """[name, number of the call, position in its outputs] of a symbolic tensor."""
        call = tensor.call
        position = next(i for i, t in enumerate(flatten(call.outputs)) if t is tensor)
        if isinstance(call.function, Layer):
            number = next(i for i, c in enumerate(self.calls_of(call.function)) if c is call)
            return [call.function.name, number, position]
        return [self._functions[id(call)][1], 0, position]

    def outer_place(self, tensor):
        """The same for the model's own inputs and outputs, where Keras counts a functional model's making as call 0."""
        name, number, position = self.place(tensor)
        return [name, number + _is_functional(tensor.call.function), position]

    def node(self, args, kwargs):
        """The arguments of a call as plain data."""
        return {
            "args": [self._plain(a) for a in args],
            "kwargs": {k: self._plain(v) for k, v in kwargs.items()},
        }

    def function_entry(self, call):
        """A function of `ops` in the graph, as an entry among the layers."""
        name = self._functions[id(call)][1]
        if isinstance(call.function, Operation):
            node = self.node(call.args, call.kwargs)
            return {**serialize(call.function), "name": name, "inbound_nodes": [node]}
        entry, args, kwargs = operation_entry(call, name)
        if call.function.__name__ == "getitem" and isinstance(args[1], list):
            args = [
                args[0],
                np.asarray(args[1]),
            ]  # a list of numbers picks rows; a tuple's items index an axis each
        return {**entry, "name": name, "inbound_nodes": [self.node(args, kwargs)]}

    def _plain(self, value):
        if isinstance(value, SymbolicTensor):
            config = {
                "shape": list(value.shape),
                "dtype": value.dtype.name,
                "keras_history": self.place(value),
            }
            return {"class_name": "__keras_tensor__", "config": config}
        if isinstance(value, (list, tuple)):
            return [self._plain(v) for v in value]
        if isinstance(value, dict):
            return {k: self._plain(v) for k, v in value.items()}
        if isinstance(value, slice):
            config = {"start": value.start, "stop": value.stop, "step": value.step}
            return {"class_name": "__slice__", "config": config}
        if value is Ellipsis:
            return {"class_name": "__ellipsis__", "config": {}}
        return serialize(value)


def _rebuilt(config, custom_objects):
    """The symbolic inputs and outputs of a configuration, with its layers called as recorded."""
    made, tensors = {}, {}
    waiting = []
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        if is_operation(entry):
            limits.count_call()
            made[name] = operation_from_entry(entry)
        else:
            made[name] = _read_entry(entry, custom_objects)
        if isinstance(made[name], InputLayer):
            tensors[(name, 0, 0)] = made[name].output
        for number, node in enumerate(entry.get("inbound_nodes", [])):
            waiting.append((name, number, node))
    _connect(waiting, made, tensors, config.get("name"))
    old = any(isinstance(node, list) for entry in config["layers"] for node in entry.get("inbound_nodes", []))

    def find(place):
        name, number, position = place
        counted = isinstance(made[name], Model) if old else _is_functional(made[name])
        return tensors[name, number - counted, position]

    ends = [_map_places(find, config[end]) for end in ("input_layers", "output_layers")]
    if old:  # Keras 2 lists even a single tensor
        ends = [end[0] if isinstance(end, list) and len(end) == 1 else end for end in ends]
    return ends


def _connect(nodes, made, tensors, model_name):
    """Make the recorded calls, each as soon as its inputs are there; nodes: [(layer's name, call's number, arguments)]."""
    calls = [(name, number, *_arguments(node, made)) for name, number, node in nodes]
    declared, missing, waiting = {}, [], {}
    for position, (_, _, args, kwargs) in enumerate(calls):
        found = _places([args, kwargs])
        declared.update(found)
        missing.append({place for place in found if place not in tensors})
        for place in missing[-1]:
            waiting.setdefault(place, []).append(position)
    ready = collections.deque(position for position, places in enumerate(missing) if not places)
    count = 0
    while ready:
        count += 1
        name, number, args, kwargs = calls[ready.popleft()]
        args, kwargs = _filled(args, tensors), _filled(kwargs, tensors)
        if not is_symbolic([args, kwargs]):
            raise ValueError(
                f"The configuration of model {model_name!r} calls {name!r} on no input of the model."
            )
        try:
            outputs = made[name](*args, **kwargs)
        except limits.TrialError:
            specs = _declared_specs(name, number, declared)
            if not specs:
                raise
            outputs = symbolic_call(made[name], tuple(args), kwargs, specs[0] if len(specs) == 1 else specs)
        for i, tensor in enumerate(flatten(outputs)):
            place = name, number, i
            tensors[place] = tensor
            for position in waiting.pop(place, ()):
                missing[position].discard(place)
                if not missing[position]:
                    ready.append(position)
    if count < len(calls):
        raise ValueError(f"The configuration of model {model_name!r} refers to layers that it does not hold.")


def _declared_specs(name, number, declared):
    """What the calls that a call's outputs go to say of them, where trying would be too much."""
    specs = []
    while (spec := declared.get((name, number, len(specs)))) is not None:
        specs.append(spec)
    return specs


def _read_entry(entry, custom_objects):
    """The layer, or the user's operation, that an entry among a model's layers describes."""
    found = registry.find_class(entry.get("registered_name") or entry["class_name"], None, custom_objects)
    operation = isinstance(found, type) and issubclass(found, Operation)
    return deserialize(entry, custom_objects, family="operation" if operation else "layer")


def _is_functional(layer):
    """Whether a layer is a model that was made of symbolic tensors (a Sequential is not, to Keras)."""
    return getattr(layer, "_graph", None) is not None and not isinstance(layer, Sequential)


def _unused(name, taken):
    """`name`, or the first of name_1, name_2, ... that is not taken; it is taken now."""
    number, free = 0, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _arguments(node, made):
    """(args, kwargs) of a recorded call, in the format of Keras 3 or the lists of Keras 2."""
    if isinstance(node, dict):
        return node["args"], node.get("kwargs", {})
    inputs = node if node and isinstance(node[0], (list, tuple)) else [node]
    kwargs = inputs[0][3] if len(inputs[0]) > 3 else {}
    places = []
    for name, number, position, *_ in inputs:
        history = [name, number - isinstance(made.get(name), Model), position]
        places.append({"class_name": "__keras_tensor__", "config": {"keras_history": history}})
    return ([places[0]] if len(places) == 1 else [places]), kwargs


def _places(structure):
    """{place of a symbolic tensor: its Spec as declared, None where it is not} of all in a recorded argument."""
    if isinstance(structure, dict):
        if structure.get("class_name") == "__keras_tensor__":
            inner = structure["config"]
            shape, dtype = inner.get("shape"), inner.get("dtype")
            known = isinstance(shape, list) and shapes.is_shape(shape) and isinstance(dtype, str)
            return {tuple(inner["keras_history"]): Spec(shape, dtype) if known else None}
        structure = list(structure.values())
    found = {}
    if isinstance(structure, (list, tuple)):
        for value in structure:
            found |= _places(value)
    return found


def _filled(structure, tensors):
    """A recorded argument with its symbolic tensors put in."""
    if isinstance(structure, dict):
        kind, inner = structure.get("class_name"), structure.get("config")
        if kind == "__keras_tensor__":
            return tensors[tuple(inner["keras_history"])]
        if kind == "__slice__":
            return slice(inner["start"], inner["stop"], inner["step"])
        if kind == "__ellipsis__":
            return Ellipsis
        if kind is not None and inner is not None:
            return deserialize(structure)
        return {k: _filled(v, tensors) for k, v in structure.items()}
    if isinstance(structure, (list, tuple)):
        limits.check_values(structure)
        return [_filled(v, tensors) for v in structure]
    return structure


def _map_places(function, structure):
    if isinstance(structure, dict):
        return {k: _map_places(function, v) for k, v in structure.items()}
    if len(structure) == 3 and isinstance(structure[0], str):
        return function(structure)
    return [_map_places(function, s) for s in structure]
