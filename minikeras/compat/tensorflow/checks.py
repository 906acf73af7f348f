"""`tf.debugging`: assertions on tensors."""

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import as_dtype
from minikeras.compat.tensorflow.errors import InvalidArgumentError
from minikeras.compat.tensorflow.graph import Operation, is_deferred


def _comparison(name, symbol, holds):
    def check(x, y, message=None, summarize=None, name=None):
        if is_deferred((x, y)):
            return Operation(check, (x, y, message), "assert")
        x, y = np.asarray(as_tensor(x).array), np.asarray(as_tensor(y).array)
        if not np.all(holds(x, y)):
            lines = [message] if message else []
            lines.append(f"Condition x {symbol} y did not hold.")
            for label, value in (("x", x), ("y", y)):
                count = min(value.size, 3 if summarize is None else summarize)
                lines += [f"First {count} elements of {label}:", str(value.reshape(-1)[:count])]
            raise InvalidArgumentError("\n".join(lines))
        return None

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Raise unless x {symbol} y everywhere."
    return check


assert_equal = _comparison("assert_equal", "==", np.equal)
assert_none_equal = _comparison("assert_none_equal", "!=", np.not_equal)
assert_less = _comparison("assert_less", "<", np.less)
assert_less_equal = _comparison("assert_less_equal", "<=", np.less_equal)
assert_greater = _comparison("assert_greater", ">", np.greater)
assert_greater_equal = _comparison("assert_greater_equal", ">=", np.greater_equal)


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """Raise unless x and y are close everywhere."""
    x, y = np.asarray(as_tensor(x).array), np.asarray(as_tensor(y).array)
    small = 10 * float(np.finfo(x.dtype).eps)
    if not np.allclose(x, y, small if rtol is None else rtol, small if atol is None else atol):
        raise InvalidArgumentError(
            (f"{message}\n" if message else "") + f"x and y not equal to tolerance: {x} and {y}"
        )


def _sign(name, text, holds):
    def check(x, message=None, summarize=None, name=None):
        if not np.all(holds(as_tensor(x).array)):
            raise InvalidArgumentError(
                f"{message or ''} Condition x {text} 0 did not hold element-wise: {x}".strip()
            )

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Raise unless x {text} 0 everywhere."
    return check


assert_positive = _sign("assert_positive", ">", lambda x: x > 0)
assert_negative = _sign("assert_negative", "<", lambda x: x < 0)
assert_non_negative = _sign("assert_non_negative", ">=", lambda x: x >= 0)
assert_non_positive = _sign("assert_non_positive", "<=", lambda x: x <= 0)


def Assert(condition, data, summarize=None, name=None):
    """Raise, showing the data, unless the condition holds."""
    if is_deferred((condition, data)):
        return Operation(Assert, (condition, list(data)), "assert")
    if not np.all(as_tensor(condition).array):
        shown = [np.asarray(as_tensor(d).array) for d in data]
        raise InvalidArgumentError(
            f"Expected 'tf.Tensor(False, shape=(), dtype=bool)' to be true. Summarized data: {shown}"
        )
    return None


def assert_rank(x, rank, message=None, name=None):
    """Raise unless x has so many axes."""
    x = as_tensor(x)
    if len(x.shape) != int(rank):
        raise ValueError(
            f"{message or ''} Tensor must have rank {int(rank)}. Received rank {len(x.shape)}, shape {tuple(x.shape)}".strip()
        )


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Raise unless tensors have the given shapes, in which letters stand for sizes that have to agree."""
    known = {}
    for x, shape in shapes.items() if isinstance(shapes, dict) else shapes:
        sizes = tuple(as_tensor(x).shape)
        for size, wanted in zip(sizes, tuple(shape), strict=True):
            if wanted is None:
                continue
            expected = known.setdefault(wanted, size) if isinstance(wanted, str) else wanted
            if expected != size:
                raise ValueError(f"{message or ''} Shape {sizes} does not agree with {tuple(shape)}.".strip())


def assert_type(tensor, tf_type, message=None, name=None):
    """Raise unless the tensor has this dtype."""
    if as_tensor(tensor).dtype != as_dtype(tf_type):
        raise TypeError(
            f"{message or ''} tensor must be of type {as_dtype(tf_type)!r}, got {as_tensor(tensor).dtype!r}.".strip()
        )


def assert_scalar(tensor, name=None, message=None):
    """Raise unless the tensor has no axes."""
    assert_rank(tensor, 0, message)
    return tensor


def check_numerics(tensor, message, name=None):
    """The tensor, which must hold neither NaN nor infinities."""
    tensor = as_tensor(tensor)
    if isinstance(tensor, Tensor):
        x = tensor.array
        if np.isnan(x).any():
            raise InvalidArgumentError(f"{message} : Tensor had NaN values")
        if np.isinf(x).any():
            raise InvalidArgumentError(f"{message} : Tensor had Inf values")
    return tensor


def is_numeric_tensor(tensor):
    """Whether it is a tensor of numbers."""
    return hasattr(tensor, "dtype") and as_dtype(tensor.dtype).name not in ("bool", "string")


def set_log_device_placement(enabled):
    """Harmless: there is one device."""
