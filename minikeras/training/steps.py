"""One batch: what a model does with it when it trains, is judged and predicts."""

import warnings

import numpy as np

from minikeras.autodiff import GradientTape
from minikeras.autodiff.tensor import state
from minikeras.layers.spec import who
from minikeras.layers.tracking import metrics_added
from minikeras.ops import elementwise
from minikeras.registry import is_built_in
from minikeras.training.arrays import unpack
from minikeras.training.compiled import reported_name, told_training
from minikeras.training.data import batch_length
from minikeras.training.logs import LazyLogs
from minikeras.training.prediction import Predictions
from minikeras.training.replay import Replay

# Of weights that do not belong to a model so many are named.
_MOST_NAMED = 4


class Steps:
    """The steps of a model. `train_step`, `test_step`, `predict_step` and `compute_loss` may be overridden."""

    # What is read off the layers' structure once for each fit, and what was recorded of steps and predictions.

    _trained = None
    _penalized = None
    _layer_metrics = None
    _replay = None
    _predictions = None

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._predictions = None  # a copy's are its own

    def _forget_structure(self):
        self._trained = self._penalized = self._layer_metrics = self._replay = None

    # The steps

    def train_step(self, data):
        """Learn from one batch (x, y, sample_weight); returns the metrics so far."""
        x, y, sample_weight = unpack(data)
        replay = self._replay if self._replay is not None else self._new_replay()
        result = replay.step(x, y, sample_weight) if replay else None
        if result is not None:
            y_pred, loss = result
        else:
            try:
                tape, y_pred, loss = self.forward_step(x, y, sample_weight)
            finally:
                applications, state.recorder, state.reader = state.recorder, None, None
            variables, gradients = self.backward_step(tape, loss)
            if replay:
                replay.learn(applications, y_pred, loss, variables, gradients)
            if variables:
                self.optimizer.apply(gradients, variables)
        self._loss_tracker.update_state(loss, batch_length(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def forward_step(self, x, y, sample_weight):
        """The recorded half of a training step: (tape, predictions, loss)."""
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, sample_weight, **told_training(type(self), True))
        return tape, y_pred, loss

    def backward_step(self, tape, loss):
        """The other half: (variables, gradients), the gradients where the optimizer keeps them."""
        if self._trained is None:
            self._trained = self.trainable_variables
            self._warn_of_strangers(tape)
        variables, optimizer = self._trained, self.optimizer
        if not variables:
            return [], []
        scale = optimizer.scale_loss(1.0)
        seed = None if scale == 1.0 else np.full(loss.shape, scale, loss.dtype)
        return variables, tape.backward(loss, variables, seed, into=optimizer.destinations(variables))

    def _warn_of_strangers(self, tape):
        """Warn of weights in the computation that no attribute leads to, such as those of a layer made inside `call`."""
        own = {id(v) for v in self.variables}
        strangers = [v.path for v in tape.watched_variables() if id(v) not in own]
        if strangers:
            warnings.warn(
                f"{who(self)} computes with weights that do not belong to it and so are never trained: "
                f"{', '.join(strangers[:_MOST_NAMED])}. Make its layers in __init__ or build and keep them in attributes: "
                "a layer made inside call is another one at every call. Set trainable = False where that is meant.",
                stacklevel=2,
            )

    def _new_replay(self):
        """The recorded steps of this model; False if it has to be trained without."""
        own = type(self)
        standard = all(
            getattr(own, name) is getattr(Steps, name)
            for name in ("train_step", "compute_loss", "forward_step", "backward_step")
        )
        possible = (
            standard
            and not self.run_eagerly
            and self.optimizer.scale_loss(1.0) == 1.0
            and all(is_built_in(type(layer)) and layer.replayable for layer in self._flatten_layers())
        )
        self._replay = Replay(self) if possible else False
        return self._replay

    def test_step(self, data):
        """Judge one batch (x, y, sample_weight); returns the metrics so far."""
        x, y, sample_weight = unpack(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, sample_weight, **told_training(type(self), False))
        self._loss_tracker.update_state(loss, batch_length(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data):
        """The outputs for one batch."""
        return self(unpack(data)[0], training=False)

    def _predicted(self, batch):
        """The outputs for one batch as NumPy arrays."""
        if self._predictions is None:
            self._predictions = Predictions(self)
        return self._predictions.of_batch(batch, self.predict_step)

    # Loss and metrics

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The scalar to minimize: the compiled loss, and the penalties of the layers."""
        loss = self._compiled_loss(y, y_pred, sample_weight)
        for penalty in self._penalties():
            loss = penalty if loss is None else elementwise.add(loss, penalty)
        if loss is None:
            raise ValueError(
                "There is no loss to minimize. Pass loss= to compile(), or call add_loss() in a layer."
            )
        return loss

    def _penalties(self):
        if self._penalized is None:
            self._penalized = [v for v in self.trainable_variables if v.regularizer is not None]
        return [*self._call_losses(), *[v.regularizer(v) for v in self._penalized]]

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Take one batch into the metrics; returns the metrics so far."""
        if y is not None or not self._compiled_metrics.built:
            self._compiled_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self):
        """The metrics so far, by name; computed when they are read."""
        return LazyLogs(self)

    def reset_metrics(self):
        """Start all metrics anew."""
        for metric in self._reported_metrics():
            metric.reset_state()

    @property
    def metrics(self):
        """All metrics: the loss's mean, the compiled ones, and those that layers own."""
        return self._reported_metrics()

    @property
    def metrics_names(self):
        """The names of the metrics."""
        return [reported_name(m) for m in self.metrics]

    def _reported_metrics(self):
        if not self.compiled:
            return self._own_metrics()
        return [
            self._loss_tracker,
            *self._compiled_loss.trackers,
            *self._compiled_metrics.metrics,
            *self._own_metrics(),
        ]

    def _own_metrics(self):
        if self._layer_metrics is None or self._layer_metrics[0] != len(metrics_added):
            # A compiled model inside this one reports to its own fit alone.
            models = [layer for layer in self._flatten_layers() if isinstance(layer, Steps)]
            mine = {id(m) for model in models for m in model._all_compiled_metrics()}
            found = [m for m in super().metrics if id(m) not in mine]
            self._layer_metrics = len(metrics_added), found
        return self._layer_metrics[1]

    def _all_compiled_metrics(self):
        return [self._loss_tracker, *self._compiled_metrics.metrics] if self.compiled else []
