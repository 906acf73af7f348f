"""Arrays in, arrays out: the numerical kernels, and the one place that chooses their implementation.

Each kernel has one signature, a NumPy reference that defines what is correct, and, where it pays, a native version.
The environment variable MINIKERAS_KERNELS forces an implementation: `reference`, `native` (the best instruction set
this processor has), or one of the instruction sets `avx512`, `avx2` and `portable`. Without it the native module is
used when it is installed.

    into          gradient kernels take a tuple with one entry per differentiable input: None (not wanted), True
                  (allocate) or an array to overwrite; they return a tuple of the same length
    activation    None, 'relu', 'sigmoid' or 'tanh', fused into the kernel; its gradient is taken from the output
"""

import os

from minikeras import config
from minikeras.kernels import reference

from .reference import *

__all__ = [*reference.__all__, "implementation", "num_threads", "set_num_threads"]

_CHOICES = ("reference", "native", "avx512", "avx2", "portable")


def _chosen():
    """The native kernels (a module whose names replace the reference's), or None."""
    choice = os.environ.get("MINIKERAS_KERNELS") or None
    if choice not in (None, *_CHOICES):
        raise ImportError(
            f"MINIKERAS_KERNELS expected one of {', '.join(_CHOICES)}, received {choice!r}. "
            "Correct the environment variable or unset it."
        )
    if choice == "reference":
        return None
    try:
        from . import native
    except ImportError as error:
        if choice is None:
            return None
        raise ImportError(
            f"MINIKERAS_KERNELS={choice} expected the native module minikeras.kernels._native, which cannot be "
            f"imported ({error}). Install minikeras with a C++ compiler at hand, or unset the variable."
        ) from error
    if choice in ("avx512", "avx2", "portable"):
        native.use(choice)
    return native


_fast = _chosen()


def implementation():
    """What runs: 'reference', or 'native-avx512', 'native-avx2', 'native-portable'."""
    return "reference" if _fast is None else f"native-{_fast.instruction_set()}"


def num_threads():
    """The number of threads the native kernels use (1 for the reference, whose products BLAS parallelizes)."""
    return 1 if _fast is None else _fast.num_threads()


def set_num_threads(count):
    """Let the native kernels use `count` threads; the results are the same bits for any count."""
    if not isinstance(count, int) or count < 1:
        raise ValueError(
            f"set_num_threads expected a positive integer, received {count!r}. Pass how many threads to use, from 1."
        )
    if _fast is not None:
        _fast.set_num_threads(count)


# The names of the kernels that are native ones.
NATIVE = () if _fast is None else tuple(_fast.__all__)
globals().update({name: getattr(_fast, name) for name in NATIVE})

config.attach_kernels(implementation(), num_threads, set_num_threads)
