"""Random tensors and seeds, under the names of `keras.random`."""

from minikeras.ops.random import SeedGenerator, dropout, normal, randint, truncated_normal, uniform

__all__ = ["SeedGenerator", "dropout", "normal", "randint", "truncated_normal", "uniform"]
