"""`tf.train` of TensorFlow 1: optimizers that minimize, learning rates that decay, the global step, averages."""

import numpy as np

from minikeras import ops, optimizers
from minikeras.autodiff import Tensor, Variable
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.graph import Deferred, Operation, is_deferred, liftable, mode
from minikeras.compat.tensorflow.sessions import GraphKeys, get_collection, trainable_variables
from minikeras.compat.tensorflow.tapes import GradientTape
from minikeras.compat.tensorflow.variables import EagerVariable, GraphVariable, graph_variable


class Optimizer:
    """Changes variables so that a loss gets smaller: `minimize(loss)` gives an operation to run.

    With eager values, `apply_gradients` and `minimize` (of a function without arguments) act at once.
    """

    def __init__(self, learning_rate, make, name):
        self._learning_rate = learning_rate
        self._make = make
        self._name = name
        self._optimizer = None

    def get_name(self):
        """The name."""
        return self._name

    def _own(self):
        if self._optimizer is None:
            rate = self._learning_rate
            self._optimizer = self._make(0.0 if isinstance(rate, Deferred) else _number(rate))
        return self._optimizer

    def minimize(
        self, loss, global_step=None, var_list=None, gate_gradients=None, aggregation_method=None,
        colocate_gradients_with_ops=False, name=None, grad_loss=None,
    ):  # fmt: skip
        """One step against the gradients of a loss."""
        return self.apply_gradients(
            self.compute_gradients(loss, var_list, grad_loss=grad_loss), global_step, name
        )

    def compute_gradients(
        self, loss, var_list=None, gate_gradients=None, aggregation_method=None, colocate_gradients_with_ops=False,
        grad_loss=None,
    ):  # fmt: skip
        """Pairs of gradient and variable."""
        if callable(loss) and not isinstance(loss, (Tensor, Deferred)):
            with GradientTape() as tape:
                value = loss()
            variables = list(var_list() if callable(var_list) else var_list or tape.watched_variables())
            return list(zip(tape.gradient(value, variables), variables, strict=True))
        if not is_deferred(loss):
            raise RuntimeError(
                "`loss` passed to Optimizer.compute_gradients should be a function when eager execution is enabled: this loss "
                "is a value already and nobody knows how it was computed. Call tf.compat.v1.disable_eager_execution() (or "
                "tf.disable_v2_behavior()) before the variables are made, or use tf.GradientTape."
            )
        variables = list(var_list) if var_list is not None else trainable_variables()
        if not variables:
            raise ValueError("No variables to optimize.")
        found = graph.gradients(loss, variables, None if grad_loss is None else [grad_loss])
        if all(g is None for g in found):
            raise ValueError(
                f"No gradients provided for any variable, check your graph: the loss does not depend on any of "
                f"{[v.name for v in variables]}."
            )
        return list(zip(found, variables, strict=True))

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """One step with these gradients."""
        pairs = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        gradients, variables = [g for g, _ in pairs], [_plain(v) for _, v in pairs]
        if not is_deferred(gradients):
            self._step(gradients, variables)
            return None if global_step is None else global_step.assign_add(1)

        def step(gradients, rate, count):
            if rate is not None:
                self._own().learning_rate = float(np.asarray(rate))
            self._step(gradients, variables)
            if count is not None:
                count.assign_add(1)

        rate = self._learning_rate() if callable(self._learning_rate) else self._learning_rate
        counted = global_step.variable if isinstance(global_step, GraphVariable) else global_step
        # The count is no input of the graph: it is changed when everything that reads it was computed.
        return Operation(
            lambda g, r: step(g, r, counted),
            (gradients, rate if is_deferred(rate) else None),
            name or self._name,
        )

    def _step(self, gradients, variables):
        self._own().apply([as_tensor(g) for g in gradients], variables)

    def variables(self):
        """The optimizer's own variables."""
        return self._own().variables

    def get_slot_names(self):
        """The names of what it keeps for each variable."""
        return list(self._own().slots)


def _plain(variable):
    return variable.variable if isinstance(variable, GraphVariable) else variable


def _number(rate):
    if callable(rate) and not isinstance(rate, (Tensor, optimizers.schedules.LearningRateSchedule)):
        rate = rate()
    return rate.array.item() if isinstance(rate, Tensor) else rate


class GradientDescentOptimizer(Optimizer):
    """w ← w - lr · g."""

    def __init__(self, learning_rate, use_locking=False, name="GradientDescent"):
        super().__init__(learning_rate, optimizers.SGD, name)


class MomentumOptimizer(Optimizer):
    """Gradient descent with momentum: the accumulated gradient, times the learning rate."""

    def __init__(self, learning_rate, momentum, use_locking=False, name="Momentum", use_nesterov=False):
        def make(rate):
            return optimizers.SGD(rate, momentum=_number(momentum), nesterov=use_nesterov)

        super().__init__(learning_rate, make, name)


class AdamOptimizer(Optimizer):
    """Adam, with the ε of TensorFlow 1."""

    def __init__(
        self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, use_locking=False, name="Adam"
    ):
        super().__init__(learning_rate, lambda rate: optimizers.Adam(rate, beta1, beta2, epsilon), name)


