"""Choices, maps, folds and recurrence."""

import functools

from minikeras import ops
from minikeras.autodiff import SymbolicTensor, Tensor, as_array, convert_to_tensor
from minikeras.autodiff.tensor import state
from minikeras.backend.phase import LearningPhase, in_train_phase
from minikeras.backend.recording import recorded
from minikeras.nest import flatten, map_structure
from minikeras.ops.recurrent import walk

__all__ = ["foldl", "foldr", "map_fn", "rnn", "stop_gradient", "switch"]


def switch(condition, then_expression, else_expression):
    """then_expression where the condition holds, else else_expression; either may be a function without arguments.

    Of a condition with one value only the chosen function runs. One with fewer axes than the values chooses between
    their first axes.
    """
    if isinstance(condition, LearningPhase):
        return in_train_phase(then_expression, else_expression)
    if not isinstance(condition, SymbolicTensor) and not len(getattr(condition, "shape", ())):
        if isinstance(condition, (list, tuple)):
            condition = convert_to_tensor(condition)
        else:
            # While only shapes are probed either will do.
            chosen = then_expression if state.probing or bool(as_array(condition)) else else_expression
            return chosen() if callable(chosen) else chosen
    first = then_expression() if callable(then_expression) else then_expression
    second = else_expression() if callable(else_expression) else else_expression
    rank = len(getattr(first, "shape", ()))
    missing = rank - len(condition.shape)
    if missing < 0:
        raise ValueError(
            f"K.switch expected a condition of at most {rank} axes, as its values have, received shape {tuple(condition.shape)}."
        )
    condition = ops.cast(condition, "bool")
    if missing and condition.shape:
        condition = ops.expand_dims(condition, tuple(range(-missing, 0)))
    return ops.where(condition, first, second)


def stop_gradient(variables):
    """The same values, through which no gradient flows; of a list, each."""
    if isinstance(variables, (list, tuple)):
        return [ops.stop_gradient(v) for v in variables]
    return ops.stop_gradient(variables)


@recorded
def map_fn(fn, elems, name=None, dtype=None):
    """fn of each slice of `elems` along the first axis (of a nest: of the slices of all), stacked."""
    results = [fn(element) for element in _slices(elems)]
    stacked = map_structure(lambda *parts: ops.stack([convert_to_tensor(p) for p in parts]), *results)
    return stacked if dtype is None else map_structure(lambda x: ops.cast(x, dtype), stacked)


@recorded
def foldl(fn, elems, initializer=None, name=None):
    """fn(...fn(fn(initializer, elems[0]), elems[1])...); without initializer from elems[0] on."""
    return _folded(fn, _slices(elems), initializer)


@recorded
def foldr(fn, elems, initializer=None, name=None):
    """`foldl` from the last element to the first."""
    return _folded(fn, _slices(elems)[::-1], initializer)


def _folded(fn, elements, initializer):
    if initializer is None:
        return functools.reduce(fn, elements)
    return functools.reduce(fn, elements, initializer)


def _slices(elems):
    """The slices along the first axis, each in the nest of `elems`."""
    tensors = (
        map_structure(convert_to_tensor, elems) if isinstance(elems, tuple) else convert_to_tensor(elems)
    )
    count = flatten(tensors)[0].shape[0]
    return [map_structure(lambda x, i=i: x[i], tensors) for i in range(count)]


@recorded
def rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
    time_major=False,
    zero_output_for_mask=False,
    return_all_outputs=True,
):
    """step_function(x_t, states) -> (output, new states) along the time axis of inputs (samples, time, ...).

    Returns (last output, outputs (samples, time, ...), states). mask (samples, time): where it does not hold the states
    stay and the output before is repeated. constants are handed to each step after its states.
    """
    constants = list(constants or [])
    x = convert_to_tensor(inputs)
    if time_major:
        x = ops.swapaxes(x, 0, 1)
    keep = None
    if mask is not None:
        keep = as_array(mask).astype(bool)
        keep = keep[..., 0] if keep.ndim == 3 else keep
        keep = keep.T if time_major else keep

    def step(x_t, states):
        output, new_states = step_function(x_t, [*states, *constants])
        return output, list(new_states)

    states = [s if isinstance(s, Tensor) else convert_to_tensor(s) for s in initial_states]
    last, outputs, states = walk(step, x, states, keep, go_backwards, zero_output_for_mask)
    if not return_all_outputs:
        outputs = ops.expand_dims(last, 1)
    return last, ops.swapaxes(outputs, 0, 1) if time_major else outputs, states
