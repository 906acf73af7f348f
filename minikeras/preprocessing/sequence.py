"""Sequences, under the names of `keras.preprocessing.sequence`."""

from minikeras.utils import pad_sequences

__all__ = ["pad_sequences"]
