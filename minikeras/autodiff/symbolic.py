"""Symbolic tensors: the inputs of models that have no values yet, and what was called on them.

Shapes are inferred, not written down: a call is tried on small arrays of zeros with two different batch sizes, and
the axes that came out different are the unknown ones.
"""

import contextlib
import itertools
from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from minikeras import limits
from minikeras.autodiff.tensor import FUNCTIONS, Operand, Tensor, state, ufunc_name
from minikeras.dtypes import standardize_dtype
from minikeras.nest import flatten, map_structure
from minikeras.registry import is_built_in

# Sizes tried for unknown axes: the batch axis, then any other (large enough for a few strided convolutions).
_BATCH_SIZES = (2, 3)
_OTHER_SIZES = (64, 96)
# What is tried where texts are expected: one word, two words.
_TEXTS = (b"one", b"one two")
# The size of axes of arrays that stand in for others.
_STAND_IN = 3
# More axes than these are not stood in for.
_MOST_AXES = 7
# Numbers that could be computed with in the time of any call.
_NUMBERS_OF_A_CALL = 500

_numbers = itertools.count()


class SymbolicTensor(Operand):
    """A tensor without a value: shape (None where unknown), dtype, name, and the call that makes it.

    >>> import minikeras as keras
    >>> keras.Input(shape=(4,), name="x")
    <SymbolicTensor shape=(None, 4), dtype=float32, name=x>
    """

    __slots__ = ("__weakref__", "call", "dtype", "mask", "name", "shape")

    # How calls on this kind of symbolic tensor are recorded, where not as below: recorder(function, args, kwargs).
    recorder: Callable | None = None

    def __init__(self, shape, dtype=None, name=None, call=None):
        self.shape = tuple(None if s is None else int(s) for s in shape)
        texts = getattr(dtype, "name", dtype) in ("string", "object")
        self.dtype = np.dtype(object if texts else standardize_dtype(dtype))
        self.name = name or f"keras_tensor_{next(_numbers)}"
        self.call = call
        self.mask = None

    @property
    def _keras_mask(self):
        return self.mask

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            f"{self!r} stands for a model's input and has no value, so NumPy cannot compute with it. "
            "Use the functions of minikeras.ops, or a layer."
        )

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        function = FUNCTIONS.get(ufunc_name(ufunc))
        if method == "__call__" and function is not None and not kwargs:
            return function(*inputs)
        return self.__array__()

    def __bool__(self):
        raise TypeError(
            f"{self!r} has no value, so it cannot decide an `if`. Use minikeras.ops.where or ops.cond."
        )

    def __iter__(self):
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"{self!r} cannot be iterated over: the size of its first axis is unknown.")
        return (self[i] for i in range(self.shape[0]))

    def __len__(self):
        raise TypeError(f"{self!r} has no length. Use its shape.")

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<SymbolicTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class Call:
    """One call of a layer or function on symbolic tensors: an edge of a model's graph."""

    __slots__ = ("args", "function", "kwargs", "outputs")

    def __init__(self, function, args, kwargs):
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.outputs = None

    @property
    def inputs(self):
        """The symbolic tensors among the arguments, in order."""
        leaves = flatten([self.args, self.kwargs])
        return [leaf for leaf in leaves if isinstance(leaf, SymbolicTensor)]


def is_symbolic(structure):
    """Whether there is a symbolic tensor anywhere in a nest of values."""
    if isinstance(structure, (list, tuple)):
        return any(is_symbolic(item) for item in structure)
    if isinstance(structure, dict):
        return any(is_symbolic(item) for item in structure.values())
    return isinstance(structure, SymbolicTensor)


def symbolic_call(function, args, kwargs, specs=None):
    """Record a call and return its symbolic outputs; `specs` are their (shape, dtype), inferred where not given."""
    limits.count_call()
    call = Call(function, args, kwargs)
    for leaf in call.inputs:
        if leaf.recorder is not None:
            return leaf.recorder(function, args, kwargs)
    if specs is None:
        specs = infer(function, args, kwargs)
    call.outputs = map_structure(
        lambda s: SymbolicTensor(s.shape, s.dtype, call=call) if s is not None else None, specs
    )
    return call.outputs


