"""Variables that change: at once for values, at each call of a `function` for symbolic ones."""

from minikeras import ops
from minikeras.autodiff import SymbolicTensor, Variable, as_array, is_symbolic

__all__ = ["moving_average_update", "update", "update_add", "update_sub"]


class Updates:
    """Something to do after each call of a `function`, with values that it computes: `values`, `apply(values)`."""

    values: list


class Update(Updates):
    """A variable, and the symbolic value that it takes whenever a `function` with this among its updates is called."""

    def __init__(self, variable, value, change="assign"):
        if not isinstance(variable, Variable):
            raise TypeError(f"K.update expected a variable, received {type(variable).__name__}.")
        self.variable = variable
        self.values = [value]
        self.change = change

    def apply(self, values):
        """Give the variable its new value."""
        getattr(self.variable, self.change)(values[0])

    def __iter__(self):
        """As a pair (variable, value), which older Keras used."""
        if self.change != "assign":
            sign = {"assign_add": ops.add, "assign_sub": ops.subtract}[self.change]
            return iter((self.variable, sign(self.variable, *self.values)))
        return iter((self.variable, *self.values))


def _changed(variable, value, change):
    if isinstance(value, SymbolicTensor):
        return Update(variable, value, change)
    if not isinstance(variable, Variable):
        raise TypeError(
            f"K.update expected a variable (K.variable, a layer's weight), received {type(variable).__name__}."
        )
    return getattr(variable, change)(as_array(value))


def update(x, new_x):
    """Set variable x to a new value and return it; a symbolic value makes an update for `function(updates=...)`."""
    return _changed(x, new_x, "assign")


def update_add(x, increment):
    """Add to variable x in place; see `update`."""
    return _changed(x, increment, "assign_add")


def update_sub(x, decrement):
    """Subtract from variable x in place; see `update`."""
    return _changed(x, decrement, "assign_sub")


def moving_average_update(x, value, momentum):
    """x = momentum · x + (1 - momentum) · value, in place; see `update`."""
    if is_symbolic(value):
        return Update(x, x * momentum + value * (1 - momentum))
    return x.assign(x.array * momentum + as_array(value) * (1 - momentum))
