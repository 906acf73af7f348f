"""The base class of callbacks: what happens in training, and when."""


class Callback:
    """Something that listens to training: override the events that matter.

    `self.model` is the model, `self.params` holds 'epochs', 'steps' and 'verbose'. `logs` are the metrics so far:
    of the epoch at its end, running averages at a batch's end. Setting `self.model.stop_training = True` ends training
    after the batch.

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"epoch {epoch}: {logs['loss']:.1f}")
    >>> Shout().on_epoch_end(0, {"loss": 0.51})
    epoch 0: 0.5
    """

    def __init__(self):
        self.params = None
        self._model = None

    @property
    def model(self):
        """The model being trained."""
        return getattr(self, "_model", None)

    def set_params(self, params):
        """Take note of 'epochs', 'steps' and 'verbose'."""
        self.params = params

    def set_model(self, model):
        """Take note of the model."""
        self._model = model

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
