"""Deferred values, for the programs of TensorFlow 1: what is written first and run later, as often as wanted.

A `Deferred` is a symbolic tensor that belongs to a graph: a placeholder, a variable of a graph, a random number, or
what a function makes of those. It remembers the call that makes it; `evaluate` runs the calls that some values
need, each once, and records them on a tape where gradients are asked for. Everything else is computed at once.

Shapes are found by running each call on the small values that its inputs have in two trial runs with different sizes of
the unknown axes, so that `tf.shape(x)` and what is made of it works too.
"""

import contextlib
import functools
import itertools
import sys

import numpy as np

from minikeras.autodiff import GradientTape, Tensor
from minikeras.autodiff.symbolic import Call, SymbolicTensor, probing
from minikeras.autodiff.tensor import state
from minikeras.compat.tensorflow.errors import InvalidArgumentError
from minikeras.compat.tensorflow.shapes import TensorShape, UnknownShape
from minikeras.nest import flatten, map_structure

_BATCH_SIZES, _OTHER_SIZES = (2, 3), (16, 24)


class Graph:
    """What a TensorFlow 1 program builds: its variables, the names given so far, collections."""

    def __init__(self):
        self.variables = []
        self.collections = {}
        self.by_name = {}
        self.counts = {}
        self.scopes = []
        self.controls = ()
        self.seed = None

    def unique_name(self, name):
        """The name with the scopes around it, numbered if it was given before."""
        full = "/".join([*self.scopes, name])
        count = self.counts.get(full, 0)
        self.counts[full] = count + 1
        return f"{full}_{count}" if count else full

    @contextlib.contextmanager
    def as_default(self):
        """A block whose calls belong to this graph."""
        before = mode.graph, mode.deferring
        mode.graph, mode.deferring = self, True
        try:
            yield self
        finally:
            mode.graph, mode.deferring = before

    def get_tensor_by_name(self, name):
        """The deferred value of a name such as 'x:0'."""
        if name not in self.by_name:
            raise KeyError(
                f"The name {name!r} refers to a value which is not in the graph: {sorted(self.by_name)}."
            )
        return self.by_name[name]

    def get_operation_by_name(self, name):
        """The operation of a name such as 'train'."""
        return self.get_tensor_by_name(name if name in self.by_name else f"{name}:0")

    def as_graph_element(self, value, allow_tensor=True, allow_operation=True):
        """The value itself, or the one of that name."""
        return self.get_operation_by_name(value) if isinstance(value, str) else value

    def get_collection(self, name, scope=None):
        """What was added to a collection."""
        found = list(self.collections.get(name, ()))
        return [v for v in found if scope is None or v.name.startswith(scope)]

    def add_to_collection(self, name, value):
        """Add to a collection."""
        self.collections.setdefault(name, []).append(value)

    def get_operations(self):
        """Everything in the graph, by order of definition."""
        return list(self.by_name.values())

    def finalize(self):
        """Nothing to do: a graph may always grow."""

    def as_graph_def(self):
        """Nothing that could be written to a file."""
        return None


class Mode:
    """Whether calls on variables are deferred (TensorFlow 1), in which graph, and whether any value was deferred yet."""

    def __init__(self):
        self.deferring = False
        self.any = False
        self.graph = Graph()
        # Puts the weights of a layer that was called into the graph (see `variables`).
        self.adopt = lambda weights, name: ()


mode = Mode()


class GraphCall(Call):
    """A call of a graph; `controls` are calls that have to be run before it."""

    __slots__ = ("controls", "effect", "flat", "reads")

    def __init__(self, function, args, kwargs, effect=False):
        super().__init__(function, args, kwargs)
        self.controls = tuple([c.call for c in mode.graph.controls if getattr(c, "call", None) is not None])
        self.effect = effect
        self.reads = ()  # variables of the graph that the function reads by itself
        self.flat = not kwargs and not any(isinstance(a, (list, tuple, dict)) for a in args)


