"""Texts, under the names of older `keras.preprocessing.text`."""

from minikeras.preprocessing.older import attributes

__all__ = []

__getattr__, __dir__ = attributes("text", ("tokenizer",), globals())
