"""The metrics a step reports: worked out when somebody reads them, not before."""

from collections.abc import Mapping

from minikeras.callbacks.logs import plain_number


class LazyLogs(Mapping):
    """The metrics of a model by name, at the moment they are read."""

    def __init__(self, model):
        self._model = model

    def read(self):
        """The metrics as a dictionary."""
        values = {}
        for metric in self._model._reported_metrics():
            result = metric.result()
            if isinstance(result, dict):
                values.update(result)
            else:
                values[metric.reported_name or metric.name] = result
        return values

    def __getitem__(self, name):
        return self.read()[name]

    def __iter__(self):
        return iter(self.read())

    def __len__(self):
        return len(self.read())

    def items(self):
        """The names and values."""
        return self.read().items()

    def __repr__(self):
        return repr({name: plain_number(value) for name, value in self.items()})


def listed(logs, metrics):
    """Reported values as Keras lists them: of metrics by their names, in order, then all others by theirs, sorted.

    With several outputs the names of metrics have their output before them, so they are among the others. One value is
    given by itself.
    """
    names = [metric.name for metric in metrics]
    values = [logs[name] for name in names if name in logs]
    values += [logs[name] for name in sorted(set(logs) - set(names))]
    return values[0] if len(values) == 1 else values
