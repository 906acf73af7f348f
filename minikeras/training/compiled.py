"""What `compile` makes of losses and metrics: one loss and one list of metrics for each output of the model."""

import functools

from minikeras import losses as losses_module
from minikeras import metrics as metrics_module
from minikeras.metrics.metric import Metric
from minikeras.metrics.reduction import Mean
from minikeras.nest import flatten
from minikeras.registry import suggest
from minikeras.spellings.calls import parameters, takes_any


class CompiledLoss:
    """The losses of a model's outputs, weighted and added."""

    def __init__(self, loss, loss_weights=None, output_names=None):
        self.user_loss = loss
        self.user_weights = loss_weights
        self.output_names = output_names
        self._parts = None
        self._single = None
        if loss is not None and not isinstance(loss, (dict, list, tuple)) and loss_weights is None:
            self._single = losses_module.as_object(losses_module.get(loss))
        elif isinstance(loss, (dict, list, tuple)):
            for one in flatten(loss):
                losses_module.get(one)  # unknown names are an error of compile, not of fit
        self.trackers = []

    def __call__(self, y, y_pred, sample_weight=None):
        """The total loss, a scalar tensor; None if there is nothing to compare."""
        if self.user_loss is None:
            return None
        if y is None:
            raise ValueError(
                "The loss given to compile() expected targets, received only the inputs (y is None). Pass "
                "fit(x, y), validation_data=(x, y), or (x, y) for each batch of a generator."
            )
        if self._single is not None and not isinstance(y_pred, (list, tuple, dict)):
            return self._single(y, y_pred, sample_weight)
        if self._parts is None:
            self.build(y, y_pred)
        return self._total(y, y_pred, sample_weight)

    def build(self, y, y_pred):
        """Assign losses to outputs, once their structure is known."""
        self.output_names = names = output_names_of(y_pred, self.output_names)
        chosen = assign(self.user_loss, names, "loss", None)
        weights = (
            assign(self.user_weights, names, "loss_weights", 1.0)
            if self.user_weights is not None
            else [1.0] * len(names)
        )
        self._parts = [
            (name, losses_module.as_object(losses_module.get(loss)), weight)
            for name, loss, weight in zip(names, chosen, weights, strict=True)
        ]
        if len([p for p in self._parts if p[1] is not None]) > 1 or len(names) > 1:
            self.trackers = [Mean(name=f"{name}_loss") for name, loss, _ in self._parts if loss is not None]

    def of_each_output(self, y, y_pred, sample_weight=None):
        """(name, weight, predictions, loss) of each output that has a loss, the loss not yet weighted."""
        names = self.output_names
        predictions = leaves_by_name(y_pred, names, "predictions")
        targets = leaves_by_name(y, names, "y")
        weights = (
            leaves_by_name(sample_weight, names, "sample_weight")
            if is_several(sample_weight)
            else [sample_weight] * len(names)
        )
        for (name, loss, weight), p, t, w in zip(self._parts, predictions, targets, weights, strict=True):
            if loss is None:
                continue
            if t is None:
                raise ValueError(
                    f"Output '{name}' has a loss but y holds no target for it. Pass one, or loss=None for it."
                )
            yield name, weight, p, loss(t, p, w)

    def _total(self, y, y_pred, sample_weight):
        total, tracker = None, iter(self.trackers)
        for _, weight, p, value in self.of_each_output(y, y_pred, sample_weight):
            if self.trackers:
                next(tracker).update_state(value, sample_weight=p.shape[0] if p.shape else 1)
            value = value if weight == 1.0 else value * weight
            total = value if total is None else total + value
        return total


