"""What callbacks are told: metrics by name."""

from minikeras.autodiff import Tensor


def plain_number(value):
    """A metric's value as a Python number; arrays as they are."""
    if isinstance(value, Tensor):
        value = value.array
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        return value.item()
    return value
