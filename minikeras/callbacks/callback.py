"""The base class of callbacks: what happens in training, and when."""

from minikeras.nest import is_plain
from minikeras.registry import is_built_in
from minikeras.serialization import constructor_parameters
from minikeras.spellings.calls import OlderValue, accepting_constructor

__all__ = ["Callback"]


class Callback:
    """Something that listens to training: override the events that matter.

    `self.model` is the model, `self.params` holds 'epochs', 'steps' and 'verbose'. `logs` are the metrics so far:
    of the epoch at its end, running averages at a batch's end. Setting `self.model.stop_training = True` ends training
    after the batch.

    BackupAndRestore keeps the state of every callback: the attributes that hold plain data (numbers, texts, arrays, lists
    and dictionaries of them), but not the constructor's arguments. Override `get_state` and `set_state` for others.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch}: {logs['loss']:.1f}")
    >>> Shout().on_epoch_end(0, {"loss": 0.51})
    epoch 0: 0.5
    """

    validation_data = OlderValue()

    def __init_subclass__(cls, older_arguments=True, **kwargs):
        super().__init_subclass__(**kwargs)
        if older_arguments and is_built_in(cls) and "__init__" in cls.__dict__:
            accepting_constructor(cls)

    def __init__(self):
        self.params = None
        self._model = None
        self._told_by = None

    @property
    def model(self):
        """The model being trained."""
        return getattr(self, "_model", None)

    @model.setter
    def model(self, model):  # older callbacks that define set_model set it themselves
        self._model = model

    def set_params(self, params):
        """Take note of 'epochs', 'steps' and 'verbose'."""
        self.params = params

    def set_model(self, model):
        """Take note of the model."""
        self._model = model

    def get_state(self):
        """What has to be known to go on after an interruption: a dictionary of plain data."""
        given = constructor_parameters(type(self))
        return {
            name: value
            for name, value in vars(self).items()
            if name not in ("params", "_model", "_told_by") and name not in given and is_plain(value)
        }

    def set_state(self, state):
        """Go on from what `get_state` returned, perhaps in another process."""
        vars(self).update(state)

    def on_abandon(self):
        """An error or Ctrl-C ends the loop, and no other event will come: leave things in order."""

    def on_train_begin(self, logs=None):
        """Training begins."""

    def on_train_end(self, logs=None):
        """Training has ended; logs of the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """An epoch begins."""

    def on_epoch_end(self, epoch, logs=None):
        """An epoch has ended; logs with the validation's under 'val_...'."""

    def on_batch_begin(self, batch, logs=None):
        """An older name of on_train_batch_begin."""

    def on_batch_end(self, batch, logs=None):
        """An older name of on_train_batch_end."""

    def on_train_batch_begin(self, batch, logs=None):
        """A training step begins."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """A training step has ended; logs are the running averages of the epoch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs=None):
        """An evaluation or validation begins."""

    def on_test_end(self, logs=None):
        """An evaluation or validation has ended."""

    def on_test_batch_begin(self, batch, logs=None):
        """A step of an evaluation begins."""

    def on_test_batch_end(self, batch, logs=None):
        """A step of an evaluation has ended."""

    def on_predict_begin(self, logs=None):
        """A prediction begins."""

    def on_predict_end(self, logs=None):
        """A prediction has ended."""

    def on_predict_batch_begin(self, batch, logs=None):
        """A step of a prediction begins."""

    def on_predict_batch_end(self, batch, logs=None):
        """A step of a prediction has ended; logs['outputs'] are its outputs."""
