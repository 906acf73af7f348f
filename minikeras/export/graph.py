"""The graph in the making: nodes, constants and their names, sizes that follow the inputs, axes put in order."""

import typing

import numpy as np

from minikeras.export.patterns import describe
from minikeras.export.values import Value, Varying, varies

END, BEGIN = 2**63 - 1, -(2**63)
_REMEDY = "Write it with other operations of minikeras.ops, or leave it out of the exported model."


class Node(typing.NamedTuple):
    """One node: operator, names of its inputs and outputs ('' for none), attributes, its own name."""

    operator: str
    inputs: tuple
    outputs: tuple
    attributes: dict
    name: str


class Body(typing.NamedTuple):
    """A graph inside a node: its nodes, and (name, dtype, axes) of its inputs and outputs."""

    nodes: list
    inputs: list
    outputs: list


class Graph:
    """Nodes are added in order; what goes into them are Values, names, arrays, or None.

    calls: for refusals. emit: adds the nodes of a call. layers: those at work, whose names begin the names of nodes.
    """

    def __init__(self, calls, emit):
        self.calls = calls
        self.emit = emit
        self.nodes = []
        self.constants = {}
        self.layers = ()
        self.call = None
        self.outputs = []
        self._taken = set()
        self._small = {}
        self._orders = {}  # name of a transposed value: (the name of what was transposed, order)
        self._sizes = {}  # sizes in the trials: (name of a value, its axis)
        self._size_names = {}

    # Names

    def take_name(self, wanted):
        """`wanted`, or with a number behind it, such that no other thing is called so."""
        name, number = wanted, 0
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name

    @property
    def scope(self):
        """The names of the layers at work, each with a slash behind it."""
        return "".join(f"{layer.name}/" for layer in self.layers)

    def name(self, x):
        """The name of a value in the graph; constants are put there when they are first used."""
        if x is None or isinstance(x, str):
            return x or ""
        if isinstance(x, (np.ndarray, np.generic)):
            return self.constant(np.asarray(x))
        if x.name is None:
            if not x.known:
                raise KeyError(f"a value of shape {x.shape} that no call has made")
            if x.beside is not None:
                self.calls.refuse_foreign(x.beside)
            x.name = self.constant(x.constant, x.hint) if x.constant is not None else describe(self, x)
        return x.name

    def constant(self, array, hint=None):
        """The name of a constant; small ones that are equal are one."""
        key = (array.dtype.str, array.shape, array.tobytes()) if hint is None and array.size <= 64 else None
        if key in self._small:
            return self._small[key]
        name = self.take_name(hint or f"{self.scope if array.size > 64 else ''}constant")
        self.constants[name] = np.ascontiguousarray(array).reshape(array.shape)
        if key is not None:
            self._small[key] = name
        return name

    def made(self, value, name):
        """Note that a computed value has this name, so that its sizes can be asked for."""
        value.name = name
        for axis, size in enumerate(value.shape):
            if isinstance(size, Varying):
                self._sizes.setdefault(size.values, (name, axis))

    # Nodes

    def add(self, operator, *inputs, outputs=1, **attributes):
        """The name of a new node's output, or the names of several."""
        names = tuple([self.name(x) for x in inputs])
        while names and not names[-1]:
            names = names[:-1]
        attributes = {k: v for k, v in attributes.items() if v is not None}
        own = self.take_name(self.scope + operator)
        made = tuple([self.take_name(f"{own}:{i}") for i in range(outputs)])
        self.nodes.append(Node(operator, names, made, attributes, own))
        return made[0] if outputs == 1 else made

    def refuse(self, why, remedy=_REMEDY, beside=False):
        """Raise the error that names the layer at work, see `Calls.refuse`."""
        self.calls.refuse(self.layers, why, remedy, beside)

    # Dtypes

    def scan(self, states, sequences, step):
        """The names of the last states and of the stacked outputs of a walk along the first axis of sequences.

        states and sequences: (name, dtype). step(states, slices) adds the nodes of one step to the graph and returns the
        names of the next states and of one output, which has the dtype of the first state.
        """
        outer, self.nodes = self.nodes, []
        inputs = [
            (self.take_name(f"{self.scope}scan_input"), dtype, None) for _, dtype in (*states, *sequences)
        ]
        names = [name for name, _, _ in inputs]
        next_states, output = step(names[: len(states)], names[len(states) :])
        results = []
        for name, (_, dtype) in zip([*next_states, output], [*states, states[0]], strict=True):
            results.append((self.add("Identity", name), dtype, None))
        body, self.nodes = Body(self.nodes, inputs, results), outer
        return self.add(
            "Scan",
            *[name for name, _ in (*states, *sequences)],
            outputs=len(results),
            body=body,
            num_scan_inputs=len(sequences),
        )

    def cast(self, x, dtype):
        """x in another dtype: a known value is cast here and now."""
        dtype = np.dtype(dtype)
        if isinstance(x, Value):
            if x.dtype == dtype:
                return x
            if x.known:
                return x.as_dtype(dtype)
        return self.add("Cast", x, to=dtype)

    def together(self, *values):
        """The values (None among them) in their common dtype."""
        common = np.result_type(*[v.dtype for v in values if v is not None])
        return tuple([v if v is None else self.cast(v, common) for v in values])

    def number(self, value, dtype):
        """A constant without axes."""
        return np.asarray(value, dtype)

    # Shapes

    def ints(self, numbers):
        """int64 numbers in one axis, some of them Varying."""
        if not varies(numbers):
            return np.asarray(numbers, "int64").reshape(-1)
        parts, run = [], []
        for number in [*numbers, None]:
            if isinstance(number, (Varying, type(None))):
                if run:
                    parts.append(np.asarray(run, "int64"))
                run = []
                if number is not None:
                    parts.append(self.size(number))
            else:
                run.append(number)
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=0)

    def size(self, number):
        """The name of a Varying number, int64 in one axis of one element, computed from the sizes of values."""
        values = number.values
        if values not in self._size_names:
            self._size_names[values] = self._size(values)
        return self._size_names[values]

    def _size(self, values):
        if values in self._sizes:
            name, axis = self._sizes[values]
            return self.add("Shape", name, start=axis, end=axis + 1)
        known = list(self._sizes)
        for one in known:
            rest = _quotient(values, one)
            if rest is not None and len(set(rest)) == 1:
                return self.add("Mul", self.size(Varying(one)), np.asarray(rest[:1], "int64"))
            if rest is not None and rest in self._sizes:
                return self.add("Mul", self.size(Varying(one)), self.size(Varying(rest)))
        for one in known:
            difference = {v - o for v, o in zip(values, one, strict=True)}
            if len(difference) == 1:
                return self.add("Add", self.size(Varying(one)), np.asarray([*difference], "int64"))
            for divisor in range(2, 17):
                for shift in range(-divisor, divisor + 1):
                    if all((o + shift) // divisor == v for v, o in zip(values, one, strict=True)):
                        shifted = self.add("Add", self.size(Varying(one)), np.asarray([shift], "int64"))
                        return self.add("Div", shifted, np.asarray([divisor], "int64"))
        return self.refuse(
            "it uses a size that depends on the data, or on unknown sizes of its inputs in a way that was not found out "
            f"({values} in the trials)",
            "Give the inputs fixed sizes in Input(shape).",
        )

    def compute(self, value):
        """The name of a value that is computed at run time after all, from sizes."""
        outer = self.call, self.layers
        self.emit(value.call)
        self.call, self.layers = outer
        return value.name

    def reshape(self, x, shape, before=None):
        """x in another shape; `before`, its shape now if known, saves asking for sizes."""
        open_axes = [a for a, s in enumerate(shape) if isinstance(s, Varying)]
        if open_axes and 0 not in shape:
            kept = [a for a in open_axes if before is not None and a < len(before) and before[a] == shape[a]]
            left = [a for a in open_axes if a not in kept]
            if len(left) <= 1:
                sizes = [0 if a in kept else -1 if a in left else s for a, s in enumerate(shape)]
                return self.add("Reshape", x, np.asarray(sizes, "int64"))
        return self.add("Reshape", x, self.ints(shape), allowzero=1 if 0 in shape else None)

    def transpose(self, x, order):
        """x with its axes in another order; two changes of order in a row are one, and none if they cancel."""
        order = tuple([int(a) for a in order])
        if isinstance(x, Value) and x.known:
            return x.map(lambda a: np.transpose(a, order))
        name = self.name(x)
        if name in self._orders:
            name, first = self._orders[name]
            order = tuple([first[a] for a in order])
        if order == tuple(range(len(order))):
            return name
        made = self.add("Transpose", name, perm=list(order))
        self._orders[made] = (name, order)
        return made

    def squeeze(self, x, *axes):
        """x without axes of size 1."""
        return self.add("Squeeze", x, np.asarray(axes, "int64"))

    def unsqueeze(self, x, *axes):
        """x with new axes of size 1, at their places in the result."""
        return self.add("Unsqueeze", x, np.asarray(axes, "int64"))

    def slice(self, x, starts, stops, axes, steps=None):
        """x from starts to stops along axes."""
        steps = None if steps is None or set(steps) == {1} else np.asarray(steps, "int64")
        return self.add("Slice", x, self.ints(starts), self.ints(stops), np.asarray(axes, "int64"), steps)

    def reversed(self, x, *axes):
        """x with the elements along axes in reverse order."""
        count = len(axes)
        return self.slice(x, [-1] * count, [BEGIN] * count, axes, [-1] * count)

    # The end

    def end(self, value, name):
        """Let `name` be an output of the graph that has this value."""
        before = self.name(value)
        if before in self.outputs or not any(before in node.outputs for node in self.nodes):
            self.nodes.append(Node("Identity", (before,), (name,), {}, self.take_name(f"{name}/Identity")))
        else:

            def renamed(names):
                return tuple([name if n == before else n for n in names])

            self.nodes = [
                n._replace(inputs=renamed(n.inputs), outputs=renamed(n.outputs)) for n in self.nodes
            ]
            value.name = name
        self.outputs.append(name)

    def used(self, outputs):
        """The nodes that lead to the named outputs, in order; constants that none of them uses are dropped."""
        wanted, kept = set(outputs), []
        for node in reversed(self.nodes):
            if wanted.intersection(node.outputs):
                kept.append(node)
                wanted.update(_read_by(node))
        self.constants = {name: array for name, array in self.constants.items() if name in wanted}
        return kept[::-1]


def _read_by(node):
    """The names that a node reads, those inside its bodies among them."""
    bodies = [v for v in node.attributes.values() if isinstance(v, Body)]
    return [*node.inputs, *(name for body in bodies for inner in body.nodes for name in _read_by(inner))]


def _quotient(values, others):
    if any(o == 0 or v % o for v, o in zip(values, others, strict=True)):
        return None
    return tuple([v // o for v, o in zip(values, others, strict=True)])
