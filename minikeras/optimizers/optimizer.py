"""The base class of optimizers: gradients in, variables changed.

An optimizer of minikeras is its slots, its hyper-parameters and `update`, which works in place on flat arrays: the
variables live in arenas (see `autodiff.arena`), so the usual step is one call of `update` for all of them together.
"""

import warnings

import numpy as np

from minikeras import dtypes, kernels, registry
from minikeras.autodiff import Tensor, Variable, as_array
from minikeras.autodiff.arena import pack
from minikeras.optimizers.slots import Slots
from minikeras.serialization import Registered, constructor_parameters, deserialize, serialize


class Optimizer(Registered, family="optimizer"):
    """Changes variables so that a loss gets smaller, given its gradients.

    learning_rate: a float, a schedule, or a function without arguments. weight_decay: shrinks the variables by this
    share times the learning rate at each step. clipnorm, clipvalue, global_clipnorm (one of them): limits on each
    gradient's norm, on each element, on the norm of all together. use_ema: keep a moving average of the variables,
    with `ema_momentum`, put in their place every `ema_overwrite_frequency` steps or after training.
    gradient_accumulation_steps: apply the mean gradient of so many steps at once.

    To write your own: derive, name your slots in `slots`, and write `update(w, g, lr, *slots)`, which changes the
    arrays in place (here the sign descent of Bernstein et al. 2018):

    >>> import minikeras as keras, numpy as np
    >>> class SignSGD(keras.optimizers.Optimizer):
    ...     def __init__(self, learning_rate=0.1, name="sign_sgd", **kwargs):
    ...         super().__init__(learning_rate=learning_rate, name=name, **kwargs)
    ...
    ...     def update(self, w, g, lr):
    ...         w -= lr * np.sign(g)
    >>> v = keras.Variable([1.0, 2.0])
    >>> SignSGD().apply([np.array([3.0, -4.0], "float32")], [v])
    >>> v.numpy()
    array([0.9, 2.1], dtype=float32)

    Keras's own way (`build` with `add_variable_from_reference`, and `update_step`) works as well.
    """

    module = "keras.optimizers"

    # The names of the arrays kept for each variable: groups, whose members stand side by side in saved files.
    slots = ()
    # Whether `update` treats every element alike, so that many variables may be updated as one flat array.
    elementwise = True

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        if kwargs:
            known = constructor_parameters(type(self))
            raise ValueError(
                f"{type(self).__name__} received unknown arguments: "
                + ", ".join(f"{k!r} ({registry.suggest(k, known)})" for k in kwargs)
            )
        if sum(c is not None for c in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                f"{type(self).__name__}: only one of clipnorm, clipvalue and global_clipnorm can be set, received "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}."
            )
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ValueError(f"{type(self).__name__}: ema_momentum must lie in [0, 1], received {ema_momentum}.")
        if gradient_accumulation_steps is not None and gradient_accumulation_steps < 2:
            raise ValueError(
                f"{type(self).__name__}: gradient_accumulation_steps must be an integer of at least 2, "
                f"received {gradient_accumulation_steps}."
            )
        self.name = name or registry.unique_name(registry.snake_case(type(self).__name__))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.built = False
        self._iterations = Variable(0, dtype="int32", trainable=False, name="iteration")
        self._set_learning_rate(learning_rate)
        self._added = []
        self._blocks = []
        self._block_of = {}
        self._excluded_ids, self._excluded_words = set(), ()

    # Hyper-parameters

    def _set_learning_rate(self, value):
        if callable(value) and not isinstance(value, Tensor):
            self._learning_rate = value
            return
        array = as_array(value)
        if array.ndim or array.dtype.kind not in "fiu":
            raise ValueError(
                f"{type(self).__name__}: learning_rate must be a float, a schedule or a function, received {value!r}."
            )
        self._learning_rate = Variable(array, dtype="float32", trainable=False, name="learning_rate")

    @property
    def learning_rate(self):
        """The learning rate of the coming step."""
        return self._learning_rate if isinstance(self._learning_rate, Variable) else self._current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value):
        if callable(value) or not isinstance(self._learning_rate, Variable):
            self._set_learning_rate(value)
        else:
            self._learning_rate.assign(as_array(value))

    def _current_learning_rate(self):
        rate = self._learning_rate
        if isinstance(rate, Variable):
            return float(rate.array)
        return float(as_array(rate(self._iterations) if isinstance(rate, Registered) else rate()))

    @property
    def iterations(self):
        """How many updates were made."""
        if self.gradient_accumulation_steps:
            return Tensor(np.asarray(int(self._iterations.array) // self.gradient_accumulation_steps, "int32"))
        return self._iterations

    @property
    def step(self):
        """The number of the coming update, from 1, a Python integer."""
        return int(self._iterations.array) // (self.gradient_accumulation_steps or 1) + 1

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Let weight decay pass over the given variables, or those whose name contains one of the given words."""
        if self.built:
            raise ValueError("exclude_from_weight_decay() must be called before the optimizer is built (before fit).")
        self._excluded_ids = {id(v) for v in var_list or ()}
        self._excluded_words = tuple(var_names or ())

    # The state

    def build(self, variables):
        """Make the slots for these variables and move the variables into arenas."""
        self.built = True
        for arena in pack(variables):
            block = Slots(self, arena)
            self._blocks.append(block)
            for position, variable in enumerate(arena.variables):
                self._block_of[id(variable)] = (block, position)

    def slot_groups(self):
        """The slots of one variable, in groups that stand side by side in saved files."""
        return (tuple(self.slots),) if self.slots else ()

    @property
    def variables(self):
        """Everything that a saved file keeps: iterations, learning rate, slots."""
        own = [self._iterations]
        if isinstance(self._learning_rate, Variable):
            own.append(self._learning_rate)
        return own + self._added + [v for block in self._blocks for v in block.variables(self._order())]

    def _order(self):
        extra = (("average",),) if self.use_ema else ()
        accumulators = (("gradient_accumulator",),) if self.gradient_accumulation_steps else ()
        return (*extra, *accumulators, *self.slot_groups())

    def add_variable(self, shape, initializer="zeros", dtype=None, aggregation="none", layout=None, name=None):
        """Make a variable that belongs to the optimizer."""
        variable = Variable(np.zeros(shape, dtypes.standardize_dtype(dtype)), trainable=False, name=name)
        if initializer != "zeros":
            variable.assign(initializer(shape, dtype=variable.dtype) if callable(initializer) else 1)
        self._added.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """Make a variable of the shape and dtype of another, such as a momentum."""
        name = f"{reference_variable.path.replace('/', '_')}_{name}"
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, name=name)

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """One new variable beside each of the given ones; for a list of names, one list for each."""
        names = [name] if isinstance(name, str) else list(name)
        columns = [[self.add_variable_from_reference(v, n, initializer) for n in names] for v in trainable_variables]
        lists = [[row[i] for row in columns] for i in range(len(names))]
        return lists[0] if isinstance(name, str) else tuple(lists)

    def _get_variable_index(self, variable):
        order = [v for block in self._blocks for v in block.arena.variables]
        return next(i for i, v in enumerate(order) if v is variable)

    # The step

    def update(self, w, g, lr, *slots):
        """Change `w` and the slots in place, given the gradient `g`: flat arrays if `elementwise`, else shaped ones."""
        raise NotImplementedError(f"{type(self).__name__} has no update(w, g, lr, *slots) method. Write one.")

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable; optimizers in Keras's manner override it."""
        block, position = self._block_of[id(variable)]
        block.span(position).gradient[...] = as_array(gradient).reshape(-1)
        self._update(block, [block.span(position)], float(as_array(learning_rate)))

    def apply_gradients(self, grads_and_vars):
        """Apply pairs of gradient and variable."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """Change the variables by their gradients; None for a variable leaves it as it is."""
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None:
            if not self.built:
                raise ValueError(
                    f"{type(self).__name__}.apply(grads) needs the variables at its first call: "
                    "apply(grads, trainable_variables), or build(trainable_variables) before."
                )
            trainable_variables = [v for block in self._blocks for v in block.arena.variables]
        variables = list(trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"{type(self).__name__}.apply received {len(grads)} gradients for {len(variables)} variables."
            )
        unknown = [v for v in variables if id(v) not in self._block_of]
        if unknown:
            self.build(unknown)
        self._set_gradients(grads, variables)
        self._step_over({id(v) for g, v in zip(grads, variables, strict=True) if g is not None})

    def _set_gradients(self, grads, variables):
        missing = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
        if len(missing) == len(variables):
            raise ValueError(
                "No gradients provided for any variable: the loss does not depend on any of "
                f"{', '.join(missing)}. Compute the loss from the model's outputs, inside the tape."
            )
        if missing:
            warnings.warn(
                f"Gradients do not exist for variables {missing}: the loss does not depend on them, they stay as they are.",
                stacklevel=4,
            )
        for gradient, variable in zip(grads, variables, strict=True):
            if gradient is None:
                continue
            block, position = self._block_of[id(variable)]
            view = block.arena.gradient_views[position]
            array = gradient.array if isinstance(gradient, Tensor) else gradient
            if array is not view:
                view[...] = array

    def _step_over(self, ids):
        """One step for the variables of these ids, whose gradients lie in the arenas."""
        rate = self._current_learning_rate()
        accumulate = self.gradient_accumulation_steps
        last = not accumulate or (int(self._iterations.array) + 1) % accumulate == 0
        spans = []
        for block in self._blocks:
            block.arena.reclaim()
            spans.append(block.spans(ids, whole=self.elementwise and not self._keras_style()))
        if self.loss_scale_factor:
            for span in _all(spans):
                span.gradient /= self.loss_scale_factor
        if accumulate:
            for span in _all(spans):
                self._accumulate(span, accumulate, last)
        if last:
            self._clip(spans)
            for block, chosen in zip(self._blocks, spans, strict=True):
                if self.weight_decay:
                    self._decay(block, ids, rate)
                self._update(block, chosen, rate)
        if self.use_ema:
            self._average()
        self._constrain(ids)
        self._iterations.array[...] += 1

    def _keras_style(self):
        return type(self).update_step is not Optimizer.update_step

    def _update(self, block, spans, rate):
        if self._keras_style():
            for span in spans:
                self.update_step(Tensor(span.gradient.reshape(span.variable.shape)), span.variable, Tensor(np.float32(rate)))
            return
        names = [name for group in self.slot_groups() for name in group]
        for span in spans:
            arrays = [span.value, span.gradient, *(span.slot(name) for name in names)]
            if not self.elementwise:
                arrays = [a.reshape(span.variable.shape) if a.size == span.variable.size else a for a in arrays]
            self.update(arrays[0], arrays[1], rate, *arrays[2:])

    def _accumulate(self, span, steps, last):
        total = span.slot("gradient_accumulator")
        total += span.gradient
        if last:
            np.divide(total, steps, out=span.gradient)
            total[...] = 0

    def _clip(self, spans):
        if self.clipvalue:
            for span in _all(spans):
                np.clip(span.gradient, -self.clipvalue, self.clipvalue, out=span.gradient)
        elif self.clipnorm:
            for gradient in [g for span in _all(spans) for g in span.parts()]:
                norm = float(np.sqrt(kernels.squared_norm(gradient)))
                if norm > self.clipnorm:
                    gradient *= self.clipnorm / norm
        elif self.global_clipnorm:
            norm = float(np.sqrt(sum(kernels.squared_norm(span.gradient) for span in _all(spans))))
            if norm > self.global_clipnorm:
                for span in _all(spans):
                    span.gradient *= self.global_clipnorm / norm

    def _decay(self, block, ids, rate):
        for span in block.spans(ids, whole=not (self._excluded_ids or self._excluded_words)):
            if span.variable is None or not self._is_excluded(span.variable):
                span.value -= span.value * np.asarray(self.weight_decay * rate, span.value.dtype)

    def _is_excluded(self, variable):
        return id(variable) in self._excluded_ids or any(word in variable.path for word in self._excluded_words)

    def _average(self):
        """Move the averages towards the variables; the first step takes the variables themselves."""
        step = int(self._iterations.array)
        momentum = self.ema_momentum if step else 0.0
        for block in self._blocks:
            average = block.flat["average"]
            average *= momentum
            average += (1 - momentum) * block.arena.values
        if self.ema_overwrite_frequency and (step + 1) % self.ema_overwrite_frequency == 0:
            self._take_averages()

    def _take_averages(self):
        for block in self._blocks:
            block.arena.reclaim()
            block.arena.values[...] = block.flat["average"]

    def finalize_variable_values(self, var_list):
        """After training: put the moving averages in the variables' place, if they were kept for that."""
        if self.use_ema and self._blocks:
            self._take_averages()

    def _constrain(self, ids):
        for block in self._blocks:
            for variable in block.constrained:
                if id(variable) in ids:
                    variable.assign(variable.constraint(variable))

    def scale_loss(self, loss):
        """The loss times `loss_scale_factor`, if there is one."""
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss

    # Helpers that Keras's own optimizers use

    def assign(self, variable, value):
        """variable.assign(value)."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """variable.assign_add(value)."""
        variable.assign_add(value)

    def assign_sub(self, variable, value):
        """variable.assign_sub(value)."""
        variable.assign_sub(value)

    # Configuration

    def get_config(self):
        config = {}
        for name in [*constructor_parameters(type(self)), *constructor_parameters(Optimizer)]:
            if name == "learning_rate":
                rate = self._learning_rate
                config[name] = float(rate.array) if isinstance(rate, Variable) else serialize(rate)
            elif name not in config:
                config[name] = serialize(getattr(self, name))
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize(config["learning_rate"], custom_objects, family="schedule")
        return cls(**config)

    def save_own_variables(self, store):
        """Write the state into a mapping of numbered arrays."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        """Read the state from a mapping of numbered arrays; the optimizer must be built."""
        variables = self.variables
        if len(store) != len(variables):
            raise ValueError(
                f"{type(self).__name__} keeps {len(variables)} variables, the file holds {len(store)}. "
                "Compile the model with the optimizer it was saved with, or load the weights alone."
            )
        for i, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(i)]))


def _all(spans):
    return [span for chosen in spans for span in chosen]
