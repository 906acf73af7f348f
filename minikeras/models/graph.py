"""A model's graph: the calls that lead from its inputs to its outputs, in an order in which they can be made."""

from minikeras.autodiff import SymbolicTensor, Tensor, infer
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.context import Context, context
from minikeras.layers.layer import Layer
from minikeras.layers.operation import Operation
from minikeras.layers.spec import check_inputs
from minikeras.nest import flatten, map_structure, pack_like


class Graph:
    """The calls between symbolic inputs and outputs (nests of them), ready to be made on values."""

    def __init__(self, inputs, outputs, name="model"):
        self.inputs = flatten(inputs)
        self.outputs = flatten(outputs)
        self.input_structure = inputs
        self.output_structure = outputs
        for tensor, what in [*((t, "inputs") for t in self.inputs), *((t, "outputs") for t in self.outputs)]:
            if not isinstance(tensor, SymbolicTensor):
                raise ValueError(
                    f"Model '{name}': {what} must be symbolic tensors, made by minikeras.Input and by calling layers on "
                    f"it, received {tensor!r:.80} of type {type(tensor).__name__}."
                )
        self.calls = _in_order(self.inputs, self.outputs, name)
        self._check_names(name)
        self._plan = self._planned()
        own = tuple([(t.shape, t.dtype) for t in self.inputs])
        self._specs = {own: [Spec(t.shape, t.dtype) for t in self.outputs]}

    @property
    def layers(self):
        """The layers in the graph, inputs included, each once: those farthest from the outputs first, as Keras lists them.

        Where two are equally far, the one that is met first on the way back from the outputs. It is the order of a
        model's weights, and so of the slots in the files of optimizers.
        """
        distances = _distances(self.inputs, self.outputs)
        layers = [operation for operation in distances if isinstance(operation, Layer)]
        return sorted(layers, key=lambda layer: -distances[layer])

    def run(self, values, training=None):
        """The outputs' values for the inputs' values (flat); training: overrides what was recorded, unless None."""
        slots = dict(zip([id(t) for t in self.inputs], values, strict=True))
        outer, context.values = context.values, slots
        try:
            self._fill(slots, training)
        finally:
            context.values = outer
        return pack_like(self.output_structure, [slots[id(t)] for t in self.outputs])

    def specs(self, inputs):
        """The outputs' shapes and dtypes for symbolic inputs (flat), call by call: no layer is tried on more than itself."""
        key = tuple([(t.shape, t.dtype) for t in inputs])
        if key not in self._specs:
            slots = {
                id(own): SymbolicTensor(t.shape, t.dtype) for own, t in zip(self.inputs, inputs, strict=True)
            }
            for call in self.calls:
                args, kwargs = (
                    map_structure(lambda v: _value(v, slots), part) for part in (call.args, call.kwargs)
                )
                found = flatten(_specs_of(call.function, args, kwargs))
                for own, spec in zip(flatten(call.outputs), found, strict=True):
                    slots[id(own)] = SymbolicTensor(spec.shape, spec.dtype)
            self._specs[key] = [Spec(slots[id(t)].shape, slots[id(t)].dtype) for t in self.outputs]
        return pack_like(self.output_structure, self._specs[key])

    def _fill(self, slots, training):
        """Make the calls; slots: {id of a symbolic tensor: its value}."""
        for function, key, args, kwargs, outputs in self._plan:
            if training is not None and "training" in kwargs:
                kwargs = {**kwargs, "training": training}
            if key is not None:
                result = function(slots[key], **kwargs)
            else:
                result = function(
                    *map_structure(lambda v: _value(v, slots), args),
                    **map_structure(lambda v: _value(v, slots), kwargs),
                )
            if len(outputs) == 1:
                slots[outputs[0]] = (
                    result if isinstance(result, (Tensor, SymbolicTensor)) else flatten(result)[0]
                )
            else:
                slots.update(zip(outputs, flatten(result), strict=True))

    def _check_names(self, name):
        taken = set()
        for layer in self.layers:
            if layer.name in taken:
                raise ValueError(
                    f"Model '{name}': all layers need different names, but two are called '{layer.name}'. Rename one of "
                    "them, or leave name= out."
                )
            taken.add(layer.name)

    def _planned(self):
        plan = []
        for call in self.calls:
            simple = (
                len(call.args) == 1 and isinstance(call.args[0], SymbolicTensor) and len(call.inputs) == 1
            )
            outputs = [id(t) for t in flatten(call.outputs)]
            plan.append(
                (call.function, id(call.args[0]) if simple else None, list(call.args), call.kwargs, outputs)
            )
        return plan