class CompiledMetrics:
    """The metrics of a model's outputs, plain and weighted; names are resolved at the first batch."""

    def __init__(self, metrics, weighted_metrics=None, output_names=None, loss=None):
        self.user_metrics = metrics
        self.user_weighted = weighted_metrics
        self.output_names = output_names
        self.loss = loss
        self.built = metrics is None and weighted_metrics is None
        self._plain = []
        self._weighted = []
        for one in [*_flat(metrics), *_flat(weighted_metrics)]:
            if one is not None and not (isinstance(one, str) and one.lower() in _RESOLVED_BY_SHAPE):
                metrics_module.get(one)

    @property
    def metrics(self):
        """All metric objects."""
        return [m for _, m in self._plain] + [m for _, m in self._weighted]

    def build(self, y, y_pred):
        """Make the metric objects, once the outputs' shapes are known."""
        names = output_names_of(y_pred, self.output_names)
        self.output_names = names
        several = len(names) > 1
        predictions = leaves_by_name(y_pred, names, "predictions")
        targets = leaves_by_name(y, names, "y")
        self._plain = self._made(self.user_metrics, names, targets, predictions, several)
        self._weighted = self._made(self.user_weighted, names, targets, predictions, several)
        taken = {reported_name(metric) for _, metric in self._plain}
        for _, metric in self._weighted:
            if reported_name(metric) in taken:
                metric.reported_name = f"weighted_{reported_name(metric)}"
        self.built = True

    def _made(self, user, names, targets, predictions, several):
        made = []
        for position, (name, chosen) in enumerate(zip(names, assign_lists(user, names), strict=True)):
            for one in chosen:
                if one is None or targets[position] is None:
                    continue
                metric = self._object(one, targets[position], predictions[position])
                if several:
                    metric.reported_name = f"{name}_{metric.name}"
                made.append((position, metric))
        return made

    def _object(self, one, y, y_pred):
        if isinstance(one, Metric):
            return one
        metric = metrics_module.resolve(one, y, y_pred)
        if isinstance(one, str) and metric.name != one and one in ("accuracy", "acc", "crossentropy", "ce"):
            metric.name = one
        return metric

    def update_state(self, y, y_pred, sample_weight=None):
        """Take in one batch."""
        if not self.built:
            self.build(y, y_pred)
        if not (self._plain or self._weighted):
            return
        if len(self.output_names or (None,)) == 1 and not isinstance(y_pred, (list, tuple, dict)):
            for _, metric in self._plain:
                metric.update_state(y, y_pred)
            for _, metric in self._weighted:
                metric.update_state(y, y_pred, sample_weight)
            return
        names = self.output_names
        predictions = leaves_by_name(y_pred, names, "predictions")
        targets = leaves_by_name(y, names, "y")
        weights = (
            leaves_by_name(sample_weight, names, "sample_weight")
            if is_several(sample_weight)
            else [sample_weight] * len(names)
        )
        for position, metric in self._plain:
            metric.update_state(targets[position], predictions[position])
        for position, metric in self._weighted:
            metric.update_state(targets[position], predictions[position], weights[position])


_RESOLVED_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")


def reported_name(metric):
    """The name under which a metric's value is reported: its own, with its output's before it where there are several."""
    return metric.reported_name or metric.name


@functools.cache
def told_training(cls, training):
    """The argument that says whether it is a training step, for a model's `compute_loss` that takes it."""
    method = cls.compute_loss
    return {"training": training} if "training" in parameters(method) or takes_any(method) else {}


def output_names_of(y_pred, names):
    """The names of a model's outputs: those it declares, a dictionary's keys, or output_0, output_1, ..."""
    if isinstance(y_pred, dict):
        return sorted(y_pred)
    count = len(flatten(y_pred))
    if names and len(names) == count:
        return list(names)
    return [f"output_{i}" for i in range(count)] if count > 1 else ["output"]


def is_several(value):
    """Whether a value holds one part for each output."""
    return isinstance(value, (list, tuple, dict))


def leaves_by_name(value, names, what):
    """The parts of y, predictions or weights in the order of the outputs' names."""
    if isinstance(value, dict):
        unknown = [k for k in value if k not in names]
        if unknown:
            raise ValueError(
                f"{what} names the output {unknown[0]!r}, which the model does not have. {suggest(unknown[0], names)}"
            )
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)):
        if len(value) != len(names):
            raise ValueError(
                f"{what} holds {len(value)} parts for a model with {len(names)} outputs ({', '.join(names)})."
            )
        return list(value)
    return [value] * len(names) if value is None or len(names) == 1 else _one_for_many(value, names, what)


def _one_for_many(value, names, what):
    raise ValueError(
        f"{what} is one array for a model with {len(names)} outputs ({', '.join(names)}). Pass a list or a dictionary."
    )


def assign(user, names, what, default):
    """One entry for each output: from a dictionary by name, a list by position, or a single value for all."""
    if isinstance(user, dict):
        unknown = [k for k in user if k not in names]
        if unknown:
            raise ValueError(
                f"{what} names the output {unknown[0]!r}, which the model does not have. {suggest(unknown[0], names)}"
            )
        return [user.get(name, default) for name in names]
    if isinstance(user, (list, tuple)):
        if len(user) != len(names):
            raise ValueError(
                f"{what} holds {len(user)} entries for a model with {len(names)} outputs ({', '.join(names)})."
            )
        return list(user)
    return [user] * len(names)


def assign_lists(user, names):
    """One list of metrics for each output."""
    if user is None:
        return [[] for _ in names]
    if isinstance(user, dict):
        return [_as_list(m) for m in assign(user, names, "metrics", None)]
    user = _as_list(user)
    if len(names) > 1 and len(user) == len(names) and any(isinstance(m, (list, tuple)) for m in user):
        return [_as_list(m) for m in user]
    if len(names) > 1 and len(user) == len(names):
        return [[m] for m in user]
    return [_flat(user) for _ in names] if len(names) == 1 else [_copies(user) for _ in names]


def _copies(user):
    return [type(m).from_config(m.get_config()) if isinstance(m, Metric) else m for m in _flat(user)]


def _as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def _flat(value):
    return [] if value is None else flatten(value)
