"""A learning rate for each epoch."""

import inspect

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.learning_rates import learning_rate_of, log_learning_rates, optimizers_of
from minikeras.messages import say

__all__ = ["LearningRateScheduler"]


class LearningRateScheduler(Callback):
    """Set the learning rate at the beginning of each epoch to what `schedule(epoch, learning_rate)` returns, a float.

    A schedule of one argument is given the epoch alone. The rates appear in the history as 'learning_rate'.
    verbose: 1 says what is done.

    >>> import minikeras as keras, numpy as np
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.8), "mse")
    >>> halving = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    >>> history = model.fit(np.ones((8, 2)), np.zeros((8, 1)), epochs=3, callbacks=[halving], verbose=0)
    >>> [round(rate, 4) for rate in history.history["learning_rate"]]
    [0.8, 0.4, 0.2]
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler: schedule must be a function of the epoch and the learning rate, received {schedule!r}."
            )
        if not _takes_two(schedule) and not _takes(schedule, 0):
            raise TypeError(
                "LearningRateScheduler expected schedule to take the epoch, or the epoch and the learning rate, received "
                f"{schedule!r}, which takes other arguments: {inspect.signature(schedule)}."
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        for suffix, optimizer in optimizers_of(self.model):
            rate = self._rate(epoch, optimizer)
            optimizer.learning_rate = rate
            if self.verbose > 0:
                name = f"{suffix[1:]} " if suffix else ""
                say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting {name}learning rate to {rate}.")

    def _rate(self, epoch, optimizer):
        if _takes_two(self.schedule):
            rate = self.schedule(epoch, learning_rate_of(optimizer))
        else:
            rate = self.schedule(epoch)
        if isinstance(rate, Tensor) and rate.size == 1:
            rate = rate.item()
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise ValueError(
                f"LearningRateScheduler: The output of the `schedule` function should be a float. Got: {rate!r} in epoch "
                f"{epoch + 1}. Return float(rate)."
            )
        if not np.isfinite(rate):
            raise ValueError(
                f"LearningRateScheduler expected a finite learning rate, received {rate!r} from the schedule in epoch "
                f"{epoch + 1}. Look for a division by zero or an overflow in it."
            )
        return float(rate)

    def on_epoch_end(self, epoch, logs=None):
        log_learning_rates(self.model, {} if logs is None else logs)


def _takes_two(schedule):
    return _takes(schedule, 0, 0.1)


def _takes(schedule, *arguments):
    try:
        inspect.signature(schedule).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # functions written in C may not say
        return True
    return True