class Deferred(SymbolicTensor):
    """A value of a graph, which `Session.run` computes."""

    __slots__ = ("graph", "probes")

    def __init__(self, shape, dtype, name, call, probes):
        known = () if not getattr(shape, "known", True) else shape
        super().__init__(known, "float32" if np.dtype(dtype).kind == "O" else dtype, f"{name}:0", call)
        self.dtype = np.dtype(dtype)
        self.shape = shape if shape is not known else TensorShape(known)
        self.probes = probes  # the values of two trial runs; None where the shape is unknown
        self.graph = mode.graph
        mode.graph.by_name[self.name] = self
        mode.any = True

    @staticmethod
    def recorder(function, args, kwargs):
        """How calls on deferred values are recorded."""
        return record(function, tuple(args), kwargs)

    @property
    def op(self):
        """The operation that makes the value: here, the value."""
        return self

    @property
    def outputs(self):
        """What the operation makes."""
        return [self]

    def set_shape(self, shape):
        """Say more of the shape than was known."""
        self.shape = self.shape.merge_with(shape)

    def eval(self, feed_dict=None, session=None):
        """The value, given those of the placeholders."""
        return fetch(self, feed_dict)

    def __repr__(self):
        return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    def __str__(self):
        return f'Tensor("{self.name}", shape={self.shape}, dtype={self.dtype.name})'

    def __bool__(self):
        raise TypeError(
            "Using a value of a graph as a Python bool is not allowed: it is known in Session.run alone. "
            "Use tf.cond or tf.where."
        )


class Operation:
    """What is run for its effect: a step of training, an initialization, a group of such."""

    def __init__(self, function, args=(), name="operation"):
        self.name = mode.graph.unique_name(name)
        self.call = GraphCall(function, args, {}, effect=True)
        self.call.outputs = None
        mode.graph.by_name[self.name] = self
        mode.any = True

    def run(self, feed_dict=None, session=None):
        """Do it."""
        fetch(self, feed_dict)

    def __repr__(self):
        return f"<tf.Operation '{self.name}'>"


def is_deferred(structure):
    """Whether there is a deferred value anywhere in a nest."""
    if isinstance(structure, (list, tuple)):
        return any(is_deferred(item) for item in structure)
    if isinstance(structure, dict):
        return any(is_deferred(item) for item in structure.values())
    return isinstance(structure, Deferred)


def liftable(function):
    """Let a function take deferred values: the call is then recorded. Errors of values become TensorFlow's."""

    @functools.wraps(function)
    def lifted(*args, **kwargs):
        if mode.any and (is_deferred(args) or is_deferred(kwargs)):
            return record(function, args, kwargs)
        try:
            with np.errstate(all="ignore"):  # infinities and NaN are values here, as in TensorFlow
                return function(*args, **kwargs)
        except ValueError as error:
            if type(error) is not ValueError:
                raise
            raise InvalidArgumentError(str(error)) from None

    return lifted


def drawing(function):
    """As `liftable`, for functions that give another result at each run of a graph."""

    @functools.wraps(function)
    def lifted(*args, **kwargs):
        if mode.deferring and not state.probing and not _running and not _inside_a_layer():
            return record(function, args, kwargs)
        return function(*args, **kwargs)

    return lifted


def _inside_a_layer():
    """Whether a layer is being called, which computes at once in programs of either era."""
    layers = sys.modules.get("minikeras.layers.context")
    return layers is not None and layers.context.depth > 0


_running: list = []  # the evaluations under way: what functions do inside of them is not deferred


def record(function, args, kwargs, effect=False, name=None):
    """Note a call and return its deferred outputs, their shapes found by trying it."""
    name = mode.graph.unique_name(
        name or kwargs.get("name") or getattr(function, "__name__", None) or type(function).__name__.lower()
    )
    call = GraphCall(function, args, kwargs, effect)
    leaves = [leaf for leaf in flatten([list(args), kwargs]) if isinstance(leaf, SymbolicTensor)]
    results = _try(function, args, kwargs, leaves)
    weights = getattr(function, "weights", None)
    if weights:
        call.reads = tuple(mode.adopt(weights, mode.graph.unique_name(getattr(function, "name", name))))
    if results is None:
        call.outputs = Deferred(TensorShape(None), "float32", name, call, None)
        return call.outputs
    numbers = itertools.count()
    others = iter(flatten(results[-1]))

    def deferred(leaf):
        other = next(others)
        if leaf is None:
            return None
        probes = tuple([p if isinstance(p, Tensor) else Tensor(np.asarray(p)) for p in (leaf, other)])
        shapes = [p.array.shape for p in probes]
        shape = TensorShape(None)
        if len(shapes[0]) == len(shapes[1]):
            shape = TensorShape([a if a == b else None for a, b in zip(*shapes, strict=True)])
        suffix = f":{n}" if (n := next(numbers)) else ""
        return Deferred(shape, probes[0].array.dtype, name + suffix, call, probes)

    call.outputs = map_structure(deferred, results[0])
    return call.outputs