class Spec:
    """The shape and dtype of a value."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape, dtype):
        self.shape = tuple(shape)
        self.dtype = dtype

    def __repr__(self):
        return f"Spec({self.shape}, {self.dtype})"


@contextlib.contextmanager
def probing():
    """Within the block only shapes matter: no variable changes, no seed advances, nothing is recorded."""
    before = state.probing, state.recording
    state.probing, state.recording = True, 0
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        state.probing, state.recording = before


def infer(function, args, kwargs):
    """The Specs of what `function` returns on symbolic arguments, found by trying it on zeros."""
    if limits.active():
        small = next((trial for kind, trial in _SMALL.items() if hasattr(function, kind)), None)
        with contextlib.suppress(ValueError):  # settings that go with whole arrays alone
            spec = None if small is None else small(function, args, kwargs)
            if spec is not None:
                return spec
    owner = getattr(function, "__self__", None)
    if limits.active() and owner is not None and not is_built_in(type(owner)):
        with limits.trusting():
            return _tried(function, args, kwargs)
    return _tried(function, args, kwargs)


def _tried(function, args, kwargs):
    symbolic = [leaf for leaf in flatten([args, kwargs]) if isinstance(leaf, SymbolicTensor)]
    trials = range(2 if any(None in leaf.shape for leaf in symbolic) else 1)
    try:
        results = [_try(function, args, kwargs, trial) for trial in trials]
    except limits.TrialError:
        raise
    except ValueError:
        if not any(None in leaf.shape[1:] for leaf in symbolic):
            raise
        # Perhaps an axis of unknown size goes with one of known size, as in a * b.
        sizes = _sizes_from_the_end(args, kwargs)
        results = [_try(function, args, kwargs, trial, sizes) for trial in trials]
    leaves = zip(*(flatten(result) for result in results), strict=True)
    merged = [_merge(*group) for group in leaves]
    iterator = iter(merged)
    order = flatten(results[0])
    by_id = {id(leaf): spec for leaf, spec in zip(order, iterator, strict=True)}
    return map_structure(lambda leaf: by_id[id(leaf)], results[0])


def _placewise(function, args, kwargs):
    """The Spec of one result whose elements depend on those at their places, by trying it on small arrays.

    None where the result is not what broadcasting such arrays gives: then the function is not of this kind.
    """
    shapes, small = [], []

    def stand_in(leaf):
        if not isinstance(leaf, (SymbolicTensor, Tensor, np.ndarray)):
            return leaf
        shapes.append(leaf.shape)
        small.append([1 if size == 1 else _STAND_IN for size in leaf.shape])
        return Tensor(np.zeros(small[-1], leaf.dtype))

    args, kwargs = map_structure(stand_in, [list(args), kwargs])
    with probing():
        result = function(*args, **kwargs)
    if not isinstance(result, Tensor) or result.shape != np.broadcast_shapes(*small):
        return None
    unknown = next(n for n in itertools.count(2) if all(n not in shape for shape in shapes))
    sizes = np.broadcast_shapes(*[[unknown if s is None else s for s in shape] for shape in shapes])
    return Spec([None if s == unknown else s for s in sizes], result.dtype)


def _axiswise(function, args, kwargs):
    """The Spec of one result whose axes are those of the one array among the arguments, or new ones of size 1.

    It is tried on an array whose axes are small and all different, so that the result tells which it kept. None where
    it is not of this kind.
    """
    leaves = [
        leaf for leaf in flatten([args, kwargs]) if isinstance(leaf, (SymbolicTensor, Tensor, np.ndarray))
    ]
    if len(leaves) != 1 or len(leaves[0].shape) > _MOST_AXES or leaves[0].dtype.kind == "O":
        return None
    shape = leaves[0].shape
    small = [1 if size == 1 else axis + 2 for axis, size in enumerate(shape)]
    stand_in = Tensor(np.zeros(small, leaves[0].dtype))
    args, kwargs = map_structure(lambda leaf: stand_in if leaf is leaves[0] else leaf, [list(args), kwargs])
    with probing():
        result = function(*args, **kwargs)
    sizes = dict(zip(small, shape, strict=True)) | {1: 1}
    if not isinstance(result, Tensor) or any(size not in sizes for size in result.shape):
        return None
    return Spec([sizes[size] for size in result.shape], result.dtype)


# How functions are tried that say which axes and elements of the arguments their result has: on arrays of few numbers.
_SMALL = {"placewise": _placewise, "axiswise": _axiswise}


def _sizes_from_the_end(args, kwargs):
    """{axis, counted from the last: the size that the arguments have there} for axes on which they agree."""
    found = {}
    for leaf in flatten([args, kwargs]):
        shape = getattr(leaf, "shape", ())
        for axis in range(-len(shape), 0):
            if shape[axis] not in (None, 1):
                found.setdefault(axis, set()).add(shape[axis])
    return {axis: sizes.pop() for axis, sizes in found.items() if len(sizes) == 1}


def _try(function, args, kwargs, trial, known=MappingProxyType({})):
    def value_of(leaf):
        if not isinstance(leaf, SymbolicTensor):
            return leaf
        rank = len(leaf.shape)
        tried = [
            known.get(axis - rank, _OTHER_SIZES[trial]) if axis else _BATCH_SIZES[trial]
            for axis in range(rank)
        ]
        sizes = [tried[axis] if size is None else size for axis, size in enumerate(leaf.shape)]
        if limits.active() and _gives_a_view(function, args, kwargs):
            return Tensor(np.broadcast_to(np.zeros((), leaf.dtype), sizes))  # of any size in no memory
        limits.check_trial(sizes)
        if leaf.dtype.kind == "O":
            value = Tensor(np.full(sizes, _TEXTS[trial], leaf.dtype))
        else:
            value = Tensor(np.zeros(sizes, leaf.dtype))
        if leaf.mask is not None:
            value.mask = Tensor(np.ones([sizes[a] for a in range(len(leaf.mask.shape))], "bool"))
        return value

    args, kwargs = map_structure(value_of, list(args)), map_structure(value_of, kwargs)
    _check_broadcasting(args, kwargs)
    with probing():
        if not limits.active():
            return function(*args, **kwargs)
        with _counting():
            return function(*args, **kwargs)


def _gives_a_view(function, args, kwargs):
    """Whether a function only looks at its argument in another way, which costs the same for arrays of any size."""
    arrays = [leaf for leaf in flatten([args, kwargs]) if isinstance(leaf, (Operand, np.ndarray))]
    return hasattr(function, "views") and len(arrays) == 1 and arrays[0].dtype.kind != "O"


class _Counter:
    """What is told of each application of a differentiable function, as `state.recorder` is, and counts its numbers."""

    @staticmethod
    def append(application):
        _, _, values, _, output, _ = application
        made = [one.array for one in (output if type(output) is tuple else (output,))]
        numbers = _NUMBERS_OF_A_CALL
        if any(array.base is None for array in made):  # views are free
            taken = [value for value in values if isinstance(value, np.ndarray)]
            numbers += sum(array.size for array in (*taken, *made))
        limits.count_numbers(numbers)


@contextlib.contextmanager
def _counting():
    before, state.recorder = state.recorder, _Counter
    try:
        yield
    finally:
        state.recorder = before


def _check_broadcasting(args, kwargs):
    """Refuse arguments that are small alone and not together: a column and a row make a matrix."""
    if not limits.active():
        return
    tensors = [leaf.shape for leaf in flatten([args, kwargs]) if isinstance(leaf, Tensor)]
    if len(tensors) == 1:
        return
    try:
        shape = np.broadcast_shapes(*tensors)
    except ValueError:  # they are not broadcast
        return
    limits.check_trial(shape)


def _merge(first, second=None):
    if first is None:
        return None
    dtype = getattr(first, "dtype", None) or np.asarray(first).dtype
    shape = np.shape(first)
    if second is None:
        return Spec(shape, dtype)
    return Spec([a if a == b else None for a, b in zip(shape, np.shape(second), strict=True)], dtype)
