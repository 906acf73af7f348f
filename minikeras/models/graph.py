"""A model's graph: the calls that lead from its inputs to its outputs, in an order in which they can be made."""

from minikeras.autodiff import SymbolicTensor, Tensor
from minikeras.layers.context import Context, context
from minikeras.layers.layer import Layer
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

    @property
    def layers(self):
        """The layers in the graph, inputs included, each once."""
        found = {}
        for tensor in self.inputs:
            if tensor.call is not None and isinstance(tensor.call.function, Layer):
                found.setdefault(id(tensor.call.function), tensor.call.function)
        for call in self.calls:
            if isinstance(call.function, Layer):
                found.setdefault(id(call.function), call.function)
        return list(found.values())

    def run(self, values, training=None):
        """The outputs' values for the inputs' values (flat); training: overrides what was recorded, unless None."""
        slots = dict(zip([id(t) for t in self.inputs], values, strict=True))
        outer, context.values = context.values, slots
        try:
            self._fill(slots, training)
        finally:
            context.values = outer
        return pack_like(self.output_structure, [slots[id(t)] for t in self.outputs])

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
