"""The learning rate before its decay, as `optimizer.lr` of older optimizers gave it: a variable to read and to set."""

from minikeras.autodiff import Variable


class DecayingRate(Variable):
    """The rate that a schedule begins with; assigning to it changes the schedule.

    >>> from minikeras.optimizers.schedules import InverseTimeDecay
    >>> schedule = InverseTimeDecay(0.5, 1, 0.1)
    >>> _ = DecayingRate(schedule).assign(0.25)
    >>> schedule.initial_learning_rate
    0.25
    """

    __slots__ = ("schedule",)

    def __init__(self, schedule):
        super().__init__(schedule.initial_learning_rate, trainable=False, name="learning_rate")
        self.schedule = schedule

    def assign(self, value):
        """Let the schedule begin with this rate."""
        result = super().assign(value)
        self.schedule.initial_learning_rate = float(f"{self.array.item():.7g}")
        return result