def _try(function, args, kwargs, leaves):
    """What the call gives in two trial runs; None if that cannot be told before there are values."""
    unknown = any(getattr(leaf, "probes", None) is None for leaf in leaves)
    same = not unknown and all(leaf.probes[0] is leaf.probes[1] for leaf in leaves)
    if not unknown:
        try:
            with probing():
                return [_on_trial(function, args, kwargs, trial) for trial in range(1 if same else 2)]
        except (ValueError, TypeError, IndexError):
            if same and all(leaf.shape.is_fully_defined() for leaf in leaves):
                raise
    shape_of = getattr(function, "static_shape", None)
    shape = shape_of(*args, **kwargs) if shape_of else None
    if shape is None:
        return None
    return [
        Tensor(np.zeros([size if s is None else s for s in shape], leaves[0].dtype)) for size in _BATCH_SIZES
    ]


def _on_trial(function, args, kwargs, trial):
    def value_of(leaf):
        return leaf.probes[trial] if isinstance(leaf, Deferred) else leaf

    return function(*map_structure(value_of, list(args)), **map_structure(value_of, kwargs))


def placeholder(dtype, shape, name):
    """A deferred value without a call, which `feed_dict` has to give."""
    shape = TensorShape(shape)
    if isinstance(shape, UnknownShape):
        sizes = [(), (1,)]  # what both give the same shape with does not depend on it
    else:
        sizes = [
            [
                s if s is not None else (_OTHER_SIZES if axis else _BATCH_SIZES)[trial]
                for axis, s in enumerate(shape)
            ]
            for trial in range(2)
        ]
    probes = tuple([Tensor(np.zeros(size, dtype)) for size in sizes])
    if sizes[0] == sizes[1] == [] and np.dtype(dtype).kind in "iu":  # it may be the size of something
        probes = tuple([Tensor(np.asarray(size, dtype)) for size in _BATCH_SIZES])
    elif sizes[0] == sizes[1]:
        probes = (probes[0], probes[0])
    return Deferred(shape, dtype, mode.graph.unique_name(name), None, probes)


# Running


class Gradients:
    """The function of the calls that stand for derivatives; the evaluation itself takes them from its tapes."""

    __name__ = "gradients"

    def __init__(self, level):
        self.level = level


class Plan:
    """The calls that some values need, in order, and what a run has to watch for its gradients."""

    def __init__(self, wanted):
        self.calls, self.watched, self.levels = [], set(), 0
        done = set()
        pure_first = sorted(wanted, key=lambda leaf: leaf.call is not None and leaf.call.effect)
        stack = [leaf.call for leaf in reversed(pure_first) if leaf.call is not None]
        while stack:
            call = stack[-1]
            if id(call) in done:
                stack.pop()
                continue
            before = [leaf.call for leaf in call.inputs if getattr(leaf, "call", None) is not None]
            missing = [c for c in (*before, *call.controls) if id(c) not in done]
            if missing:
                stack.extend(reversed(missing))
                continue
            done.add(id(stack.pop()))
            self.calls.append(call)
            if isinstance(call.function, Gradients):
                self.levels = max(self.levels, call.function.level + 1)
                self.watched.update(id(x) for x in flatten(call.args[1]))


_plans: dict = {}


def evaluate(wanted, feed):
    """The values, in order, of a flat list of deferred values; `feed` is {deferred: value}."""
    key = tuple(map(id, wanted))
    plan = _plans.get(key, (None,))[0]
    if plan is None:
        if len(_plans) >= 64:
            _plans.clear()
        plan = Plan(wanted)
        _plans[key] = plan, list(wanted)  # kept alive, so that their ids stay theirs
    tapes = [GradientTape(persistent=True) for _ in range(plan.levels)]
    memo = {}
    _running.append(memo)
    try:
        with contextlib.ExitStack() as stack:
            for tape in reversed(tapes):
                stack.enter_context(tape)
            for leaf, value in feed.items():
                _keep(memo, leaf, value, plan, tapes)
            for call in plan.calls:
                _run(call, memo, plan, tapes)
            return [None if isinstance(w, Operation) else _value(w, memo) for w in wanted]
    finally:
        _running.pop()


