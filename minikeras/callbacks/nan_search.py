"""Finds the layer in which a value first stopped being finite, by going through a training step once more.

Before each step the weights are copied. Should the step turn out to have made a value infinite or NaN, it is repeated
from the copy, with every layer's inputs, outputs and gradients watched; then everything is put back as the step had
left it.
"""

import numpy as np

from minikeras import seeds
from minikeras.autodiff import Tensor, differentiable
from minikeras.nest import flatten, map_structure


class NaNSearch:
    """Watches the training steps of a model: `before` and `after` each, and `find` when something went wrong."""

    def __init__(self, model):
        self.model = model
        self._kept = None
        self._position = None

    def before(self, batch):
        """Copy what the step on this batch, (x, y, weights) or less, begins with."""
        if not self.model.built:
            self.model(batch[0] if isinstance(batch, tuple) else batch, training=False)
        if self._kept is None:
            self._kept = [(variable, np.empty_like(variable.array)) for variable in self.model.variables]
        for variable, copy in self._kept:
            copy[...] = variable.array
        self._position = seeds.get_position()

    def after(self):
        """Whether all weights are finite after the step."""
        return all(is_finite(variable.array) for variable, _ in self._kept)

    def find(self, batch):
        """What was the first to be infinite or NaN in the step on this batch; a text such as "the output of layer ..."."""
        model = self.model
        finite_update = self.after()
        first_bad = next((v for v, _ in self._kept if not is_finite(v.array)), None)
        variables = {id(v): v for v in [*(v for v, _ in self._kept), *_state_variables(model)]}
        left = [(v, v.numpy()) for v in variables.values()]
        position, replay = seeds.get_position(), model._replay
        for variable, copy in self._kept:
            variable.array[...] = copy
        seeds.set_position(self._position)
        model._replay = False
        watch = Watch(model)
        try:
            with np.errstate(all="ignore"), watch:
                model.train_step(batch)
        finally:
            for variable, value in left:
                variable.array[...] = value
            seeds.set_position(position)
            model._replay = replay
        found = watch.forward or watch.backward or watch.gradient
        if found is None and not finite_update:
            found = f"weight '{first_bad.path}', in the optimizer's update (its gradient was finite)"
        return found or "nothing when the step was repeated"


class Watch:
    """While it is entered: notes the first layer whose values, and the first whose gradients, are not finite."""

    def __init__(self, model):
        self.model = model
        self.forward = self.backward = self.gradient = None
        self._wrapped = []

    def __enter__(self):
        for layer in self.model._flatten_layers():
            self._wrap(layer, "call", self._watching_call(layer))
        self._wrap(self.model, "compute_loss", self._watching_loss)
        for optimizer in [self.model.optimizer] if self.model.optimizer is not None else []:
            self._wrap(optimizer, "apply", self._watching_apply)
        return self

    def __exit__(self, kind, error, traceback):
        for thing, name in self._wrapped:
            delattr(thing, name)

    def _wrap(self, thing, name, make):
        if name in vars(thing):  # a method that the user replaced on the object is left alone
            return
        setattr(thing, name, make(getattr(thing, name)))
        self._wrapped.append((thing, name))

    def _watching_call(self, layer):
        who = _who(layer)

        def make(call):
            def watched(*args, **kwargs):
                self._check(args, "the input data" if layer is self.model else f"the inputs of {who}")
                self._check_weights(layer)
                args = self._watch_gradients(args, f"the gradient that {who} passes back")
                outputs = call(*args, **kwargs)
                if self.forward is None and not _all_finite(outputs):
                    # A layer may compute with the weights of another that it never calls, as recurrent layers do.
                    for inner in layer._flatten_layers():
                        self._check_weights(inner)
                self._check(outputs, f"the output of {who}, in the forward pass")
                return self._watch_gradients(outputs, f"the gradient of the loss by the output of {who}")

            return watched

        return make

    def _watching_loss(self, compute_loss):
        def watched(x=None, y=None, y_pred=None, sample_weight=None, **kwargs):
            self._check(y, "the targets")
            self._check(sample_weight, "the sample weights")
            loss = compute_loss(x, y, y_pred, sample_weight, **kwargs)
            if self.forward is None and not _all_finite(loss):
                self.forward = self._bad_part(y, y_pred, sample_weight)
            return loss

        return watched

    def _bad_part(self, y, y_pred, sample_weight):
        """Which part of a loss is not finite."""
        for layer in self.model._flatten_layers():
            for variable in layer._own_variables():
                if variable.regularizer is not None and not _all_finite(variable.regularizer(variable)):
                    return f"the penalty on weight '{variable.name}' of {_who(layer)}"
        compiled = self.model._compiled_loss
        if y is not None and isinstance(y_pred, (list, tuple, dict)) and compiled.user_loss is not None:
            for name, _, _, value in compiled.of_each_output(y, y_pred, sample_weight):
                if not _all_finite(value):
                    return f"the loss of output '{name}' (the outputs of all layers were finite)"
        return "the loss (the outputs of all layers were finite)"

    def _watching_apply(self, apply):
        def watched(grads, trainable_variables=None):
            variables = (
                self.model.optimizer._trainable_variables
                if trainable_variables is None
                else trainable_variables
            )
            grads = list(grads)
            for gradient, variable in zip(grads, variables, strict=True):
                if self.gradient is None and gradient is not None and not _all_finite(gradient):
                    self.gradient = f"the gradient of weight '{variable.path}', in the backward pass"
            return apply(grads, trainable_variables)

        return watched

    def _check_weights(self, layer):
        for variable in layer._own_variables():
            self._check(variable, f"weight '{variable.name}' of {_who(layer)}, before the step")

    def _check(self, values, what):
        if self.forward is None and not _all_finite(values):
            self.forward = what

    def _watch_gradients(self, values, what):
        def note(dy):
            if self.backward is None and not _all_finite(dy):
                self.backward = f"{what}, in the backward pass"

        def watched(value):
            if not isinstance(value, Tensor) or value.dtype.kind != "f":
                return value
            output = _observe(value, note=note)
            output.mask = value.mask
            return output

        return map_structure(watched, values)


def _who(layer):
    return f"layer '{layer.name}' ({type(layer).__name__})"


@differentiable
def _observe(x, /, note=None):
    def gradient(dy):
        note(dy)
        return dy

    return x, (gradient,)


def is_finite(array):
    """Whether no element is infinite or NaN."""
    if array.dtype.kind != "f":
        return True
    with np.errstate(all="ignore"):
        # The sum of finite numbers may overflow, so only a finite one decides.
        return bool(np.isfinite(np.add.reduce(array, axis=None)) or np.isfinite(array).all())


def _all_finite(values):
    arrays = [leaf.array if isinstance(leaf, Tensor) else leaf for leaf in flatten(values)]
    return all(is_finite(array) for array in arrays if isinstance(array, np.ndarray))


def _state_variables(model):
    """What a step changes besides the model's weights."""
    optimizer = model.optimizer.variables if model.optimizer is not None else []
    return [*optimizer, *(v for metric in model.metrics for v in metric.variables)]
