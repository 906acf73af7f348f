"""Losses that read symbolic tensors of the model's graph, as variational autoencoders were written once.

`def loss(x, y): return binary_crossentropy(x, y) + kl(z_mean, z_log_var)`, where `z_mean` is a symbolic tensor: when
the model is compiled these tensors are found, and at each batch the loss is computed from their values.
"""

import functools
import inspect
import types

from minikeras.autodiff import SymbolicTensor
from minikeras.models.graph import Graph
from minikeras.nest import flatten, pack_like
from minikeras.spellings import older


def symbols_read_by(function):
    """The symbolic tensors that a function of the user's, or one that it calls, finds in its surroundings."""
    found, seen, waiting = {}, set(), [function]
    while waiting:
        one = waiting.pop()
        if isinstance(one, SymbolicTensor):
            found[id(one)] = one
        elif isinstance(one, (list, tuple)):
            waiting.extend(v for v in one if isinstance(v, SymbolicTensor))
        elif inspect.isfunction(one) and one not in seen and not one.__module__.startswith("minikeras"):
            seen.add(one)
            waiting.extend(_surroundings(one))
    return list(found.values())


def _surroundings(function):
    """What a function's free and global names and its default arguments stand for."""
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not bound yet
            continue
    yield from function.__defaults__ or ()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes.extend(c for c in code.co_consts if isinstance(c, types.CodeType))
        for name in code.co_names:
            if name in function.__globals__:
                yield function.__globals__[name]


class ReadingLoss:
    """A loss function of (y_true, y_pred) that gets the values of the symbolic tensors it reads.

    values: {id of a symbolic tensor: its value in the last batch}, which the model keeps up to date.
    """

    def __init__(self, function, symbols, values):
        functools.update_wrapper(self, function)
        self._function, self._symbols, self._values = function, symbols, values
        self._graph = None

    def __call__(self, y_true, y_pred):
        if self._graph is None:
            self._graph = self._traced(y_true, y_pred)
        return self._graph.run([y_true, y_pred, *(self._values[id(s)] for s in self._symbols)])

    def _traced(self, y_true, y_pred):
        batch = next((s.shape[0] for s in self._symbols if s.shape), None)
        given = [SymbolicTensor((batch, *v.shape[1:]), str(v.dtype)) for v in (y_true, y_pred)]
        return Graph([*given, *self._symbols], self._function(*given), self.__name__)


def reading_losses(loss, values):
    """(the losses, those that read symbolic tensors replaced; these tensors)."""
    flat, symbols = flatten(loss), {}
    for place, one in enumerate(flat):
        read = symbols_read_by(one) if inspect.isfunction(one) else []
        if read:
            older(
                f"a loss that reads symbolic tensors ({one.__name__})",
                "a layer that calls self.add_loss(value) in its call",
            )
            symbols.update((id(s), s) for s in read)
            flat[place] = ReadingLoss(one, read, values)
    return (pack_like(loss, flat) if symbols else loss), list(symbols.values())
