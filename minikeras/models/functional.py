"""Functional models: a graph of layers, and its configuration in Keras's format."""

from minikeras.autodiff import FUNCTIONS, SymbolicTensor
from minikeras.layers.core import InputLayer
from minikeras.layers.layer import Layer
from minikeras.models.model import Model
from minikeras.nest import flatten, map_structure
from minikeras.serialization import deserialize, serialize

__all__ = ["Functional"]


class Functional(Model):
    """A model made of symbolic inputs and outputs; `Model(inputs, outputs)` makes one."""

    module = "keras.src.models.functional"

    def __init__(self, inputs, outputs, name=None, **kwargs):
        super().__init__(inputs=inputs, outputs=outputs, name=name, **kwargs)

    def get_config(self):
        names = _Names(self._graph)
        layers = []
        for layer in self.layers:
            config = serialize(layer)
            config["name"] = layer.name
            config["inbound_nodes"] = [names.node(call) for call in names.calls_of(layer) if call.inputs]
            layers.append(config)
        for call in self._graph.calls:
            if not isinstance(call.function, Layer):
                layers.append(names.function_entry(call))
        return {
            "name": self.name,
            "trainable": self._trainable,
            "layers": layers,
            "input_layers": map_structure(names.place, self._graph.input_structure),
            "output_layers": map_structure(names.place, self._graph.output_structure),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        inputs, outputs = _rebuilt(config, custom_objects)
        model = cls(inputs, outputs, name=config.get("name"))
        if config.get("trainable") is False:
            model.trainable = False
        return model


Model.functional_class = Functional


class _Names:
    """Where each symbolic tensor of a graph comes from: [layer's name, number of its call, position in its outputs]."""

    def __init__(self, graph):
        self._calls = {}
        self._functions = {}
        for tensor in graph.inputs:
            if isinstance(tensor.call.function, InputLayer):
                self._calls.setdefault(id(tensor.call.function), []).append(tensor.call)
        for call in graph.calls:
            if isinstance(call.function, Layer):
                self._calls.setdefault(id(call.function), []).append(call)
            else:
                base = call.function.__name__.strip("_")
                count = sum(1 for c, _ in self._functions.values() if c.function is call.function)
                self._functions[id(call)] = call, base if count == 0 else f"{base}_{count}"

    def calls_of(self, layer):
        """The calls of a layer in the graph."""
        return self._calls.get(id(layer), [])

    def place(self, tensor):
        """[name, call, output] of a symbolic tensor."""
        call = tensor.call
        position = next(i for i, t in enumerate(flatten(call.outputs)) if t is tensor)
        if isinstance(call.function, Layer):
            number = next(i for i, c in enumerate(self.calls_of(call.function)) if c is call)
            return [call.function.name, number, position]
        return [self._functions[id(call)][1], 0, position]

    def node(self, call):
        """The arguments of a call as plain data."""
        return {
            "args": [self._plain(a) for a in call.args],
            "kwargs": {k: self._plain(v) for k, v in call.kwargs.items()},
        }

    def function_entry(self, call):
        """A function of `ops` in the graph, as an entry among the layers."""
        name = self._functions[id(call)][1]
        return {
            "module": "minikeras.ops",
            "class_name": "Function",
            "config": {"name": name, "function": call.function.__name__},
            "registered_name": "minikeras>Function",
            "name": name,
            "inbound_nodes": [self.node(call)],
        }

    def _plain(self, value):
        if isinstance(value, SymbolicTensor):
            config = {
                "shape": list(value.shape),
                "dtype": value.dtype.name,
                "keras_history": self.place(value),
            }
            return {"class_name": "__keras_tensor__", "config": config}
        if isinstance(value, (list, tuple)):
            items = [self._plain(v) for v in value]
            return items if isinstance(value, list) else {"class_name": "__tuple__", "config": items}
        if isinstance(value, dict):
            return {k: self._plain(v) for k, v in value.items()}
        if isinstance(value, slice):
            return {"class_name": "__slice__", "config": [value.start, value.stop, value.step]}
        if value is Ellipsis:
            return {"class_name": "__ellipsis__", "config": {}}
        return serialize(value)


def _rebuilt(config, custom_objects):
    """The symbolic inputs and outputs of a configuration, with its layers called as recorded."""
    made, tensors = {}, {}
    waiting = []
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        if entry["class_name"] == "Function":
            made[name] = _function(entry["config"]["function"])
        else:
            made[name] = deserialize(entry, custom_objects, family="layer")
        if isinstance(made[name], InputLayer):
            tensors[(name, 0, 0)] = made[name].output
        for number, node in enumerate(entry.get("inbound_nodes", [])):
            waiting.append((name, number, node))
    while waiting:
        left = []
        for name, number, node in waiting:
            args, kwargs = _arguments(node)
            if all(tuple(place) in tensors for place in _places([args, kwargs])):
                outputs = made[name](*_filled(args, tensors), **_filled(kwargs, tensors))
                tensors.update({(name, number, i): t for i, t in enumerate(flatten(outputs))})
            else:
                left.append((name, number, node))
        if len(left) == len(waiting):
            raise ValueError(
                f"The configuration of model {config.get('name')!r} refers to layers that it does not hold."
            )
        waiting = left

    def find(place):
        return tensors[tuple(place)]

    return _map_places(find, config["input_layers"]), _map_places(find, config["output_layers"])


def _function(name):
    function = FUNCTIONS.get(name)
    if function is None:
        raise ValueError(f"The configuration names the function {name!r}, which does not exist here.")
    return function


def _arguments(node):
    """(args, kwargs) of a recorded call, in the format of Keras 3 or the lists of Keras 2."""
    if isinstance(node, dict):
        return node["args"], node.get("kwargs", {})
    if node and isinstance(node[0], (list, tuple)):
        places = [{"class_name": "__keras_tensor__", "config": {"keras_history": n[:3]}} for n in node]
        kwargs = node[0][3] if len(node[0]) > 3 else {}
        return ([places[0]] if len(places) == 1 else [places]), kwargs
    return [{"class_name": "__keras_tensor__", "config": {"keras_history": node[:3]}}], node[3] if len(
        node
    ) > 3 else {}


def _places(structure):
    if isinstance(structure, dict):
        if structure.get("class_name") == "__keras_tensor__":
            return [structure["config"]["keras_history"]]
        return [p for v in structure.values() for p in _places(v)]
    if isinstance(structure, (list, tuple)):
        return [p for v in structure for p in _places(v)]
    return []


def _filled(structure, tensors):
    """A recorded argument with its symbolic tensors put in."""
    if isinstance(structure, dict):
        kind, inner = structure.get("class_name"), structure.get("config")
        if kind == "__keras_tensor__":
            return tensors[tuple(inner["keras_history"])]
        if kind == "__tuple__":
            return tuple(_filled(v, tensors) for v in inner)
        if kind == "__slice__":
            return slice(*inner)
        if kind == "__ellipsis__":
            return Ellipsis
        if kind is not None and inner is not None:
            return deserialize(structure)
        return {k: _filled(v, tensors) for k, v in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [_filled(v, tensors) for v in structure]
    return structure


def _map_places(function, structure):
    if isinstance(structure, dict):
        return {k: _map_places(function, v) for k, v in structure.items()}
    if len(structure) == 3 and isinstance(structure[0], str):
        return function(structure)
    items = [_map_places(function, s) for s in structure]
    return items[0] if len(items) == 1 else items
