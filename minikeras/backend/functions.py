"""`function` and `gradients` over symbolic tensors: a model's graph, run on values from any inputs to any outputs."""

from minikeras.autodiff import GradientTape, SymbolicTensor, Tensor, Variable, as_array, convert_to_tensor
from minikeras.autodiff.symbolic import Spec, symbolic_call
from minikeras.backend.phase import LearningPhase
from minikeras.backend.updates import Update, Updates
from minikeras.layers.context import context
from minikeras.layers.layer import Layer
from minikeras.models.graph import Graph
from minikeras.nest import flatten, pack_like

__all__ = ["function", "gradients"]


class Function:
    """What `function` makes: call it with a list of arrays, one for each input.

    inputs: symbolic tensors, and at most one `learning_phase()`. outputs: symbolic tensors, variables and values, or a
    nest of them. updates: what `update` of a symbolic value returned, pairs (variable, new value), done after each call.
    """

    def __init__(self, inputs, outputs, updates=None, name=None):
        given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        self.inputs = given
        self.name = name or "function"
        self._is_phase = [isinstance(one, LearningPhase) for one in given]
        symbolic = [one for one, phase in zip(given, self._is_phase, strict=True) if not phase]
        for one in symbolic:
            if not isinstance(one, SymbolicTensor):
                raise TypeError(
                    f"K.function expected symbolic tensors as inputs (a model's input, K.placeholder, "
                    f"K.learning_phase()), received {type(one).__name__}. Pass model.input, or call the model on the value."
                )
        self.outputs = outputs
        self.updates = [_as_update(one) for one in updates or ()]
        leaves = [*flatten(outputs), *(value for update in self.updates for value in update.values)]
        self._symbolic = list({id(o): o for o in leaves if isinstance(o, SymbolicTensor)}.values())
        # Inputs that nothing depends on are accepted and ignored, as older Keras did.
        self._graph = Graph(symbolic, self._symbolic, self.name) if self._symbolic else None

    def __call__(self, *inputs):
        """The values of the outputs, NumPy arrays, for values of the inputs: one list of them, or one by one."""
        if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)):
            inputs = inputs[0]
        if len(inputs) != len(self.inputs):
            raise ValueError(
                f"This K.function has {len(self.inputs)} inputs, received {len(inputs)} values. "
                "Pass one list with a value for each input."
            )
        training, values = False if context.training is None else context.training, []
        for value, declared, phase in zip(inputs, self.inputs, self._is_phase, strict=True):
            if phase:
                training = bool(value)
            else:
                values.append(_fitting(value, declared))
        found = self._run(values, training)
        results = [_as_numpy(found.get(id(leaf), leaf)) for leaf in flatten(self.outputs)]
        new = [[found.get(id(value), value) for value in update.values] for update in self.updates]
        for update, values in zip(self.updates, new, strict=True):
            update.apply(values)
        return pack_like(self.outputs, results)

    def _run(self, values, training):
        """{id of a symbolic output: its value}."""
        if self._graph is None:
            return {}
        before = context.training, context.depth
        # The depth says that these layers are called inside of something, so that none clears the others' penalties.
        context.training, context.depth = training, context.depth + 1
        try:
            found = flatten(self._graph.run(values))
        finally:
            context.training, context.depth = before
        return {id(t): v for t, v in zip(self._symbolic, found, strict=True)}


def function(inputs, outputs, updates=None, name=None, **kwargs):
    """A function of arrays that runs the part of a graph between symbolic inputs and outputs.

    Such as the output of a middle layer: `K.function([model.input], [model.layers[2].output])([x])[0]`. With
    `K.learning_phase()` among the inputs a call says whether layers behave as in training (1) or in use (0).

    >>> import numpy as np, minikeras as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Rescaling(2.0), keras.layers.ReLU()])
    >>> function([model.input], [model.layers[0].output])([np.array([[1.0, -1.0]], "float32")])
    [array([[ 2., -2.]], dtype=float32)]
    """
    unknown = sorted(set(kwargs) - {"feed_dict", "fetches", "options", "run_metadata", "givens"})
    if unknown:
        raise TypeError(f"K.function received unknown arguments {unknown}.")
    used = sorted(name for name, value in kwargs.items() if value)
    if used:
        raise ValueError(
            f"K.function: {', '.join(used)} belonged to sessions of TensorFlow 1 and Theano, which do not exist here. Pass the "
            "values as inputs."
        )
    return Function(inputs, outputs, updates, name)


