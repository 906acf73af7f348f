"""Whether what is computed is training or use: the learning phase of older Keras."""

import contextlib

from minikeras.backend.recording import recorded
from minikeras.layers.context import context

__all__ = [
    "in_test_phase",
    "in_train_phase",
    "learning_phase",
    "learning_phase_scope",
    "set_learning_phase",
]


class LearningPhase(int):
    """0 for use, 1 for training; among the inputs of a `function` it says which of them a call is.

    >>> LearningPhase(1) == 1
    True
    """

    __hash__ = int.__hash__

    def __repr__(self):
        return f"<learning phase {int(self)}>"


def learning_phase():
    """1 while a model trains, 0 otherwise; `set_learning_phase` decides outside of fit and predict."""
    return LearningPhase(bool(context.training))


def set_learning_phase(value):
    """Let layers that are called without `training=` behave as in training (1) or in use (0)."""
    if value not in (0, 1):
        raise ValueError(f"set_learning_phase expected 0 (use) or 1 (training), received {value!r}.")
    context.training = bool(value)


@contextlib.contextmanager
def learning_phase_scope(value):
    """Within the block layers that are called without `training=` behave as in training (1) or in use (0)."""
    before = context.training
    set_learning_phase(value)
    try:
        yield
    finally:
        context.training = before


def forget_learning_phase():
    """Undo `set_learning_phase`."""
    context.training = None


def in_train_phase(x, alt, training=None):
    """x in training, else alt; either may be a function without arguments, of which only the chosen one runs.

    training: True or False where the caller knows; without it the learning phase decides, in a model's graph at the
    time when the graph runs.
    """
    if training is None or isinstance(training, LearningPhase):
        x, alt = _by_phase(x, alt)
        if x is alt:
            return x
        return _chosen(x, alt)
    chosen = x if bool(training) else alt
    return chosen() if callable(chosen) else chosen


def in_test_phase(x, alt, training=None):
    """alt in training, else x; as `in_train_phase` with its values exchanged."""
    return in_train_phase(alt, x, training)


def _by_phase(x, alt):
    """Both values where a graph will decide between them, else the chosen one twice."""
    from_graph = not (callable(x) or callable(alt)) or context.training is None
    if not from_graph:
        chosen = x if context.training else alt
        chosen = chosen() if callable(chosen) else chosen
        return chosen, chosen
    return (x() if callable(x) else x), (alt() if callable(alt) else alt)


@recorded
def _chosen(x, alt):
    return x if context.training else alt
