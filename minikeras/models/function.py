"""A graph of calls as one operation."""

from minikeras.autodiff import SymbolicTensor, convert_to_tensor
from minikeras.layers.operation import Operation
from minikeras.models.graph import Graph
from minikeras.nest import map_structure, pack_like, sorted_keys


class Function(Operation):
    """What leads from symbolic inputs to symbolic outputs, as a function; unlike a model it does not own its layers.

    inputs, outputs: symbolic tensors, or lists or dictionaries of them.

    >>> import minikeras as keras
    >>> a, b = keras.Input((2,)), keras.Input((2,))
    >>> Function([a, b], a * 2 + b)([[[1.0, 2.0]], [[10.0, 10.0]]]).tolist()
    [[12.0, 14.0]]
    """

    module = "keras.src.ops.function"

    def __init__(self, inputs, outputs, name=None):
        super().__init__(name=name)
        self._graph = Graph(inputs, outputs, self.name)

    @property
    def operations(self):
        """The layers and functions that are called, in order, each once."""
        return list({id(call.function): call.function for call in self._graph.calls}.values())

    @property
    def inputs(self):
        """The symbolic inputs, in a list."""
        return self._graph.inputs

    @property
    def outputs(self):
        """The symbolic outputs, in a list."""
        return self._graph.outputs

    def call(self, inputs):
        """The outputs for inputs, in the structure that the symbolic ones have."""
        values = _in_order(inputs, self._graph.input_structure)
        if len(values) != len(self._graph.inputs):
            raise ValueError(
                f"Function '{self.name}' expected {len(self._graph.inputs)} inputs, received {len(values)}."
            )
        values = [v if isinstance(v, SymbolicTensor) else convert_to_tensor(v) for v in values]
        return self._graph.run(values)

    def compute_output_spec(self, inputs):
        """Symbolic tensors like the outputs for these inputs."""
        return super().compute_output_spec(inputs)

    def compute_output_shape(self, input_shape):
        """The shapes of the outputs for inputs of these shapes."""
        tensors = [
            SymbolicTensor(shape, tensor.dtype)
            for shape, tensor in zip(_shapes(input_shape, len(self.inputs)), self.inputs, strict=True)
        ]
        specs = super().compute_output_spec(pack_like(self._graph.input_structure, tensors))
        return map_structure(lambda spec: tuple(spec.shape), specs)

    def get_config(self):
        raise NotImplementedError(
            f"Function '{self.name}' has no configuration. Make a Model of its inputs and outputs to save them."
        )


def _in_order(values, structure):
    """Values in a list, in the order of the inputs' structure: by key where that is a dictionary."""
    if isinstance(structure, dict):
        return [v for key in sorted_keys(structure) for v in _in_order(values[key], structure[key])]
    if isinstance(structure, (list, tuple)):
        items = list(values) if isinstance(values, (list, tuple)) else [values]
        if len(items) != len(structure):
            return items
        return [v for item, part in zip(items, structure, strict=True) for v in _in_order(item, part)]
    return [values]


def _shapes(input_shape, count):
    if isinstance(input_shape, dict):
        return [input_shape[key] for key in sorted_keys(input_shape)]
    single = all(size is None or isinstance(size, int) for size in input_shape)
    return [input_shape] if single and count == 1 else list(input_shape)
