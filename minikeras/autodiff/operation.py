"""`@operation`: a function written with other differentiable functions, as one function to whoever calls it."""

import functools
import inspect

from minikeras.autodiff.differentiable import FUNCTIONS, as_array, holds_tensors, inputs_first, joined
from minikeras.autodiff.error_notes import ARGUMENT_ERRORS, note_call
from minikeras.autodiff.symbolic import is_symbolic, symbolic_call
from minikeras.autodiff.tensor import Tensor


def operation(body):
    """Turn a composition of differentiable functions into one that graphs record, and show, as a single call.

    The parameters before the slash are inputs and reach the body as tensors (or None), whatever the caller passed.
    The body never sees symbolic tensors: a call on those is recorded whole, and its shape found by trying it.

        @operation
        def sinc_squared(x, /, scale=1.0):
            return square(sinc(multiply(x, scale)))
    """
    parameters = list(inspect.signature(body).parameters.values())
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]
    count = len(names)
    input_names = frozenset(names)

    @functools.wraps(body)
    def function(*args, **kwargs):
        if kwargs and not input_names.isdisjoint(kwargs):
            args, kwargs = inputs_first(function, names, args, kwargs)
        values = list(args)
        try:
            for i, value in enumerate(args):
                if isinstance(value, Tensor):
                    continue
                if is_symbolic(value):
                    return symbolic_call(function, args, kwargs)
                if i < count and value is not None:
                    nested = isinstance(value, (list, tuple)) and holds_tensors(value)
                    values[i] = joined(value) if nested else Tensor(as_array(value))
            for value in kwargs.values():
                if is_symbolic(value):
                    return symbolic_call(function, args, kwargs)
            return body(*values, **kwargs)
        except ARGUMENT_ERRORS as error:
            note_call(error, function, values, kwargs)
            raise

    ordinary = [
        p.replace(kind=p.POSITIONAL_OR_KEYWORD) if p.kind is p.POSITIONAL_ONLY else p for p in parameters
    ]
    function.__signature__ = inspect.Signature(ordinary)
    FUNCTIONS[body.__name__] = function
    return function
