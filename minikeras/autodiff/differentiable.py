"""`@differentiable`: how a function on arrays, with its gradient beside it, becomes a function on tensors.

A body takes arrays and returns its output and its gradient:

    @differentiable(operator="matmul")
    def matmul(x1, x2, /):
        return x1 @ x2, (lambda dy: dy @ swap(x2), lambda dy: swap(x1) @ dy)

The parameters before the slash are the inputs; what follows them are settings. The gradient is a tuple of one
function per input (None where there is none), run only for inputs that are followed; or one joint function
`gradient(dy, into)` where the inputs share work. `into` holds, per input, None (not wanted), True (wanted), or
an array to write the gradient to; the function returns a tuple with the gradients. None in place of the gradient
says that nothing flows back.

Only this module knows how values are unwrapped and recorded.
"""

import functools
import inspect

import numpy as np

from minikeras import config, limits
from minikeras.autodiff.error_notes import ARGUMENT_ERRORS, add_once, note_call
from minikeras.autodiff.symbolic import SymbolicTensor, symbolic_call
from minikeras.autodiff.tensor import FUNCTIONS, Operand, Tensor, state
from minikeras.dtypes import result_type, standardize_dtype

ndarray = np.ndarray
_NUMBERS = (bool, int, float)
_SCALARS = (*_NUMBERS, type(None))
_NUMBERS_ONLY = "Tensors hold numbers, received an array of shape {} and dtype {}: convert strings and objects to numbers first."


class Node:
    """One recorded application of a differentiable function."""

    __slots__ = ("args", "function", "gradient", "kwargs", "output")

    def __init__(self, function, args, kwargs, output, gradient):
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.output = output
        self.gradient = gradient


def differentiable(body=None, *, operator=None, promote=False, composed=None):
    """Turn a body on arrays into a function on arrays, tensors, variables and symbolic tensors.

    operator: the Python operator ('add' for `+`) that the function serves on tensors.
    promote:  inputs of different dtypes are brought to their common one first, by Keras's rule.
    composed: the same function written with other differentiable functions, from which higher derivatives are
              taken where the body itself works on plain arrays only (kernels).
    """
    if body is None:
        return functools.partial(differentiable, operator=operator, promote=promote, composed=composed)
    parameters = list(inspect.signature(body).parameters.values())
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]
    count = 1_000_000 if variadic else len(names)
    input_names = frozenset(names)

    @functools.wraps(body)
    def function(*args, **kwargs):
        if kwargs and not input_names.isdisjoint(kwargs):
            args, kwargs = inputs_first(function, names, args, kwargs)
        tracked = 0
        values = list(args)
        try:
            for i, value in enumerate(args):
                if isinstance(value, Tensor):
                    values[i] = value.array
                    tracked |= value.tracked
                elif i < count and type(value) is not ndarray:
                    if isinstance(value, SymbolicTensor):
                        return symbolic_call(function, args, kwargs)
                    if isinstance(value, (list, tuple)) and holds_tensors(value):
                        return function(*args[:i], joined(value), *args[i + 1 :], **kwargs)
                    if count == 1 or type(value) not in _SCALARS:
                        values[i] = as_array(value)
            if promote:
                _promote(values)
            output, gradient = body(*values, **kwargs)
        except ARGUMENT_ERRORS as error:
            note_call(error, function, values, kwargs)
            raise
        tracked = tracked & state.recording if gradient is not None else 0
        if type(output) is tuple:
            output = tuple(
                [Tensor(o, tracked) if type(o) is ndarray else Tensor(np.asarray(o), tracked) for o in output]
            )
        else:
            output = Tensor(output if type(output) is ndarray else np.asarray(output), tracked)
        if state.recorder is not None:
            state.recorder.append((function, args, values, kwargs, output, gradient))
        if tracked:
            node = Node(function, args, kwargs, output, gradient)
            for tape in state.tapes:
                if tape.bit & tracked:
                    tape.nodes.append(node)
        return output

    ordinary = [
        p.replace(kind=p.POSITIONAL_OR_KEYWORD) if p.kind is p.POSITIONAL_ONLY else p for p in parameters
    ]
    function.__signature__ = inspect.Signature(ordinary)
    function.body = body
    function.composed = composed
    function.operands = functools.partial(_operands, count, promote)
    FUNCTIONS[body.__name__] = function
    if operator is not None:
        _attach_operator(operator, function)
    return function


def holds_tensors(nest):
    """Whether there is a tensor, symbolic or not, anywhere in a nest of lists and tuples."""
    if isinstance(nest, (list, tuple)):
        return any(holds_tensors(item) for item in nest)
    return isinstance(nest, Operand)


def joined(nest):
    """Nested lists that hold tensors as one tensor, through which gradients flow."""
    if isinstance(nest, (list, tuple)):
        return FUNCTIONS["stack"]([joined(item) for item in nest])
    return nest


