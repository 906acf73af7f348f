"""Control flow as functions: choices, loops, scans, maps, and functions with gradients of one's own."""

import numpy as np

from minikeras import limits
from minikeras.autodiff import (
    SymbolicTensor,
    Tensor,
    as_array,
    convert_to_tensor,
    differentiable,
    is_symbolic,
    operation,
)
from minikeras.autodiff.symbolic import Spec, symbolic_call
from minikeras.autodiff.tensor import state
from minikeras.nest import flatten, map_structure, pack_like
from minikeras.ops import elementwise, joining, shaping
from minikeras.ops.axes import axis_of

__all__ = [
    "associative_scan",
    "cond",
    "custom_gradient",
    "fori_loop",
    "map",
    "scan",
    "switch",
    "vectorized_map",
    "while_loop",
]

# About what one call of a function could compute in its time.
_STEPS_OF_A_CALL = 20_000


# Choices


def cond(pred, true_fn, false_fn):
    """true_fn() where pred holds, else false_fn(); only the chosen one runs.

    On a symbolic pred both run, and the results (of one structure and shape) are chosen between.
    """
    if isinstance(pred, SymbolicTensor):
        return map_structure(lambda a, b: elementwise.where(pred, a, b), true_fn(), false_fn())
    if not callable(true_fn) or not callable(false_fn):
        raise TypeError(
            f"cond expected true_fn and false_fn to be functions without arguments, received {true_fn!r} and "
            f"{false_fn!r}. Write `lambda: value`."
        )
    return true_fn() if state.probing or _only_element(pred, "cond", "pred") else false_fn()


def switch(index, branches, *operands):
    """branches[index](*operands), the index kept between the first and the last.

    On a symbolic index all branches run, and the results are chosen between.
    """
    if isinstance(index, SymbolicTensor):
        results = [branch(*operands) for branch in branches]
        chosen = results[-1]
        for i in reversed(range(len(branches) - 1)):
            chosen = map_structure(lambda a, b, i=i: elementwise.where(index <= i, a, b), results[i], chosen)
        return chosen
    place = int(_only_element(index, "switch", "index"))
    if (
        not isinstance(branches, (tuple, list))
        or not branches
        or not all(callable(branch) for branch in branches)
    ):
        raise TypeError(f"switch expected branches to be a list of functions, received {branches!r}.")
    return branches[min(max(place, 0), len(branches) - 1)](*operands)


def _only_element(value, who, name):
    """The number in a tensor of one element."""
    array = as_array(value)
    if array.size != 1:
        raise ValueError(
            f"{who} expected {name} to be one number, received shape {array.shape}. "
            "For a choice element by element use minikeras.ops.where."
        )
    return array.item()


# Loops


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """loop_vars = body(*loop_vars) as long as cond(*loop_vars) holds, at most maximum_iterations times.

    The variables, a list or tuple or one alone, keep their number, shapes and dtypes.

    >>> from minikeras import ops
    >>> ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), (0, 1.0))[1].item()
    8.0
    """
    several = isinstance(loop_vars, (tuple, list))
    values = tuple(loop_vars) if several else (loop_vars,)
    if is_symbolic(values):
        specs = map_structure(_spec, loop_vars)
        return symbolic_call(while_loop, (cond, body, loop_vars, maximum_iterations), {}, specs)
    values = map_structure(convert_to_tensor, values)
    count = 0
    # Where only shapes are asked for, the zeros in place of values could keep a condition true for ever.
    limit = 1 if state.probing else maximum_iterations
    while (limit is None or count < limit) and (state.probing or as_array(cond(*values)).item()):
        values = body(*values)
        values = tuple(values) if isinstance(values, (tuple, list)) else (values,)
        count += 1
    return values if several else values[0]


def _spec(value):
    tensor = convert_to_tensor(value)
    return Spec(tensor.shape, tensor.dtype)


@operation
def fori_loop(lower, upper, body_fun, init_val):
    """val = body_fun(i, val) for i from lower to upper - 1, beginning with init_val."""
    value = init_val
    lower, upper = int(as_array(lower)), int(as_array(upper))
    limits.check_steps(max(upper - lower, 0), _STEPS_OF_A_CALL)
    for i in range(lower, upper):
        value = body_fun(i, value)
    return value


# Scans