class RMSPropOptimizer(Optimizer):
    """RMSprop, whose mean of squares begins with ones."""

    def __init__(
        self, learning_rate, decay=0.9, momentum=0.0, epsilon=1e-10, use_locking=False, centered=False, name="RMSProp"
    ):  # fmt: skip
        def make(rate):
            made = optimizers.RMSprop(rate, decay, momentum, epsilon, centered)
            made.initial_slot = lambda slot, variable: 1 if slot == "velocity" else 0
            return made

        super().__init__(learning_rate, make, name)


class AdagradOptimizer(Optimizer):
    """Adagrad."""

    def __init__(self, learning_rate, initial_accumulator_value=0.1, use_locking=False, name="Adagrad"):
        super().__init__(
            learning_rate, lambda rate: optimizers.Adagrad(rate, initial_accumulator_value, 0.0), name
        )


class AdadeltaOptimizer(Optimizer):
    """Adadelta."""

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-8, use_locking=False, name="Adadelta"):
        super().__init__(learning_rate, lambda rate: optimizers.Adadelta(rate, rho, epsilon), name)


class FtrlOptimizer(Optimizer):
    """FTRL."""

    def __init__(
        self, learning_rate, learning_rate_power=-0.5, initial_accumulator_value=0.1, l1_regularization_strength=0.0,
        l2_regularization_strength=0.0, use_locking=False, name="Ftrl",
    ):  # fmt: skip
        def make(rate):
            return optimizers.Ftrl(
                rate,
                learning_rate_power,
                initial_accumulator_value,
                l1_regularization_strength,
                l2_regularization_strength,
            )

        super().__init__(learning_rate, make, name)


# The global step and learning rates that depend on it


def get_global_step(graph=None):
    """The variable that counts steps, or None."""
    found = get_collection(GraphKeys.GLOBAL_STEP)
    return found[0] if found else None


def create_global_step(graph=None):
    """A variable that counts steps."""
    if get_global_step() is not None:
        raise ValueError('"global_step" already exists.')
    return get_or_create_global_step()


def get_or_create_global_step(graph=None):
    """The variable that counts steps, made if there is none."""
    step = get_global_step()
    if step is None:
        make = graph_variable if mode.deferring else EagerVariable
        step = make(np.int64(0), trainable=False, name="global_step")
        mode.graph.add_to_collection(GraphKeys.GLOBAL_STEP, step)
    return step


def global_step(sess, global_step_tensor):
    """How many steps were counted."""
    return int(_plain(global_step_tensor).array)


def _decay(formula, doc):
    def function(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
        return liftable(formula)(learning_rate, global_step, decay_steps, decay_rate, staircase)

    function.__doc__ = doc
    return function


def _progress(step, steps, staircase):
    p = ops.cast(as_tensor(step), "float32") / float(steps)
    return ops.floor(p) if staircase else p


def _exponential(rate, step, steps, decay, staircase):
    return rate * ops.power(as_tensor(float(decay)), _progress(step, steps, staircase))


def _natural(rate, step, steps, decay, staircase):
    return rate * ops.exp(-decay * _progress(step, steps, staircase))


def _inverse(rate, step, steps, decay, staircase):
    return rate / (1 + decay * _progress(step, steps, staircase))


exponential_decay = _decay(_exponential, "lr · rate ^ (step / steps).")
natural_exp_decay = _decay(_natural, "lr · exp(-rate · step / steps).")
inverse_time_decay = _decay(_inverse, "lr / (1 + rate · step / steps).")


@liftable
def piecewise_constant(x, boundaries, values, name=None):
    """values[i] while x is up to boundaries[i], the last value beyond."""
    place = np.searchsorted(np.asarray(boundaries), as_tensor(x).array, side="left")
    return as_tensor(values[int(place)])


@liftable
def polynomial_decay(
    learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None
):  # fmt: skip
    """From learning_rate to end_learning_rate by (1 - step / steps) ^ power."""
    step, steps = ops.cast(as_tensor(global_step), "float32"), float(decay_steps)
    if cycle:
        steps = steps * ops.maximum(ops.ceil(step / steps), 1.0)
    step = ops.minimum(step, steps)
    return (learning_rate - end_learning_rate) * ops.power(1 - step / steps, power) + end_learning_rate


@liftable
def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine from learning_rate to alpha · learning_rate."""
    step = ops.minimum(ops.cast(as_tensor(global_step), "float32"), float(decay_steps))
    return learning_rate * ((1 - alpha) * 0.5 * (1 + ops.cos(np.pi * step / float(decay_steps))) + alpha)


class ExponentialMovingAverage:
    """Averages of variables, that follow them slowly."""

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self.decay = float(decay)
        self._averages = {}

    def apply(self, var_list=None):
        """Moves the averages, when it is run."""
        variables = (
            [_plain(v) for v in var_list]
            if var_list is not None
            else [_plain(v) for v in trainable_variables()]
        )
        for variable in variables:
            self._averages.setdefault(id(variable), Variable(variable.array.copy(), trainable=False))

        def move():
            for variable in variables:
                average = self._averages[id(variable)].array
                average += (1 - self.decay) * (variable.array - average)

        if mode.deferring:
            return Operation(move, (), "average")
        return move()

    def average(self, var):
        """The average of a variable."""
        return self._averages.get(id(_plain(var)))
