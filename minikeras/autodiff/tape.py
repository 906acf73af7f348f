"""The tape: what was recorded, played backwards."""

import numpy as np

from minikeras.autodiff.differentiable import FUNCTIONS, as_array
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.autodiff.tensor import Tensor, state
from minikeras.autodiff.variable import Variable
from minikeras.nest import flatten, is_nested, pack_like


class GradientTape:
    """Records the operations of its block, so that gradients can be taken afterwards.

    Trainable variables are followed by themselves, other tensors after `watch`. A tape gives one set of gradients
    unless it is `persistent`. Tapes nest: the gradient of an inner tape, taken inside an outer one, is recorded too.

    >>> import minikeras as keras
    >>> x = keras.ops.convert_to_tensor(3.0)
    >>> with keras.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x)
    Tensor(6.0, shape=(), dtype=float32)
    """

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self.persistent = persistent
        self.watch_accessed_variables = watch_accessed_variables
        self.nodes = []
        self.bit = 0
        self._used = False
        self._watched = set()
        self._differentiated = {}

    def __enter__(self):
        if self in state.tapes:
            raise ValueError("This GradientTape is already recording.")
        taken = state.recording
        for tape in state.tapes:
            taken |= tape.bit
        if not self.bit or self.bit & taken:
            self.bit = (~taken) & (taken + 1)
        state.tapes = (*state.tapes, self)
        state.recording |= self.bit
        return self

    def __exit__(self, kind, error, traceback):
        state.tapes = tuple(tape for tape in state.tapes if tape is not self)
        state.recording &= ~self.bit

    def watch(self, tensor):
        """Follow a tensor, a variable or a nest of them, from here on."""
        for leaf in flatten(tensor):
            if isinstance(leaf, np.ndarray):
                raise ValueError(
                    "GradientTape.watch expected a tensor or variable, received a NumPy array. "
                    "Convert it first: x = minikeras.ops.convert_to_tensor(x)."
                )
            if not isinstance(leaf, Tensor):
                raise ValueError(
                    f"GradientTape.watch expected a tensor or variable, received {type(leaf).__name__}."
                )
            leaf.tracked |= self.bit
            self._watched.add(id(leaf))

    def watched_variables(self):
        """The variables that took part in what was recorded, each once."""
        found = dict(self._differentiated)
        for node in self.nodes:
            for value in node.args:
                if isinstance(value, Variable) and value.trainable:
                    found.setdefault(id(value), value)
        return tuple(found.values())

    def stop_recording(self):
        """A block within which this tape records nothing."""
        return _Pause(self)

    def reset(self):
        """Forget everything recorded."""
        self.nodes = []
        self._used = False

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """The gradients of `target` (summed if it is not a scalar) with respect to each of `sources`.

        sources: a tensor or variable, or a nest of them; the result has the same structure, with None (or zeros,
        with unconnected_gradients="zero") where `target` does not depend on a source. output_gradients: the upstream
        gradients, of the target's shape; ones if not given.
        """
        if self._used and not self.persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients. "
                "Create it with GradientTape(persistent=True) to call gradient() again."
            )
        leaves = flatten(sources)
        for leaf in leaves:
            if not isinstance(leaf, Tensor):
                raise TypeError(
                    f"GradientTape.gradient expected tensors or variables as sources, received {type(leaf).__name__}."
                )
        self._used = True
        if any(tape is not self for tape in state.tapes):
            found = self._of_higher_order(target, leaves, output_gradients)
        else:
            found = self.backward(target, leaves, output_gradients)
            found = [g if g is None else Tensor(g) for g in found]
        if not self.watch_accessed_variables:
            found = [
                g if id(s) in self._watched or not isinstance(s, Variable) else None
                for s, g in zip(leaves, found, strict=True)
            ]
        if unconnected_gradients == "zero":
            found = [
                Tensor(np.zeros_like(s.array)) if g is None else g for s, g in zip(leaves, found, strict=True)
            ]
        if not self.persistent:
            self.nodes = []
            self._differentiated = {
                id(s): s
                for s, g in zip(leaves, found, strict=True)
                if g is not None and isinstance(s, Variable) and s.trainable
            }
        return pack_like(sources, found)

    def backward(self, target, sources, output_gradients=None, into=None):
        """The gradients as arrays, in a list beside the flat list `sources`.

        into: {id(variable): array}; the first contribution to such a variable's gradient is written there.
        """
        gradients = _seeds(target, output_gradients)
        wanted = {id(s) for s in sources}
        kept = {}
        into = into or {}
        bit = self.bit
        for node in reversed(self.nodes):
            output = node.output
            if type(output) is tuple:
                dy = tuple([gradients.pop(id(o), None) for o in output])
                if all(d is None for d in dy):
                    continue
                kept.update(
                    (id(o), d) for o, d in zip(output, dy, strict=True) if d is not None and id(o) in wanted
                )
            else:
                key = id(output)
                dy = gradients.pop(key, None)
                if dy is None:
                    continue
                if key in wanted:
                    kept[key] = dy
            gradient, args = node.gradient, node.args
            if type(gradient) is tuple:
                pairs = [
                    (value, function(dy))
                    for value, function in zip(args, gradient, strict=False)
                    if function is not None and isinstance(value, Tensor) and value.tracked & bit
                ]
            else:
                destinations = _destinations(args, bit, gradients, into)
                found = gradient(dy, destinations)
                pairs = [
                    (value, dx)
                    for value, dx, wish in zip(args, found, destinations, strict=False)
                    if wish is not None and dx is not None
                ]
            for value, dx in pairs:
                array, key = value.array, id(value)
                if (
                    key not in gradients
                    and key not in into
                    and dx.shape == array.shape
                    and dx.dtype == array.dtype
                ):
                    gradients[key] = dx
                else:
                    _accumulate(gradients, value, dx, into)
        gradients.update(kept)
        return [gradients.get(id(s)) for s in sources]

    def _of_higher_order(self, target, sources, output_gradients):
        """The gradients as tensors that the tapes around this one record.

        Each body is run again on tensors instead of arrays: its NumPy calls and its gradient functions then turn into
        differentiable functions by themselves.
        """
        add, cast = FUNCTIONS["add"], FUNCTIONS["cast"]
        gradients = {key: Tensor(g) for key, g in _seeds(target, output_gradients).items()}
        targets = flatten(target)
        upstream = flatten(output_gradients) if output_gradients is not None else []
        for leaf, seed in zip(targets, upstream, strict=False):
            if isinstance(seed, Tensor):  # as it is, so that derivatives by it can be taken
                gradients[id(leaf)] = seed
        wanted = {id(s) for s in sources}
        kept = {}
        for node in reversed(self.nodes):
            outputs = flatten(node.output)
            dys = [gradients.pop(id(o), None) for o in outputs]
            if all(d is None for d in dys):
                continue
            kept.update(
                (id(o), d) for o, d in zip(outputs, dys, strict=True) if d is not None and id(o) in wanted
            )
            dy = tuple(dys) if type(node.output) is tuple else dys[0]
            for value, dx in _gradients_on_tensors(node, dy, self.bit):
                dx = _unbroadcast_tensor(dx, value.shape)
                if dx.dtype.kind == "c" and value.dtype.kind != "c":
                    dx = FUNCTIONS["real"](dx)
                if dx.dtype != value.dtype:
                    dx = cast(dx, value.dtype)
                before = gradients.get(id(value))
                gradients[id(value)] = dx if before is None else add(before, dx)
        gradients.update(kept)
        return [gradients.get(id(s)) for s in sources]

    def jacobian(
        self,
        target,
        sources,
        unconnected_gradients="none",
        parallel_iterations=None,
        experimental_use_pfor=True,
    ):
        """The derivative of each element of `target` by each element of `sources`: target.shape + source.shape."""
        used, self._used = self._used, False
        if used and not self.persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients."
            )
        leaves = flatten(sources)
        rows = []
        for index in np.ndindex(target.shape):
            seed = np.zeros(target.shape, target.dtype)
            seed[index] = 1
            rows.append(self.backward(target, leaves, seed))
        self._used = True
        found = []
        for position, source in enumerate(leaves):
            column = [row[position] for row in rows]
            if any(c is None for c in column):
                found.append(
                    Tensor(np.zeros(target.shape + source.shape)) if unconnected_gradients == "zero" else None
                )
            else:
                found.append(Tensor(np.stack(column).reshape(target.shape + source.shape)))
        return pack_like(sources, found)


