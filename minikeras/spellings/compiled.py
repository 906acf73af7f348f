"""What custom training steps of TensorFlow 2 call on a compiled model: `compiled_loss` and `compiled_metrics`."""


class _Reported:
    """Metrics that are started anew together; a subclass lists them in `metrics`."""

    def reset_state(self):
        """Start the metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    reset_states = reset_state


class CompiledLoss(_Reported):
    """The loss that was compiled, to be called in a `train_step` of one's own; it reports itself as `loss`."""

    def __init__(self, model):
        self._model = model

    def __call__(self, y_true, y_pred, sample_weight=None, regularization_losses=None):
        """The loss of a batch, with the penalties that are given."""
        model = self._model
        total = model._compiled_loss(y_true, y_pred, sample_weight)
        for penalty in regularization_losses or ():
            total = penalty if total is None else total + penalty
        if total is None:
            raise ValueError("compiled_loss has nothing to compute. Pass loss= to compile().")
        model._loss_tracker.update_state(total)
        return total

    @property
    def metrics(self):
        """The means of the losses."""
        return [self._model._loss_tracker, *self._model._compiled_loss.trackers]


class CompiledMetrics(_Reported):
    """The metrics that were compiled, to be updated in a `train_step` of one's own."""

    def __init__(self, model):
        self._metrics = model._compiled_metrics

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in one batch."""
        self._metrics.update_state(y_true, y_pred, sample_weight)

    @property
    def metrics(self):
        """The metric objects."""
        return self._metrics.metrics
