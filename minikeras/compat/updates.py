"""A step of an optimizer as an update, as older Keras made training functions of one's own."""

from minikeras.backend.functions import gradients
from minikeras.backend.updates import Updates
from minikeras.nest import flatten

__all__ = ["get_updates"]


class Step(Updates):
    """One step of an optimizer on variables, by gradients that a `function` computes."""

    def __init__(self, optimizer, found, variables):
        self.optimizer = optimizer
        self.values = found
        self.variables = variables

    def apply(self, values):
        """Take the step by these gradients."""
        self.optimizer.apply(values, self.variables)


def get_updates(optimizer, *args, loss=None, params=None, constraints=None):
    """What `K.function(..., updates=)` needs to minimize a symbolic loss: one step for each call.

    (loss, params) in Keras 2; (params, constraints, loss) in Keras 1. Constraints of variables are kept in any case.
    """
    if len(args) == 3:
        params, constraints, loss = args
    elif args:
        loss, params = (args[0] if loss is None else loss), (args[1] if len(args) > 1 else params)
    if loss is None or params is None:
        raise TypeError(
            "get_updates expected a symbolic loss and the list of variables to change: get_updates(loss, params)."
        )
    for variable, constraint in (constraints or {}).items():
        variable.constraint = constraint
    by_variable = list(zip(flatten(params), gradients(loss, flatten(params)), strict=True))
    if missing := [variable.path for variable, gradient in by_variable if gradient is None]:
        raise ValueError(
            f"get_updates: the loss does not depend on {', '.join(missing)}. Leave them out of params."
        )
    return [
        Step(optimizer, [gradient for _, gradient in by_variable], [variable for variable, _ in by_variable])
    ]
