"""The arena: the values of many variables in one flat buffer, and their gradients in another.

A variable of an arena is a view into it, so an optimizer's step is one call over flat arrays. Nobody who uses the
variables notices; a variable that joins another arena leaves its old one, which reclaims it when it needs it.
"""

import numpy as np

_ALIGNMENT = 16  # elements: 64 bytes of float32, one cache line


class Arena:
    """`variables`, which must share one dtype, moved into one buffer.

    The elements between two variables, which align them, stay zero in both buffers.

    >>> from minikeras.autodiff.variable import Variable
    >>> a, b = Variable([1.0, 2.0]), Variable([[3.0]])
    >>> arena = Arena([a, b])
    >>> arena.values += 1
    >>> a.numpy().tolist(), b.numpy().tolist()
    ([2.0, 3.0], [[4.0]])
    """

    def __init__(self, variables):
        self.variables = list(variables)
        self.dtype = self.variables[0].dtype
        self.spans = []
        start = 0
        for variable in self.variables:
            self.spans.append((start, start + variable.size))
            start += -(-variable.size // _ALIGNMENT) * _ALIGNMENT
        self.values = np.zeros(start, self.dtype)
        self.gradients = np.zeros(start, self.dtype)
        self.gradient_views = self.views(self.gradients)
        self.into = {id(v): g for v, g in zip(self.variables, self.gradient_views, strict=True)}
        self._value_views = self.views(self.values)
        self.complete = False  # whether every variable lives here, none in another arena
        self.reclaim()

    def reclaim(self):
        """Bring home the variables that joined another arena since."""
        if self.complete:
            return
        for variable, view in zip(self.variables, self._value_views, strict=True):
            if variable.arena is not self:
                view[...] = variable.array
                if variable.arena is not None:
                    variable.arena.complete = False
                variable.array = view
                variable.arena = self
        self.complete = True

    def views(self, flat):
        """The part of a flat buffer that belongs to each variable, in its shape."""
        return [
            flat[start:stop].reshape(variable.shape)
            for (start, stop), variable in zip(self.spans, self.variables, strict=True)
        ]


def pack(variables):
    """Arenas, one for each dtype, that together hold the variables."""
    by_dtype = {}
    for variable in variables:
        by_dtype.setdefault(variable.dtype, []).append(variable)
    return [Arena(group) for group in by_dtype.values()]