class _Pause:
    def __init__(self, tape):
        self.tape = tape

    def __enter__(self):
        self.tape.__exit__(None, None, None)

    def __exit__(self, kind, error, traceback):
        self.tape.__enter__()


def _seeds(target, output_gradients):
    seeds = {}
    targets = flatten(target)
    if output_gradients is None:
        upstream = [None] * len(targets)
    else:
        upstream = flatten(output_gradients) if is_nested(target) else [output_gradients]
    for leaf, seed in zip(targets, upstream, strict=True):
        if isinstance(leaf, SymbolicTensor) or not isinstance(leaf, Tensor):
            raise TypeError(
                f"GradientTape.gradient expected a tensor as target, received {type(leaf).__name__}."
            )
        seed = np.ones_like(leaf.array) if seed is None else as_array(seed, leaf.dtype)
        if seed.shape != leaf.shape:
            raise ValueError(
                f"output_gradients must have the target's shape {leaf.shape}, received {seed.shape}."
            )
        seeds[id(leaf)] = seeds[id(leaf)] + seed if id(leaf) in seeds else seed
    return seeds


def _destinations(args, bit, gradients, into):
    """For each input what a joint gradient function is to do: None, True (allocate), or the array to write to."""
    found = []
    for value in args:
        wish = None
        if isinstance(value, Tensor) and value.tracked & bit:
            key = id(value)
            wish = into.get(key, True) if key not in gradients else True
            if wish is not True and any(wish is other for other in found):
                wish = True  # the same variable twice: the second gradient is added to the first
        found.append(wish)
    return tuple(found)


