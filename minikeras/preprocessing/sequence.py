"""Sequences, under the names of `keras.preprocessing.sequence`."""

from minikeras.preprocessing.older import attributes
from minikeras.utils import pad_sequences

__all__ = ["pad_sequences"]

__getattr__, __dir__ = attributes("sequence", ("skipgrams", "timeseries_generator"), globals())
