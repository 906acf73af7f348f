"""Models that were compiled while they trained and then frozen, as a part of another model."""

import contextlib

from minikeras.spellings import older


class CompiledState:
    """What of a model trained when it was compiled.

    Until 2023 that was what its own training steps changed, whatever became of `trainable` afterwards: adversarial
    networks compile the discriminator, freeze it for the generator's sake, and train both. Today a frozen model has
    nothing to train, so a step of it can mean nothing else.
    """

    def __init__(self, model):
        self._layers = [(layer, layer._trainable) for layer in model._flatten_layers()]
        self._variables = list(model.trainable_variables) if model.built else []

    def has_weights(self):
        """Whether anything trained."""
        return bool(self._variables)

    @contextlib.contextmanager
    def again(self):
        """Within the block the model trains as it did."""
        older(
            "model.trainable = False after compile()",
            "model.trainable = True around the model's own training",
        )
        layers = [(layer, layer._trainable) for layer, _ in self._layers]
        variables = [(variable, variable.trainable) for variable in self._variables]
        try:
            for layer, flag in self._layers:
                layer._trainable = flag
            for variable in self._variables:
                variable.trainable = True
            yield
        finally:
            for layer, flag in layers:
                layer._trainable = flag
            for variable, flag in variables:
                variable.trainable = flag


def thawed(model):
    """A block within which a model that was frozen after `compile` trains; any other stays as it is."""
    if model.trainable or not model._compiled_state.has_weights():
        return contextlib.nullcontext()
    return model._compiled_state.again()
