"""Arguments of metrics, checked: numbers between two bounds, whole numbers."""

import numpy as np


def whole(value, name, who, low, high=None):
    """An integer from low to high (without high: of any size)."""
    integral = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not integral or value < low or (high is not None and value > high):
        bounds = f"of at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{who} expected {name} to be an integer {bounds}, received {value!r}.")
    return int(value)


def is_share(value):
    """Whether a value is a number between 0 and 1."""
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool) and 0 <= value <= 1
