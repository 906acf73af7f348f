"""Computations of a user's own that have a name and a configuration, but no weights."""

from minikeras import registry
from minikeras.autodiff import SymbolicTensor, infer, is_symbolic
from minikeras.autodiff.symbolic import symbolic_call
from minikeras.layers.spec import who
from minikeras.nest import flatten, map_structure
from minikeras.serialization import Registered


class Operation(Registered, family="operation"):
    """A function with a configuration, which works on values and, in functional models, on symbolic tensors.

    A subclass writes `call`; shapes are found by trying it, unless it writes `compute_output_spec`. One that is registered,
    with `register_keras_serializable`, is saved with the models that use it.

    >>> import minikeras as keras
    >>> class Scaled(Operation):
    ...     def __init__(self, factor, name=None):
    ...         super().__init__(name=name)
    ...         self.factor = factor
    ...
    ...     def call(self, x):
    ...         return keras.ops.multiply(x, self.factor)
    >>> Scaled(2.0)([1.0, 2.0]).tolist()
    [2.0, 4.0]
    >>> Scaled(2.0)(keras.Input((3,))).shape
    (None, 3)
    """

    module = "keras.src.ops.operation"

    def __init__(self, name=None):
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(f"{type(self).__name__}: name must be a string without '/', received {name!r}.")
        self.name = name or registry.unique_name(registry.snake_case(type(self).__name__))
        self._last_call = None

    def __call__(self, *args, **kwargs):
        if is_symbolic([args, kwargs]):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args, **kwargs):
        """What the operation computes; written by subclasses."""
        raise NotImplementedError(f"{type(self).__name__} has no call method. Write one.")

    def symbolic_call(self, *args, **kwargs):
        """The call recorded on symbolic tensors, for a model's graph."""
        outputs = symbolic_call(self, args, kwargs, self.compute_output_spec(*args, **kwargs))
        leaves = [leaf for leaf in flatten(outputs) if leaf is not None]
        self._last_call = leaves[0].call if leaves else None
        return outputs

    def compute_output_spec(self, *args, **kwargs):
        """Symbolic tensors like those that a call on these symbolic tensors gives."""
        specs = infer(self.call, args, kwargs)
        return map_structure(lambda s: None if s is None else SymbolicTensor(s.shape, s.dtype), specs)

    def quantized_call(self, *args, **kwargs):
        """Quantization does not exist here."""
        raise NotImplementedError(f"{who(self)}: quantization does not exist here.")

    def rematerialized_call(self, fn, *args, **kwargs):
        """The call of a function; nothing is computed twice to save memory here."""
        return fn(*args, **kwargs)

    @property
    def input(self):
        """The symbolic tensors of the last symbolic call."""
        return self._ends()[0]

    @property
    def output(self):
        """What the last symbolic call returned."""
        return self._ends()[1]

    def _ends(self):
        if self._last_call is None:
            raise AttributeError(
                f"{who(self)} was not called on symbolic tensors, so it has no input and output."
            )
        inputs = self._last_call.inputs
        return (inputs[0] if len(inputs) == 1 else inputs), self._last_call.outputs
