"""The state that is kept between models."""

import gc

from minikeras import registry
from minikeras.autodiff import SymbolicTensor


def clear_session(free_memory=True):
    """Start the numbering of automatic names again and, with free_memory, collect garbage at once.

    >>> import minikeras as keras
    >>> clear_session()
    >>> keras.layers.Dense(1).name, keras.layers.Dense(1).name
    ('dense', 'dense_1')
    """
    registry.forget_names()
    if free_memory:
        gc.collect()


def is_keras_tensor(x):
    """Whether x is a symbolic tensor: a model's input, or what a layer or function made of one.

    >>> is_keras_tensor(0.0)
    False
    """
    return isinstance(x, SymbolicTensor)


def get_source_inputs(tensor):
    """The symbolic inputs that a symbolic tensor is computed from, each once."""
    found, seen, waiting = [], set(), [tensor]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        sources = current.call.inputs if current.call is not None else []
        waiting.extend(reversed(sources))
        if not sources:
            found.append(current)
    return found
