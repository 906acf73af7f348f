"""Names of metrics in logs and histories."""

from minikeras.spellings import older

# {older name: name today}; the names of outputs and 'val_' may stand before either.
RENAMED = {
    "acc": "accuracy",
    "lr": "learning_rate",
}
# Short and long names of the same: versions differed in which they reported.
SAME = {
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
_EQUALS = RENAMED | SAME
_EQUALS |= {modern: name for name, modern in _EQUALS.items()}


class Logs(dict):
    """The metrics by name, found under their older names too.

    >>> import warnings
    >>> logs = Logs(loss=0.5, val_accuracy=0.75)
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     logs["val_acc"], "val_acc" in logs, logs.get("val_auc")
    (0.75, True, None)
    >>> print(caught[0].message)
    'val_acc' in the logs is an older spelling: write 'val_accuracy'.
    """

    def __missing__(self, name):
        found = equivalent(name, self)
        if found is None:
            raise KeyError(name)
        return self[found]

    def __contains__(self, name):
        return dict.__contains__(self, name) or equivalent(name, self) is not None

    def get(self, name, default=None):
        """The value of that name, or `default`."""
        if not dict.__contains__(self, name):
            name = equivalent(name, self)
        return dict.get(self, name, default)


def equivalent(name, logs):
    """The name in the logs that means the same as one that is not in them, with a warning; None if there is none."""
    if not isinstance(name, str):
        return None
    for other in _others(name):
        if dict.__contains__(logs, other):
            older(f"{name!r} in the logs", repr(other))
            return other
    return None


def _others(name):
    """The other names of a metric, with what stands before them."""
    for base, equal in _EQUALS.items():
        if name == base or name.endswith(f"_{base}"):
            yield name[: len(name) - len(base)] + equal


def same_metric(name, other):
    """Whether two names of metrics mean the same."""
    return name == other or other in _others(name)