def _run(call, memo, plan, tapes):
    outputs = call.outputs
    if outputs is not None and all(id(o) in memo for o in flatten(outputs) if o is not None):
        return
    if isinstance(call.function, Gradients):
        ys, xs, upstream = map_structure(lambda leaf: _value(leaf, memo), list(call.args))
        found = tapes[call.function.level].gradient(ys, list(xs), upstream or None, "zero")
        for leaf, value in zip(outputs, found, strict=True):
            _keep(memo, leaf, value, plan, tapes)
        return
    if call.flat:
        result = call.function(*[_value(a, memo) for a in call.args])
    else:
        args = map_structure(lambda leaf: _value(leaf, memo), list(call.args))
        result = call.function(*args, **map_structure(lambda leaf: _value(leaf, memo), call.kwargs))
    if outputs is None:
        return
    if isinstance(outputs, Deferred):
        _keep(memo, outputs, result, plan, tapes)
    else:
        for leaf, value in zip(flatten(outputs), flatten(result), strict=True):
            if leaf is not None:
                _keep(memo, leaf, value, plan, tapes)


def _keep(memo, leaf, value, plan, tapes):
    if not isinstance(value, Tensor):
        value = Tensor(np.asarray(value))
    if tapes and id(leaf) in plan.watched:
        for tape in tapes:
            tape.watch(value)
    memo[id(leaf)] = value


def _value(leaf, memo):
    """The value of an argument in a run."""
    if not isinstance(leaf, Deferred):
        return leaf
    value = memo.get(id(leaf))
    if value is not None:
        return value
    variable = getattr(leaf, "variable", None)
    if variable is not None:
        return variable
    raise InvalidArgumentError(
        f"You must feed a value for placeholder tensor '{leaf.name.removesuffix(':0')}' with dtype {leaf.dtype.name} "
        f"and shape {leaf.shape}: feed_dict={{{leaf.name.removesuffix(':0')}: value}}."
    )


def gradients(ys, xs, upstream=None):
    """Deferred derivatives of the sum of ys by each of xs; None where no path leads from one to the other."""
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    below, level = _ancestors(ys)
    call = GraphCall(
        Gradients(level), (list(ys), [x for x in xs if id(x) in below], list(upstream or [])), {}
    )
    name = mode.graph.unique_name("gradients")
    made = {id(x): Deferred(x.shape, x.dtype, name, call, x.probes) for x in call.args[1]}
    call.outputs = list(made.values())
    return [made.get(id(x)) for x in xs]


def _ancestors(leaves):
    """The ids of all deferred values that some depend on, themselves included, and the level of their derivatives."""
    seen, level, stack = set(), 0, [leaf for leaf in leaves if isinstance(leaf, Deferred)]
    while stack:
        leaf = stack.pop()
        if id(leaf) in seen:
            continue
        seen.add(id(leaf))
        if leaf.call is not None:
            if isinstance(leaf.call.function, Gradients):
                level = max(level, leaf.call.function.level + 1)
            stack.extend(i for i in (*leaf.call.inputs, *leaf.call.reads) if isinstance(i, Deferred))
    return seen, level


def fetch(fetches, feed_dict=None):
    """The values of a nest of deferred values, operations, names and eager tensors, as NumPy arrays."""
    graph = mode.graph
    found = map_structure(graph.as_graph_element, fetches)
    deferred = [leaf for leaf in flatten(found) if isinstance(leaf, (Deferred, Operation))]
    feed = {}
    for key, value in (feed_dict or {}).items():
        key = graph.as_graph_element(key)
        if isinstance(key, Deferred):
            feed[key] = _fed(key, value)
    values = iter(evaluate(deferred, feed) if deferred else ())

    def result(leaf):
        value = next(values) if isinstance(leaf, (Deferred, Operation)) else leaf
        if isinstance(value, Tensor):
            return np.array(value.array) if value.array.ndim else value.array[()]
        return value

    return map_structure(result, found)


def _fed(key, value):
    try:
        array = np.asarray(value.array if isinstance(value, Tensor) else value).astype(key.dtype, copy=False)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Cannot feed {type(value).__name__} to '{key.name}' of dtype {key.dtype.name}: {error}"
        ) from None
    if not key.shape.is_compatible_with(array.shape):
        raise ValueError(
            f"Cannot feed value of shape {array.shape} for Tensor '{key.name}', which has shape '{key.shape}'."
        )
    return Tensor(array)