def _specs_of(function, args, kwargs):
    """The Specs of what a layer or function returns on symbolic arguments."""
    if isinstance(function, Layer):
        if function.input_spec is not None:
            check_inputs(function.input_spec, args[0], function)
        return function._output_specs(args, kwargs)
    if isinstance(function, Operation):
        return function.compute_output_spec(*args, **kwargs)
    return infer(function, args, kwargs)


def _value(leaf, slots):
    return slots[id(leaf)] if isinstance(leaf, SymbolicTensor) else leaf


def _in_order(inputs, outputs, name):
    """The calls needed for the outputs, each after those whose results it uses."""
    known = {id(t) for t in inputs}
    order, done, open_ = [], set(), set()
    stack = [t.call for t in reversed(outputs) if id(t) not in known]
    while stack:
        call = stack[-1]
        if id(call) in done:
            stack.pop()
            continue
        if call is None or not call.inputs:
            missing = next(
                t for t in _all_used(order, stack, outputs) if t.call is call and id(t) not in known
            )
            raise ValueError(
                f"Model '{name}': the outputs need the input {missing!r}, which is not among inputs="
                f"{[t.name for t in inputs]}. Add it to the inputs."
            )
        waiting = [t.call for t in call.inputs if id(t) not in known and id(t.call) not in done]
        if waiting and id(call) not in open_:
            open_.add(id(call))
            stack.extend(reversed(waiting))
            continue
        done.add(id(call))
        order.append(call)
        stack.pop()
    # The order in which they were made is an order in which they can be made; keep the user's where possible.
    return order


def _distances(inputs, outputs):
    """How many calls each layer or function (once for each call) is from the outputs; in the order they are met.

    A layer that is called several times has the largest of its calls' distances, which those before it have to exceed.
    """
    known = {id(t) for t in inputs}
    met, before, finished = {}, {}, []
    stack = list(reversed(outputs))
    while stack:
        tensor = stack.pop()
        if not isinstance(tensor, SymbolicTensor):  # a call all of whose inputs have been followed
            finished.append(tensor)
        elif tensor.call is not None and id(tensor.call) not in before:
            call = tensor.call
            met.setdefault(_operation(call), 0)
            before[id(call)] = [] if id(tensor) in known else call.inputs
            stack.append(call)
            stack.extend(reversed(before[id(call)]))
    least = {}
    for call in reversed(finished):
        operation = _operation(call)
        distance = met[operation] = max(least.get(id(call), 0), met[operation])
        for tensor in before[id(call)]:
            least[id(tensor.call)] = max(least.get(id(tensor.call), 0), distance + 1)
    unused = [_operation(t.call) for t in inputs if t.call is not None]
    return {**{operation: 0 for operation in unused if operation not in met}, **met}


def _operation(call):
    return call.function if isinstance(call.function, (Layer, Operation)) else call


def _all_used(order, stack, outputs):
    seen = list(outputs)
    for call in [*order, *stack]:
        if call is not None:
            seen.extend(call.inputs)
    return seen


def _evaluate(tensor):
    """The value of a symbolic tensor that was computed from tensors of the graph that is being run."""
    slots, known, waiting = context.values, {}, [tensor]
    while waiting:
        one = waiting.pop()
        if id(one) in slots:
            known[id(one)] = one
        elif one.call is not None:
            waiting.extend(one.call.inputs)
    return Graph(list(known.values()), tensor, "loss").run([slots[key] for key in known])


Context.evaluate = staticmethod(_evaluate)
