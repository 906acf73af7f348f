"""Random tensors and seeds, under the names of `keras.random`."""

from minikeras.ops import random
from minikeras.ops.random import *  # noqa: F403

__all__ = random.__all__
