"""Learning rate schedules: the rate as a function of the number of steps taken."""

import math

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.optimizers.settings import check_numbers
from minikeras.serialization import Registered
from minikeras.serialization import deserialize as _deserialize
from minikeras.serialization import serialize as _serialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


_TYPES = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


class LearningRateSchedule(Registered, family="schedule"):
    """A function of the step, with a configuration; derive and write `__call__(step)`.

    step: a number, an array or the optimizer's `iterations`, counted from 0.

    >>> class Halving(LearningRateSchedule):
    ...     def __init__(self, start):
    ...         self.start = start
    ...
    ...     def __call__(self, step):
    ...         return self.start * 0.5 ** float(step)
    >>> Halving(0.8)(3), Halving(0.8).get_config()
    (0.1, {'start': 0.8})
    """

    module = "keras.optimizers.schedules"
    # Whether a number assigned to an optimizer's learning rate is from then on the rate that the schedule begins with.
    assignable = False

    def __call__(self, step):
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `__call__(self, step)`."
        )


class ExponentialDecay(LearningRateSchedule):
    """rate · decay_rate^(step / decay_steps); staircase: the exponent rounded down.

    >>> float(ExponentialDecay(1.0, decay_steps=10, decay_rate=0.5)(20))
    0.25
    """

    def __init__(
        self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"
    ):
        _check_positive(self, decay_steps=decay_steps)
        check_numbers(self, initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate, steps, decay = _floats(self.initial_learning_rate, self.decay_steps, self.decay_rate)
        exponent = _float(step) / steps
        if self.staircase:
            exponent = np.floor(exponent)
        return Tensor(np.asarray(rate * decay**exponent))


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to and including the step boundaries[i], the last value after the last boundary.

    >>> schedule = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.25])
    >>> [float(schedule(step)) for step in (100, 101, 201)]
    [1.0, 0.5, 0.25]
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        for argument, given in (("boundaries", boundaries), ("values", values)):
            if isinstance(given, str) or not hasattr(given, "__len__"):
                raise ValueError(
                    f"PiecewiseConstantDecay: {argument} must be a list of numbers, received {given!r}."
                )
            for item in given:
                check_numbers(self, **{argument: item})
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay: boundaries must be one fewer than values, received "
                f"{len(boundaries)} boundaries {list(boundaries)} and {len(values)} values {list(values)}."
            )
        if any(low > high for low, high in zip(boundaries, list(boundaries)[1:], strict=False)):
            raise ValueError(
                f"PiecewiseConstantDecay: boundaries must increase, received {list(boundaries)}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        step = as_array(step)
        # The boundaries take the step's dtype: 2.5 is 2 for an integer step.
        position = np.searchsorted(np.asarray(self.boundaries).astype(step.dtype), step, side="left")
        return Tensor(_float(self.values)[position, ...])


class PolynomialDecay(LearningRateSchedule):
    """(rate - end) · (1 - step / decay_steps)^power + end; cycle: decay_steps grows to its next multiple.

    >>> float(PolynomialDecay(1.0, decay_steps=10, end_learning_rate=0.5)(5))
    0.75
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        _check_positive(self, decay_steps=decay_steps)
        check_numbers(
            self,
            initial_learning_rate=initial_learning_rate,
            end_learning_rate=end_learning_rate,
            power=power,
        )
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        rate, steps, end = _floats(self.initial_learning_rate, self.decay_steps, self.end_learning_rate)
        step = _float(step)
        if self.cycle:
            steps = steps * np.where(step == 0, _float(1), np.ceil(step / steps))
        else:
            step = np.minimum(step, steps)
        return Tensor(np.asarray((rate - end) * (1 - step / steps) ** _float(self.power) + end))


class InverseTimeDecay(LearningRateSchedule):
    """rate / (1 + decay_rate · step / decay_steps); staircase: step / decay_steps rounded down.

    >>> float(InverseTimeDecay(1.0, decay_steps=1, decay_rate=0.5)(2))
    0.5
    """

    def __init__(
        self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="InverseTimeDecay"
    ):
        _check_positive(self, decay_steps=decay_steps)
        check_numbers(self, initial_learning_rate=initial_learning_rate, decay_rate=decay_rate)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        rate, steps, decay = _floats(self.initial_learning_rate, self.decay_steps, self.decay_rate)
        times = _float(step) / steps
        if self.staircase:
            times = np.floor(times)
        return Tensor(np.asarray(rate / (1 + decay * times)))


class CosineDecay(LearningRateSchedule):
    """rate · ((1 - alpha) · (1 + cos(π step / decay_steps)) / 2 + alpha) (Loshchilov & Hutter 2016, equation 5).

    With warmup_target, the rate first rises in a line from the initial one to the target within warmup_steps, and
    decays from there.

    >>> schedule = CosineDecay(0.0, decay_steps=10, warmup_target=1.0, warmup_steps=4)
    >>> [float(schedule(step)) for step in (0, 2, 4, 14)]
    [0.0, 0.5, 1.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        _check_positive(self, decay_steps=decay_steps)
        check_numbers(
            self, initial_learning_rate=initial_learning_rate, alpha=alpha, warmup_steps=warmup_steps
        )
        check_numbers(self, optional=True, warmup_target=warmup_target)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        initial, steps, warmup = _floats(self.initial_learning_rate, self.decay_steps, self.warmup_steps)
        step = _float(step)
        if self.warmup_target is None:
            return Tensor(np.asarray(self._decayed(initial, np.minimum(step, steps) / steps)))
        target = _float(self.warmup_target)
        step = np.minimum(step, steps + warmup)
        rising = (target - initial) * (step / np.maximum(warmup, 1)) + initial
        return Tensor(np.where(step < warmup, rising, self._decayed(target, (step - warmup) / steps)))

    def _decayed(self, rate, fraction):
        cosine = 0.5 * (1 + np.cos(_float(math.pi) * fraction))
        return rate * ((1 - self.alpha) * cosine + self.alpha)


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay that starts again, each time t_mul times as long and m_mul times as high (SGDR).

    Loshchilov & Hutter 2016, "SGDR: stochastic gradient descent with warm restarts".

    >>> schedule = CosineDecayRestarts(1.0, first_decay_steps=10, m_mul=0.5)
    >>> [float(schedule(step)) for step in (0, 10, 30)]
    [1.0, 0.5, 0.25]
    """

    def __init__(
        self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"
    ):
        _check_positive(self, first_decay_steps=first_decay_steps)
        check_numbers(
            self, initial_learning_rate=initial_learning_rate, t_mul=t_mul, m_mul=m_mul, alpha=alpha
        )
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        rate, first, growth, height = _floats(
            self.initial_learning_rate, self.first_decay_steps, self.t_mul, self.m_mul
        )
        fraction = _float(step) / first
        if growth == 1:
            restarts = np.floor(fraction)
            fraction = fraction - restarts
        else:
            # The lengths 1, t, t², ... before the i-th restart sum up to (1 - tⁱ) / (1 - t).
            restarts = np.floor(np.log(1 - fraction * (1 - growth)) / np.log(growth))
            fraction = (fraction - (1 - growth**restarts) / (1 - growth)) / growth**restarts
        cosine = 0.5 * height**restarts * (1 + np.cos(_float(math.pi) * fraction))
        return Tensor(np.asarray(rate * ((1 - self.alpha) * cosine + self.alpha)))


def serialize(learning_rate_schedule):
    """A schedule as plain data."""
    return _serialize(learning_rate_schedule)


def deserialize(config, custom_objects=None):
    """A schedule from plain data."""
    return _deserialize(config, custom_objects, family="schedule")


def _check_positive(schedule, **steps):
    check_numbers(schedule, **steps)
    for name, value in steps.items():
        if value <= 0:
            raise ValueError(f"{type(schedule).__name__}: {name} must be positive, received {name}={value}.")


def _float(value):
    """A number, an array or a tensor in the default float type."""
    if type(value) in (int, float):
        return _TYPES[config.floatx()](value)
    return as_array(value).astype(config.floatx())


def _floats(*values):
    return [_float(value) for value in values]
