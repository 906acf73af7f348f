"""Shuffling a table and cutting it into rows for training and testing, the same way for the same seed."""

import numpy as np


def shuffle(generator, *columns):
    """The rows of all columns (arrays or lists of one length) in one new order.

    The generator is NumPy's frozen `RandomState` (Mersenne Twister), so that a seed gives the rows that it
    has always given; everything newer in this package uses other generators.
    """
    order = np.arange(len(columns[0]))
    generator.shuffle(order)
    return [
        column[order] if isinstance(column, np.ndarray) else [column[row] for row in order]
        for column in columns
    ]


def require_fraction(test_split):
    """Raise a ValueError unless 0 <= test_split < 1."""
    if not 0 <= test_split < 1:
        raise ValueError(
            f"load_data expected a test_split of at least 0 and below 1 (the share of rows to test with), "
            f"received {test_split!r}."
        )


def split_table(x, y, test_split, seed):
    """Shuffled rows as `(x_train, y_train), (x_test, y_test)`; the first int(n * (1 - test_split)) train."""
    x, y = shuffle(np.random.RandomState(seed), x, y)
    rows = int(len(x) * (1 - test_split))
    return (x[:rows].copy(), y[:rows].copy()), (x[rows:].copy(), y[rows:].copy())
