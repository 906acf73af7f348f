"""Arguments of optimizers and schedules, checked: numbers between two bounds."""

import math


def check_numbers(owner, least=None, most=None, below=None, optional=False, **numbers):
    """Raise an error that names the owner unless these are numbers, not NaN, within the bounds that are given.

    optional: None is allowed, and stands for "not set".
    """
    for name, value in numbers.items():
        if value is None and optional:
            continue
        number = _as_float(value)
        if (
            math.isnan(number)
            or (least is not None and number < least)
            or (most is not None and number > most)
            or (below is not None and number >= below)
        ):
            bounds = [
                f"{words} {bound}"
                for words, bound in (("at least", least), ("at most", most), ("below", below))
                if bound is not None
            ]
            expected = (
                f"a number{' of ' if bounds else ''}{' and '.join(bounds)}{', or None' if optional else ''}"
            )
            raise ValueError(f"{type(owner).__name__}: {name} must be {expected}, received {name}={value!r}.")


def _as_float(value):
    """The number that a value is (also a tensor of no axes), NaN where it is none."""
    if isinstance(value, (str, bytes)):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
