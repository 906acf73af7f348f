"""Sequential: layers in a row."""

from minikeras.autodiff import Tensor, is_symbolic
from minikeras.layers.context import context
from minikeras.layers.core import Input, InputLayer
from minikeras.layers.layer import Layer
from minikeras.layers.shapes import as_shape, is_shape
from minikeras.layers.spec import who
from minikeras.models.model import Model
from minikeras.serialization import deserialize, serialize

__all__ = ["Sequential"]


class Sequential(Model):
    """Layers in a row, each fed with the one before it: a list of them, or `add` one by one.

    An `Input` at the beginning makes the weights at once; without it they are made at the first call.

    >>> import minikeras as keras
    >>> model = Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3)])
    >>> model.output_shape, model.count_params()
    ((None, 3), 67)
    """

    # Whether nothing but the first call said what shape the inputs have.
    _begun_by_call = False

    def __new__(cls, *args, **kwargs):
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, layers=None, trainable=True, name=None):
        super().__init__(trainable=trainable, name=name)
        self._stack = []
        self._start = None
        if layers is not None and not isinstance(layers, (list, tuple)):
            raise TypeError(
                f"Sequential expected a list of layers, received {layers!r}. Write Sequential([layer])."
            )
        names = {}
        for layer in layers or ():
            self._append(layer, names)
        self._connect()

    def add(self, layer, rebuild=True):
        """Put one more layer at the end."""
        self._append(layer)
        self._connect()

    def pop(self, rebuild=True):
        """Take the last layer off and return it."""
        if not self._stack:
            raise ValueError(f"{who(self)} has no layers to pop.")
        layer = self._stack.pop()
        self.built = False
        self._graph = None
        self._connect()
        return layer

    def _append(self, layer, names=None):
        """Put a layer at the end; names: those of the layers so far, where somebody keeps them: {name: layer}."""
        names = {other.name: other for other in self._stack} if names is None else names
        if hasattr(layer, "call") and not isinstance(layer, Layer) and hasattr(layer, "shape"):
            layer = layer.call.function  # the tensor that Input returned
        if not isinstance(layer, Layer):
            hint = " It is a class: add parentheses." if isinstance(layer, type) else ""
            raise TypeError(f"{who(self)}: only layers can be added, received {layer!r}.{hint}")
        if isinstance(layer, InputLayer):
            if self._stack or self._start is not None:
                raise ValueError(
                    f"{who(self)}: an Input comes first, but the model has {len(self._stack)} layers already."
                )
            self._start = layer
            return
        if layer is self or names.get(layer.name) is layer:
            raise ValueError(
                f"{who(self)}: the layer '{layer.name}' is in the model already. Create another one, "
                "or share it in a functional model."
            )
        if layer.name in names:
            raise ValueError(
                f"{who(self)}: all layers need different names, but two are called '{layer.name}'."
            )
        if not self._stack and self._start is None:
            self._start = self._start_from(layer)
        self._stack.append(layer)
        names[layer.name] = layer

    def _start_from(self, layer):
        """The Input that a first layer's input_shape, or a first model's own input, stands for."""
        if layer._input_shape_argument is not None:
            return Input(batch_shape=layer._input_shape_argument).call.function
        graph = getattr(layer, "_graph", None)
        if graph is not None and len(graph.inputs) == 1:
            return Input(batch_shape=graph.inputs[0].shape, dtype=graph.inputs[0].dtype.name).call.function
        return None

    def _connect(self):
        """Call the layers on the symbolic input, as far as there is one."""
        start = self._symbolic_start()
        if start is None or not self._stack:
            return
        outer, context.path = context.path, (*context.path, self.name)
        try:
            # `add` after `add` continues the graph; otherwise it is made from the beginning.
            graph = self._graph
            connected = len(self._graph_layers) - len(graph.inputs) if graph is not None else 0
            x = graph.output_structure if connected else start
            for layer in self._stack[connected:]:
                x = layer(x)
        finally:
            context.path = outer
        self._set_graph(start, x)

    def _symbolic_start(self):
        """The symbolic input; the list of those of a first model that has several; None if there is none yet."""
        if self._start is not None:
            return self._start.output
        first = getattr(self._stack[0], "_graph", None) if self._stack else None
        return first.inputs if first is not None and len(first.inputs) > 1 else None

    def build(self, input_shape=None):
        """Make the weights for inputs of this shape."""
        if input_shape is None or self._graph is not None:
            return
        shape = as_shape(input_shape)
        if not is_shape(shape):
            raise ValueError(
                f"{who(self)}.build expected one shape such as (None, 4), received {input_shape!r}."
            )
        if not self._stack:
            raise ValueError(f"{who(self)} has no layers. Add one first.")
        dtype = self._stack[0].input_dtype_hint
        self._start = Input(batch_shape=shape, dtype=dtype).call.function
        self._connect()

    def _takes_texts(self):
        return super()._takes_texts() or (bool(self._stack) and self._stack[0].input_dtype_hint == "string")

    def _build_if_needed(self, args, kwargs):
        if self.built:
            return False
        shape = getattr(args[0], "shape", None) if args else None
        if shape is None:
            raise ValueError(f"{who(self)} expected one array or tensor, received {args!r:.80}.")
        dtype = args[0].dtype.name
        try:
            hint = self._stack[0].input_dtype_hint if self._stack else None
            batch = (None, *shape[1:])
            self._start = Input(
                batch_shape=batch,
                dtype=hint or (dtype if dtype.startswith(("float", "string", "object")) else None),
            ).call.function
            self._connect()
            self._begun_by_call = True
        except BaseException:
            self._start, self._graph, self.built = None, None, False
            raise
        if self._waiting_weights is not None:
            self._load_waiting()
        return True

    def _open(self, shape):
        """Let axes between the first and the last be of any size, where the first call alone said how long they are."""
        known, start, graph = self._start.batch_shape, self._start, self._graph
        if len(shape) != len(known) or shape[-1] != known[-1]:
            return
        opened = (None, *(k if k == s else None for k, s in zip(known[1:], shape[1:], strict=True)))
        try:
            self._start, self._graph = Input(batch_shape=opened, dtype=start.dtype).call.function, None
            self._connect()
        except (ValueError, TypeError):  # a layer needs the size: the model's own error says so
            self._start, self._graph = start, graph

    def call(self, inputs, training=None, mask=None):
        if (
            self._begun_by_call
            and self._graph is not None
            and inputs.shape[1:] != self._start.batch_shape[1:]
        ):
            self._open(tuple(inputs.shape))
        if self._graph is not None and not is_symbolic(inputs):
            values = self._graph_inputs(inputs)
            if self._wider_graph is not None:
                return self._run_graph(values, training)
            inputs = values if len(values) > 1 else values[0]
        x = inputs
        if mask is not None and isinstance(x, Tensor) and x.mask is None:
            x.mask = mask
        for layer in self._stack:
            x = layer(x)
        return x

    @property
    def layers(self):
        """The layers, without the Input."""
        return list(self._stack)

    def get_config(self):
        layers = ([self._start] if self._start is not None else []) + self._stack
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "layers": [serialize(layer) for layer in layers],
        }
        config["dtype"] = serialize(self.dtype_policy)
        if self._start is not None:
            config["build_input_shape"] = list(self._start.batch_shape)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        model = cls(name=config.get("name"))
        names = {}
        for entry in config["layers"]:
            model._append(deserialize(entry, custom_objects, family="layer"), names)
        model._connect()
        if not model.built and model._stack and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        if config.get("trainable") is False:
            model.trainable = False
        return model
