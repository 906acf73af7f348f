"""What an error that leaves a function on tensors says of the call: who was called, on what, and what would do.

All of it is written when an error is on its way, so a call that succeeds pays nothing; the error keeps its class.
"""

import inspect
import reprlib

import numpy as np

# The errors that arguments cause. AxisError and LinAlgError are ValueErrors; IndexError and KeyError LookupErrors.
ARGUMENT_ERRORS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)

_NOT_INVERTIBLE = ("Singular matrix", "ositive definite", "ositive-definite")
_WITHOUT_LOOP = ("ufunc", "could not be promoted", "unsupported operand", "array type", "Cannot cast")


def add_once(error, beginning, note):
    """Let an error's traceback end with a note, unless it has one that begins so: the innermost knows most."""
    if not any(known.startswith(beginning) for known in getattr(error, "__notes__", ())):
        error.add_note(note)


def note_call(error, function, args, kwargs):
    """Let an error end with the call that it left, unless a call within that one is named already."""
    name = function.__name__.lstrip("_")
    parameters = list(inspect.signature(function).parameters)
    arrays, settings = [], []
    for i, value in enumerate(args):
        if hasattr(value, "shape") and hasattr(value, "dtype"):
            arrays.append(value)
        else:
            settings.append((parameters[min(i, len(parameters) - 1)], value))
    settings += kwargs.items()
    parts = []
    if arrays:
        parts.append(f" on arrays of shapes {', '.join(str(a.shape) for a in arrays)}")
        dtypes = dict.fromkeys(str(a.dtype) for a in arrays)
        parts.append(f" ({', '.join(dtypes)})")
    if settings:
        parts.append(" with " + ", ".join(f"{key}={reprlib.repr(value)}" for key, value in settings))
    remedy = _remedy(error, name, function, arrays)
    add_once(error, "In ops.", f"In ops.{name}{''.join(parts)}. {remedy}")


def _remedy(error, name, function, arrays):
    message = str(error)
    if isinstance(error, np.exceptions.AxisError):
        rank = error.ndim
        if rank:
            return f"Pass an axis from {-rank} to {rank - 1}; negative ones count from the last."
    elif isinstance(error, ValueError) and any(part in message for part in _NOT_INVERTIBLE):
        return (
            "The matrices must be square and invertible (for cholesky symmetric and positive definite): add a small "
            "multiple of the identity, minikeras.ops.eye(n)."
        )
    elif isinstance(error, IndexError):
        return "Indices are integers from -size to size - 1 of the axis that they pick from."
    elif isinstance(error, ValueError) and "core dimension" in message:
        return "The axes that are multiplied must be of one size: reshape or transpose one of the arrays."
    elif isinstance(error, ValueError) and "broadcast" in message:
        return (
            "Counted from the last axis, sizes must be equal or 1: reshape one of the arrays, or give it an axis with "
            "minikeras.ops.expand_dims."
        )
    elif any(a.dtype.kind in "OUS" for a in arrays if isinstance(a.dtype, np.dtype)):
        return "Tensors hold numbers: convert strings and objects to numbers first."
    elif isinstance(error, TypeError) and arrays and any(part in message for part in _WITHOUT_LOOP):
        return f"{name} is not defined for these dtypes: convert with minikeras.ops.cast(x, 'float32') first."
    return f"It is called as {name}{inspect.signature(function)}."