def _accumulate(gradients, value, dx, into):
    """Add `dx` to the gradient of `value`, undoing the broadcasting that `value` went through."""
    array = value.array
    if dx.shape != array.shape:
        dx = unbroadcast(dx, array.shape)
    if dx.dtype != array.dtype:
        dx = (dx.real if dx.dtype.kind == "c" and array.dtype.kind != "c" else dx).astype(array.dtype)
    key = id(value)
    before = gradients.get(key)
    destination = into.get(key)
    if before is None:
        if destination is not None and dx is not destination:
            destination[...] = dx
            dx = destination
        gradients[key] = dx
    elif before is destination:
        before += dx
    else:
        gradients[key] = before + dx


def unbroadcast(dx, shape):
    """The sum of `dx` over the axes along which an input of this shape was broadcast."""
    extra = dx.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        axis + extra for axis, size in enumerate(shape) if size == 1 and dx.shape[axis + extra] != 1
    )
    return np.sum(dx, axis=axes).reshape(shape) if axes else np.broadcast_to(dx, shape)


def _unbroadcast_tensor(dx, shape):
    if dx.shape == shape:
        return dx
    extra = dx.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        a + extra for a, s in enumerate(shape) if s == 1 and dx.shape[a + extra] != 1
    )
    if axes:
        return FUNCTIONS["reshape"](FUNCTIONS["sum"](dx, axis=axes), shape)
    return FUNCTIONS["broadcast_to"](dx, shape)


def _gradients_on_tensors(node, dy, bit):
    """(input, gradient tensor) for each input of a node that is followed."""
    followed = [(i, v) for i, v in enumerate(node.args) if isinstance(v, Tensor) and v.tracked & bit]
    if node.function.composed is not None:
        with GradientTape() as inner:
            inner.watch([v for _, v in followed])
            output = node.function.composed(*node.args, **node.kwargs)
        if type(dy) is tuple:
            used = [(o, d) for o, d in zip(output, dy, strict=True) if d is not None]
            output, dy = [o for o, _ in used], [d for _, d in used]
        found = inner.gradient(output, [v for _, v in followed], dy)
        return [(v, g) for (_, v), g in zip(followed, found, strict=True) if g is not None]
    before, state.higher = state.higher, True
    try:
        _, gradient = node.function.body(*node.function.operands(node.args), **node.kwargs)
        if type(gradient) is not tuple:
            raise TypeError(
                f"{node.function.__name__} has no gradient of its gradient. Higher derivatives exist for the "
                "elementwise, shape, reduction and matmul families."
            )
        pairs = [(v, gradient[i](dy)) for i, v in followed if i < len(gradient) and gradient[i] is not None]
        return [(v, g if isinstance(g, Tensor) else Tensor(as_array(g))) for v, g in pairs]
    finally:
        state.higher = before