def gradients(loss, variables):
    """The gradients of a symbolic `loss` (summed) by symbolic tensors or variables, symbolic themselves: a list.

    None for what the loss does not depend on. `function([model.input], gradients)` gives their values. What has values
    already needs a `GradientTape`.
    """
    sources = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    targets = [t for t in flatten(loss) if t is not None]
    if not targets or not all(isinstance(t, SymbolicTensor) for t in targets):
        raise TypeError(
            f"K.gradients expected a symbolic loss, computed from a model's output, received {type(loss).__name__}. Values "
            "need to be computed inside `with minikeras.GradientTape() as tape:`, then tape.gradient(loss, variables)."
        )
    for source in sources:
        if not isinstance(source, (SymbolicTensor, Variable)):
            raise TypeError(
                f"K.gradients expected symbolic tensors or variables to differentiate by, received {type(source).__name__}. "
                "Pass model.input, layer.output or model.trainable_weights."
            )
    reached = _ancestors(targets)
    used = [id(s) in reached for s in sources]
    wanted = [s for s, u in zip(sources, used, strict=True) if u]
    if not wanted:
        return [None] * len(sources)
    leaves = [t for t in reached.values() if isinstance(t, SymbolicTensor) and _is_leaf(t)]
    derivative = _Derivative(leaves, targets, wanted)
    specs = [Spec(s.shape, s.dtype) for s in wanted]
    found = iter(symbolic_call(derivative, tuple(leaves), {}, specs))
    return [next(found) if u else None for u in used]


class _Derivative:
    """The derivative of outputs of a graph by its inputs, by tensors in it and by variables; a function of its inputs."""

    def __init__(self, leaves, targets, sources):
        self.sources = sources
        self.symbolic = [s for s in sources if isinstance(s, SymbolicTensor)]
        self.count = len(targets)
        self._graph = Graph(leaves, [*targets, *self.symbolic], "gradients")
        self.__name__ = "gradients"

    def __call__(self, *values):
        values = [Tensor(as_array(v)) for v in values]
        with GradientTape() as tape:
            tape.watch([v for v in values if v.dtype.kind == "f"])
            tape.watch([s for s in self.sources if isinstance(s, Variable) and not s.trainable])
            results = flatten(self._graph.run(values))
            targets, inner = results[: self.count], iter(results[self.count :])
        by = [next(inner) if isinstance(s, SymbolicTensor) else s for s in self.sources]
        return tape.gradient(targets, by, unconnected_gradients="zero")


def _ancestors(targets):
    """{id: what the targets are computed from}: symbolic tensors, themselves included, and variables."""
    found, waiting = {}, list(targets)
    while waiting:
        one = waiting.pop()
        if id(one) in found:
            continue
        found[id(one)] = one
        if not isinstance(one, SymbolicTensor) or _is_leaf(one):
            continue
        call = one.call
        waiting.extend(call.inputs)
        waiting.extend(v for v in flatten([list(call.args), call.kwargs]) if isinstance(v, Variable))
        if isinstance(call.function, Layer):
            waiting.extend(call.function.variables)
    return found


def _is_leaf(tensor):
    return tensor.call is None or not tensor.call.inputs


def _as_update(update):
    if isinstance(update, Updates):
        return update
    if isinstance(update, (tuple, list)) and len(update) == 2 and isinstance(update[0], Variable):
        return Update(*update)
    raise TypeError(
        f"K.function expected updates=[(variable, new value), ...], received {type(update).__name__} among them."
    )


def _fitting(value, declared):
    """A value for a symbolic tensor: of its rank, in its dtype where both are numbers of a kind."""
    tensor = convert_to_tensor(value)
    if len(tensor.shape) != len(declared.shape) or any(
        known is not None and known != size for known, size in zip(declared.shape, tensor.shape, strict=True)
    ):
        raise ValueError(
            f"K.function: the input '{declared.name}' has shape {declared.shape}, received a value of shape {tensor.shape}."
        )
    return tensor if tensor.dtype == declared.dtype else convert_to_tensor(tensor, declared.dtype)


def _as_numpy(value):
    return value.numpy() if isinstance(value, Tensor) else value
