"""The base class of optimizers: gradients in, variables changed.

An optimizer of minikeras is its slots, its hyper-parameters and `update`, which works in place on flat arrays: the
variables live in arenas (see `autodiff.arena`), so the usual step is one call of `update` for all of them together.
"""

import re
import warnings

import numpy as np

from minikeras import config, kernels, registry
from minikeras.autodiff import Tensor, Variable, as_array
from minikeras.autodiff.arena import pack
from minikeras.optimizers.schedules import LearningRateSchedule
from minikeras.optimizers.settings import check_numbers
from minikeras.optimizers.slots import Plan, Slots
from minikeras.optimizers.state import OptimizerState
from minikeras.serialization import Registered, constructor_parameters, deserialize, serialize
from minikeras.spellings.calls import OlderValue, call_module_of

_PLANS_KEPT = 16


class Optimizer(OptimizerState, Registered, family="optimizer"):
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

    # The names of the arrays kept for each variable, which stand side by side in saved files.
    slots: tuple[str, ...] = ()
    # Whether `update` treats every element alike, so that many variables may be updated as one flat array.
    elementwise = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        call_module_of(cls)

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
            known = [*constructor_parameters(type(self)), *constructor_parameters(Optimizer)]
            raise ValueError(
                f"{type(self).__name__} received unknown arguments: "
                + "; ".join(f"{k!r}. {registry.suggest(k, known)}" for k in kwargs)
            )
        if sum(c is not None for c in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                f"{type(self).__name__}: only one of clipnorm, clipvalue and global_clipnorm can be set, received "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}."
            )
        check_numbers(
            self,
            least=0,
            optional=True,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
        )
        check_numbers(self, optional=True, weight_decay=weight_decay, loss_scale_factor=loss_scale_factor)
        if use_ema:
            check_numbers(self, least=0, most=1, ema_momentum=ema_momentum)
        for argument, count, least in (
            ("gradient_accumulation_steps", gradient_accumulation_steps, 2),
            ("ema_overwrite_frequency", ema_overwrite_frequency, 1),
        ):
            if count and (not isinstance(count, (int, np.integer)) or count < least):
                raise ValueError(
                    f"{type(self).__name__}: {argument} must be an integer of at least {least}, received {count!r}."
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
        self._variables = [self._iterations]
        self._learning_rate = None
        self._set_learning_rate(learning_rate)
        self._trainable_variables = []
        self._slots = []
        self._places, self._indices = {}, {}
        self._plans = {}
        self._excluded_ids, self._excluded_pattern = set(), None
        self._keras_style = type(self).update_step is not Optimizer.update_step

    # Hyper-parameters

    def _set_learning_rate(self, value):
        variable = None
        if not callable(value):
            array = np.asarray(value)
            if array.ndim or array.dtype.kind not in "fiu" or np.isnan(array):
                raise ValueError(
                    f"{type(self).__name__}: learning_rate must be a float, a schedule or a function without "
                    f"arguments, received {value!r}."
                )
            variable = Variable(array, dtype=config.floatx(), trainable=False, name="learning_rate")
        if isinstance(self._learning_rate, Variable):
            del self._variables[1]
        if variable is not None:
            self._variables.insert(1, variable)
        self._learning_rate = value if variable is None else variable

    lr = OlderValue()

    @property
    def learning_rate(self):
        """The learning rate of the coming step: a variable, or what a schedule or function gives."""
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        return Tensor(np.asarray(self._current_learning_rate(), config.floatx()))

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(self._learning_rate, LearningRateSchedule) and not callable(value):
            if self._learning_rate.assignable:
                self._learning_rate.initial_learning_rate = float(as_array(value))
                return
            raise TypeError(
                f"{type(self).__name__} was created with the schedule {self._learning_rate!r} as its learning_rate, "
                "which a number cannot replace. Create the optimizer with a float learning_rate to be able to set it."
            )
        if callable(value) or not isinstance(self._learning_rate, Variable):
            self._set_learning_rate(value)
        else:
            check_numbers(self, learning_rate=value)
            self._learning_rate.assign(as_array(value))

    def _current_learning_rate(self):
        rate = self._learning_rate
        if type(rate) is Variable:
            return rate.array.item()
        value = rate(self._iterations) if isinstance(rate, LearningRateSchedule) else rate()
        return float(as_array(value))

    @property
    def iterations(self):
        """How many updates were made."""
        if self.gradient_accumulation_steps:
            return Tensor(np.asarray(self.step - 1, "int32"))
        return self._iterations

    @property
    def step(self):
        """The number of the coming update, from 1, a Python integer."""
        done = self._iterations.array.item()
        return done // self.gradient_accumulation_steps + 1 if self.gradient_accumulation_steps else done + 1

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Let weight decay pass over the given variables, and over those in whose name one of the given words occurs.

        var_names: regular expressions that are searched for in `variable.name`, such as 'bias'.
        """
        self._excluded_ids = {id(v) for v in var_list or ()}
        self._excluded_pattern = re.compile("|".join(var_names)) if var_names else None
        self._plans.clear()

    def is_excluded_from_decay(self, variable):
        """Whether weight decay passes over a variable."""
        pattern = self._excluded_pattern
        return id(variable) in self._excluded_ids or bool(pattern and pattern.search(variable.name))

    # The variables and their slots

    def build(self, variables):
        """Make the slots for these variables and move the variables into arenas; known ones stay as they are."""
        self.built = True
        new = [v for v in variables if id(v) not in self._places]
        for variable in new:
            if not isinstance(variable, Variable):
                raise TypeError(
                    f"{type(self).__name__} changes variables in place and expected minikeras.Variable objects, "
                    f"received {type(variable).__name__}."
                )
        for arena in pack(new):
            slots = Slots(self, arena)
            self._slots.append(slots)
            for position, variable in enumerate(arena.variables):
                self._places[id(variable)] = (slots, position)
        for variable in new:
            self._indices[id(variable)] = len(self._trainable_variables)
            self._trainable_variables.append(variable)
        self._plans.clear()
        self._name_slots(new)

    def slot_groups(self):
        """The names of the slots, in groups that stand side by side in saved files."""
        return (tuple(self.slots),) if self.slots else ()

    def initial_slot(self, name, variable):
        """What a slot holds before the first step: a number or an array."""
        return 0

    def slot_shape(self, name, variable):
        """The shape of a variable's slot, if not `elementwise`; None for no slot."""
        return variable.shape

    def works_on_flat_arrays(self):
        """Whether `update` may be given many variables as one flat array."""
        return self.elementwise and not self._keras_style

    def destinations(self, variables):
        """Where to write the gradients of these variables for `step_all`: {id(variable): array}."""
        plan = self._plan(variables)
        self.take_back()
        return plan.destinations

    def _plan(self, variables):
        plan = self._plans.get(tuple(map(id, variables)))
        return plan if plan is not None else self._new_plan(list(variables))

    def _new_plan(self, variables):
        key = tuple(map(id, variables))
        if len(set(key)) != len(key):
            twice = next(v for i, v in enumerate(variables) if id(v) in key[:i])
            raise ValueError(
                f"{type(self).__name__} received variable '{twice.path}' twice. Add its gradients and pass it once."
            )
        unknown = [v for v in variables if id(v) not in self._places]
        if unknown and not (self.built and self._keras_style):
            self.build(variables if not self.built else unknown)
            self.built = True
            unknown = [v for v in unknown if id(v) not in self._places]
        if unknown:
            raise ValueError(
                f"Unknown variable: {unknown[0].path}. {type(self).__name__} can only be called for the variables it "
                "was originally built with (its build() must call super().build(variables)). "
                "For a new set of variables create a new optimizer."
            )
        if len(self._plans) >= _PLANS_KEPT:
            self._plans.clear()
        plan = self._plans[key] = Plan(self, [self._places[i] for i in key], variables)
        return plan

    def take_back(self):
        """Take the variables back into this optimizer's memory, should another optimizer have them."""
        for slots in self._slots:
            if not slots.arena.complete:
                slots.arena.reclaim()

    # The step

    def update(self, w, g, lr, *slots):
        """Change `w` and the slots in place, given the gradient `g`: flat arrays if `elementwise`, else shaped ones."""
        raise NotImplementedError(
            f"{type(self).__name__} has neither update(w, g, lr, *slots) nor update_step(gradient, variable, "
            "learning_rate). Write one of them."
        )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable; optimizers in Keras's manner override it."""
        slots, position = self._places[id(variable)]
        span = slots.part(position, self.elementwise)
        gradient = as_array(gradient).astype(span.gradient.dtype, copy=False).reshape(span.gradient.shape)
        self.update(span.value, gradient, float(as_array(learning_rate)), *span.slots)

    def begin_update(self):
        """Called once before the calls of `update` of a step, for what they have in common."""

    def apply_gradients(self, grads_and_vars):
        """Apply pairs of gradient and variable."""
        pairs = list(grads_and_vars) if np.iterable(grads_and_vars) else [grads_and_vars]
        if not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in pairs):
            wrong = next(p for p in pairs if not isinstance(p, (tuple, list)) or len(p) != 2)
            raise ValueError(
                f"{type(self).__name__}.apply_gradients expected pairs (gradient, variable), received {type(wrong).__name__}. "
                "Pass zip(gradients, variables)."
            )
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """Change the variables by their gradients; a variable whose gradient is None stays as it is."""
        if not np.iterable(grads):
            raise TypeError(
                f"{type(self).__name__}.apply expected a list of gradients, one for each variable, received {grads!r}."
            )
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None:
            if not self.built:
                raise ValueError(
                    f"{type(self).__name__}.apply(grads) needs the variables at its first call: "
                    "apply(grads, trainable_variables), or build(trainable_variables) before."
                )
            trainable_variables = self._trainable_variables
        variables = list(trainable_variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"{type(self).__name__}.apply received {len(grads)} gradients for {len(variables)} variables."
            )
        plan = self._plan(variables)
        if type(None) in map(type, grads):
            grads, variables = self._leave_out_missing(grads, variables)
            plan = self._plan(variables)
        for gradient, view, variable in zip(grads, plan.gradients, variables, strict=True):
            array = gradient.array if isinstance(gradient, Tensor) else gradient
            if array is not view:
                array = np.asarray(array)
                if array.shape != view.shape:
                    raise ValueError(
                        f"{type(self).__name__}: the gradient of variable '{variable.path}' must have its shape "
                        f"{view.shape}, received {array.shape}."
                    )
                view[...] = array
        self._step(plan)

    def _leave_out_missing(self, grads, variables):
        present = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        missing = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
        if not present:
            raise ValueError(
                "No gradients provided for any variable: the loss does not depend on any of "
                f"{', '.join(missing)}. Compute the loss from the model's outputs, inside the tape, "
                "and make layers in __init__ or build: one made inside call is another at every call."
            )
        warnings.warn(
            f"Gradients do not exist for variables {missing}: the loss does not depend on them, they stay as they are.",
            stacklevel=3,
        )
        return [g for g, _ in present], [v for _, v in present]

    def step_all(self, variables=None):
        """One step over these variables (all known ones if not given), whose gradients lie in their `destinations`."""
        self._step(self._plan(self._trainable_variables if variables is None else variables))

    def _step(self, plan):
        self.take_back()
        spans = plan.spans
        rate = self._current_learning_rate()
        if self.loss_scale_factor is not None:
            for span in spans:
                span.gradient /= self.loss_scale_factor
        if not self.gradient_accumulation_steps or self._accumulate(spans):
            self._clip(spans)
            self._decay(plan, rate)
            self.begin_update()
            if self._keras_style:
                for span, variable in zip(spans, plan.variables, strict=True):
                    self.update_step(
                        Tensor(span.gradient), variable, Tensor(np.asarray(rate, config.floatx()))
                    )
            else:
                for span in spans:
                    self.update(span.value, span.gradient, rate, *span.slots)
        if self.use_ema:
            self._average()
        for variable in plan.constrained:
            variable.assign(variable.constraint(variable))
        iterations = self._iterations.array
        iterations += 1

    def _accumulate(self, spans):
        """Add the gradients up; whether it is time for an update, with their mean."""
        steps = self.gradient_accumulation_steps
        last = (self._iterations.array.item() + 1) % steps == 0
        for span in spans:
            if last:
                span.gradient += span.accumulated
                span.gradient /= steps
            else:
                span.accumulated += span.gradient
        if last:
            for slots in self._slots:
                slots.flat["gradient_accumulator"].fill(0)
        return last

    def _clip(self, spans):
        if self.clipnorm and self.clipnorm > 0:
            for gradient in [g for span in spans for g in span.gradients]:
                _limit([gradient], kernels.squared_norm(gradient), self.clipnorm)
        elif self.global_clipnorm and self.global_clipnorm > 0:
            total = sum(kernels.squared_norm(span.gradient) for span in spans)
            _limit([g for span in spans for g in span.gradients], total, self.global_clipnorm)
        elif self.clipvalue and self.clipvalue > 0:
            for span in spans:
                np.clip(span.gradient, -self.clipvalue, self.clipvalue, out=span.gradient)

    def _decay(self, plan, rate):
        if self.weight_decay is not None:
            for w in plan.decayed:
                w -= w * (self.weight_decay * rate)

    def _average(self):
        """Move the averages towards the variables; the first update takes the variables themselves."""
        done = self.step - 1
        momentum = self.ema_momentum if done else 0.0
        for slots in self._slots:
            average = slots.flat["average"]
            average *= momentum
            average += (1 - momentum) * slots.arena.values
        if self.ema_overwrite_frequency and (done + 1) % self.ema_overwrite_frequency == 0:
            self.finalize_variable_values(self._trainable_variables)

    def finalize_variable_values(self, var_list):
        """After training: put the moving averages in these variables' place, if averages are kept."""
        if self.use_ema:
            for variable in var_list:
                if id(variable) in self._places:
                    slots, position = self._places[id(variable)]
                    variable.assign(slots.views["average"][position])

    def scale_loss(self, loss):
        """The loss times `loss_scale_factor`, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # Configuration

    def get_config(self):
        found = {}
        for name in {**constructor_parameters(type(self)), **constructor_parameters(Optimizer)}:
            if name == "learning_rate":
                rate = self._learning_rate
                found[name] = rate.array.item() if isinstance(rate, Variable) else serialize(rate)
            elif hasattr(self, name):
                found[name] = serialize(getattr(self, name))
            elif type(self).get_config is Optimizer.get_config:
                raise AttributeError(
                    f"{type(self).__name__}.get_config() expected an attribute {name!r} for the constructor's argument "
                    f"of that name. Store it (self.{name} = {name}) or write get_config()."
                )
        return found

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize(config["learning_rate"], custom_objects, family="schedule")
        return cls(**config)

    def __repr__(self):
        arguments = []
        for name, parameter in constructor_parameters(type(self)).items():
            value = getattr(self, name, parameter.default)
            if name == "learning_rate":
                rate = self._learning_rate
                # A float32 0.01 is meant as the 0.01 that was given.
                value = float(f"{rate.array.item():.7g}") if isinstance(rate, Variable) else rate
            if name != "name" and value is not parameter.default and value != parameter.default:
                arguments.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(arguments)})"


def _limit(gradients, squared_norm, limit):
    """Shrink gradients whose norm together exceeds the limit; one that is not finite makes all of them NaN."""
    norm = float(np.sqrt(squared_norm))
    if norm <= limit:
        return
    factor = limit / norm if np.isfinite(norm) else np.nan
    for gradient in gradients:
        gradient *= factor
