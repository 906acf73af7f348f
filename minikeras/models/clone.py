"""Copies of models, with fresh weights."""

from minikeras.autodiff import SymbolicTensor
from minikeras.layers.core import Input, InputLayer
from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.models.functional import Functional
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential
from minikeras.nest import flatten, map_structure
from minikeras.serialization import deserialize, serialize

__all__ = ["clone_model"]


def clone_model(
    model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs
):
    """A model of the same architecture with newly initialized weights of its own; compiled if the model is.

    input_tensors: what the copy starts from, symbolic tensors in the structure of `model.input`. clone_function: makes the
    copy of each layer; by default from its configuration. call_function: calls each copy, `call_function(layer, *args,
    **kwargs)`, in a functional model; what it returns takes the place of the outputs. recursive: inner models are copied
    layer by layer too, rather than given to clone_function whole.

    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="relu")])
    >>> def linear(layer):
    ...     return type(layer).from_config({**layer.get_config(), "activation": "linear"})
    >>> clone_model(model, clone_function=linear).layers[0].activation.__name__
    'linear'
    """
    cache = kwargs.pop("cache", {})
    if kwargs:
        raise ValueError(f"clone_model does not know the arguments {sorted(kwargs)}.")
    if not isinstance(model, Model):
        raise ValueError(f"clone_model expected a model, received {type(model).__name__}.")
    copies = _Copies(clone_function, call_function, recursive, {} if cache is None else cache)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                f"clone_model: call_function is for functional models, {who(model)} calls its layers one after the other."
            )
        clone = _clone_sequential(model, copies, input_tensors)
    elif model._graph is not None:
        clone = _clone_graph(model, copies, input_tensors)
    elif clone_function or call_function or input_tensors is not None:
        raise ValueError(
            f"clone_model: clone_function, call_function and input_tensors are for Sequential and functional models; "
            f"{who(model)} decides in its own code which layers it makes."
        )
    else:
        config = {k: v for k, v in serialize(model).items() if k != "compile_config"}
        clone = deserialize(config, {type(model).__name__: type(model)}, family="layer")
    if model.compiled and (isinstance(model, Sequential) or model._graph is not None):
        clone.compile_from_config(model.get_compile_config())
    return clone


class _Copies:
    """The copy of each layer, made once."""

    def __init__(self, clone_function, call_function, recursive, made):
        self.clone_function = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))
        self.call_function = call_function
        self.recursive = recursive
        self.made = made

    def of(self, layer):
        """The copy of a layer."""
        if id(layer) not in self.made:
            self.made[id(layer)] = self._copied(layer)
        return self.made[id(layer)]

    def _copied(self, layer):
        if self.recursive and isinstance(layer, Sequential):
            return clone_model(layer, clone_function=self.clone_function, recursive=True, cache=self.made)
        if self.recursive and getattr(layer, "_graph", None) is not None:
            return clone_model(
                layer,
                clone_function=self.clone_function,
                call_function=self.call_function,
                recursive=True,
                cache=self.made,
            )
        return self.clone_function(layer)


def _clone_sequential(model, copies, input_tensors):
    layers = [copies.of(layer) for layer in model.layers]
    start = model._start
    if input_tensors is not None:
        (tensor,) = _checked(input_tensors, model)
        start = tensor.call.function if tensor.call is not None else None
        if not isinstance(start, InputLayer):
            raise ValueError(f"clone_model: {who(model)} starts from an Input, received {tensor!r}.")
        layers = [tensor, *layers]
    elif start is not None:
        layers = [Input(batch_shape=start.batch_shape, dtype=start.dtype, name=start.name), *layers]
    clone = type(model)(name=model.name) if type(model) is Sequential else Sequential(name=model.name)
    for layer in layers:
        clone.add(layer)
    clone.trainable = model.trainable
    return clone


def _clone_graph(model, copies, input_tensors):
    graph = model._graph
    if input_tensors is None:
        starts = [Input(batch_shape=t.shape, dtype=t.dtype.name, name=t.name) for t in graph.inputs]
        by_id = dict(zip(map(id, graph.inputs), starts, strict=True))
        input_tensors = map_structure(lambda t: by_id[id(t)], graph.input_structure)
    tensors = dict(zip(map(id, graph.inputs), _checked(input_tensors, model), strict=True))

    def new(value):
        return tensors[id(value)] if isinstance(value, SymbolicTensor) else value

    for call in graph.calls:
        function = copies.of(call.function) if isinstance(call.function, Layer) else call.function
        args, kwargs = map_structure(new, list(call.args)), map_structure(new, call.kwargs)
        outputs = (
            function(*args, **kwargs)
            if copies.call_function is None
            else copies.call_function(function, *args, **kwargs)
        )
        tensors.update(zip(map(id, flatten(call.outputs)), flatten(outputs), strict=True))
    outputs = map_structure(new, graph.output_structure)
    cls = type(model) if type(model).takes_graph() else Functional
    return cls(input_tensors, outputs, name=model.name)


def _checked(input_tensors, model):
    """The symbolic tensors that a copy starts from, flat."""
    given = flatten(input_tensors)
    wrong = [t for t in given if not isinstance(t, SymbolicTensor)]
    if wrong or len(given) != len(model.inputs):
        raise ValueError(
            f"clone_model: input_tensors must be {len(model.inputs)} symbolic tensors in the structure of {who(model)}'s "
            f"input, received {input_tensors!r:.80}."
        )
    return given