def as_array(value, dtype=None):
    """The array of a value: tensors give theirs; Python floats become the default float, integers int32."""
    if isinstance(value, Tensor):
        array = value._looked_at()
    elif isinstance(value, SymbolicTensor):
        raise TypeError(
            f"{value!r} has no value yet: it stands for a model's input. Use minikeras.ops on it instead."
        )
    elif isinstance(value, (ndarray, np.generic)):
        array = np.asarray(value)
    else:
        array = _from_python(value, dtype)
    if dtype is not None:
        try:
            array = array.astype(standardize_dtype(dtype), copy=False)
        except (TypeError, ValueError) as error:
            if array.dtype.kind in "OUS":
                add_once(error, "Tensors hold", _NUMBERS_ONLY.format(array.shape, array.dtype))
            raise
    return array


def constant(array):
    """A tensor that depends on no data, such as zeros of some shape: a replayed step may keep it."""
    tensor = Tensor(array)
    if state.recorder is not None:
        state.recorder.append((None, (), (), {}, tensor, None))
    return tensor


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """`x` (an array, a number, nested lists, a tensor or variable) as a tensor, of dtype `dtype` if given.

    Arrays keep their dtype and share their memory; Python floats become `floatx()`, integers int32.
    """
    if isinstance(x, SymbolicTensor) or (isinstance(x, Tensor) and (dtype is None or x.dtype == dtype)):
        return x
    if isinstance(x, Tensor):
        return FUNCTIONS["cast"](x, dtype)
    if isinstance(x, (list, tuple)) and holds_tensors(x):
        return convert_to_tensor(joined(x), dtype)
    return Tensor(as_array(x, dtype))


def _from_python(value, dtype):
    if isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value):
        value = [as_array(v) for v in value]
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"Cannot make a tensor of nested lists of different lengths ({error}). "
            "Pad them to one length first (minikeras.utils.pad_sequences)."
        ) from None
    if array.dtype.kind in "OUSMm" and not (array.size == 0):
        raise TypeError(
            f"Cannot make a tensor of {type(value).__name__} with dtype {array.dtype}. "
            "Tensors hold numbers: convert strings and objects to numbers first."
        )
    if dtype is None and not hasattr(value, "dtype"):
        if array.dtype.kind == "f":
            return array.astype(config.floatx(), copy=False)
        if array.dtype == np.int64 and (array.size == 0 or abs(array).max() < 2**31):
            return array.astype("int32")
    return array


def promoted(body):
    """A body that brings its inputs to one dtype first, as a function with promote=True does."""

    def on_common_dtype(*values, **kwargs):
        values = list(values)
        _promote(values)
        return body(*values, **kwargs)

    return on_common_dtype


def _promote(values):
    """Bring the arrays among two or more inputs to one dtype."""
    if limits.reading:
        limits.check_broadcast(values)
    first = values[0]
    if len(values) == 2:  # the cases that training steps are made of
        second = values[1]
        if type(first) is ndarray:
            if type(second) is ndarray:
                if first.dtype == second.dtype:
                    return
            elif first.dtype.kind == "f" and type(second) in _NUMBERS:
                values[1] = first.dtype.type(second)
                return
        elif type(second) is ndarray and second.dtype.kind == "f" and type(first) in _NUMBERS:
            values[0] = second.dtype.type(first)
            return
    kinds = {v.dtype if isinstance(v, ndarray) else type(v) for v in values}
    if len(kinds) == 1 and isinstance(first, ndarray):
        return
    arrays = [v for v in values if isinstance(v, ndarray)]
    if not arrays:
        values[:] = [as_array(v) for v in values]
        _promote(values)
        return
    dtypes = {a.dtype for a in arrays}
    if len(dtypes) > 1:
        common = np.dtype(result_type(*dtypes))
    else:
        common = arrays[0].dtype
    if common.kind not in "fc" and float in kinds:
        common = np.dtype(config.floatx())
    elif common.kind == "b" and int in kinds:
        common = np.dtype("int32")
    for i, value in enumerate(values):
        if isinstance(value, ndarray):
            if value.dtype != common:
                values[i] = value.astype(common)
        elif isinstance(value, (bool, int, float)):
            values[i] = common.type(value)
    return None


def _operands(count, promote, args):
    """A node's arguments as its body may see them when it runs on tensors: none but tensors, arrays and scalars."""
    values = [
        v if i >= count or isinstance(v, Tensor) or v is None else as_array(v) for i, v in enumerate(args)
    ]
    if promote:
        common = np.dtype(result_type(*[v.dtype for v in values if isinstance(v, Tensor)]))
        if common.kind == "f":
            values = [
                v.astype(common) if type(a) in _NUMBERS else v for v, a in zip(values, args, strict=True)
            ]
    return values


def inputs_first(function, names, args, kwargs):
    """Inputs that were passed by keyword, moved to their positions."""
    try:
        bound = function.__signature__.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{function.__name__}: {error}") from None
    bound.apply_defaults()
    values = dict(bound.arguments)
    return tuple(values.pop(name) for name in names), values


def _attach_operator(name, function):
    unary = len([p for p in function.__signature__.parameters.values() if p.default is p.empty]) == 1

    def forward(self, *other):
        return function(self, *other)

    def backward(self, other):
        return function(other, self)

    forward.__name__ = f"__{name}__"
    backward.__name__ = f"__r{name}__"
    setattr(Operand, f"__{name}__", forward)
    if not unary and name not in ("getitem", "eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Operand, f"__r{name}__", backward)