@operation
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carry a value along the first axis of xs: (carry, y) = f(carry, x) for each x; returns (carry, stacked ys).

    xs and ys may be nests; without xs, length says how often f is called. reverse: from the last x to the first.
    unroll has no effect here.
    """
    if not callable(f):
        raise TypeError(f"scan expected a function f(carry, x) as its first argument, received {f!r}.")
    if not isinstance(unroll, (bool, int)) or (not isinstance(unroll, bool) and unroll < 1):
        raise ValueError(f"scan expected unroll to be a positive integer or a boolean, received {unroll!r}.")
    if xs is None and length is None:
        raise ValueError("scan expected xs to walk along, or length, the number of steps; received neither.")
    carry = map_structure(convert_to_tensor, init)
    values = None if xs is None else map_structure(convert_to_tensor, xs)
    steps = int(length) if length is not None else flatten(values)[0].shape[0]
    limits.check_steps(steps, _STEPS_OF_A_CALL)
    ys = []
    for i in reversed(range(steps)) if reverse else range(steps):
        carry, y = f(carry, None if values is None else map_structure(lambda v, i=i: v[i], values))
        ys.append(y if y is not None else map_structure(lambda c: elementwise.multiply(c, 0), carry))
    if not ys:
        return carry, None
    return carry, _stacked(ys[::-1] if reverse else ys)


def _stacked(results):
    """Nests of one structure as one nest of stacked leaves."""
    return map_structure(lambda *leaves: joining.stack(leaves), *results)


@operation
def associative_scan(f, elems, reverse=False, axis=0):
    """The running combination of elems (a nest) along `axis` by an associative function f(a, b) on nests.

    f works on many pairs at once, so that about 2 log₂ n calls suffice (Blelloch 1990).
    """
    if not callable(f):
        raise TypeError(
            f"associative_scan expected a function f(a, b) as its first argument, received {f!r}."
        )
    leaves = [convert_to_tensor(leaf) for leaf in flatten(elems)]
    axis = axis_of(axis, leaves[0].ndim)
    if len({leaf.shape[axis] for leaf in leaves}) > 1:
        raise ValueError(
            f"associative_scan expected elements of one size along axis {axis}, received shapes "
            f"{[leaf.shape for leaf in leaves]}."
        )
    if reverse:
        leaves = [shaping.flip(leaf, axis) for leaf in leaves]

    def part(values, start, stop, step=1):
        return [v[(*(slice(None),) * axis, slice(start, stop, step))] for v in values]

    def combine(a, b):
        return flatten(f(pack_like(elems, a), pack_like(elems, b)))

    def walk(values):
        size = values[0].shape[axis]
        if size < 2:
            return values
        odd = walk(combine(part(values, 0, size - 1, 2), part(values, 1, size, 2)))
        first = part(values, 0, 1)
        rest = part(values, 2, size, 2)
        even = combine(part(odd, 0, rest[0].shape[axis]), rest) if rest[0].shape[axis] else []
        even = (
            [joining.concatenate([a, b], axis=axis) for a, b in zip(first, even, strict=True)]
            if even
            else first
        )
        together = [joining.concatenate([a, b], axis=axis) for a, b in zip(even, odd, strict=True)]
        order = np.argsort(np.concatenate([np.arange(0, size, 2), np.arange(1, size, 2)]))
        return [v[(*(slice(None),) * axis, order)] for v in together]

    found = walk(leaves)
    if reverse:
        found = [shaping.flip(leaf, axis) for leaf in found]
    return pack_like(elems, found)


# Maps


@operation
def map(f, xs):
    """f applied to each slice of xs (a tensor or a nest) along the first axis, the results stacked."""
    values = map_structure(convert_to_tensor, xs)
    steps = flatten(values)[0].shape[0]
    limits.check_steps(steps, _STEPS_OF_A_CALL)
    return _stacked([f(map_structure(lambda v, i=i: v[i], values)) for i in range(steps)])


@operation
def vectorized_map(function, elements):
    """function applied to each slice of elements (a tensor or a nest) along the first axis, the results stacked."""
    return map(function, elements)


# Gradients


@differentiable
def _custom(*args, f, settings):
    before, state.recording = state.recording, 0 if not state.higher else state.recording
    try:
        outputs, gradient_function = f(*[a if isinstance(a, Tensor) else Tensor(a) for a in args], **settings)
    finally:
        state.recording = before

    def gradients(dys):
        found = gradient_function(*[d if isinstance(d, Tensor) else Tensor(d) for d in dys])
        found = tuple(found) if isinstance(found, (tuple, list)) else (found,)
        if len(found) != len(args):
            raise ValueError(
                f"custom_gradient: the gradient function of {getattr(f, '__name__', f)} returned {len(found)} gradients "
                f"for {len(args)} inputs. Return one for each."
            )
        return found

    if not isinstance(outputs, (tuple, list)):
        once = {}

        def part(i):
            def gradient(dy):
                if once.get("dy") is not dy:
                    once.update(dy=dy, found=gradients([dy]))
                found = once["found"][i]
                return found if isinstance(dy, Tensor) else as_array(found)

            return gradient

        return as_array(outputs), tuple([part(i) for i in range(len(args))])

    arrays = tuple([as_array(o) for o in outputs])

    def together(dys, into):
        filled = [np.zeros_like(a) if d is None else d for a, d in zip(arrays, dys, strict=True)]
        return [None if g is None else as_array(g) for g in gradients(filled)]

    return arrays, together


def custom_gradient(f):
    """A function with a gradient of its own: f(*args) returns (outputs, gradient function).

    The gradient function receives the gradients of the outputs, one by one, and returns those of the arguments.

    >>> from minikeras import GradientTape, Variable, ops
    >>> @ops.custom_gradient
    ... def reversed_gradient(x):
    ...     return x * 1.0, lambda upstream: -upstream
    >>> v = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     y = reversed_gradient(v)
    >>> float(y), float(tape.gradient(y, v))
    (3.0, -1.0)
    """

    def function(*args, **kwargs):
        return _custom(*args, f=f, settings=kwargs)

    function.__name__ = getattr(f, "__name__", "custom_gradient")
    function.__doc__ = f.__doc__
    return function
