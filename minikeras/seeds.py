"""Seeds and the NumPy generators made from them.

Every random number comes from a key of two integers, (seed, counter). A generator is rebuilt from its key at each
draw, so whoever stores the two integers can repeat or resume the stream exactly; no generator hides state. The
environment variable MINIKERAS_SEED gives a process a seed that it need not set itself.
"""

import os
import threading

import numpy as np


def _seed_of_the_process():
    """The seed that the environment variable MINIKERAS_SEED sets for scripts that set none, or None."""
    text = os.environ.get("MINIKERAS_SEED", "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise ValueError(
            f"MINIKERAS_SEED expected a whole number of at least 0, received {text!r}. Correct the variable or unset it."
        )
    return int(text)


_global = {"seed": _seed_of_the_process(), "counter": 0}


def set_global_seed(seed):
    """Start the process-wide stream of default seeds at `seed`; None makes it unpredictable again."""
    _global.update(seed=seed, counter=0)


def global_seed():
    """The seed set last by `set_global_seed`, or None."""
    return _global["seed"]


def get_position():
    """Where the process-wide stream stands: what `set_position` needs to go on there."""
    return dict(_global)


def set_position(position):
    """Go on where `get_position` was asked."""
    _global.update(seed=position["seed"], counter=position["counter"])


def make_default_seed():
    """A fresh seed: the next of the process-wide stream when that was seeded, else from the system."""
    if _global["seed"] is None:
        return 1 + int.from_bytes(os.urandom(8), "little") % (2**31 - 2)
    _global["counter"] += 1
    return int(generator(_global["seed"], _global["counter"]).integers(1, 2**31 - 1))


_own = threading.local()


def permutation(seed, counter, size):
    """The numbers below `size` in the order that `generator(seed, counter).permutation(size)` gives, sooner.

    >>> permutation(1, 2, 5).tolist() == generator(1, 2).permutation(5).tolist()
    True
    """
    if not hasattr(_own, "generator"):  # making one asks the system for entropy; setting its key does not
        _own.generator = generator(0)
        _own.start = _own.generator.bit_generator.state
    _own.start["state"]["key"][:] = int(seed) % 2**64, int(counter) % 2**64
    _own.generator.bit_generator.state = _own.start
    return _own.generator.permutation(size)


def generator(seed, counter=0):
    """A NumPy generator that depends on (seed, counter) alone (Philox, Salmon et al. 2011)."""
    return np.random.Generator(np.random.Philox(key=[int(seed) % 2**64, int(counter) % 2**64]))
