"""One seed for everything."""

import random

import numpy as np

from minikeras import seeds


def set_random_seed(seed):
    """Seed Python's `random`, NumPy's global generator and minikeras, so that a script repeats itself bit by bit.

    >>> import minikeras as keras
    >>> set_random_seed(1); a = keras.random.normal((2,)).numpy()
    >>> set_random_seed(1); b = keras.random.normal((2,)).numpy()
    >>> bool((a == b).all())
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"set_random_seed expected an integer from 0 to 2**32 - 1, received {seed!r}.")
    random.seed(int(seed))
    np.random.seed(int(seed))
    seeds.set_global_seed(int(seed))
