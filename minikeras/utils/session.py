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
